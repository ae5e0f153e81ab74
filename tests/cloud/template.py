"""The deployment's template, read and resolved as far as the tests need it.

CloudFormation's short forms (`!Ref`) become the long ones (`{"Ref": ...}`), which YAML can hold. Values are resolved against
parameters and against the names that resources got. "Intrinsic function reference" in CloudFormation's user guide has them.
"""

import re
from pathlib import Path

import yaml

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "template.yaml"
NOTHING = object()


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _tag(loader: Loader, suffix: str, node: yaml.Node) -> dict:
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _tag)


def load(path: Path = TEMPLATE) -> dict:
    """The template with long forms throughout."""
    return yaml.load(path.read_text(), Loader)


class Resolver:
    """Puts values in place of references. `names` gives what `Ref` of a resource is, `attributes` what `GetAtt` is."""

    def __init__(self, template: dict, parameters: dict, names: dict, attributes: dict):
        defaults = {name: p.get("Default", "") for name, p in template.get("Parameters", {}).items()}
        self.template, self.attributes = template, attributes
        self.values = defaults | names | parameters

    def resolve(self, value):
        """The value with every reference replaced; what a condition leaves out is left out."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(name, argument)] = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name.removeprefix("Fn::"), argument)
        found = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in found.items() if item is not NOTHING}

    def holds(self, condition) -> bool:
        """Whether a condition, by name or written out, is true."""
        if isinstance(condition, str):
            return self.holds(self.template["Conditions"][condition])
        [(name, argument)] = condition.items()
        if name == "Condition":
            return self.holds(argument)
        if name == "Fn::Equals":
            left, right = self.resolve(argument)
            return str(left) == str(right)
        truths = [self.holds(item) for item in argument]
        return {"Fn::Not": not truths[0], "Fn::And": all(truths), "Fn::Or": any(truths)}[name]

    def _function(self, name: str, argument):
        if name == "Ref":
            return NOTHING if argument == "AWS::NoValue" else self._value(argument)
        if name == "If":
            return self.resolve(argument[1] if self.holds(argument[0]) else argument[2])
        if name == "GetAtt":
            return self._value(".".join(argument))
        if name == "Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            own = self.resolve(own)
            put = re.sub(r"\$\{([^!}]+)\}", lambda m: str(own[m[1]] if m[1] in own else self._value(m[1])), text)
            return put.replace("${!", "${")
        arguments = self.resolve(argument)
        if name == "Join":
            return arguments[0].join(map(str, arguments[1]))
        if name == "FindInMap":
            return self.template["Mappings"][arguments[0]][str(arguments[1])][arguments[2]]
        if name == "Select":
            return arguments[1][int(arguments[0])]
        if name == "Split":
            return arguments[1].split(arguments[0])
        raise ValueError(f"Fn::{name} is not known here")

    def _value(self, name: str):
        for known in (self.values, self.attributes):
            if name in known:
                return known[name]
        raise KeyError(f"nothing is known of {name}")

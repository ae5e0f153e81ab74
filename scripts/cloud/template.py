"""The deployment's template with every reference resolved, for the tests beside it. Run them with a Python that has PyYAML:

    python -m unittest discover -s scripts/cloud -p 'test_*.py'
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from cloud.template import Resolver, load  # noqa: E402

TEMPLATE = load(ROOT / "infra" / "template.yaml")
RESOURCES = TEMPLATE["Resources"]
PARAMETERS = TEMPLATE["Parameters"]
FUNCTION, LAYER = "AWS::Serverless::Function", "AWS::Serverless::LayerVersion"
QUEUE, TABLE, BUCKET = "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::S3::Bucket"
FUNCTIONS = {"submit": "SubmitFunction", "render": "RenderFunction", "assemble": "AssembleFunction",
             "reconcile": "ReconcileFunction"}


class Names(dict):
    """What references become where nothing is deployed: the name itself, in angle brackets."""

    def __contains__(self, name):
        return "." in name or name in RESOURCES or name.startswith("AWS::") or super().__contains__(name)

    def __missing__(self, name):
        return f"<{name}>"


def of(kind: str) -> list:
    """The logical names of resources of a kind."""
    return [name for name, resource in RESOURCES.items() if resource["Type"] == kind]


def resolved(value, **parameters):
    """A value as it is with these parameters; `<Bucket.Arn>` stands for what only a deployment knows."""
    return Resolver(TEMPLATE, parameters, {}, Names()).resolve(value)


def properties(logical: str, **parameters) -> dict:
    """A resource's properties, for a function with those that all functions share."""
    own = resolved(RESOURCES[logical].get("Properties", {}), **parameters)
    if RESOURCES[logical]["Type"] != FUNCTION:
        return own
    shared = resolved(TEMPLATE["Globals"]["Function"], **parameters)
    merged = {key: shared[key] | own[key] for key in shared if isinstance(shared[key], dict) and key in own}
    merged["Environment"] = {"Variables": shared["Environment"]["Variables"] | own["Environment"]["Variables"]}
    return shared | own | merged


def dashboard() -> dict:
    """The dashboard's body, parsed after substitution."""
    return json.loads(properties("Dashboard")["DashboardBody"])


def source(path: str) -> str:
    """The text of one of the project's files."""
    return (ROOT / path).read_text()

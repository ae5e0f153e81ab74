"""The sample events are such as Lambda hands on, and samconfig.toml names what there is."""

import hashlib
import json
import tomllib
import unittest

from template import FUNCTIONS, PARAMETERS, ROOT, TEMPLATE, of, properties

# https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html, "Example standard queue message event"
RECORD = {"messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody", "eventSource",
          "eventSourceARN", "awsRegion"}
ATTRIBUTES = {"ApproximateReceiveCount", "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"}
# https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
TICK = {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}
EVENTS = {"submit": "submit", "narrate": "render", "render": "render", "sound": "assemble", "assemble": "assemble",
          "reconcile": "reconcile"}


def event(name: str) -> dict:
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


class Events(unittest.TestCase):
    def test_there_is_one_for_each_kind_of_message(self):
        self.assertEqual(sorted(path.stem for path in (ROOT / "events").glob("*.json")), sorted(EVENTS))

    def test_messages_come_from_the_function_s_queue(self):
        for name, function in EVENTS.items():
            if function == "reconcile":
                continue
            [source] = properties(FUNCTIONS[function])["Events"].values()
            [record] = event(name)["Records"]
            self.assertEqual(set(record), RECORD)
            self.assertLessEqual(ATTRIBUTES, set(record["attributes"]))
            self.assertTrue(all(isinstance(value, str) for value in record["attributes"].values()))
            self.assertTrue(record["eventSourceARN"].endswith("-" + source["Properties"]["Queue"][1:-5]))
            self.assertEqual(record["md5OfBody"], hashlib.md5(record["body"].encode()).hexdigest())

    def test_the_request_is_the_example(self):
        [record] = event("submit")["Records"]
        request = json.loads(record["body"])
        task = request.pop("task_id")
        self.assertEqual(request, json.loads((ROOT / "examples" / "harbour.json").read_text()))
        # The other samples go on with the same task.
        for name in ("narrate", "render", "sound", "assemble"):
            [record] = event(name)["Records"]
            message = json.loads(record["body"])
            self.assertEqual((message["v"], message["task"], message["do"]), (1, task, name))
            self.assertEqual(record["attributes"]["MessageGroupId"], task)

    def test_the_reconciler_is_called_by_a_schedule(self):
        self.assertEqual(set(event("reconcile")), TICK)
        self.assertEqual(event("reconcile")["detail-type"], "Scheduled Event")
        [schedule] = properties("ReconcileFunction")["Events"].values()
        self.assertEqual((schedule["Type"], schedule["Properties"]["Schedule"]), ("Schedule", "rate(5 minutes)"))


class SamConfig(unittest.TestCase):
    def setUp(self):
        self.config = tomllib.loads((ROOT / "samconfig.toml").read_text())

    def test_every_environment_has_a_stack_of_its_own(self):
        environments = [name for name in self.config if name != "version"]
        self.assertEqual(environments, ["default", "staging", "prod"])
        stacks = [self.config[name]["deploy"]["parameters"]["stack_name"] for name in environments]
        self.assertEqual(len(set(stacks)), 3)
        for name in environments:
            deploy = self.config[name]["deploy"]["parameters"]
            self.assertTrue(deploy["resolve_s3"])
            self.assertEqual(deploy["capabilities"], "CAPABILITY_IAM")
            # SAM looks at a function's own folder alone to see whether its cache holds; the library lies beside it.
            self.assertFalse(self.config[name]["build"]["parameters"]["cached"])

    def test_overrides_are_parameters_with_allowed_values(self):
        for name in ("default", "staging", "prod"):
            for override in self.config[name]["deploy"]["parameters"].get("parameter_overrides", []):
                key, value = override.split("=")
                parameter = PARAMETERS[key]
                self.assertIn(value, [str(v) for v in parameter.get("AllowedValues", [value])])
                if parameter["Type"] == "Number":
                    self.assertTrue(parameter.get("MinValue", 0) <= int(value) <= parameter.get("MaxValue", 1 << 31), override)

    def test_no_name_needs_another_capability(self):
        # With names of their own, roles and policies would need CAPABILITY_NAMED_IAM.
        for kind, name in (("AWS::IAM::Role", "RoleName"), ("AWS::IAM::ManagedPolicy", "ManagedPolicyName")):
            for logical in of(kind):
                self.assertNotIn(name, TEMPLATE["Resources"][logical]["Properties"])


class Parameters(unittest.TestCase):
    def test_each_is_explained_used_and_has_a_default(self):
        text = (ROOT / "infra" / "template.yaml").read_text()
        for name, parameter in PARAMETERS.items():
            self.assertIn("Default", parameter, name)
            self.assertTrue(parameter["Description"].endswith("."), name)
            self.assertRegex(text, rf"!Ref {name}\b|\$\{{{name}\}}", name)

    def test_defaults_are_allowed(self):
        for name, parameter in PARAMETERS.items():
            default = parameter["Default"]
            self.assertIn(default, parameter.get("AllowedValues", [default]), name)


if __name__ == "__main__":
    unittest.main()

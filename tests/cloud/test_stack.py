"""The template, as the rig reads it: tables with the keys that apps rely on, and variables for each function."""

import tempfile
import unittest
from pathlib import Path

from .emulators import Ministack
from .stack import ASYNC_FUNCTIONS, Stack
from .template import Resolver, load


class Template(unittest.TestCase):
    TEMPLATE = {
        "Parameters": {"Size": {"Default": "big"}},
        "Conditions": {"Big": {"Fn::Equals": [{"Ref": "Size"}, "big"]}, "Small": {"Fn::Not": [{"Condition": "Big"}]}},
        "Mappings": {"Days": {"big": {"Hours": 48}}},
    }

    def resolve(self, value, **parameters):
        resolver = Resolver(self.TEMPLATE, parameters, {"Queue": "http://queue"}, {"Queue.Arn": "arn:q", "AWS::Region": "r"})
        return resolver.resolve(value)

    def test_functions_are_resolved(self):
        for value, expected in [
            ({"Ref": "Queue"}, "http://queue"),
            ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:q"),
            ({"Fn::Sub": "${AWS::Region}/${Size}/${!kept}"}, "r/big/${kept}"),
            ({"Fn::Sub": ["${Own}", {"Own": {"Ref": "Size"}}]}, "big"),
            ({"Fn::Join": [",", [{"Ref": "Size"}, 1]]}, "big,1"),
            ({"Fn::FindInMap": ["Days", {"Ref": "Size"}, "Hours"]}, 48),
            ({"a": {"Fn::If": ["Small", 1, {"Ref": "AWS::NoValue"}]}, "b": {"Fn::If": ["Big", 2, 3]}}, {"b": 2}),
        ]:
            self.assertEqual(self.resolve(value), expected)
        self.assertEqual(self.resolve({"Fn::If": ["Small", 1, 2]}, Size="tiny"), 1)


class Resources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        emulator = cls.enterClassContext(Ministack(folder))
        cls.stack = Stack(emulator, "made", visibility_s={"RenderQueue": 7})

    def test_tables_have_the_contract_s_keys(self):
        def table(name: str) -> dict:
            return self.stack.dynamodb.describe_table(TableName=self.stack.table(name))["Table"]

        def keys(part: dict) -> list:
            return [key["AttributeName"] for key in part["KeySchema"]]

        tasks = table("TasksTable")
        self.assertEqual(keys(tasks), ["task_id", "item"])
        self.assertEqual([keys(index) for index in tasks["GlobalSecondaryIndexes"]], [["live", "updated_ms"]])
        self.assertEqual(keys(table("IndexTable")), ["artifact"])

    def test_queues_have_dead_letters_and_the_asked_visibility(self):
        def attributes(name: str) -> dict:
            url = self.stack.queue(name)
            return self.stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

        self.assertEqual(attributes("RenderQueue")["VisibilityTimeout"], "7")
        for name in ("Requests", "Render", "Assemble"):
            dead = attributes(f"{name}DeadLetters")["QueueArn"]
            redrive = attributes(f"{name}Queue")["RedrivePolicy"]
            self.assertIn(dead, redrive)
            self.assertIn('"maxReceiveCount": 5', redrive)

    def test_each_function_finds_its_resources(self):
        queues = {"submit": "RequestsQueue", "render": "RenderQueue", "assemble": "AssembleQueue", "reconcile": None}
        for name in (*ASYNC_FUNCTIONS, "reconcile"):
            function = self.stack.function(name)
            self.assertEqual(function.queue, queues[name])
            self.assertEqual(function.environment["PROTOVIDEO_BUCKET"], self.stack.bucket)
            self.assertEqual(function.environment["PROTOVIDEO_TASKS_TABLE"], self.stack.table())
            self.assertEqual(function.environment["AWS_ENDPOINT_URL"], self.stack.endpoint)
            self.assertTrue(all(isinstance(value, str) for value in function.environment.values()))
        letters = self.stack.function("reconcile").environment["PROTOVIDEO_DEAD_LETTERS"].split(",")
        self.assertEqual(letters, [self.stack.queue(f"{name}DeadLetters") for name in ("Requests", "Render", "Assemble")])


if __name__ == "__main__":
    unittest.main()

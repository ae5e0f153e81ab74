"""Each function may do what its program does, to what belongs to it, and nothing else."""

import re
import unittest

from template import FUNCTIONS, RESOURCES, TEMPLATE, of, properties, source

BUCKET, TASKS, INDEX = "<Bucket.Arn>", "<TasksTable.Arn>", "<IndexTable.Arn>"
# Leases are taken by transactions of updates; what need not be written at once is written in batches.
LINES = {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
CACHE = {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}
SEND = {"<RenderQueue.Arn>": {"sqs:SendMessage"}, "<AssembleQueue.Arn>": {"sqs:SendMessage"}}
LETTERS = {"sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"}
WORK = {
    "submit": SEND | {
        TASKS: {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        INDEX: LINES,
        f"{BUCKET}/cache/*": CACHE,
        f"{BUCKET}/tasks/*": {"s3:GetObject", "s3:PutObject"},
        f"{BUCKET}/requests/*": {"s3:GetObject"},
        "<RequestsQueue.Arn>": {"sqs:ChangeMessageVisibility"},
        BUCKET: {"s3:ListBucket"},
    },
    "render": SEND | {
        "<RenderQueue.Arn>": {"sqs:SendMessage", "sqs:ChangeMessageVisibility"},
        TASKS: {"dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem", "dynamodb:Query"},
        INDEX: LINES,
        f"{BUCKET}/cache/*": CACHE,
        f"{BUCKET}/tasks/*": {"s3:GetObject"},
        BUCKET: {"s3:ListBucket"},
    },
    "assemble": {
        "<RenderQueue.Arn>": {"sqs:SendMessage"},
        "<AssembleQueue.Arn>": {"sqs:SendMessage", "sqs:ChangeMessageVisibility"},
        TASKS: {"dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem", "dynamodb:Query"},
        INDEX: LINES,
        f"{BUCKET}/cache/*": CACHE,
        f"{BUCKET}/tasks/*": {"s3:GetObject"},
        f"{BUCKET}/films/*": {"s3:PutObject"},
        BUCKET: {"s3:ListBucket"},
    },
    "reconcile": SEND | {
        TASKS: {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        f"{TASKS}/index/live": {"dynamodb:Query"},
        f"{BUCKET}/tasks/*": {"s3:GetObject"},
        "<RequestsDeadLetters.Arn>": LETTERS,
        "<RenderDeadLetters.Arn>": LETTERS,
        "<AssembleDeadLetters.Arn>": LETTERS,
    },
}
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
RECEIVE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
# Calls in the program's table that no function makes.
ELSEWHERE = {
    "dynamodb:Scan": "the command line lists tasks and artifacts",
    "sqs:DeleteMessage": "Lambda does it for functions; the command line does it for what it receives itself",
}
SOURCES = {"submit": "RequestsQueue", "render": "RenderQueue", "assemble": "AssembleQueue", "reconcile": None}


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


def granted(document: dict) -> dict:
    """Actions by resource."""
    found = {}
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        for resource in listed(statement["Resource"]):
            found.setdefault(resource, set()).update(listed(statement["Action"]))
    return found


def role_of(name: str) -> str:
    return properties(FUNCTIONS[name])["Role"].removeprefix("<").removesuffix(".Arn>")


def work(name: str, **parameters) -> dict:
    [policy] = properties(role_of(name), **parameters)["Policies"]
    return granted(policy["PolicyDocument"])


class Permissions(unittest.TestCase):
    maxDiff = None

    def test_each_function_has_a_role_of_its_own(self):
        roles = [role_of(name) for name in FUNCTIONS]
        self.assertEqual(sorted(roles), sorted(of("AWS::IAM::Role")))
        for role in roles:
            [statement] = properties(role)["AssumeRolePolicyDocument"]["Statement"]
            self.assertEqual(statement["Principal"], {"Service": "lambda.amazonaws.com"})

    def test_each_program_may_do_what_it_does(self):
        for name, expected in WORK.items():
            with self.subTest(name):
                self.assertEqual(work(name), expected)

    def test_lambda_may_receive_from_the_function_s_queue_and_write_its_log(self):
        for name, queue in SOURCES.items():
            [policy] = [policy[1:-1] for policy in properties(role_of(name))["ManagedPolicyArns"]]
            expected = {f"<{name.title()}Logs.Arn>": {"logs:CreateLogStream", "logs:PutLogEvents"}}
            if queue:
                expected[f"<{queue}.Arn>"] = RECEIVE
            self.assertEqual(granted(properties(policy)["PolicyDocument"]), expected)

    def test_pictures_may_come_from_the_named_buckets_alone(self):
        more = work("submit", InputBuckets=["one", "two"])
        new = {resource: actions for resource, actions in more.items() if resource not in WORK["submit"]}
        expected = {f"arn:aws:s3:::{name}": {"s3:ListBucket"} for name in ("one", "two")}
        expected |= {f"arn:aws:s3:::{name}/*": {"s3:GetObject"} for name in ("one", "two")}
        self.assertEqual(new, expected)

    def test_nothing_is_allowed_wholesale(self):
        for name in FUNCTIONS:
            for resource, actions in work(name).items():
                self.assertNotIn("*", "".join(actions))
                self.assertNotIn("*", resource.removesuffix("/*"))

    def test_every_action_is_a_call_of_the_program_s(self):
        calls = set(re.findall(r'\("([a-z0-9]+:[A-Za-z0-9]+)", ', source("src/aws/rules.rs")))
        self.assertGreater(len(calls), 10, "the table of calls is read")
        allowed = {action for name in FUNCTIONS for actions in work(name).values() for action in actions}
        self.assertLessEqual(allowed, calls)
        self.assertEqual(calls - allowed, set(ELSEWHERE))

    def test_no_policy_of_sam_s_is_added(self):
        for resource in RESOURCES.values():
            self.assertNotIn("Policies", resource["Properties"] if resource["Type"] == "AWS::Serverless::Function" else {})
        self.assertNotIn("Policies", TEMPLATE["Globals"]["Function"])


if __name__ == "__main__":
    unittest.main()

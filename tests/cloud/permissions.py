"""Takes one permission at a time from a deployed stack's roles, and sees whether anything notices.

    PYTHONPATH=tests python -m cloud.permissions --endpoint http://127.0.0.1:4566 --stack protovideo --only 3

The emulator has to enforce IAM (`AUTH=true`). For each action of each role's inline policies, the policies are put without
it, a small task that nothing cached can serve is run and the reconciler is invoked; then the policies are put back. An
action is `needed` when the task does not finish or the reconciler fails, `denied` when a function was refused something but
lived with it, and `unused` otherwise. Unused ones fail the run (exit code 1), except those that only faults need.
"""

import argparse
import json
import random
import sys
import time
from typing import NamedTuple
from urllib.parse import unquote

import boto3
from botocore.config import Config

from .emulators import REGION
from .requests import FPS, SIZE

# A quiet run does not need these. Function names are parts of role names.
ONLY_THEN = {
    "s3:DeleteObject": "a damaged artifact is removed",
    "dynamodb:DeleteItem": "an index entry of a damaged artifact is removed",
    "sqs:ChangeMessageVisibility": "work takes longer than a minute, or a dead letter has been read",
    "dynamodb:BatchWriteItem": "there are many items to write",
    "dynamodb:Query": "a task is resumed or idle",
    "reconcile sqs:SendMessage": "a task is idle",
    "reconcile dynamodb:UpdateItem": "a task is past its deadline",
    "reconcile dynamodb:GetItem": "there are dead letters",
    "reconcile s3:GetObject": "a task is idle",
}


class Permission(NamedTuple):
    """One action of one role."""

    role: str
    action: str

    def reason(self) -> str | None:
        """When only it is needed, if a quiet run does without it."""
        for name, why in ONLY_THEN.items():
            part, _, action = name.rpartition(" ")
            if action == self.action and part in self.role.lower():
                return why
        return None


class Deployed:
    """A stack as CloudFormation knows it."""

    def __init__(self, endpoint: str, stack: str, within_s: float):
        config = Config(retries={"total_max_attempts": 2}, read_timeout=120)
        access = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION, "config": config}

        def client(service: str):
            return boto3.client(service, endpoint_url=endpoint, **access)

        self.iam, self.sqs, self.dynamodb = client("iam"), client("sqs"), client("dynamodb")
        self.logs, self.functions = client("logs"), client("lambda")
        self.within_s = within_s
        formation = client("cloudformation")
        found = formation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in found}
        pages = formation.get_paginator("list_stack_resources").paginate(StackName=stack)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]

        def names(kind: str) -> list:
            return [r["PhysicalResourceId"] for r in resources if r["ResourceType"] == kind]

        self.roles, self.names = names("AWS::IAM::Role"), names("AWS::Lambda::Function")
        self.reconciler = next((name for name in self.names if "reconcile" in name.lower()), None)

    def policies(self, role: str) -> dict:
        """A role's inline policies by name."""
        found = {}
        for name in self.iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = self.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            found[name] = json.loads(unquote(document)) if isinstance(document, str) else document
        return found

    def permissions(self) -> list:
        """Every action that is allowed to a role."""
        found = set()
        for role in self.roles:
            for document in self.policies(role).values():
                for statement in statements(document):
                    found |= {Permission(role, action) for action in actions(statement)}
        return sorted(found)

    def put(self, role: str, policies: dict) -> None:
        """Gives the role these inline policies. One without statements is taken away, since IAM refuses it."""
        for name, document in policies.items():
            if statements(document):
                self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
            else:
                self.iam.delete_role_policy(RoleName=role, PolicyName=name)

    def trial(self) -> str:
        """Runs one task and the reconciler: `needed`, `denied` or `unused`, by what of it went wrong."""
        began_ms = int(time.time() * 1000)
        finished = self._task_finishes()
        reconciled = True
        if self.reconciler:
            reconciled = "FunctionError" not in self.functions.invoke(FunctionName=self.reconciler, Payload=b"{}")
        if not (finished and reconciled):
            return "needed"
        return "denied" if self._denied_since(began_ms) else "unused"

    def _task_finishes(self) -> bool:
        # New words and a new prompt: nothing of it can be cached.
        word = f"word {random.randrange(10**12)}"
        spoken = {"type": "image", "promptImage": f"A boat, {word}", "narration_text": f"This is {word}."}
        silent = {"type": "image", "promptImage": f"A cat, {word}", "duration": 0.3}
        body = json.dumps({"size": SIZE, "fps": FPS, "scenes": [spoken, silent]})
        task = self.sqs.send_message(QueueUrl=self.outputs["RequestsQueueUrl"], MessageBody=body)["MessageId"]
        key = {"task_id": {"S": task}, "item": {"S": "task"}}
        until = time.monotonic() + self.within_s
        while time.monotonic() < until:
            item = self.dynamodb.get_item(TableName=self.outputs["TasksTableName"], Key=key).get("Item", {})
            status = item.get("status", {}).get("S")
            if status in ("finished", "failed", "cancelled"):
                return status == "finished"
            time.sleep(0.2)
        return False

    def _denied_since(self, began_ms: int) -> bool:
        for name in self.names:
            try:
                pages = self.logs.get_paginator("filter_log_events").paginate(
                    logGroupName=f"/aws/lambda/{name}", startTime=began_ms
                )
                if any("AccessDenied" in event["message"] for page in pages for event in page["events"]):
                    return True
            except self.logs.exceptions.ResourceNotFoundException:
                continue
        return False


def statements(document: dict) -> list:
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def actions(statement: dict) -> list:
    """The actions that a statement allows."""
    found = statement.get("Action", []) if statement["Effect"] == "Allow" else []
    return [found] if isinstance(found, str) else list(found)


def without(document: dict, action: str) -> dict:
    """The policy without one action; a statement that allows nothing else goes with it."""
    kept = []
    for statement in statements(document):
        left = [other for other in actions(statement) if other != action]
        if statement["Effect"] != "Allow" or left:
            kept.append(statement | ({"Action": left} if statement["Effect"] == "Allow" else {}))
    return document | {"Statement": kept}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--only", type=int, help="try so many, drawn by --seed, of those that a quiet run needs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--within-s", type=float, default=30, help="how long a task may take")
    arguments = parser.parse_args()

    deployed = Deployed(arguments.endpoint, arguments.stack, arguments.within_s)
    if (found := deployed.trial()) != "unused":
        print(f"with all permissions, the outcome is {found}", file=sys.stderr)
        return 1
    tried = deployed.permissions()
    if arguments.only:
        tried = [permission for permission in tried if not permission.reason()]
        tried = sorted(random.Random(arguments.seed).sample(tried, min(arguments.only, len(tried))))
    unused = []
    for permission in tried:
        whole = deployed.policies(permission.role)
        deployed.put(permission.role, {name: without(document, permission.action) for name, document in whole.items()})
        try:
            outcome = deployed.trial()
        finally:
            deployed.put(permission.role, whole)
        reason = permission.reason() if outcome == "unused" else None
        print(f"{permission.role} {permission.action}: {outcome}{f', for when {reason}' if reason else ''}", flush=True)
        if outcome == "unused" and not reason:
            unused.append(permission)
    if (found := deployed.trial()) != "unused":
        print(f"with all permissions again, the outcome is {found}", file=sys.stderr)
        return 1
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())

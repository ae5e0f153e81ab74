"""Takes one permission at a time from a deployed stack's roles, and sees whether an end-to-end scene notices.

    PYTHONPATH=tests python -m cloud.permissions                     # deploys the template to an emulator of its own
    PYTHONPATH=tests python -m cloud.permissions --only 3 --seed 7
    PYTHONPATH=tests python -m cloud.permissions --endpoint http://127.0.0.1:4566 --stack protovideo

A permission is one action on one resource, as the functions' roles allow it. First every scene that will be needed has to end
well with all permissions. Then, for each permission, the scene that uses it (`USED_BY`) is prepared, the permission is taken
away, the scene goes on, and the permission is put back. It is noticed when the scene ends wrongly, or when the function's log
tells of the refusal. One that nothing notices fails the run (exit code 1). What Lambda itself does in a role's name, to read
queues and to write logs, is in policies of its own, which an emulator does not ask.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from .calls import Proxy, Rule
from .case import ASSETS, PROGRAMS
from .deployed import Deployed, deploy
from .emulators import Ministack
from .mishaps import Refuse
from .scenes import Scenes, Wrong

# The scene that uses a permission, where it is not the first: by function, action, and resource.
USUAL = "narrated"
USED_BY = {
    "submit dynamodb:UpdateItem TasksTable": "gone_film",
    "submit dynamodb:BatchGetItem IndexTable": "gone_film",
    "submit dynamodb:BatchWriteItem IndexTable": "pictures",
    "submit dynamodb:DeleteItem IndexTable": "gone_film",
    "submit dynamodb:UpdateItem IndexTable": "old",
    "submit s3:DeleteObject Bucket/cache/*": "damaged_film",
    "submit s3:GetObject Bucket/cache/*": "gone_film",
    "submit s3:GetObject Bucket/requests/*": "pictures",
    "submit s3:GetObject Bucket/tasks/*": "gone_film",
    "submit s3:GetObject InputBuckets": "pictures",
    "submit s3:ListBucket InputBuckets": "absent_picture",
    "submit s3:ListBucket Bucket": "gone_film",
    "submit s3:PutObject Bucket/cache/*": "pictures",
    "submit sqs:SendMessage AssembleQueue": "again",
    "render dynamodb:DeleteItem IndexTable": "damaged_picture",
    "render dynamodb:GetItem IndexTable": "cancelled_scene",
    "render dynamodb:GetItem TasksTable": "cancelled_scene",
    "render s3:DeleteObject Bucket/cache/*": "damaged_picture",
    "render s3:GetObject Bucket/cache/*": "traces",
    "render s3:ListBucket Bucket": "traces",
    "assemble dynamodb:DeleteItem IndexTable": "damaged_scene",
    "assemble dynamodb:GetItem TasksTable": "cancelled_film",
    "assemble s3:DeleteObject Bucket/cache/*": "damaged_scene",
    "assemble sqs:SendMessage RenderQueue": "damaged_scene",
    "reconcile": "looked_after",
}
# The emulator asks for another name (scripts/cloud/settle.py).
RENAMED = {"sqs:SendMessageBatch": "sqs:SendMessage"}
LISTS = "s3:ListBucket"
# The emulator takes a list of no names for one of an empty name.
NOWHERE = "arn:aws:s3:::/*"


class Permission(NamedTuple):
    """One action on one resource, which a role allows."""

    function: str
    action: str
    resource: str
    role: str
    arn: str

    def __str__(self):
        return f"{self.function} {RENAMED.get(self.action, self.action)} {self.resource}"

    @property
    def scene(self) -> str:
        """The name of the scene that uses it."""
        return USED_BY.get(str(self)) or USED_BY.get(self.function) or USUAL


class Trial:
    """A stack whose permissions are tried. While its `with` lasts, its functions reach the bucket by proxies: of an object
    that is not there, S3 says "denied" to whoever may not list the bucket, and the emulator does not."""

    def __init__(self, stack: Deployed, within_s: float):
        self.stack, self.scenes = stack, Scenes(stack, within_s)
        self.functions = {name.removesuffix("Function").lower(): name for name in stack.of("AWS::Lambda::Function")}
        self.proxies = {}

    def __enter__(self):
        for name in self.functions:
            self.proxies[name] = Proxy(self.stack.endpoint).__enter__()
            self._set_variables(name, {"AWS_ENDPOINT_URL_S3": self.proxies[name].endpoint})
        return self

    def __exit__(self, *_):
        for name, proxy in self.proxies.items():
            self._set_variables(name, {})
            proxy.__exit__()

    def _set_variables(self, function: str, variables: dict) -> None:
        client, name = self.stack.functions, self.stack.names[self.functions[function]]
        found = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        kept = {key: value for key, value in found.items() if key != "AWS_ENDPOINT_URL_S3"}
        client.update_function_configuration(FunctionName=name, Environment={"Variables": kept | variables})

    def permissions(self) -> list:
        """Every action on every resource that the functions' roles allow."""
        found = set()
        for function, logical in self.functions.items():
            role = self.stack.names[logical.replace("Function", "Role")]
            for document in self.policies(role).values():
                for statement in statements(document):
                    arns = [arn for arn in listed(statement["Resource"]) if arn != NOWHERE]
                    found |= {Permission(function, action, self.resource(arn), role, arn)
                              for action in actions(statement) for arn in arns}
        return sorted(found)

    def resource(self, arn: str) -> str:
        """What is allowed, by the template's name."""
        name = self.stack.logical(arn)
        return "InputBuckets" if name.startswith("arn:aws:s3:::") else name

    def policies(self, role: str) -> dict:
        """A role's inline policies by name."""
        found = {}
        for name in self.stack.iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = self.stack.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            found[name] = json.loads(unquote(document)) if isinstance(document, str) else document
        return found

    def put(self, role: str, policies: dict) -> None:
        """Gives the role these inline policies. One without statements is taken away, since IAM refuses it."""
        for name, document in policies.items():
            if statements(document):
                self.stack.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
            else:
                self.stack.iam.delete_role_policy(RoleName=role, PolicyName=name)

    def wrong(self, scene: str) -> str | None:
        """What goes wrong in a scene with all permissions."""
        began_ms = int(time.time() * 1000)
        self.scenes.hopeless = lambda: False
        try:
            for _ in getattr(self.scenes, scene)():
                pass
        except Wrong as wrong:
            return str(wrong)
        finally:
            self.scenes.clear()
        return next((told for name in self.functions if (told := self.refusal(name, "", began_ms))), None)

    def noticed(self, permission: Permission) -> str | None:
        """How it is noticed that a permission is gone."""
        scene = getattr(self.scenes, permission.scene)()
        self.scenes.hopeless = lambda: False
        next(scene)
        whole = self.policies(permission.role)
        less = {name: without(document, permission.action, permission.arn) for name, document in whole.items()}
        began_ms = int(time.time() * 1000)

        def told() -> str | None:
            return self.refusal(permission.function, permission.action, began_ms)

        self.scenes.hopeless = told
        rules = [Rule("s3.*Object", unlisted)] if permission.action == LISTS else []
        self.put(permission.role, less)
        self.proxies[permission.function].rules = rules
        try:
            for _ in scene:
                pass
        except Wrong as wrong:
            return f"ends wrongly: {wrong}"
        finally:
            self.proxies[permission.function].rules = []
            self.put(permission.role, whole)
            self.scenes.clear()
        # A log is there when its invocation has ended.
        for _ in range(20):
            if told():
                return "ends well, and the log tells of the refusal"
            time.sleep(0.1)
        return None

    def refusal(self, function: str, action: str, began_ms: int) -> str | None:
        """A line of a function's log that tells of a refusal to do so."""
        group = f"/aws/lambda/{self.stack.names[self.functions[function]]}"
        pages = self.stack.logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=began_ms)
        lines = (event["message"] for page in pages for event in page["events"])
        return next((line for line in lines if f"not authorized to perform: {action}" in line), None)


def unlisted(request, server, closing):
    """What S3 answers whoever may not list the bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html."""
    answer = server(request)
    return Refuse(403, "AccessDenied")(request, server, closing) if answer and answer.status == 404 else answer


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


def statements(document: dict) -> list:
    return listed(document.get("Statement", []))


def actions(statement: dict) -> list:
    """The actions that a statement allows."""
    return listed(statement.get("Action", [])) if statement["Effect"] == "Allow" else []


def without(document: dict, action: str, arn: str) -> dict:
    """The policy without one action on one resource; a statement that allows nothing else goes with it."""
    kept = []
    for statement in statements(document):
        arns = listed(statement.get("Resource", []))
        if action not in actions(statement) or arn not in arns:
            kept.append(statement)
            continue
        if others := [other for other in actions(statement) if other != action]:
            kept.append(statement | {"Action": others})
        if rest := [other for other in arns if other != arn]:
            kept.append(statement | {"Action": [action], "Resource": rest})
    return document | {"Statement": kept}


def run(stack: Deployed, only: int | None = None, seed: int = 1, within_s: float = 40) -> int:
    """Tries the stack's permissions; how many are not noticed, or scenes that go wrong by themselves."""
    with Trial(stack, within_s) as trial:
        tried = trial.permissions()
        if only:
            tried = sorted(random.Random(seed).sample(tried, min(only, len(tried))))
        faults = 0
        for scene in sorted({permission.scene for permission in tried}):
            if wrong := trial.wrong(scene):
                print(f"{scene}, with all permissions: {wrong}", flush=True)
                faults += 1
        if faults:
            return faults
        for permission in tried:
            noticed = trial.noticed(permission)
            print(f"{permission}: {permission.scene} {noticed or 'does without it'}", flush=True)
            faults += not noticed
        return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", help="an emulator with the stack, IAM enforced; without it, one is started")
    parser.add_argument("--stack", default="protovideo")
    parser.add_argument("--programs", type=Path, default=PROGRAMS, help="the folder of the functions to deploy")
    parser.add_argument("--assets", type=Path, default=ASSETS)
    parser.add_argument("--only", type=int, help="try so many, drawn by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--within-s", type=float, default=40, help="how long a task may take")
    arguments = parser.parse_args()
    chosen = {"only": arguments.only, "seed": arguments.seed, "within_s": arguments.within_s}
    if arguments.endpoint:
        return 1 if run(Deployed(arguments.endpoint, arguments.stack), **chosen) else 0
    with tempfile.TemporaryDirectory() as folder, Ministack(Path(folder), auth=True) as emulator:
        return 1 if run(deploy(emulator, arguments.stack, arguments.programs, arguments.assets), **chosen) else 0


if __name__ == "__main__":
    sys.exit(main())

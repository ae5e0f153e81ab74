"""The real template on an emulator of CloudFormation, with the functions whose speech and encoding are stand-ins.

Nothing is built: the programs are packed as they are, layers are left out, and the functions are told of the assets folder.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import boto3
from botocore.config import Config

from .case import ASSETS, PROGRAMS, ROOT
from .emulators import REGION, Ministack
from .template import TEMPLATE

CODE, INPUTS = "code", "inputs"
SERVICES = {"iam": "iam", "sqs": "sqs", "s3": "s3", "dynamodb": "dynamodb", "logs": "logs", "functions": "lambda",
            "formation": "cloudformation"}


def deploy(emulator: Ministack, name: str, programs: Path = PROGRAMS, assets: Path = ASSETS) -> "Deployed":
    """Deploys the template under that name. Pictures may come from another bucket, too."""
    s3, formation = emulator.client("s3"), emulator.client("cloudformation")
    for bucket in (CODE, INPUTS):
        s3.create_bucket(Bucket=bucket)
    text = TEMPLATE.read_text()
    for function in re.findall(r"CodeUri: \.\./functions/(\w+)", text):
        s3.upload_file(str(_packed(programs / function, emulator.folder)), CODE, function)
    text = re.sub(r"(CodeUri|ContentUri): (?:\.\./functions|layers)/(\w+)", rf"\1: s3://{CODE}/\2", text)
    values = {"AssetsFolder": str(assets), "InputBuckets": INPUTS, "WithLayers": "false", "RequireTls": "false"}
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    # It is longer than what fits into a call.
    s3.put_object(Bucket=CODE, Key="template.yaml", Body=text.encode())
    url = f"{emulator.endpoint}/{CODE}/template.yaml"
    formation.create_stack(StackName=name, TemplateURL=url, Parameters=given, Capabilities=capabilities)
    formation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    settle = [sys.executable, ROOT / "scripts/cloud/settle.py", "--endpoint", emulator.endpoint, "--stack", name]
    subprocess.run(settle, check=True)
    return Deployed(emulator.endpoint, name)


def _packed(program: Path, folder: Path) -> Path:
    """A function's package: the program without its symbols, which are most of it."""
    bootstrap, package = folder / "bootstrap", folder / f"{program.name}.zip"
    shutil.copy2(program, bootstrap)
    subprocess.run(["strip", bootstrap], check=True)
    with zipfile.ZipFile(package, "w") as archive:
        archive.write(bootstrap, "bootstrap")
    return package


class Deployed:
    """A stack as CloudFormation knows it. It can be asked for tasks as the stacks of stack.py can."""

    def __init__(self, endpoint: str, name: str):
        self.name, self.endpoint = name, endpoint
        access = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
        config = Config(retries={"total_max_attempts": 2}, read_timeout=120)
        for attribute, service in SERVICES.items():
            setattr(self, attribute, boto3.client(service, endpoint_url=endpoint, config=config, **access))
        pages = self.formation.get_paginator("list_stack_resources").paginate(StackName=name)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        self.names = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
        self.kinds = {resource["LogicalResourceId"]: resource["ResourceType"] for resource in resources}

    @property
    def bucket(self) -> str:
        return self.names["Bucket"]

    def table(self, logical: str = "TasksTable") -> str:
        return self.names[logical]

    def queue(self, logical: str) -> str:
        """The queue's URL."""
        return self.names[logical]

    def input_buckets(self) -> list:
        """The other buckets that requests may name pictures in."""
        function = self.functions.get_function_configuration(FunctionName=self.names["SubmitFunction"])
        named = function["Environment"]["Variables"].get("PROTOVIDEO_INPUT_BUCKETS", "")
        return [name for name in named.split(",") if name]

    def of(self, kind: str) -> list:
        """The logical names of resources of a kind."""
        return [name for name, of in self.kinds.items() if of == kind]

    def logical(self, arn: str) -> str:
        """An ARN by logical name: `Bucket/cache/*`."""
        for name, physical in self.names.items():
            if found := re.search(rf"[:/]{re.escape(physical.rsplit('/', 1)[-1])}(/.*)?$", arn):
                return name + (found[1] or "")
        return arn

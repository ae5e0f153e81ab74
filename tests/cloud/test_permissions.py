"""The trial of permissions, on a small stack whose function needs two of its three actions."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

from . import permissions
from .emulators import Ministack

BOOTSTRAP = '''#!{python}
import json, os, urllib.request
import boto3
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(api + "/next") as request:
        identifier, event = request.headers["Lambda-Runtime-Aws-Request-Id"], json.load(request)
    try:
        for record in event["Records"]:
            boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key="x", Body=b"")
            item = {{"task_id": {{"S": record["messageId"]}}, "item": {{"S": "task"}}, "status": {{"S": "finished"}}}}
            boto3.client("dynamodb").put_item(TableName=os.environ["TABLE"], Item=item)
        path, body = "response", b"{{}}"
    except Exception as error:
        path, body = "error", json.dumps({{"errorType": "x", "errorMessage": str(error)}}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{{api}}/{{identifier}}/{{path}}", body)).read()
'''
QUEUE_ACTIONS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def template(code: dict) -> dict:
    def allow(*actions: str) -> dict:
        return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}

    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = {"Version": "2012-10-17", "Statement": [allow("s3:PutObject", "s3:DeleteObject"), allow("dynamodb:PutItem")]}
    # The event source's own are not tried here.
    source = {"Version": "2012-10-17", "Statement": [allow(*QUEUE_ACTIONS) | {"Sid": "Source"}]}
    keys = [("task_id", "HASH"), ("item", "RANGE")]
    return {"Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys]}},
        "Managed": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": source, "Roles": [{"Ref": "Role"}]}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "own", "PolicyDocument": document}]}},
        "Function": {"Type": "AWS::Lambda::Function", "DependsOn": "Managed", "Properties": {
            "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 10, "Code": code,
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Environment": {"Variables": {"BUCKET": {"Ref": "Bucket"}, "TABLE": {"Ref": "Table"}}}}},
        "Source": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}, "FunctionName": {"Ref": "Function"}, "BatchSize": 1}},
    }, "Outputs": {
        "RequestsQueueUrl": {"Value": {"Ref": "Queue"}},
        "TasksTableName": {"Value": {"Ref": "Table"}},
    }}


class Permissions(unittest.TestCase):
    def test_each_action_is_told_apart(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        emulator = self.enterContext(Ministack(folder, auth=True))
        self.deploy(emulator, folder)
        argv = ["permissions", "--endpoint", emulator.endpoint, "--stack", "small", "--within-s", "3"]
        output = io.StringIO()
        with mock.patch.object(sys, "argv", argv), contextlib.redirect_stdout(output):
            code = permissions.main()
        said = sorted(line.split(" ", 1)[1] for line in output.getvalue().splitlines())
        expected = ["dynamodb:PutItem: needed", "s3:DeleteObject: unused, for when a damaged artifact is removed"]
        self.assertEqual(said, [*expected, "s3:PutObject: needed"])
        self.assertEqual(code, 0)

    def deploy(self, emulator: Ministack, folder: Path) -> None:
        program = zipfile.ZipInfo("bootstrap")
        program.external_attr = 0o755 << 16
        with zipfile.ZipFile(folder / "code.zip", "w") as archive:
            archive.writestr(program, BOOTSTRAP.format(python=sys.executable))
        s3, formation = emulator.client("s3"), emulator.client("cloudformation")
        s3.create_bucket(Bucket="code")
        s3.upload_file(str(folder / "code.zip"), "code", "code.zip")
        body = json.dumps(template({"S3Bucket": "code", "S3Key": "code.zip"}))
        formation.create_stack(StackName="small", TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
        formation.get_waiter("stack_create_complete").wait(StackName="small", WaiterConfig={"Delay": 1})


if __name__ == "__main__":
    unittest.main()

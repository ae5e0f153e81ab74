#!/usr/bin/env python3
"""Brings a stack that was deployed to ministack to what the emulator understands. AWS needs none of it.

    settle.py --endpoint http://127.0.0.1:4566 --stack protovideo

- The emulator keeps a number parameter as text, and then cannot compare `MaximumConcurrency`: no message is delivered.
- It asks for `sqs:SendMessageBatch` where messages are sent in batches. IAM has no such action: `sqs:SendMessage` is it.
"""

import argparse
import json
from urllib.parse import unquote

import boto3

RENAMED = {"sqs:SendMessage": "sqs:SendMessageBatch"}


def renamed(document: dict) -> dict:
    """A policy whose actions have the emulator's names."""
    statements = []
    for statement in document["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statements.append(statement | {"Action": [RENAMED.get(action, action) for action in actions]})
    return document | {"Statement": statements}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--stack", required=True)
    arguments = parser.parse_args()
    access = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}

    def client(service: str):
        return boto3.client(service, endpoint_url=arguments.endpoint, **access)

    formation, functions, iam = client("cloudformation"), client("lambda"), client("iam")
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=arguments.stack)
    for resource in [resource for page in pages for resource in page["StackResourceSummaries"]]:
        name, kind = resource["PhysicalResourceId"], resource["ResourceType"]
        if kind == "AWS::Lambda::EventSourceMapping":
            most = functions.get_event_source_mapping(UUID=name)["ScalingConfig"]["MaximumConcurrency"]
            functions.update_event_source_mapping(UUID=name, ScalingConfig={"MaximumConcurrency": int(most)})
        if kind == "AWS::IAM::Role":
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                found = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                document = json.loads(unquote(found)) if isinstance(found, str) else found
                iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(renamed(document)))


if __name__ == "__main__":
    main()

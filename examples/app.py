#!/usr/bin/env python3
"""Makes a film on AWS: sends a request, follows its task, downloads what came of it. Needs boto3 and nothing of ProtoVideo.

    python app.py harbour.json --stack protovideo

The message's body is the request's JSON as it stands. AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL mean what they always do.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import boto3

# SQS takes 1 MiB; what is larger goes through the bucket.
MESSAGE_BYTES = 1024 * 1024
OUTPUTS = {"queue": "RequestsQueueUrl", "table": "TasksTableName", "bucket": "BucketName"}


def outputs(stack: str) -> dict:
    """What the stack says about itself, by output name."""
    found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in found}


def send(queue: str, bucket: str, request: str, group: str | None) -> str:
    """Sends the request and returns the task's id: the request's own, or else the message's."""
    body = request
    if len(request.encode()) > MESSAGE_BYTES:
        key = f"requests/{time.time_ns()}.json"
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=request.encode())
        body = json.dumps({"request_url": f"s3://{bucket}/{key}"})
    # On a standard queue, a group keeps one sender's many messages from delaying another's few.
    more = {"MessageGroupId": group} if group else {}
    sent = boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=body, **more)
    return json.loads(request).get("task_id") or sent["MessageId"]


def follow(table: str, task: str, every_s: float) -> dict:
    """Prints the task's progress until it has ended, and returns its item."""
    items, said = boto3.resource("dynamodb").Table(table), None
    while True:
        # The item is not there until the request has been planned.
        item = items.get_item(Key={"task_id": task, "item": "task"}, ConsistentRead=True).get("Item", {})
        status, progress = item.get("status", "sent"), item.get("progress") or {}
        line = status
        if progress.get("fraction") is not None:
            line += f" {100 * float(progress['fraction']):.0f} %"
        if progress.get("eta_s") is not None:
            line += f", {float(progress['eta_s']):.0f} s to go"
        if line != said:
            print(line, file=sys.stderr, flush=True)
            said = line
        if status in ("finished", "failed", "cancelled"):
            return item
        time.sleep(every_s)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("request", type=Path, help="the request, JSON")
    parser.add_argument("-o", "--output", type=Path, help="where to put the film; its own name otherwise")
    parser.add_argument("--stack", help="the deployed stack, which knows the next three")
    parser.add_argument("--queue", help="URL of the requests' queue")
    parser.add_argument("--table", help="name of the tasks' table")
    parser.add_argument("--bucket", help="name of the bucket")
    parser.add_argument("--group", help="whom the request is for, where you have several customers")
    parser.add_argument("--every", type=float, default=2, metavar="SECONDS", help="how often to look")
    arguments = parser.parse_args()
    known = outputs(arguments.stack) if arguments.stack else {}
    queue, table, bucket = (getattr(arguments, name) or known.get(output) for name, output in OUTPUTS.items())
    if not (queue and table and bucket):
        parser.error("name the --stack, or --queue, --table and --bucket")

    task = send(queue, bucket, arguments.request.read_text(), arguments.group)
    print(f"task {task}", file=sys.stderr)
    item = follow(table, task, arguments.every)
    if item["status"] != "finished":
        error = item.get("error") or {}
        print(f"{item['status']}: {error.get('code', '')} {error.get('message', '')}", file=sys.stderr)
        return 1
    key = item["result"]["s3_key"]
    film = arguments.output or Path(Path(key).name)
    boto3.client("s3").download_file(bucket, key, str(film))
    print(film)
    return 0


if __name__ == "__main__":
    sys.exit(main())

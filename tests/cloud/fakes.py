"""The four functions, faked just enough for the rig's own tests: the promises of the real ones, without films.

`FAKE` names which one it is; `BUG` breaks a promise on purpose, so that the checks are seen to notice it:
`claim` (who flips the state sends the message, and may die in between), `twist` (another film each time),
`early` (finished before the film is there), `leak` (a secret in the log).
"""

import hashlib
import json
import os
import time
import urllib.request

import boto3
from botocore.exceptions import ClientError

from cloud.scripted import API

s3, dynamodb, sqs = (boto3.client(service) for service in ("s3", "dynamodb", "sqs"))
BUCKET, TABLE = os.environ["PROTOVIDEO_BUCKET"], os.environ["PROTOVIDEO_TASKS_TABLE"]
RENDER, ASSEMBLE = os.environ["PROTOVIDEO_RENDER_QUEUE"], os.environ["PROTOVIDEO_ASSEMBLE_QUEUE"]
DEAD_LETTERS = os.environ.get("PROTOVIDEO_DEAD_LETTERS", "").split(",")
BUG = os.environ.get("BUG", "")


def update(task: str, status: str, allowed: list, **more) -> bool:
    """Moves a task on, from one of the allowed statuses."""
    values = {":s": {"S": status}} | {f":{name}": value for name, value in more.items()}
    values |= {f":a{place}": {"S": word} for place, word in enumerate(allowed)}
    names = {"#status": "status"} | {f"#{name}": name for name in more}
    sets = ", ".join(["#status = :s"] + [f"#{name} = :{name}" for name in more])
    condition = " OR ".join(f"#status = :a{place}" for place in range(len(allowed)))
    try:
        dynamodb.update_item(
            TableName=TABLE, Key=key(task), UpdateExpression=f"SET {sets}", ConditionExpression=condition,
            ExpressionAttributeNames=names, ExpressionAttributeValues=values,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def key(task: str) -> dict:
    return {"task_id": {"S": task}, "item": {"S": "task"}}


def fail(task: str, code: str) -> None:
    update(task, "failed", ["queued", "inprogress"], error={"M": {"code": {"S": code}}})


def send(queue: str, **body) -> None:
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"v": 1} | body))


def request_of(task: str) -> dict:
    return json.load(s3.get_object(Bucket=BUCKET, Key=f"tasks/{task}/request.json")["Body"])


def submit(record: dict) -> None:
    request = json.loads(record["body"])
    if url := request.get("request_url"):
        request = json.load(s3.get_object(Bucket=BUCKET, Key=url.split("/", 3)[3])["Body"])
    task = request.get("task_id", record["messageId"])
    s3.put_object(Bucket=BUCKET, Key=f"tasks/{task}/request.json", Body=json.dumps(request))
    item = key(task) | {"status": {"S": "queued"}}
    try:
        dynamodb.put_item(TableName=TABLE, Item=item, ConditionExpression="attribute_not_exists(task_id)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    if "output_filename" not in request:
        fail(task, "INVALID_REQUEST")
        return
    for scene in range(len(request["scenes"])):
        send(RENDER, task=task, do="render", scene=scene)


def render(record: dict) -> None:
    body = json.loads(record["body"])
    task, request = body["task"], request_of(body["task"])
    update(task, "inprogress", ["queued"])
    if BUG == "leak":
        print(os.environ["OPENAI_API_KEY"], flush=True)
    time.sleep(0.05)
    digest = hashlib.sha256(json.dumps(request["scenes"][body["scene"]]).encode()).digest()
    s3.put_object(Bucket=BUCKET, Key=f"cache/scene/{task}/{body['scene']}", Body=digest)
    done = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"cache/scene/{task}/")["KeyCount"]
    if done < len(request["scenes"]):
        return
    if BUG == "claim":
        claim = key(task) | {"item": {"S": "claim"}}
        try:
            dynamodb.put_item(TableName=TABLE, Item=claim, ConditionExpression="attribute_not_exists(task_id)")
        except ClientError:
            return
        time.sleep(0.1)
    send(ASSEMBLE, task=task, do="assemble")


def assemble(record: dict) -> None:
    task = json.loads(record["body"])["task"]
    request = request_of(task)
    name = f"films/{task}/{request['output_filename']}"
    result = {"M": {"s3_key": {"S": name}}}
    if BUG == "early":
        update(task, "finished", ["queued", "inprogress"], result=result)
        os._exit(1)
    parts = []
    for scene in range(len(request["scenes"])):
        parts.append(s3.get_object(Bucket=BUCKET, Key=f"cache/scene/{task}/{scene}")["Body"].read())
    film = b"".join(parts) + (os.urandom(8) if BUG == "twist" else b"")
    s3.put_object(Bucket=BUCKET, Key=name, Body=film)
    update(task, "finished", ["queued", "inprogress"], result=result)


def reconcile(_) -> None:
    for queue in DEAD_LETTERS:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=1).get("Messages", []):
            body = json.loads(message["Body"])
            fail(body.get("task") or body.get("task_id") or message["MessageId"], "DEAD_LETTER")
    if BUG:
        return
    for item in dynamodb.scan(TableName=TABLE)["Items"]:
        if item["status"]["S"] in ("queued", "inprogress"):
            for scene in range(len(request_of(item["task_id"]["S"])["scenes"])):
                send(RENDER, task=item["task_id"]["S"], do="render", scene=scene)


def main() -> None:
    handle = globals()[os.environ["FAKE"]]
    while True:
        with urllib.request.urlopen(f"{API}/next") as request:
            identifier, event = request.headers["Lambda-Runtime-Aws-Request-Id"], json.load(request)
        for record in event.get("Records", [None]):
            handle(record)
        urllib.request.urlopen(urllib.request.Request(f"{API}/{identifier}/response", b'{"batchItemFailures": []}')).read()


if __name__ == "__main__":
    main()

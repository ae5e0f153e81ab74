"""What must hold after every run with faults, as far as it can be seen from outside. Each function gives the violations it
finds, a line each.

One terminal state a task, and no way back; finished films are there, and are those of a run without faults; dead letters
only of tasks that say `failed`; empty queues; no leases left; pictures paid once; secrets nowhere.
"""

import hashlib
import json
import re
import time
from pathlib import Path

from .driver import depth
from .watch import TERMINAL, backward, plain, read


def one_end(histories: dict) -> list:
    """Each task has exactly one terminal state, and its history has no backward step."""
    found = []
    for task, history in histories.items():
        if not history or history[-1] not in TERMINAL:
            found.append(f"{task}: has not ended: {history}")
        if backward(history):
            found.append(f"{task}: went back: {history}")
    return found


def films(stack, names: dict, reference: dict) -> list:
    """Each finished film is where its task says, and has the bytes of the reference. `names`: task to file name."""
    found = []
    for task, name in names.items():
        record = read(stack, task) or {}
        if record.get("status") != "finished":
            continue
        key = f"films/{task}/{name}"
        if (record.get("result") or {}).get("s3_key") != key:
            found.append(f"{task}: result names {record.get('result')}, not {key}")
        try:
            digest = sha256(stack, key)
        except stack.s3.exceptions.ClientError as error:
            found.append(f"{task}: finished, but {key}: {error}")
            continue
        if reference.get(name) not in (None, digest):
            found.append(f"{task}: {name} is {digest[:12]}, without faults {reference[name][:12]}")
    return found


def sha256(stack, key: str) -> str:
    """The digest of an object's bytes."""
    return hashlib.sha256(stack.s3.get_object(Bucket=stack.bucket, Key=key)["Body"].read()).hexdigest()


def failures_have_codes(stack, tasks) -> list:
    """A task that failed says why."""
    records = {task: read(stack, task) or {} for task in tasks}
    errors = {task: record.get("error") or {} for task, record in records.items() if record.get("status") == "failed"}
    return [f"{task}: failed without a code" for task, error in errors.items() if not error.get("code")]


def dead_letters(stack, spared: bool) -> tuple:
    """(how many there are, those whose task does not say `failed`). Where messages are not spared, a task may have ended
    well by one delivery while another of its messages was killed again and again; then it has to be over in any way."""
    allowed = ("failed",) if spared else TERMINAL
    letters, found = 0, []
    for logical, url in stack.queues().items():
        if not logical.endswith("DeadLetters"):
            continue
        for message in peek(stack, url):
            letters += 1
            task = task_of(stack, message)
            status = (read(stack, task) or {}).get("status")
            if status not in allowed:
                found.append(f"{logical} holds a message of {task}, which is {status}: {message['Body'][:80]}")
    return letters, found


def peek(stack, url: str) -> list:
    """The messages of a queue, which stay in it."""
    found: dict = {}
    while True:
        answer = stack.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30)
        if not answer.get("Messages"):
            break
        found |= {message["MessageId"]: message for message in answer["Messages"]}
    for message in found.values():
        stack.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    return list(found.values())


def task_of(stack, message: dict) -> str:
    """Whose message it is: a request may name no task, then it is the message's own id; it may lie in the bucket."""
    try:
        body = json.loads(message["Body"])
        if "request_url" in body:
            bucket, _, key = body["request_url"].removeprefix("s3://").partition("/")
            body = json.load(stack.s3.get_object(Bucket=bucket, Key=key)["Body"])
        return body.get("task") or body.get("task_id") or message["MessageId"]
    except (ValueError, AttributeError, TypeError):
        return message["MessageId"]


def queues_are_empty(stack) -> list:
    """Nothing is left to do."""
    depths = {name: depth(stack.sqs, url) for name, url in stack.queues().items() if not name.endswith("DeadLetters")}
    return [f"{name} still has {sum(found)} messages" for name, found in depths.items() if sum(found)]


def leases_end(stack, within_s: float) -> list:
    """No lease is live after the time that a killed owner's may last."""
    until = time.monotonic() + within_s
    while (live := live_leases(stack)) and time.monotonic() < until:
        time.sleep(1)
    return [f"a lease is live: {lease}" for lease in live]


def live_leases(stack) -> list:
    """Index items whose artifact is not made yet, with an owner and an end in the future, in milliseconds since 1970."""
    items = scan(stack, stack.table("IndexTable"))
    return [item for item in items if "sha256" not in item and item.get("lease_until", 0) > time.time() * 1000]


def scan(stack, table: str):
    """All items of a table, as plain values."""
    for page in stack.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from map(plain, page["Items"])


def canaries(stack, logs: Path, secrets: list, prompts: list) -> list:
    """A secret is in no log, object, item or dead letter; a prompt is in no log."""
    found = []
    for log in Path(logs).rglob("log"):
        text = log.read_bytes()
        found += [f"{log} holds {word!r}" for word in secrets + prompts if word.encode() in text]
    for page in stack.s3.get_paginator("list_objects_v2").paginate(Bucket=stack.bucket):
        for entry in page.get("Contents", []):
            body = stack.s3.get_object(Bucket=stack.bucket, Key=entry["Key"])
            text = body["Body"].read() + repr(body["Metadata"]).encode() + entry["Key"].encode()
            found += [f"s3://{stack.bucket}/{entry['Key']} holds {word!r}" for word in secrets if word.encode() in text]
    tables = [stack.table(), stack.table("IndexTable")]
    texts = [repr(item) for table in tables for item in scan(stack, table)]
    texts += [repr(message) for url in stack.queues().values() for message in peek(stack, url)]
    return found + [f"an item or a message holds {word!r}" for word in secrets for text in texts if word in text]


def panics(logs: Path) -> list:
    """Lines of the logs that tell of a panic: no input and no fault explains one."""
    lines = [line for log in Path(logs).rglob("log") for line in log.read_text(errors="replace").splitlines()]
    return [f"panic: {line[:200]}" for line in lines if re.search(r"panicked at", line)]


def paid_once(asked: dict, crashes: dict) -> list:
    """A picture is asked for once, and once more for each crash in between. Both by prompt."""
    return [
        f"{prompt!r} was paid {times} times, with {crashes.get(prompt, 0)} crashes"
        for prompt, times in asked.items()
        if times > 1 + crashes.get(prompt, 0)
    ]

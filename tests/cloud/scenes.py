"""End-to-end scenes on a deployed stack, which together use all that its functions may do.

A scene is a generator: up to its `yield` all is well and things are prepared; after it, what it is about happens, and raises
`Wrong` where that does not end as it should.
"""

import base64
import json
import random
import time
from decimal import Decimal

from boto3.dynamodb.types import TypeSerializer

from .deployed import Deployed
from .driver import depth
from .images import png
from .requests import FPS, SIZE
from .watch import TERMINAL, plain

KINDS = {"speech", "picture", "scene", "soundtrack", "film", "poster"}
DEAD = ("RequestsDeadLetters", "RenderDeadLetters", "AssembleDeadLetters")
# Much longer than the workers' looks at their tasks are apart (10 s).
LEASE_S = 24
_item = TypeSerializer()


class Wrong(Exception):
    """A scene did not end as it should."""


class Scenes:
    """The scenes of one stack. `hopeless` says that waiting is of no use any more, if it does so for a while."""

    def __init__(self, stack: Deployed, within_s: float = 40):
        self.stack, self.within_s = stack, within_s
        self.hopeless = lambda: False

    # ---- The scenes ------------------------------------------------------------------------------------------------

    def narrated(self):
        """A film of two scenes under one narration, of which nothing is cached."""
        yield
        task = self.send(self.film("a boat", "a cat", narration_text=f"This is {word()}. It is new."))
        self.finished(task)
        kinds = {record["kind"] for record in self.records(task)}
        self.expect(kinds == KINDS, f"these are the records' kinds: {kinds}")
        steps = [item["item"] for item in self.items(task) if item["item"].startswith(("narrate#", "scene#"))]
        self.expect(len(steps) == 3, f"these are three steps: {steps}")
        for record in self.records(task):
            self.expect(self.line(record["artifact"]).get("sha256"), f"the index has a line of a {record['kind']}")

    def pictures(self):
        """A request in the bucket, with pictures in itself, beside it, and in the other buckets that it may name."""
        yield
        name, drawn = word(), base64.b64encode(png(word())).decode()
        sources = [f"data:image/png;base64,{drawn}"]
        for bucket in (self.stack.bucket, *self.stack.input_buckets()):
            key = f"requests/{name}-{bucket}.png"
            self.put(key, png(key), bucket)
            sources.append(f"s3://{bucket}/{key}")
        scenes = [{"type": "image", "image": source, "duration": 0.3} for source in sources]
        self.put(f"requests/{name}.json", json.dumps({"size": SIZE, "fps": FPS, "scenes": scenes}).encode())
        task = self.send({"request_url": f"s3://{self.stack.bucket}/requests/{name}.json"})
        self.finished(task)
        for record in self.records(task):
            self.expect(self.line(record["artifact"]).get("sha256"), f"the index has a line of a {record['kind']}")

    def absent_picture(self):
        """A picture that is not there is told from one that may not be read, in each bucket that requests may name."""
        yield
        for bucket in (self.stack.bucket, *self.stack.input_buckets()):
            source = f"s3://{bucket}/requests/{word()}.png"
            task = self.send({"size": SIZE, "fps": FPS, "scenes": [{"type": "image", "image": source, "duration": 0.3}]})
            self.ended(task, "failed", "INVALID_REQUEST")
            told = self.item(task)["error"]["message"]
            self.expect("there is no such object" in told, f"this says that {source} is not there: {told}")

    def again(self):
        """A film that is there already, for another task."""
        request, _ = self.made("a boat")
        yield
        self.finished(self.send(request))

    def old(self):
        """The same, of a film that was used last a week ago."""
        request, task = self.made("a boat")
        [film] = self.artifacts(task, "film")
        used = int(self.line(film)["used_ms"])
        self.change_line(film, used_ms=used - 7 * 86_400_000)
        yield
        self.finished(self.send(request))
        self.expect(self.line(film)["used_ms"] >= used, "the index says that the film was used")

    def gone_film(self):
        """The same request again, whose film is gone: its task is opened again."""
        yield from self._opened_again(self.remove_object)

    def damaged_film(self):
        """The same with a film whose bytes have changed."""
        yield from self._opened_again(self.damage)

    def _opened_again(self, harm):
        request, task = self.made("a boat", "a cat")
        [film], [scene, _] = self.artifacts(task, "film"), self.artifacts(task, "scene")
        before = self.item(task)["finished_ms"]
        harm(film)
        self.remove(scene)
        yield
        self.send(request | {"task_id": task})
        self.until(lambda: self.item(task).get("finished_ms", before) > before, f"{task} has finished once more")
        self.finished(task)

    def damaged_scene(self):
        """A scene that two films share has changed before the second is joined."""
        request, task = self.made("a boat", "a cat")
        self.damage(self.artifacts(task, "scene")[0])
        yield
        more = self.film("a dog")["scenes"]
        self.finished(self.send(request | {"scenes": request["scenes"] + more}))

    def damaged_picture(self):
        """The same with a picture that two scenes share."""
        request, task = self.made("a boat")
        self.damage(self.artifacts(task, "picture")[0])
        yield
        longer = request | {"scenes": [request["scenes"][0] | {"duration": 0.6}]}
        self.finished(self.send(longer))

    def traces(self):
        """One scene is there and the index does not know it; of another, only a lapsed lease is left."""
        request, task = self.made("a boat", "a cat")
        known, lost = self.artifacts(task, "scene")
        self.remove(*self.artifacts(task, "film"))
        self.remove_line(known)
        self.remove(lost)
        self.lease(lost, -60)
        yield
        self.finished(self.send(request))

    def cancelled_scene(self):
        """A task is cancelled while its scene waits for somebody else's: the worker sees that and stops."""
        yield from self._cancelled("RenderQueue", "scene", "film")

    def cancelled_film(self):
        """The same while its film waits."""
        yield from self._cancelled("AssembleQueue", "film")

    def _cancelled(self, queue: str, kind: str, *more: str):
        request, task = self.made("a boat")
        for of in (kind, *more):
            self.remove(*self.artifacts(task, of))
        yield
        self.lease(*self.artifacts(task, kind), LEASE_S)
        task = self.send(request)
        self.until(lambda: depth(self.stack.sqs, self.stack.queue(queue))[1], f"a message of {task} is worked on")
        time.sleep(2)
        self.cancel(task)
        began = time.monotonic()
        self.until(lambda: not any(depth(self.stack.sqs, self.stack.queue(queue))), f"nobody works for {task} any more")
        self.expect(time.monotonic() - began < LEASE_S - 8, "that was because the task was cancelled")
        self.ended(task, "cancelled")

    def looked_after(self):
        """Tasks that nobody works on, one past its deadline, and dead letters of each kind."""
        _, task = self.made("a boat", "a cat")
        now = int(time.time() * 1000)
        idle = {"status": "inprogress", "updated_ms": now - 400_000}
        roles = ("render", "assemble", "late", "dead-scene", "dead-film", "dead-request", "revived")
        names = {role: f"{role}-{word()}" for role in roles}
        self.copy(task, names["render"], **idle, done=None)
        self.copy(task, names["assemble"], **idle)
        self.copy(task, names["late"], status="inprogress", updated_ms=now, deadline_ms=now - 1000)
        for name in ("dead-scene", "dead-film"):
            self.copy(task, names[name], status="inprogress", updated_ms=now)
        # Revived after its letter was sent, by more than clocks may differ.
        self.copy(task, names["revived"], status="inprogress", updated_ms=now, opened_ms=now + 60_000)
        letters = [{"task_id": names["dead-request"], "scenes": []},
                   {"v": 1, "task": names["dead-scene"], "do": "render", "scene": 0},
                   {"v": 1, "task": names["dead-film"], "do": "assemble"}]
        for queue, letter in zip(DEAD, letters):
            self.stack.sqs.send_message(QueueUrl=self.stack.queue(queue), MessageBody=json.dumps(letter))
        letter = {"v": 1, "task": names["revived"], "do": "render", "scene": 1}
        self.stack.sqs.send_message(QueueUrl=self.stack.queue(DEAD[1]), MessageBody=json.dumps(letter))
        yield
        answer = self.stack.functions.invoke(FunctionName=self.stack.names["ReconcileFunction"], Payload=b"{}")
        self.expect("FunctionError" not in answer, f"the function ends well: {answer['Payload'].read()}")
        for name in ("render", "assemble"):
            self.finished(names[name])
        ends = {"late": "DEADLINE", "dead-scene": "CRASH_LOOP", "dead-film": "CRASH_LOOP", "dead-request": "CRASH_LOOP"}
        for name, code in ends.items():
            self.ended(names[name], "failed", code)
        self.expect(self.item(names["revived"])["status"] == "inprogress", "an older letter does not end a task")
        for queue in DEAD:
            visible = self.stack.sqs.receive_message(QueueUrl=self.stack.queue(queue), WaitTimeSeconds=0)
            self.expect(visible.get("Messages"), f"a letter in {queue} can be read by others")

    # ---- What they consist of --------------------------------------------------------------------------------------

    def film(self, *prompts: str, **more) -> dict:
        """A request that nothing is cached of."""
        name = word()
        timed = {} if "narration_text" in more else {"duration": 0.3}
        scenes = [{"type": "image", "promptImage": f"{prompt}, {name}"} | timed for prompt in prompts]
        return {"size": SIZE, "fps": FPS, "scenes": scenes} | more

    def made(self, *prompts: str) -> tuple:
        """(the request, the task's id) of a film that is finished."""
        request, task = self.film(*prompts), f"made-{word()}"
        self.send(request | {"task_id": task})
        self.finished(task)
        return request, task

    def send(self, request: dict) -> str:
        """Sends a request; the message's id."""
        url = self.stack.queue("RequestsQueue")
        return self.stack.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(request))["MessageId"]

    def finished(self, task: str) -> None:
        self.ended(task, "finished")

    def ended(self, task: str, status: str, code: str | None = None) -> None:
        """Waits for the task's end, which has to be this one."""
        self.until(lambda: self.item(task).get("status") in TERMINAL, f"{task} has ended")
        item = self.item(task)
        error = item.get("error") or {}
        if (item["status"], error.get("code")) != (status, code):
            raise Wrong(f"{task} is {item['status']}, {error.get('code')}: {error.get('message')}")

    def until(self, holds, what: str) -> None:
        limit = time.monotonic() + self.within_s
        hopeless_at = None
        while not holds():
            now = time.monotonic()
            hopeless_at = hopeless_at or (now + 5 if self.hopeless() else None)
            if now > min(limit, hopeless_at or limit):
                raise Wrong(f"not in time: {what}")
            time.sleep(0.1)

    def expect(self, holds, what: str) -> None:
        if not holds:
            raise Wrong(f"not so: {what}")

    def item(self, task: str) -> dict:
        """The task's own item."""
        return next((item for item in self.items(task) if item["item"] == "task"), {})

    def items(self, task: str) -> list:
        """All items of a task."""
        found = self.stack.dynamodb.query(
            TableName=self.stack.table(), KeyConditionExpression="task_id = :task",
            ExpressionAttributeValues={":task": {"S": task}}, ConsistentRead=True)
        return [plain(item) for item in found["Items"]]

    def records(self, task: str) -> list:
        return [item for item in self.items(task) if item["item"].startswith("record#")]

    def artifacts(self, task: str, kind: str) -> list:
        """The task's artifacts of a kind, by scene."""
        found = {record["artifact"]: record.get("scene") for record in self.records(task) if record["kind"] == kind}
        return sorted(found, key=lambda artifact: found[artifact] or 0)

    def copy(self, task: str, to: str, **changes) -> None:
        """A live task like one that has finished, with these changes; `None` takes an attribute away."""
        for name in ("request.json", "plan.json"):
            body = self.stack.s3.get_object(Bucket=self.stack.bucket, Key=f"tasks/{task}/{name}")["Body"].read()
            self.put(f"tasks/{to}/{name}", body)
        ended = dict.fromkeys(("finished_ms", "finished_at", "result"))
        self._write("TasksTable", self.item(task) | ended | {"task_id": to, "live": "1"} | changes)

    def _write(self, table: str, item: dict) -> None:
        kept = {name: _item.serialize(value) for name, value in item.items() if value is not None}
        self.stack.dynamodb.put_item(TableName=self.stack.table(table), Item=kept)

    def cancel(self, task: str) -> None:
        """Cancels a task that is worked on."""
        try:
            self.stack.dynamodb.update_item(
                TableName=self.stack.table(), Key={"task_id": {"S": task}, "item": {"S": "task"}},
                UpdateExpression="SET #status = :cancelled REMOVE live", ConditionExpression="#status = :inprogress",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={":cancelled": {"S": "cancelled"}, ":inprogress": {"S": "inprogress"}})
        except self.stack.dynamodb.exceptions.ConditionalCheckFailedException:
            raise Wrong(f"{task} is not worked on, but {self.item(task)['status']}") from None

    def line(self, artifact: str) -> dict:
        """The artifact's line in the index."""
        table, key = self.stack.table("IndexTable"), {"artifact": {"S": artifact}}
        return plain(self.stack.dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {}))

    def change_line(self, artifact: str, **changes) -> None:
        self._write("IndexTable", self.line(artifact) | changes)

    def remove_line(self, artifact: str) -> None:
        table, key = self.stack.table("IndexTable"), {"artifact": {"S": artifact}}
        self.stack.dynamodb.delete_item(TableName=table, Key=key)

    def lease(self, artifact: str, span_s: float) -> None:
        """Somebody else's lease, which ends after so long."""
        until = int((time.time() + span_s) * 1000)
        self._write("IndexTable", {"artifact": artifact, "lease_owner": "somebody", "lease_until": Decimal(until),
                                   "expires_at": Decimal(until // 1000 + 86_400)})

    def put(self, key: str, body: bytes, bucket: str | None = None) -> None:
        self.stack.s3.put_object(Bucket=bucket or self.stack.bucket, Key=key, Body=body)

    def key(self, artifact: str) -> str:
        """Where an artifact's object lies."""
        kind, digest = artifact.split("/")[0], artifact.rsplit("/", 1)[-1]
        listed = self.stack.s3.list_objects_v2(Bucket=self.stack.bucket, Prefix=f"cache/{kind}/").get("Contents", [])
        keys = [entry["Key"] for entry in listed if digest in entry["Key"]]
        return next(key for key in keys if not key.endswith(".facts.json"))

    def damage(self, artifact: str) -> None:
        """Changes a byte of an artifact's object, and nothing beside it."""
        key = self.key(artifact)
        there = self.stack.s3.get_object(Bucket=self.stack.bucket, Key=key)
        body, beside = bytearray(there["Body"].read()), {name: there[name] for name in ("Metadata", "ContentType")}
        body[len(body) // 2] ^= 0xFF
        self.stack.s3.put_object(Bucket=self.stack.bucket, Key=key, Body=bytes(body), **beside)

    def remove_object(self, artifact: str) -> None:
        self.stack.s3.delete_object(Bucket=self.stack.bucket, Key=self.key(artifact))

    def remove(self, *artifacts: str) -> None:
        """Nothing is left of these."""
        for artifact in artifacts:
            self.remove_object(artifact)
            self.remove_line(artifact)

    def clear(self) -> None:
        """Takes all messages out of all queues."""
        for queue in self.stack.of("AWS::SQS::Queue"):
            self.stack.sqs.purge_queue(QueueUrl=self.stack.queue(queue))


def word() -> str:
    return f"{random.randrange(10**12):012}"

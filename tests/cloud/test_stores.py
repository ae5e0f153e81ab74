"""Stores that are gone, denied or too busy: what cannot be done says so and is not asked for without end."""

import threading
import time

from .calls import Proxy, Rule
from .case import Functions, film, metric
from .driver import depth
from .mishaps import FailEntries, Refuse, throttle
from .watch import read

# Calls that AWS answers with a denial, by what it calls one.
DENIALS = {
    "s3": Refuse(403, "AccessDenied"),
    "dynamodb": Refuse(400, "AccessDeniedException"),
    "sqs": Refuse(403, "AccessDenied"),
}


class Missing(Functions):
    """A store is deleted before the request comes."""

    def test_bucket(self):
        stack = self.stack()
        stack.s3.delete_bucket(Bucket=stack.bucket)
        self.assert_failed(self.refusal(stack), "STORE_MISSING", stack.bucket)

    def test_index_table(self):
        stack = self.stack()
        stack.dynamodb.delete_table(TableName=stack.table("IndexTable"))
        self.assert_failed(self.refusal(stack), "STORE_MISSING", stack.table("IndexTable"))

    def test_render_queue(self):
        stack = self.stack()
        slot = self.slot(stack, "submit")
        stack.sqs.delete_queue(QueueUrl=stack.queue("RenderQueue"))
        self.send(stack, film("a boat", task_id="t"))
        _, again = self.hand(stack, slot, "RequestsQueue")
        self.assertFalse(again)
        self.assert_failed(read(stack, "t"), "STORE_MISSING", "RenderQueue")

    def test_tasks_table(self):
        """Then nothing can be recorded: the message is put off, and a dead letter after its last delivery."""
        stack = self.stack()
        stack.dynamodb.delete_table(TableName=stack.table())
        slot = self.slot(stack, "submit")
        self.send(stack, film("a boat", task_id="t"))
        for attempt in range(1, 6):
            _, again = self.hand(stack, slot, "RequestsQueue", attempt)
            self.assertTrue(again)
            self.assertEqual(depth(stack.sqs, stack.queue("RequestsQueue")), (0, attempt), "it does not come at once")
            self.send(stack, film("a boat", task_id="t"))

    def test_stores_that_go_while_scenes_wait(self):
        for store in ("bucket", "index"):
            with self.subTest(store):
                stack = self.stack(name=f"later-{store}")
                submit, render = (self.slot(stack, name, f"{store}-{name}") for name in ("submit", "render"))
                self.send(stack, film("a boat", task_id="t"))
                self.hand(stack, submit, "RequestsQueue")
                if store == "bucket":
                    for entry in stack.s3.list_objects_v2(Bucket=stack.bucket)["Contents"]:
                        stack.s3.delete_object(Bucket=stack.bucket, Key=entry["Key"])
                    stack.s3.delete_bucket(Bucket=stack.bucket)
                else:
                    stack.dynamodb.delete_table(TableName=stack.table("IndexTable"))
                _, again = self.hand(stack, render, "RenderQueue")
                self.assertFalse(again)
                self.assert_failed(read(stack, "t"), "STORE_MISSING")

    def refusal(self, stack) -> dict:
        """A request's end, after one delivery."""
        deployed = self.deploy(stack)
        item = self.end(stack, self.send(stack, film("a boat")))
        self.empty(stack, "RequestsQueue")
        self.assertEqual(len(deployed.drivers["submit"].history), 1)
        self.assert_told("STORE_MISSING", refused=False)
        return item


class Denied(Functions):
    """A role lacks an action."""

    def denied(self, *patterns: str, at: str = "submit") -> dict:
        """The end of a task whose function `at` is denied these calls."""
        with Proxy(self.emulator.endpoint) as proxy:
            self.runs = getattr(self, "runs", 0) + 1
            stack = self.stack(name=f"{self.name}-{self.runs}", endpoint=proxy.endpoint)
            slots = [self.slot(stack, name, f"{self.runs}-{name}") for name in ("submit", "render", "assemble")]
            self.send(stack, film("a boat", task_id="t"))
            for slot, queue in zip(slots, ("RequestsQueue", "RenderQueue", "AssembleQueue")):
                here = slot.bootstrap.name == at
                proxy.rules = [Rule(p, DENIALS[p.partition(".")[0]]) for p in patterns] if here else []
                answer, again = self.hand(stack, slot, queue)
                self.assertEqual(answer.outcome, "ok", answer)
                if here:
                    return {"again": again, "waits": depth(stack.sqs, stack.queue(queue))} | (read(stack, "t") or {})
        raise AssertionError(f"{at} was not reached")

    def test_each_function_says_what_it_is_denied(self):
        for at, patterns in [
            ("submit", ["s3.PutObject"]), ("submit", ["sqs.SendMessage*"]), ("submit", ["dynamodb.GetItem", "s3.HeadObject"]),
            ("render", ["s3.GetObject"]), ("render", ["s3.PutObject"]), ("render", ["dynamodb.TransactWriteItems"]),
            ("render", ["sqs.SendMessage*"]), ("assemble", ["s3.GetObject"]), ("assemble", ["s3.CopyObject"]),
        ]:
            with self.subTest(at=at, denied=patterns):
                end = self.denied(*patterns, at=at)
                if "dynamodb.GetItem" in patterns:
                    # Nothing can be read, so nothing is recorded either: it is put off.
                    self.assertTrue(end["again"])
                    self.assertEqual(end["waits"], (0, 1))
                else:
                    self.assert_failed(end, "ACCESS_DENIED")
                    self.assertFalse(end["again"])

    def test_a_denied_table_is_asked_seldom(self):
        for at, call in [("render", "dynamodb.UpdateItem"), ("assemble", "dynamodb.UpdateItem")]:
            with self.subTest(at=at):
                end = self.denied(call, at=at)
                self.assertTrue(end["again"])
                self.assertEqual(end["waits"], (0, 1))
                self.assertNotIn("error", end)

    def test_lines_that_cannot_be_written_harm_nothing(self):
        end = self.denied("dynamodb.BatchWriteItem", at="render")
        self.assertFalse(end["again"])
        self.assertEqual(end["status"], "inprogress")


class Throttled(Functions):
    """For twenty seconds a good part of the calls is refused."""

    SECONDS = 20

    def test_the_task_finishes(self):
        busy = [
            Rule("dynamodb.*", throttle(), share=0.4), Rule("s3.*", Refuse(503, "SlowDown"), share=0.4),
            Rule("sqs.SendMessageBatch", FailEntries(), share=0.5), Rule("sqs.*", Refuse(403, "RequestThrottled"), share=0.2),
        ]
        with Proxy(self.emulator.endpoint) as proxy:
            stack = self.stack(endpoint=proxy.endpoint)
            deployed = self.deploy(stack, render=2)
            proxy.rules = busy
            over = threading.Timer(self.SECONDS, lambda: setattr(proxy, "rules", []))
            over.start()
            began = time.monotonic()
            tasks = []
            while time.monotonic() < began + self.SECONDS:
                tasks.append(self.send(stack, film(*(f"a boat, {len(tasks)}, {n}" for n in range(3)))))
                time.sleep(4)
            over.join()
            ends = [self.end(stack, task, 240) for task in tasks]
            self.assertEqual([(end["status"], end.get("error")) for end in ends], [("finished", None)] * len(tasks))
            self.assertGreater(sum(call.mishap == "Refuse" for call in proxy.calls), 20)
            self.assertEqual(deployed.counts()["exited"], 0)
            self.assertEqual(metric(self.folder, "tasks", State="failed"), 0)

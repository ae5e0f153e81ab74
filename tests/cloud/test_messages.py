"""Messages of work that nobody can do: told, and gone or ended after a few deliveries, without harm to other tasks."""

import json
import os
import subprocess
import unittest

from .case import PROGRAMS, ROOT, Functions, codes, film, metric
from .driver import depth
from .emulators import REGION
from .watch import read

QUEUE = "RenderQueue"


class Messages(Functions):
    """Delivered by hand, so that the n-th delivery need not be waited for."""

    def setUp(self):
        super().setUp()
        self.here = self.stack()

    def accepted(self, task: str) -> None:
        """The task is recorded, and its first message waits in the queue."""
        self.send(self.here, film("a boat", task_id=task))
        _, again = self.hand(self.here, self.slot(self.here, "submit", f"submit-{task}"), "RequestsQueue")
        self.assertFalse(again)

    def work(self, task: str, **more) -> None:
        self.send(self.here, {"v": 1, "task": task, "do": "render", "scene": 0} | more, QUEUE)

    def receive(self) -> list:
        return self.here.sqs.receive_message(QueueUrl=self.here.queue(QUEUE)).get("Messages", [])

    def assert_hidden(self) -> None:
        """The queue's message is put off, so that it does not come again at once."""
        self.assertEqual(self.receive(), [])
        self.assertEqual(depth(self.here.sqs, self.here.queue(QUEUE)), (0, 1))

    def test_what_is_no_message(self):
        slot = self.slot(self.here, "render")
        for body in ("{", "[]", '{"v": 1}', '{"v": 1, "task": "t", "do": "dance"}'):
            self.send(self.here, body, QUEUE)
            _, again = self.hand(self.here, slot, QUEUE)
            self.assertFalse(again, body)
        self.assertEqual(codes(self.folder).count("BAD_MESSAGE"), 4)
        self.assertEqual(metric(self.folder, "refused", Code="BAD_MESSAGE"), 4)

    def test_an_unknown_task(self):
        self.work("nobody")
        _, again = self.hand(self.here, self.slot(self.here, "render"), QUEUE)
        self.assertFalse(again)
        self.assertIsNone(read(self.here, "nobody"))

    def test_an_unknown_scene(self):
        self.accepted("small")
        self.receive()
        before = read(self.here, "small")
        for attempt in range(1, 6):
            self.work("small", scene=7)
            _, again = self.hand(self.here, self.slot(self.here, "render"), QUEUE, attempt)
            if not again:
                break
        item = read(self.here, "small")
        self.assertEqual(item["progress"]["scenes"][0], before["progress"]["scenes"][0])
        self.assertEqual(len(item["progress"]["scenes"]), 1, item["progress"])
        self.assertLess(attempt, 5)

    def test_another_version(self):
        self.accepted("newer")
        self.receive()
        slot = self.slot(self.here, "render")
        for attempt in (1, 2, 3):
            self.work("newer", v=2)
            _, again = self.hand(self.here, slot, QUEUE, attempt)
            self.assertTrue(again)
            self.assertEqual(read(self.here, "newer")["status"], "inprogress")
            self.assertEqual(self.receive(), [], "it is left to other workers for a while")
        self.work("newer", v=2)
        _, again = self.hand(self.here, slot, QUEUE, 4)
        self.assertFalse(again)
        self.assert_failed(read(self.here, "newer"), "VERSION_SKEW", "version 2")
        self.assert_told("VERSION_SKEW", refused=False)

    def test_workers_that_died_four_times(self):
        self.accepted("deadly")
        self.receive()
        self.work("deadly")
        _, again = self.hand(self.here, self.slot(self.here, "render"), QUEUE, 5)
        self.assertFalse(again)
        self.assert_failed(read(self.here, "deadly"), "CRASH_LOOP", "scene#0", scene=0)

    def test_a_cancelled_task(self):
        program = next((p for p in (ROOT / "target/debug/protovideo", PROGRAMS / "protovideo") if p.exists()), None)
        if not program:
            raise unittest.SkipTest("the program protovideo is not built")
        self.accepted("stopped")
        variables = self.here.function("render").environment | {"AWS_REGION": REGION}
        cancel = [str(program), "cancel", "stopped"]
        done = subprocess.run(cancel, env=os.environ | variables, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        item = read(self.here, "stopped")
        self.assertEqual(item["status"], "cancelled")
        _, again = self.hand(self.here, self.slot(self.here, "render"), QUEUE)
        self.assertFalse(again)
        self.assertEqual(read(self.here, "stopped"), item)
        self.empty(self.here, QUEUE, "AssembleQueue")
        listed = self.here.s3.list_objects_v2(Bucket=self.here.bucket, Prefix="cache/")
        self.assertEqual(listed["KeyCount"], 0, "nothing was made for it")


class Beside(Functions):
    def test_good_tasks_go_on(self):
        """Bad messages between good ones, all in one queue."""
        stack = self.stack()
        deployed = self.deploy(stack)
        tasks = []
        for n in range(3):
            self.send(stack, "{", QUEUE)
            self.send(stack, json.dumps({"v": 1, "task": f"no-{n}", "do": "assemble"}), "AssembleQueue")
            tasks.append(self.send(stack, film(f"a boat {n}")))
        self.assertEqual([self.end(stack, task)["status"] for task in tasks], ["finished"] * 3)
        self.empty(stack)
        self.assertEqual(deployed.counts()["failed_messages"], 0)
        self.assertEqual(deployed.counts()["invocations"], 3 + 3 + 3 + 3 + 3)

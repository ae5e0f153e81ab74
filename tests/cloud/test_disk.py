"""A function's `/tmp` that is full, or may not be written: the process ends where that may help, and the task in any case."""

import json
import os
import shutil
import subprocess
import unittest

from .case import Functions, codes, film, metric
from .deployment import TICK
from .driver import depth
from .watch import read

QUEUE = "RenderQueue"


class Disk(Functions):
    def setUp(self):
        super().setUp()
        self.here = self.stack()
        self.send(self.here, film("a boat", task_id="t", size="640x640"))
        self.hand(self.here, self.slot(self.here, "submit", "submit"), "RequestsQueue")
        self.render = self.slot(self.here, "render", "render")

    def full(self, kilobytes: int) -> None:
        """A disk of that size takes the place of the environment's `/tmp`."""
        options = f"size={kilobytes}k,mode=1777"
        mount = ["mount", "-t", "tmpfs", "-o", options, "protovideo-test", str(self.render.scratch)]
        if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
            raise unittest.SkipTest("a small disk needs the right to mount one")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.render.scratch)], check=False)
        self.addCleanup(self.render.kill)

    def attempts(self) -> list:
        """Delivers the message until it is done; what the invocations' outcomes were."""
        outcomes = []
        for attempt in range(1, 6):
            self.here.sqs.purge_queue(QueueUrl=self.here.queue(QUEUE))
            self.send(self.here, {"v": 1, "task": "t", "do": "render", "scene": 0}, QUEUE)
            answer, again = self.hand(self.here, self.render, QUEUE, attempt)
            outcomes.append(answer.outcome)
            if not again:
                break
        return outcomes

    def test_a_full_disk(self):
        self.full(4)
        outcomes = self.attempts()
        self.assert_failed(read(self.here, "t"), "DISK_FULL", scene=0)
        self.assertEqual(outcomes, ["exited", "exited", "exited", "ok"])
        self.assertEqual(codes(self.folder).count("SICK"), 3)
        self.assertGreaterEqual(metric(self.folder, "tasks", State="failed"), 1)

    def test_a_disk_that_is_emptied(self):
        """What others left there is no reason to fail."""
        self.full(2048)
        left = self.render.scratch / "protovideo-999999-old"
        left.mkdir()
        (left / "rest").write_bytes(b"x" * (2020 << 10))
        outcomes = self.attempts()
        self.assertEqual(outcomes, ["ok"])
        self.assertEqual(read(self.here, "t")["progress"]["scenes"], ["finished"])
        self.assertFalse(left.exists())

    def test_a_folder_that_is_gone(self):
        """Where the process's own folder went, another process makes a new one."""
        # The scene's own message waits, so that the process begins with nothing made.
        self.here.sqs.purge_queue(QueueUrl=self.here.queue(QUEUE))
        self.send(self.here, "{", QUEUE)
        while depth(self.here.sqs, self.here.queue(QUEUE))[0]:
            self.hand(self.here, self.render, QUEUE)
            for work in self.render.scratch.iterdir():
                shutil.rmtree(work)
        outcomes = self.attempts()
        item = read(self.here, "t")
        if item["status"] == "failed":
            self.assert_failed(item, "IO", scene=0)
        self.assertIn("exited", outcomes, "the process ends rather than fail one task after another")

    def test_a_folder_that_cannot_be_made(self):
        """Such a process does not begin; what becomes of its messages is the reconciler's to tell."""
        self.render.environment["TMPDIR"] = str(self.folder / "nowhere")
        self.assertEqual(set(self.attempts()), {"exited"})
        self.assertEqual(read(self.here, "t")["status"], "queued")
        self.send(self.here, {"v": 1, "task": "t", "do": "render", "scene": 0}, "RenderDeadLetters")
        answer = self.slot(self.here, "reconcile", "reconcile").invoke(TICK)
        self.assertEqual(json.loads(answer.body).get("buried"), 1, answer)
        self.assert_failed(read(self.here, "t"), "CRASH_LOOP", scene=0)

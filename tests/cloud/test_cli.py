"""The command line against a stack: what a user does, with the program as it is built."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from .deployment import Deployment
from .emulators import REGION, Ministack
from .stack import Stack

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target" / "debug" / "protovideo"
STAND_INS = ROOT / "target" / "stand-ins"
REQUEST = {"size": "180x320", "output_filename": "two.mp4", "scenes": [
    {"type": "image", "promptImage": "a red boat", "narration_text": "The boat comes home.", "subtitle": True},
    {"type": "image", "promptImage": "a lighthouse", "duration": 1.0},
]}


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.emulator = cls.enterClassContext(Ministack(cls.folder / "emulator"))

    def stack(self, name: str, functions: bool = True) -> Stack:
        stack = Stack(self.emulator, name)
        if functions:
            self.enterContext(Deployment(stack, STAND_INS, self.folder / name, {}))
        self.environment = os.environ | {
            "AWS_ENDPOINT_URL": stack.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "PROTOVIDEO_BUCKET": stack.bucket,
            "PROTOVIDEO_TASKS_TABLE": stack.table(),
            "PROTOVIDEO_INDEX_TABLE": stack.table("IndexTable"),
            "PROTOVIDEO_REQUESTS_QUEUE": stack.queue("RequestsQueue"),
            "PROTOVIDEO_RENDER_QUEUE": stack.queue("RenderQueue"),
            "PROTOVIDEO_ASSEMBLE_QUEUE": stack.queue("AssembleQueue"),
            "PROTOVIDEO_DEAD_LETTERS": stack.queue("RenderDeadLetters"),
        }
        return stack

    def protovideo(self, *arguments, code: int = 0, given: dict | None = None) -> subprocess.CompletedProcess:
        done = subprocess.run([PROGRAM, *map(str, arguments)], env=self.environment, cwd=self.folder, capture_output=True,
                              text=True, timeout=120, check=False, input=json.dumps(given) if given else None)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_a_request_is_sent_followed_reported_and_fetched(self):
        self.stack("cli")
        sent = self.protovideo("submit", "-", "--tenant", "them", "--watch", given=REQUEST)
        task = sent.stdout.split()[0]
        self.assertIn(f"{task}", sent.stdout.splitlines()[-1])
        self.assertIn("finished   3 of 3 steps", sent.stdout)
        answer = json.loads(self.protovideo("status", task, "--json").stdout)
        self.assertEqual((answer["status"], answer["progress"]["scenes"]), ("finished", ["finished", "finished"]))
        self.assertIn(f"films/{task}/two.mp4", answer["result"]["download_url"])
        report = json.loads(self.protovideo("report", task, "--format", "json").stdout)
        self.assertEqual(sorted(report["steps"]), ["audio_generation", "image_generation", "scene_processing"])
        self.assertGreater(len(report["artifacts"]), 5)
        film = self.folder / "fetched.mp4"
        self.assertEqual(self.protovideo("fetch", task, "-o", film).stdout.strip(), str(film))
        self.assertEqual({path.suffix for path in self.folder.glob("fetched.*")}, {".mp4", ".jpg", ".srt", ".vtt", ".json"})
        self.assertIn("X-Amz-Signature", self.protovideo("fetch", task, "--link").stdout)
        self.assertIn(task, self.protovideo("status").stdout)
        self.assertIn("is finished already", self.protovideo("cancel", task, code=2).stderr)

    def test_faults_are_told_before_anything_is_sent(self):
        stack = self.stack("faults", functions=False)
        told = self.protovideo("submit", "-", given=REQUEST | {"fsp": 30}, code=3)
        self.assertIn("fsp: unknown field; did you mean fps?", told.stderr)
        attributes = stack.sqs.get_queue_attributes(QueueUrl=stack.queue("RequestsQueue"),
                                                    AttributeNames=["ApproximateNumberOfMessages"])
        self.assertEqual(attributes["Attributes"]["ApproximateNumberOfMessages"], "0")
        self.assertIn("there is no task", self.protovideo("status", "nobody", code=3).stderr)
        self.assertIn("there is no task", self.protovideo("fetch", "nobody", code=3).stderr)

    def test_a_large_request_goes_through_the_bucket(self):
        self.stack("large")
        # Half a kilobyte of words for each of many scenes: more than is put into a message.
        scene = {"type": "image", "promptImage": "a boat " * 60, "duration": 0.1}
        task = self.protovideo("submit", "-", "--watch", given=REQUEST | {"scenes": [scene] * 700}, code=3)
        self.assertIn("at most 500 allowed", task.stderr)
        scenes = [{"type": "image", "promptImage": "a boat", "duration": 0.1, "seed": n % 2} for n in range(20)]
        long = {"type": "image", "promptImage": "b " * 900, "duration": 0.1}
        sent = self.protovideo("submit", "-", "--watch", given=REQUEST | {"scenes": [long] * 160 + scenes})
        self.assertIn("finished", sent.stdout)

    def test_what_waits_can_be_cancelled(self):
        stack = self.stack("cancelled", functions=False)
        with Deployment(stack, STAND_INS, self.folder / "submits", {"render": 0, "assemble": 0}):
            task = self.protovideo("submit", "-", given=REQUEST).stdout.strip()
            watching = subprocess.Popen([PROGRAM, "status", "--watch", task], env=self.environment, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.enterContext(watching)
            for _ in range(100):
                if "queued" in self.protovideo("status").stdout:
                    break
            self.protovideo("cancel", task)
            _, told = watching.communicate(timeout=30)
            self.assertEqual(watching.returncode, 7, told)
            self.assertIn("was cancelled", told)

    def test_a_dead_letter_is_shown_and_sent_again(self):
        stack = self.stack("letters", functions=False)
        with Deployment(stack, STAND_INS, self.folder / "letters", {"render": 0, "assemble": 0}):
            task = self.protovideo("submit", "-", given=REQUEST).stdout.strip()
            for _ in range(100):
                if "queued" in self.protovideo("status").stdout:
                    break
        # Its first scene's message is given up, and its task with it, as the reconciler does.
        body = json.dumps({"v": 1, "task": task, "do": "render", "scene": 0})
        stack.sqs.send_message(QueueUrl=stack.queue("RenderDeadLetters"), MessageBody=body)
        with Deployment(stack, STAND_INS, self.folder / "reconciles", {"submit": 0, "render": 0, "assemble": 0}) as idle:
            idle.reconcile()
        failed = json.loads(self.protovideo("status", task, "--json").stdout)
        self.assertEqual((failed["status"], failed["error"]["code"]), ("failed", "CRASH_LOOP"))
        self.assertIn(task, self.protovideo("dlq", "ls").stdout)
        self.assertIn("1 of 1 dead letters were sent again", self.protovideo("dlq", "redrive", task).stderr)
        self.assertEqual(self.protovideo("dlq", "ls").stdout, "")
        with Deployment(stack, STAND_INS, self.folder / "again", {}):
            self.assertIn("finished", self.protovideo("status", "--watch", task).stdout)

    def test_a_worker_makes_films_by_itself(self):
        stack = self.stack("worker", functions=False)
        with Deployment(stack, ROOT / "target" / "debug", self.folder / "real", {"render": 0, "assemble": 0}, environment={
                "PROTOVIDEO_ASSETS": os.environ.get("PROTOVIDEO_ASSETS", "")} if os.environ.get("PROTOVIDEO_ASSETS") else {}):
            task = self.protovideo("submit", "-", given=REQUEST).stdout.strip()
            self.protovideo("worker", "--idle", "12")
        film = self.folder / "worker.mp4"
        self.protovideo("fetch", task, "-o", film)
        self.assertGreater(film.stat().st_size, 10_000)


if __name__ == "__main__":
    unittest.main()

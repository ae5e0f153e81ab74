"""What tests of the real functions have in common: an emulator, stacks on it, the functions at work, and what they said.

The functions are those whose speech and encoding are stand-ins, and whose pictures are real: `make chaos` builds them into
`target/stand-ins`. `PROTOVIDEO_PROGRAMS` names another folder, `PROTOVIDEO_ASSETS` that of models, voices and fonts.
"""

import json
import os
import tempfile
import time
import unittest
from pathlib import Path

from .deployment import Deployment, bootstrap
from .driver import depth
from .emulators import Ministack
from .event import event
from .requests import FPS, SIZE
from .runtime import Slot
from .stack import Stack
from .watch import TERMINAL, read

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("PROTOVIDEO_PROGRAMS") or ROOT / "target" / "stand-ins")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
ASSETS = Path(os.environ.get("PROTOVIDEO_ASSETS") or CACHE / "protovideo" / "assets")


def film(*prompts: str, **more) -> dict:
    """A request for a small film, a silent scene for each prompt."""
    scenes = [{"type": "image", "promptImage": prompt, "duration": 0.3} for prompt in prompts]
    return {"size": SIZE, "fps": FPS, "scenes": scenes} | more


def said(folder: Path) -> list:
    """The lines of the functions' logs that are JSON objects."""
    found = []
    for log in sorted(Path(folder).rglob("log")):
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                try:
                    found.append(json.loads(line))
                except ValueError:
                    # A killed program's last line may be a part of one.
                    continue
    return found


def metric(folder: Path, name: str, **dimensions: str) -> float:
    """The sum of a metric's values, of those lines that have these dimensions."""
    lines = [line for line in said(folder) if "_aws" in line and name in line]
    return sum(line[name] for line in lines if dimensions.items() <= line.items())


def codes(folder: Path) -> list:
    """The codes that the logs tell, in order."""
    return [line["fields"]["code"] for line in said(folder) if "code" in line.get("fields", {})]


class Functions(unittest.TestCase):
    """Tests of the functions on one emulator."""

    auth = False

    @classmethod
    def setUpClass(cls):
        if not (PROGRAMS / "submit").exists():
            raise unittest.SkipTest(f"no functions in {PROGRAMS}")
        cls.above = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.emulator = cls.enterClassContext(Ministack(cls.above / "emulator", auth=cls.auth))

    def setUp(self):
        self.name = self._testMethodName.removeprefix("test_").replace("_", "-")[:40].strip("-")
        self.folder = self.above / self.name

    def stack(self, **more) -> Stack:
        """A stack of this test's own."""
        return Stack(self.emulator, more.pop("name", self.name), **more)

    def deploy(self, stack: Stack, render: int = 1, **variables: str) -> Deployment:
        """The functions at work until the test's end."""
        environment = {"PROTOVIDEO_ASSETS": str(ASSETS)} | variables
        slots = {"submit": 1, "render": render, "assemble": 1}
        deployed = Deployment(stack, PROGRAMS, self.folder, slots, environment=environment, timeout_s=60)
        return self.enterContext(deployed)

    def slot(self, stack: Stack, name: str, folder: str = "slot", **variables: str) -> Slot:
        """One environment of a function, for messages that are delivered by hand."""
        function = stack.function(name)
        environment = function.environment | {"PROTOVIDEO_ASSETS": str(ASSETS)} | variables
        slot = Slot(bootstrap(PROGRAMS, name), environment, 60, function.memory_mb, self.folder / folder)
        return self.enterContext(slot)

    def send(self, stack: Stack, request, queue: str = "RequestsQueue") -> str:
        """Sends a message; its id."""
        body = request if isinstance(request, str) else json.dumps(request)
        return stack.sqs.send_message(QueueUrl=stack.queue(queue), MessageBody=body)["MessageId"]

    def hand(self, stack: Stack, slot: Slot, queue: str, attempt: int | None = None) -> tuple:
        """Delivers a queue's next message to a slot, as its n-th delivery; (the answer, whether it is to come again)."""
        url = stack.queue(queue)
        answer = stack.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, MessageSystemAttributeNames=["All"])
        [message] = answer["Messages"]
        if attempt:
            message["Attributes"]["ApproximateReceiveCount"] = str(attempt)
        answer = slot.invoke(event([message], stack.attributes[f"{queue}.Arn"]))
        again = answer.outcome != "ok" or bool(json.loads(answer.body)["batchItemFailures"])
        if not again:
            stack.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return answer, again

    def end(self, stack: Stack, task: str, within_s: float = 90) -> dict:
        """The task's item when it has ended."""
        self.until(lambda: (read(stack, task) or {}).get("status") in TERMINAL, f"{task} has ended", within_s)
        return read(stack, task)

    def until(self, holds, what: str, within_s: float = 60) -> None:
        limit = time.monotonic() + within_s
        while not holds():
            if time.monotonic() > limit:
                self.fail(f"not within {within_s} s: {what}; the logs' last lines: {said(self.folder)[-6:]}")
            time.sleep(0.1)

    def empty(self, stack: Stack, *queues: str) -> None:
        """Waits until nothing is left in the queues."""
        for queue in queues or ("RequestsQueue", "RenderQueue", "AssembleQueue"):
            self.until(lambda: sum(depth(stack.sqs, stack.queue(queue))) == 0, f"{queue} is empty", 30)

    def assert_failed(self, item: dict, code: str, words: str = "", **error) -> None:
        """The item says `failed`, with that code, these words and this of its error."""
        self.assertEqual(item["status"], "failed", item)
        self.assertEqual(item["error"]["code"], code, item["error"])
        self.assertIn(words, item["error"]["message"])
        self.assertLessEqual(error.items(), item["error"].items())
        self.assertIn("finished_at", item)

    def assert_told(self, code: str, refused: bool = True) -> None:
        """The log tells the code, and the metrics a failed task and, for a request, a refusal."""
        self.assertIn(code, codes(self.folder))
        self.assertGreaterEqual(metric(self.folder, "tasks", State="failed"), 1)
        if refused:
            self.assertGreaterEqual(metric(self.folder, "refused", Code=code), 1)

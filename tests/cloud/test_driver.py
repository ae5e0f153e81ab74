"""The event source itself: what it sends, how it reads answers, and that each fault does what it says."""

import json
import sys
import tempfile
import time
import unittest
from pathlib import Path

from .answer import failures
from .driver import Driver, depth
from .emulators import Ministack
from .faults import Faults
from .runtime import Answer, Slot

SCRIPTED = Path(__file__).resolve().parent / "scripted.py"
FAILED = '{"batchItemFailures": [{"itemIdentifier": %s}]}'
VISIBILITY_S = 1
MAX_RECEIVES = 3


class Answers(unittest.TestCase):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""

    def failed(self, body: str, outcome: str = "ok") -> set:
        return failures(Answer(outcome, body), ["a", "b"])[0]

    def test_all_succeeded(self):
        for body in ("", "null", '""', "{}", '{"batchItemFailures": null}', '{"batchItemFailures": []}', '{"other": 1}'):
            self.assertEqual(self.failed(body), set(), body)

    def test_only_what_is_named_failed(self):
        self.assertEqual(self.failed(FAILED % '"b"'), {"b"})

    def test_the_whole_batch_failed(self):
        items = ['""', "null", '"unknown"', "1"]
        wrong_items = ['{"batchItemFailures": [{"id": "a"}]}', '{"batchItemFailures": ["a"]}', '{"batchItemFailures": "a"}']
        for body in ["{", "[]", "1", '"text"', *wrong_items, *(FAILED % item for item in items)]:
            self.assertEqual(self.failed(body), {"a", "b"}, body)

    def test_one_good_name_does_not_save_a_batch_with_a_bad_one(self):
        self.assertEqual(self.failed('{"batchItemFailures": [{"itemIdentifier": "a"}, {}]}'), {"a", "b"})

    def test_no_answer_fails_the_whole_batch(self):
        for outcome in ("error", "timeout", "exited"):
            self.assertEqual(self.failed("null", outcome), {"a", "b"})


def setUpModule():
    global emulator
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    emulator = unittest.enterModuleContext(Ministack(Path(folder.name)))


class Driving(unittest.TestCase):
    """A queue with dead letters and a scripted function."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.sqs = emulator.client("sqs")
        self.dead = self.create("dead", {})
        arn = self.sqs.get_queue_attributes(QueueUrl=self.dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES})
        self.queue = self.create("queue", {"VisibilityTimeout": str(VISIBILITY_S), "RedrivePolicy": redrive})
        bootstrap = self.folder / "bootstrap"
        bootstrap.write_text(f"#!/bin/sh\nexec {sys.executable} -I -S {SCRIPTED}\n")
        bootstrap.chmod(0o755)
        self.seen_file = self.folder / "seen"
        self.slots = []
        for place in range(2):
            slot = Slot(bootstrap, {"SEEN": str(self.seen_file)}, 1, 256, self.folder / f"slot{place}")
            self.slots.append(self.enterContext(slot))

    def create(self, name: str, attributes: dict) -> str:
        return self.sqs.create_queue(QueueName=f"{self.id().rpartition('.')[2]}-{name}", Attributes=attributes)["QueueUrl"]

    def send(self, *bodies: dict, **more) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=json.dumps(body), **more)

    def drive(self, faults: Faults = Faults(), batch_size: int = 1, within_s: float = 15, seed: int = 1) -> Driver:
        """Runs until the queue is empty."""
        with Driver(self.sqs, self.queue, self.slots, batch_size, faults, seed, wait_s=0) as driver:
            until = time.monotonic() + within_s
            while not driver.quiet():
                self.assertLess(time.monotonic(), until, f"not quiet: {driver.counts} {depth(self.sqs, self.queue)}")
                time.sleep(0.05)
        return driver

    def seen(self) -> list:
        return [json.loads(line) for line in self.seen_file.read_text().splitlines()]

    def bodies(self) -> list:
        return [json.loads(record["body"]) for event in self.seen() for record in event["Records"]]

    def test_an_event_is_what_lambda_sends(self):
        text, raw = {"DataType": "String", "StringValue": "x"}, {"DataType": "Binary", "BinaryValue": b"\1"}
        attributes = {"kind": text, "raw": raw}
        self.send({"n": 1}, MessageGroupId="tenant", MessageAttributes=attributes)
        self.drive()
        [record] = self.seen()[0]["Records"]
        self.assertEqual(record["eventSource"], "aws:sqs")
        self.assertEqual(record["awsRegion"], "us-east-1")
        self.assertTrue(record["eventSourceARN"].startswith("arn:aws:sqs:us-east-1:"))
        self.assertEqual(record["attributes"]["ApproximateReceiveCount"], "1")
        self.assertEqual(record["attributes"]["MessageGroupId"], "tenant")
        self.assertTrue(record["attributes"]["SentTimestamp"].isdigit())
        empty = {"stringListValues": [], "binaryListValues": []}
        self.assertEqual(record["messageAttributes"]["kind"], empty | {"dataType": "String", "stringValue": "x"})
        self.assertEqual(record["messageAttributes"]["raw"], empty | {"dataType": "Binary", "binaryValue": "AQ=="})

    def test_a_reported_message_comes_back_alone(self):
        self.send({"n": 1}, {"n": 2, "fail": 1})
        driver = self.drive(batch_size=2)
        self.assertEqual(sorted(body["n"] for body in self.bodies()), [1, 2, 2])
        self.assertEqual((driver.counts["deleted"], driver.counts["failed_messages"]), (2, 1))

    def test_what_never_succeeds_becomes_a_dead_letter(self):
        self.send({"die": 3}, {"raise": "x"}, {"sleep": 9}, {"say": "{"}, {"say": FAILED % '"$ID"'}, {"n": 1})
        counts = self.drive(within_s=25).counts
        self.assertEqual(depth(self.sqs, self.dead), (5, 0))
        self.assertEqual(counts["deleted"], 1)
        self.assertEqual([counts[outcome] for outcome in ("exited", "error", "timeout")], [MAX_RECEIVES] * 3)

    def test_a_duplicate_runs_beside_its_message(self):
        self.send({"sleep": 0.3})
        counts = self.drive(Faults(duplicate=0.5), seed=7).counts
        self.assertGreaterEqual(counts["duplicates"], 1)
        self.assertEqual(len(self.bodies()), 1 + counts["duplicates"])

    def test_a_message_comes_again_after_its_deletion(self):
        self.send(*({"n": n} for n in range(6)))
        counts = self.drive(Faults(repeat=0.4, delay_s=0.2)).counts
        self.assertGreaterEqual(counts["repeats"], 1)
        self.assertEqual(len(self.bodies()), 6 + counts["repeats"])

    def test_a_lost_delete_brings_the_message_back(self):
        self.send(*({"n": n} for n in range(4)))
        counts = self.drive(Faults(lost_delete=0.3)).counts
        self.assertGreaterEqual(counts["lost_deletes"], 1)
        self.assertEqual(len(self.bodies()), 4 + counts["lost_deletes"])

    def test_a_lapsed_message_is_received_while_its_function_runs(self):
        self.send({"sleep": 0.6})
        counts = self.drive(Faults(lapse=0.5), seed=3).counts
        self.assertGreaterEqual(counts["lapsed"], 1)
        self.assertGreaterEqual(len(self.bodies()), 2)

    def test_reordered_messages_are_passed_by_later_ones(self):
        self.send(*({"n": n} for n in range(10)))
        counts = self.drive(Faults(reorder=0.5, delay_s=0.6)).counts
        order = [body["n"] for body in self.bodies()]
        self.assertGreaterEqual(counts["reordered"], 1)
        self.assertNotEqual(order, sorted(order))
        self.assertEqual(sorted(order), list(range(10)))

    def test_frozen_environments_go_on(self):
        self.send(*({"n": n} for n in range(6)))
        counts = self.drive(Faults(freeze=0.5, delay_s=0.1)).counts
        self.assertGreaterEqual(counts["frozen"], 1)
        self.assertEqual(counts["ok"], 6)

    def test_killed_work_is_done_by_a_later_delivery(self):
        self.send(*({"n": n, "sleep": 0.1} for n in range(12)))
        counts = self.drive(Faults(kill=0.4)).counts
        self.assertGreaterEqual(counts["killed"], 2)
        self.assertEqual(counts["killed"], counts["exited"])
        dead = depth(self.sqs, self.dead)[0]
        self.assertEqual(counts["deleted"] + dead, 12)

    def test_nothing_befalls_a_message_that_is_spared(self):
        self.send(*({"n": n, "sleep": 0.1} for n in range(4)))
        counts = self.drive(Faults(kill=1, lost_delete=1, spared_from=2)).counts
        self.assertEqual((depth(self.sqs, self.dead), counts["deleted"]), ((0, 0), 4))

    def test_an_injected_timeout_ends_the_function(self):
        for slot in self.slots:
            slot.timeout_s = 5
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"VisibilityTimeout": "3"})
        self.send({"sleep": 1.5})
        counts = self.drive(Faults(timeout=0.5, deadline_s=1), seed=5).counts
        self.assertGreaterEqual(counts["timeout"], 1)
        self.assertEqual(counts["deleted"], 1)

    def test_a_process_that_is_left_behind_is_counted(self):
        self.send({"leave": 60})
        self.assertEqual(self.drive().counts["left_processes"], 1)
        self.slots[0].kill()
        self.slots[1].kill()
        self.assertEqual([slot.processes() for slot in self.slots], [0, 0])


if __name__ == "__main__":
    unittest.main()

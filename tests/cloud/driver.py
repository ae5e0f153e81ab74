"""The event source of one queue: receives messages, invokes a function in its slots, deletes what succeeded.

It is strict where emulators are kind: `answer.py` reads a response as AWS documents it. What failed is left alone, so that
it comes back when its visibility ends, and goes to the dead letters by the queue's own rule. Faults are injected between
the queue and the function, where AWS may have them: delivery is at least once and in any order.
"""

import queue
import threading
import time
from collections import Counter
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from .answer import failures
from .event import event
from .faults import Fate, Faults, fate

# Between two looks at an empty queue, where looking does not wait by itself.
PAUSE_S = 0.1


class Invocation(NamedTuple):
    """One invocation as it went."""

    bodies: list
    receive_counts: list
    outcome: str
    why: str
    killed: bool
    failed: int
    seconds: float


class Delivery(NamedTuple):
    """Messages for a slot, what will befall them, and whether they come straight from the queue."""

    messages: list
    fate: Fate
    polled: bool


class Driver:
    """A queue and the slots of its function, for as long as a `with` lasts. A look at the queue waits for `wait_s`."""

    def __init__(self, sqs, queue_url: str, slots: list, batch_size: int = 1, faults: Faults = Faults(), seed: int = 0,
                 wait_s: int = 1):
        self.sqs, self.queue_url, self.slots, self.batch_size = sqs, queue_url, slots, batch_size
        self.wait_s = wait_s
        self.faults, self.seed = faults, seed
        attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]
        self.queue_arn = attributes["QueueArn"]
        self.counts = Counter()
        self.history: list = []
        self._deliveries_of = Counter()
        self._deliveries: queue.Queue = queue.Queue()
        self._idle = threading.Semaphore(len(slots))
        self._lock = threading.Lock()
        self._open = 0
        self._lengths = [0.2]
        self._stopping = threading.Event()
        self._threads: list = []

    def __enter__(self):
        self._threads = [threading.Thread(target=self._poll, daemon=True)]
        for slot in self.slots:
            self._threads.append(threading.Thread(target=self._serve, args=[slot], daemon=True))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        """Lets what runs come to its end; the slots stay."""
        self._stopping.set()
        self._idle.release()
        for _ in self.slots:
            self._deliveries.put(None)
        for thread in self._threads:
            thread.join()

    def quiet(self) -> bool:
        """Whether nothing runs here and the queue is empty, messages in flight included."""
        return self._open == 0 and sum(depth(self.sqs, self.queue_url)) == 0 and self._open == 0

    def _poll(self) -> None:
        while True:
            self._idle.acquire()
            if self._stopping.is_set():
                return
            at_once = []
            for message in self._receive():
                its = self._fate([message])
                if its.reorder_s is None:
                    at_once.append((message, its))
                else:
                    self._count("reordered")
                    self._deliver(Delivery([message], its, polled=False), its.reorder_s)
            messages = [message for message, _ in at_once]
            if not messages:
                self._idle.release()
            else:
                its = at_once[0][1] if len(at_once) == 1 else self._fate(messages)
                self._deliver(Delivery(messages, its, polled=True))

    def _receive(self) -> list:
        try:
            answer = self.sqs.receive_message(
                QueueUrl=self.queue_url,
                MaxNumberOfMessages=min(self.batch_size, 10),
                WaitTimeSeconds=self.wait_s,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        except (BotoCoreError, ClientError):
            self._count("failed_polls")
            time.sleep(1)
            return []
        messages = answer.get("Messages", [])
        self._count("received", len(messages))
        if not (messages or self.wait_s):
            time.sleep(PAUSE_S)
        return messages

    def _fate(self, messages: list) -> Fate:
        message = "\n".join(m["Body"] for m in messages)
        with self._lock:
            self._deliveries_of[message] += 1
            nth = self._deliveries_of[message]
        return fate(self.faults, self.seed, message, nth, max(map(receives, messages)))

    def _deliver(self, delivery: Delivery, after_s: float = 0) -> None:
        with self._lock:
            self._open += 1
        if after_s:
            timer = threading.Timer(after_s, self._deliveries.put, [delivery])
            timer.daemon = True
            timer.start()
        else:
            self._deliveries.put(delivery)

    def _serve(self, slot) -> None:
        while (delivery := self._deliveries.get()) is not None:
            try:
                self._run(slot, delivery.messages, delivery.fate)
            finally:
                with self._lock:
                    self._open -= 1
                if delivery.polled:
                    self._idle.release()

    def _run(self, slot, messages: list, its: Fate) -> None:
        if its.duplicate:
            self._count("duplicates")
            self._deliver(Delivery(messages, self._fate(messages), polled=False))
        if its.freeze_s is not None:
            self._count("frozen")
            slot.freeze()
            time.sleep(its.freeze_s)
            slot.thaw()
        latest = self._lengths[-50:]
        length_s = latest[int(its.like * len(latest))]
        kill = Alarm(its.kill_at, length_s, slot.kill)
        lapse = Alarm(its.lapse_at, length_s, lambda: self._lapse(messages))
        began = time.monotonic()
        answer = slot.invoke(event(messages, self.queue_arn), its.deadline_s)
        seconds = time.monotonic() - began
        kill.cancel()
        lapse.cancel()
        killed = kill.rang and answer.outcome == "exited"
        failed, why = failures(answer, [m["MessageId"] for m in messages])
        self._note(messages, answer.outcome, why, killed, seconds, len(failed))
        if answer.outcome == "ok" and slot.processes() > 1:
            self._count("left_processes")
        succeeded = [m for m in messages if m["MessageId"] not in failed]
        if succeeded:
            self._finish(succeeded, its)

    def _finish(self, messages: list, its: Fate) -> None:
        if its.lost_delete:
            self._count("lost_deletes", len(messages))
            return
        entries = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)]
        try:
            refused = self.sqs.delete_message_batch(QueueUrl=self.queue_url, Entries=entries).get("Failed", [])
        except (BotoCoreError, ClientError):
            refused = entries
        self._count("deleted", len(entries) - len(refused))
        self._count("refused_deletes", len(refused))
        if its.repeat_after_s is not None:
            self._count("repeats")
            self._deliver(Delivery(messages, self._fate(messages), polled=False), its.repeat_after_s)

    def _lapse(self, messages: list) -> None:
        self._count("lapsed")
        for message in messages:
            try:
                self.sqs.change_message_visibility(
                    QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )
            except (BotoCoreError, ClientError):
                self._count("refused_lapses")

    def _note(self, messages: list, outcome: str, why: str, killed: bool, seconds: float, failed: int) -> None:
        receive_counts = list(map(receives, messages))
        bodies = [m["Body"] for m in messages]
        with self._lock:
            self.history.append(Invocation(bodies, receive_counts, outcome, why, killed, failed, seconds))
            self.counts["invocations"] += 1
            self.counts[outcome] += 1
            self.counts["killed"] += killed
            self.counts["failed_messages"] += failed
            if outcome == "ok":
                self.counts["whole_batches_failed"] += bool(why)
                self._lengths.append(seconds)

    def _count(self, name: str, by: int = 1) -> None:
        with self._lock:
            self.counts[name] += by


def receives(message: dict) -> int:
    """How often a message has been received, this time included."""
    return int(message["Attributes"]["ApproximateReceiveCount"])


class Alarm:
    """Does something at a fraction of an expected length, unless it is cancelled before; `rang` says whether it did."""

    def __init__(self, at: float | None, length_s: float, action):
        self.rang = False
        self._action = action
        self._timer = threading.Timer((at or 0) * length_s, self._ring)
        self._timer.daemon = True
        if at is not None:
            self._timer.start()

    def _ring(self) -> None:
        self.rang = True
        self._action()

    def cancel(self) -> None:
        """Returns when the action neither runs nor will run."""
        self._timer.cancel()
        if self._timer.ident:
            self._timer.join()


def depth(sqs, queue_url: str) -> tuple:
    """(messages that wait, messages in flight or delayed), by the queue's own count."""
    names = [f"ApproximateNumberOfMessages{name}" for name in ("", "NotVisible", "Delayed")]
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    waiting, in_flight, delayed = (int(found.get(name, 0)) for name in names)
    return waiting, in_flight + delayed

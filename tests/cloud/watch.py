"""Follows tasks' records, and keeps what each of them said, in order."""

import threading
import time

from boto3.dynamodb.types import TypeDeserializer

RANK = {"queued": 0, "inprogress": 1, "finished": 2, "failed": 2, "cancelled": 2}
TERMINAL = ("finished", "failed", "cancelled")
EVERY_S = 0.3

_plain = TypeDeserializer().deserialize


def plain(item: dict) -> dict:
    """A DynamoDB item as plain values."""
    return {name: _plain(value) for name, value in item.items()}


def read(stack, task: str) -> dict | None:
    """The task's item, as it is now."""
    key = {"task_id": {"S": task}, "item": {"S": "task"}}
    found = stack.dynamodb.get_item(TableName=stack.table(), Key=key, ConsistentRead=True).get("Item")
    return plain(found) if found else None


class Watch:
    """Looks at every task a few times a second. `histories` has each task's statuses without repetitions."""

    def __init__(self, stack):
        self.stack = stack
        self.histories: dict = {}
        self._looking = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()

    def add(self, task: str) -> None:
        self.histories.setdefault(task, [])

    def look(self) -> None:
        """Reads every task once."""
        with self._looking:
            for task, history in list(self.histories.items()):
                found = read(self.stack, task)
                status = found["status"] if found else "missing"
                if not history or history[-1] != status:
                    history.append(status)

    def all_terminal(self) -> bool:
        return all(history and history[-1] in TERMINAL for history in self.histories.values())

    def _follow(self) -> None:
        while not self._ending.is_set():
            began = time.monotonic()
            self.look()
            self._ending.wait(max(EVERY_S, time.monotonic() - began))


def backward(history: list) -> bool:
    """Whether a task went back, changed one end for another, or vanished once it was there."""
    known = history[1:] if history and history[0] == "missing" else history
    if any(status not in RANK for status in known):
        return True
    return any(RANK[after] <= RANK[before] for before, after in zip(known, known[1:]))

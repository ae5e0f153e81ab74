"""A stack with its functions at work: slots and a driver for each queue's function, and one slot for the reconciler."""

import contextlib
import threading
from collections import Counter
from pathlib import Path

from .driver import Driver
from .faults import Faults
from .runtime import Answer, Slot
from .stack import ASYNC_FUNCTIONS, Stack

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
TICK = {
    "version": "0",
    "id": "00000000-0000-0000-0000-000000000000",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {},
}


def bootstrap(folder: Path, name: str) -> Path:
    """A function's program: `NAME/bootstrap`, as `cargo lambda build` leaves it, or `NAME`, as `cargo build` does."""
    nested = Path(folder) / name / "bootstrap"
    return nested if nested.exists() else Path(folder) / name


class Deployment:
    """Runs the functions of a stack for as long as a `with` lasts. `slots` says how many each function has; `timeout_s`
    and `environment` go before what the template says."""

    def __init__(self, stack: Stack, programs: Path, folder: Path, slots: dict, faults: Faults = Faults(), seed: int = 0,
                 timeout_s: int | None = None, environment: dict | None = None):
        self.stack, self.programs, self.folder = stack, programs, Path(folder)
        self.slots_of, self.faults, self.seed = slots, faults, seed
        self.timeout_s, self.environment = timeout_s, environment or {}
        self.drivers: dict = {}
        self.ticks: list = []
        self._held = contextlib.ExitStack()
        self._ticking = threading.Lock()

    def __enter__(self):
        with contextlib.ExitStack() as held:
            self.reconciler = held.enter_context(self._slot("reconcile", 0))
            for name in ASYNC_FUNCTIONS:
                slots = [held.enter_context(self._slot(name, place)) for place in range(self.slots_of.get(name, 1))]
                queue = self.stack.queue(self.stack.function(name).queue)
                driver = Driver(self.stack.sqs, queue, slots, faults=self.faults, seed=self.seed)
                self.drivers[name] = held.enter_context(driver)
            self._held = held.pop_all()
        return self

    def __exit__(self, *_):
        self._held.close()

    def _slot(self, name: str, place: int) -> Slot:
        function = self.stack.function(name)
        its_name = {"AWS_LAMBDA_FUNCTION_NAME": f"{self.stack.name}-{name}"}
        environment = its_name | function.environment | self.environment
        folder = self.folder / f"{name}-{place}"
        timeout_s = self.timeout_s or function.timeout_s
        return Slot(bootstrap(self.programs, name), environment, timeout_s, function.memory_mb, folder)

    def reconcile(self, kill_after_s: float | None = None) -> Answer:
        """Runs the reconciler once, or until it is killed."""
        with self._ticking:
            timer = threading.Timer(kill_after_s or 0, self.reconciler.kill)
            if kill_after_s:
                timer.start()
            answer = self.reconciler.invoke(TICK)
            timer.cancel()
            self.ticks.append(answer)
            return answer

    def quiet(self) -> bool:
        """Whether no function runs and the functions' queues are empty. A message may be sent while one looks, so it has
        to be true twice."""
        return all(driver.quiet() for _ in range(2) for driver in self.drivers.values())

    def counts(self) -> Counter:
        """The drivers' counts, together."""
        return sum((driver.counts for driver in self.drivers.values()), Counter())

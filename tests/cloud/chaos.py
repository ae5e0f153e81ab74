"""Runs tasks while environments are killed and messages are doubled, reordered and brought back, and checks what must hold.

    PYTHONPATH=tests python -m cloud.chaos --programs target/lambda --assets ~/.cache/protovideo/assets

First every shape of request is run once without faults, on a stack of its own; its films are the reference. Then tasks
are sent to a second stack under faults, until there were enough of both tasks and invocations. A summary in JSON goes to
standard output; exit code 1 says that something did not hold.
"""

import argparse
import contextlib
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from . import invariants, requests
from .calls import Proxy, Rule
from .deployment import Deployment
from .emulators import Ministack, Moto, SeaweedFs
from .faults import Faults
from .images import Images
from .mishaps import DropResponse, Refuse
from .stack import Stack
from .watch import Watch, read

# The images API's key: it must turn up nowhere.
SECRET = "sk-canary-5d1b0c"
QUEUES = ("RequestsQueue", "RenderQueue", "AssembleQueue")
EMULATORS = {"ministack": Ministack, "moto": Moto}
SHARES = {"kill": 0.5, "duplicate": 0.1, "repeat": 0.1, "reorder": 0.2, "lost_delete": 0.1, "lapse": 0.05, "freeze": 0.1}


def main() -> int:
    arguments = parse()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="protovideo-chaos-"))
    visibility = {queue: arguments.visibility_s for queue in QUEUES}
    shares = {name: getattr(arguments, name) for name in SHARES}
    faults = Faults(**shares, delay_s=arguments.delay_s, spared_from=arguments.spare or 1000)
    with contextlib.ExitStack() as held:
        emulator = held.enter_context(EMULATORS[arguments.emulator](folder / "emulator"))
        store = held.enter_context(SeaweedFs(folder / "store")) if arguments.seaweedfs else None
        images = held.enter_context(Images(SECRET))
        environment = variables(arguments, images)
        reference = {}
        if not arguments.no_reference:
            stack = Stack(emulator, "reference", visibility_s=visibility, store=store)
            reference = references(deployment(arguments, stack, folder / "reference", environment, Faults()))
            images.asked.clear()
        # Only the functions' calls go wrong, not those by which their work is looked at.
        mishaps = [Refuse(503, "ServiceUnavailable"), DropResponse()]
        rules = [Rule("*", mishap, arguments.refuse) for mishap in mishaps]
        with Proxy(emulator.endpoint, rules, arguments.seed) as proxy:
            stack = Stack(emulator, "chaos", visibility_s=visibility, endpoint=proxy.endpoint, store=store)
            run = Run(deployment(arguments, stack, folder / "chaos", environment, faults), arguments)
            began = time.monotonic()
            run.tasks()
            seconds = round(time.monotonic() - began)
            violations = run.violations(reference, folder / "chaos")
            violations += invariants.paid_once(images.asked, run.crashes())
    made = {"seconds": seconds, "pictures": sum(images.asked.values()), "calls": dict(proxy.count().most_common())}
    print(json.dumps(run.summary() | made | {"logs": str(folder), "violations": violations}, indent=1))
    return 1 if violations else 0


def variables(arguments: argparse.Namespace, images: Images) -> dict:
    """What all functions get beside what the template says."""
    found = {"IMAGE_PROVIDER": "openai", "OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": images.address}
    if arguments.assets:
        found["PROTOVIDEO_ASSETS"] = str(arguments.assets.resolve())
    return found | dict(pair.split("=", 1) for pair in arguments.env)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="folder with submit, render, assemble, reconcile")
    parser.add_argument("--assets", type=Path, help="models, voices and fonts")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="a variable for every function")
    parser.add_argument("--tasks", type=int, default=24)
    parser.add_argument("--invocations", type=int, default=300, help="more tasks are sent until there were so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bound-s", type=float, default=900, help="when to give up")
    parser.add_argument("--timeout-s", type=int, default=60, help="each function's timeout")
    parser.add_argument("--visibility-s", type=int, default=30)
    parser.add_argument("--reconcile-s", type=float, default=15)
    parser.add_argument("--lease-s", type=float, default=100, help="how long a dead owner's lease may last")
    for name, share in SHARES.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=share, help="share of the deliveries")
    parser.add_argument("--refuse", type=float, default=0, help="share of AWS calls that fail in each of two ways")
    parser.add_argument("--emulator", choices=EMULATORS, default="ministack")
    parser.add_argument("--seaweedfs", action="store_true", help="keep the bucket there")
    parser.add_argument("--delay-s", type=float, default=1, help="the longest delay of a message")
    parser.add_argument("--spare", type=int, default=4, help="from which receive count on nothing happens; 0 for never")
    parser.add_argument("--slots", type=int, default=3, help="environments of render; the others have two")
    parser.add_argument("--least-killed", type=float, default=0.25, help="share of the invocations that must be killed")
    parser.add_argument("--most-failed", type=float, default=0.25, help="share of the tasks that may fail")
    parser.add_argument("--no-reference", action="store_true", help="do not compare with a run without faults")
    parser.add_argument("--keep", type=Path, help="folder for logs")
    return parser.parse_args()


def deployment(arguments, stack: Stack, folder: Path, environment: dict, faults: Faults) -> Deployment:
    slots = {"submit": 2, "render": arguments.slots, "assemble": 2}
    return Deployment(stack, arguments.programs, folder, slots, faults, arguments.seed, arguments.timeout_s, environment)


def references(deployed: Deployment, within_s: float = 600) -> dict:
    """The SHA-256 of each shape's film, by its file name, from a run without faults."""
    with deployed, Watch(deployed.stack) as watch:
        names = dict(requests.send(deployed.stack, number, "reference") for number in range(requests.SHAPES))
        for task in names:
            watch.add(task)
        until = time.monotonic() + within_s
        while not (watch.all_terminal() and deployed.quiet()):
            if time.monotonic() > until:
                raise SystemExit(f"without faults, tasks do not end: {watch.histories} {deployed.counts()}")
            time.sleep(0.3)
    records = {task: read(deployed.stack, task) for task in names}
    if failed := {task: record.get("error") for task, record in records.items() if record["status"] != "finished"}:
        raise SystemExit(f"without faults, tasks fail: {failed}")
    return {name: invariants.sha256(deployed.stack, f"films/{task}/{name}") for task, name in names.items()}


class Run:
    """The run under faults."""

    def __init__(self, deployed: Deployment, arguments: argparse.Namespace):
        self.deployed, self.stack, self.arguments = deployed, deployed.stack, arguments
        self.names: dict = {}
        self.histories: dict = {}
        self.refused = ""
        self.timed_out = False
        self.codes, self.letters = Counter(), 0

    def tasks(self) -> None:
        """Sends tasks, and more of them where these took too few invocations, and waits for their ends."""
        chance = random.Random(self.arguments.seed)
        until = time.monotonic() + self.arguments.bound_s
        with self.deployed, Watch(self.stack) as watch:
            body = json.dumps(requests.refused())
            queue = self.stack.queue("RequestsQueue")
            self.refused = self.stack.sqs.send_message(QueueUrl=queue, MessageBody=body)["MessageId"]
            watch.add(self.refused)
            self._send(self.arguments.tasks, watch)
            next_tick = 0.0
            while time.monotonic() < until:
                if time.monotonic() >= next_tick:
                    killed = chance.random() < self.arguments.kill
                    self.deployed.reconcile(kill_after_s=chance.random() if killed else None)
                    next_tick = time.monotonic() + self.arguments.reconcile_s
                if watch.all_terminal() and self.deployed.quiet():
                    if self.deployed.counts()["invocations"] >= self.arguments.invocations:
                        break
                    self._send(max(4, self.arguments.tasks // 3), watch)
                time.sleep(0.3)
            else:
                self.timed_out = True
            # Dead letters of the last moments still have to be told of.
            self.deployed.reconcile()
            watch.look()
            self.histories = watch.histories

    def _send(self, count: int, watch: Watch) -> None:
        for _ in range(count):
            task, name = requests.send(self.stack, len(self.names), f"chaos-{self.arguments.seed}")
            self.names[task] = name
            watch.add(task)

    def violations(self, reference: dict, logs: Path) -> list:
        """Everything that did not hold."""
        counts, statuses = self.deployed.counts(), self.statuses()
        found = [f"not over after {self.arguments.bound_s} s"] if self.timed_out else []
        found += invariants.one_end(self.histories)
        found += invariants.films(self.stack, self.names, reference)
        found += invariants.failures_have_codes(self.stack, self.histories)
        if (end := self.histories[self.refused][-1]) != "failed":
            found.append(f"a request at fault is {end}")
        errors = [(read(self.stack, task) or {}).get("error") or {} for task in self.histories]
        self.codes = Counter(error["code"] for error in errors if "code" in error)
        self.letters, strangers = invariants.dead_letters(self.stack, bool(self.arguments.spare))
        found += strangers + invariants.queues_are_empty(self.stack)
        found += invariants.leases_end(self.stack, self.arguments.lease_s)
        found += invariants.canaries(self.stack, logs, [SECRET], [requests.PROMPT_CANARY])
        found += invariants.panics(logs)
        if counts["left_processes"]:
            found.append(f"{counts['left_processes']} invocations left processes behind")
        if counts["killed"] < self.arguments.least_killed * counts["invocations"]:
            found.append(f"too few were killed: {counts['killed']} of {counts['invocations']}")
        if statuses["failed"] - 1 > self.arguments.most_failed * len(self.names):
            found.append(f"too many tasks failed: {statuses['failed'] - 1} of {len(self.names)}")
        return found

    def crashes(self) -> Counter:
        """How many invocations that may have paid for a picture did not keep it, by its prompt: they did not come to their
        end or, where AWS calls fail, gave up."""
        found = Counter()
        for invocation in self.deployed.drivers["render"].history:
            body = json.loads(invocation.bodies[0])
            lost = invocation.outcome != "ok" or (self.arguments.refuse and invocation.failed)
            if lost and body["do"] == "render":
                number = int(re.search(r"\d+", self.names[body["task"]])[0])
                found[requests.shape(number)["scenes"][body["scene"]]["promptImage"]] += 1
        return found

    def statuses(self) -> Counter:
        return Counter(history[-1] for history in self.histories.values())

    def summary(self) -> dict:
        ticks = Counter(answer.outcome for answer in self.deployed.ticks)
        by_function = {name: dict(driver.counts) for name, driver in self.deployed.drivers.items()}
        return {
            "tasks": dict(self.statuses()),
            "codes": dict(self.codes),
            "dead_letters": self.letters,
            "counts": dict(self.deployed.counts()),
            "functions": by_function,
            "reconciler": dict(ticks),
        }


if __name__ == "__main__":
    sys.exit(main())

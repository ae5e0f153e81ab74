"""What goes wrong with an invocation, decided beforehand: the n-th delivery of a message has the same fate wherever and
whenever it runs, by a seed.

A share is the part of all invocations, from 0 to 1, that a fault befalls.
"""

import random
from dataclasses import dataclass

SHARES = ("kill", "timeout", "duplicate", "repeat", "reorder", "lost_delete", "lapse", "freeze")


@dataclass(frozen=True)
class Faults:
    """How often each fault happens."""

    # The environment is killed by SIGKILL at a random moment of the invocation.
    kill: float = 0
    # The function has only `deadline_s` seconds, and is killed when they are over.
    timeout: float = 0
    # The message is given to a second slot at the same time.
    duplicate: float = 0
    # The message comes again after it was deleted.
    repeat: float = 0
    # The message waits while later ones pass it.
    reorder: float = 0
    # The function succeeded, but its message is not deleted.
    lost_delete: float = 0
    # The message becomes visible while the function works on it.
    lapse: float = 0
    # The environment is stopped, as Lambda does between invocations, and goes on for this invocation.
    freeze: float = 0
    # Delays and pauses are at most so long.
    delay_s: float = 0.5
    deadline_s: float = 2
    # From that receive count on, nothing happens to a message: then a dead letter is the function's own doing.
    spared_from: int = 1000


@dataclass(frozen=True)
class Fate:
    """What befalls one invocation. Moments are fractions of its length, delays are seconds; `None`: it does not happen."""

    # Which of the latest invocations' lengths this one is expected to have, from 0 to 1.
    like: float
    kill_at: float | None
    reorder_s: float | None
    deadline_s: float | None
    duplicate: bool
    repeat_after_s: float | None
    lost_delete: bool
    lapse_at: float | None
    freeze_s: float | None


def fate(faults: Faults, seed: int, message: str, nth: int, receives: int) -> Fate:
    """What befalls the n-th delivery of a message, at that receive count. Every draw is made, so that a share does not
    change what else happens."""
    chance = random.Random(f"{seed}/{message}/{nth}")
    befalls = {name: chance.random() < getattr(faults, name) and receives < faults.spared_from for name in SHARES}
    moment = {name: chance.random() for name in SHARES}
    return Fate(
        like=chance.random(),
        kill_at=moment["kill"] if befalls["kill"] else None,
        reorder_s=moment["reorder"] * faults.delay_s if befalls["reorder"] else None,
        deadline_s=faults.deadline_s if befalls["timeout"] else None,
        duplicate=befalls["duplicate"],
        repeat_after_s=moment["repeat"] * faults.delay_s if befalls["repeat"] else None,
        lost_delete=befalls["lost_delete"],
        lapse_at=moment["lapse"] if befalls["lapse"] else None,
        freeze_s=moment["freeze"] * faults.delay_s if befalls["freeze"] else None,
    )

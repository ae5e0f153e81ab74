"""How many calls a scene costs, held: what grows is noticed."""

import contextlib
import tempfile
import unittest
from pathlib import Path

from . import measure
from .case import PROGRAMS
from .emulators import Ministack

# By `python -m cloud.measure`; the README tells them, too. They are whole numbers: one more is more than five hundredths.
MADE, CACHED = 15, 9


class Counts(unittest.TestCase):
    def test_calls_of_a_scene(self):
        with contextlib.ExitStack() as held:
            folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
            emulator = held.enter_context(Ministack(folder / "emulator"))
            found = measure.calls(measure.Bench(held, emulator, folder, PROGRAMS, "counts"))
        made, cached = (found[plan]["per_scene"] for plan in ("cold", "warm"))
        self.assertLessEqual(made, MADE, found["cold"]["by_name"])
        self.assertLessEqual(cached, CACHED, found["warm"]["by_name"])
        self.assertGreater(cached, 1, "calls are counted")
        self.assertGreater(made, cached)


if __name__ == "__main__":
    unittest.main()

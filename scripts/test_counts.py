"""How counts are judged."""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import counts

BY = {"processor": "x86_64 avx2", "rustc": "1.95.0", "valgrind": "3.19.0"}


class Judged(unittest.TestCase):
    def compared(self, before, now, whole=True):
        return counts.compared({"steps": before}, {"steps": now}, whole)

    def test_a_count_may_grow_by_a_twentieth_and_no_more(self):
        self.assertEqual(self.compared({"a": 1000}, {"a": 1050}), ([], []))
        grown, fallen = self.compared({"a": 1000}, {"a": 1051})
        self.assertEqual(fallen, [])
        self.assertEqual(grown, ["steps, a: 1,051 found, 1,050 allowed (1,000 in the file, +5.1%)"])

    def test_one_more_of_a_few_is_too_much(self):
        self.assertEqual(len(self.compared({"a": 1}, {"a": 2})[0]), 1)
        self.assertEqual(len(self.compared({"a": 0}, {"a": 1})[0]), 1)

    def test_what_falls_is_told_and_no_failure(self):
        grown, fallen = self.compared({"a": 1000}, {"a": 940})
        self.assertEqual(grown, [])
        self.assertIn("can be lowered", fallen[0])

    def test_what_is_new_or_gone_has_to_be_accepted(self):
        self.assertIn("not in the file yet", self.compared({}, {"a": 1})[0][0])
        self.assertIn("not found any more", self.compared({"a": 1}, {})[0][0])
        self.assertEqual(self.compared({"a": 1}, {}, whole=False), ([], []))


class Main(unittest.TestCase):
    """The program with counts of the test's own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "counts.json"
        self.file.write_text(json.dumps({"by": BY, "instructions": {"frames": 100}, "calls": {"cold": 10}}))

    def main(self, found, by=BY, arguments=()):
        out = io.StringIO()
        with mock.patch.object(counts, "counted", return_value=(by, found)), \
                contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = counts.main(["--counts", str(self.file), *arguments])
        return code, out.getvalue()

    def test_the_same_counts_pass(self):
        self.assertEqual(self.main({"instructions": {"frames": 100}, "calls": {"cold": 10}})[0], 0)

    def test_a_count_that_grew_fails_and_says_how_to_accept_it(self):
        code, told = self.main({"instructions": {"frames": 110}, "calls": {"cold": 10}})
        self.assertEqual(code, 1)
        self.assertIn("instructions, frames: 110 found, 105 allowed", told)
        self.assertIn("make counts ACCEPT=1", told)

    def test_another_processor_has_its_instructions_not_judged_but_its_calls(self):
        other = {**BY, "processor": "aarch64"}
        code, told = self.main({"instructions": {"frames": 500}, "calls": {"cold": 10}}, other)
        self.assertEqual(code, 0, told)
        self.assertIn("not judged here", told)
        self.assertEqual(self.main({"instructions": {"frames": 500}, "calls": {"cold": 11}}, other)[0], 1)

    def test_what_is_accepted_is_written_and_the_rest_is_kept(self):
        self.main({"instructions": {"frames": 90}}, arguments=["--accept", "frames"])
        kept = json.loads(self.file.read_text())
        self.assertEqual(kept, {"by": BY, "instructions": {"frames": 90}, "calls": {"cold": 10}})


if __name__ == "__main__":
    unittest.main()

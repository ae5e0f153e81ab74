"""The example for apps, as a process of its own, against faked functions."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from .deployment import Deployment
from .emulators import REGION, Ministack
from .requests import refused, shape
from .stack import Stack

TESTS = Path(__file__).resolve().parents[1]
APP = TESTS.parent / "examples" / "app.py"


class App(unittest.TestCase):
    def test_a_film_comes_down_and_a_refusal_is_told(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ("submit", "render", "assemble", "reconcile"):
            program = folder / name
            program.write_text(f"#!/bin/sh\nFAKE={name} PYTHONPATH={TESTS} exec {sys.executable} -m cloud.fakes\n")
            program.chmod(0o755)
        emulator = self.enterContext(Ministack(folder / "emulator"))
        stack = Stack(emulator, "app")
        self.enterContext(Deployment(stack, folder, folder / "slots", {}))
        film = folder / "out.mp4"
        good = self.app(stack, folder, shape(0), "-o", str(film), "--group", "tenant")
        self.assertEqual((good.returncode, good.stdout.strip()), (0, str(film)), good.stderr)
        self.assertEqual(film.stat().st_size, 64)
        self.assertIn("finished", good.stderr)
        bad = self.app(stack, folder, refused())
        self.assertEqual(bad.returncode, 1)
        self.assertIn("failed: INVALID_REQUEST", bad.stderr)

    def app(self, stack: Stack, folder: Path, request: dict, *more: str) -> subprocess.CompletedProcess:
        path = folder / "request.json"
        path.write_text(json.dumps(request))
        names = ["--queue", stack.queue("RequestsQueue"), "--table", stack.table(), "--bucket", stack.bucket]
        access = {"AWS_ENDPOINT_URL": stack.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        return subprocess.run(
            [sys.executable, str(APP), str(path), *names, "--every", "0.1", *more],
            env=os.environ | access | {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION},
            capture_output=True, text=True, timeout=60, check=False,
        )


if __name__ == "__main__":
    unittest.main()

"""The example for apps, as a process of its own: against faked functions, and against the real ones where they are built."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from .case import ASSETS, PROGRAMS
from .deployment import Deployment
from .emulators import REGION, Ministack
from .requests import refused, shape
from .stack import Stack

TESTS = Path(__file__).resolve().parents[1]
APP = TESTS.parent / "examples" / "app.py"


# A request as users of version 1 send it.
FIRST = {
    "output_filename": "harbour",
    "scenes": [
        {"type": "image", "promptImage": "A boat", "narration_text": "A boat. It waits.", "subtitle": True},
        {"type": "image", "image_prompt": "A lamp", "duration": 0.5},
        {"type": "image", "prompt_image": "A cat", "image_provider": "card", "narration_text": "Good night."},
    ],
}


class App(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.stack = Stack(self.enterContext(Ministack(self.folder / "emulator")), "app")

    def test_a_film_comes_down_and_a_refusal_is_told(self):
        for name in ("submit", "render", "assemble", "reconcile"):
            program = self.folder / name
            program.write_text(f"#!/bin/sh\nFAKE={name} PYTHONPATH={TESTS} exec {sys.executable} -m cloud.fakes\n")
            program.chmod(0o755)
        self.enterContext(Deployment(self.stack, self.folder, self.folder / "slots", {}))
        film = self.downloaded(shape(0))
        self.assertEqual(film.stat().st_size, 64)

    def test_version_1_against_the_functions(self):
        if not (PROGRAMS / "submit").exists():
            raise unittest.SkipTest(f"no functions in {PROGRAMS}")
        environment = {"PROTOVIDEO_ASSETS": str(ASSETS)}
        self.enterContext(Deployment(self.stack, PROGRAMS, self.folder / "slots", {}, environment=environment))
        self.downloaded(FIRST)
        [kept] = [entry["Key"] for entry in self.stack.s3.list_objects_v2(
            Bucket=self.stack.bucket, Prefix="films/")["Contents"] if entry["Key"].endswith(".mp4")]
        self.assertTrue(kept.endswith("/harbour.mp4"), kept)
        there = self.stack.s3.get_object(Bucket=self.stack.bucket, Key=kept)["Body"].read()
        self.assertEqual((self.folder / "out.mp4").read_bytes(), there)

    def downloaded(self, request: dict) -> Path:
        """The film of a request; after it, a request at fault is told as one."""
        film = self.folder / "out.mp4"
        good = self.app(self.stack, self.folder, request, "-o", str(film), "--group", "tenant")
        self.assertEqual((good.returncode, good.stdout.strip()), (0, str(film)), good.stderr)
        self.assertIn("finished", good.stderr)
        bad = self.app(self.stack, self.folder, refused())
        self.assertEqual(bad.returncode, 1)
        self.assertIn("failed: INVALID_REQUEST", bad.stderr)
        return film

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

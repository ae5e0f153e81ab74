"""The layers, laid as `sam build` lays them, are all that a function needs of this machine's assets folder.

    python3 -m unittest discover -s infra/layers

`scripts/cloud/test_layers.py` tests the laying itself, on files of its own; this takes the installed ones.
"""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import lay

LAYERS = Path(__file__).resolve().parent
PROGRAM = lay.ROOT / "target" / "debug" / "protovideo"
# Lambda counts a function's own code, too: four programs of this size would still fit beside the layers.
CODE_BYTES = 4 * 20_000_000
# The originals stay behind; the program can do without, but `doctor` says so.
LEFT_OUT = {"hibari.onnx", "kokoro.onnx"}


def build(layer: str, folder: Path, assets: Path) -> subprocess.CompletedProcess:
    """Lays a layer out as `sam build` does: in a copy of its folder, by the Makefile where that lies."""
    makefile = LAYERS / layer / "Makefile"
    environment = os.environ | {"ARTIFACTS_DIR": str(folder), "PROTOVIDEO_ASSETS": str(assets)}
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(makefile, scratch)
        command = ["make", "--makefile", makefile, f"build-{layer.capitalize()}Layer"]
        return subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True)


def link(source: str, target: str) -> None:
    """A hard link, or a copy where folders lie on several disks."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class Layers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.assets = lay.assets_folder()
        for name in ("kokoro.ort", "lambda/ffmpeg"):
            if not (cls.assets / name).is_file():
                raise unittest.SkipTest(f"{name} is not there: run `make lambda`")
        cls.opt = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        for layer in lay.LISTED:
            built = build(layer, cls.opt, cls.assets)
            if built.returncode:
                raise AssertionError(built.stderr)

    def setUp(self):
        self.scratch = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def program(self, *arguments: str) -> subprocess.CompletedProcess:
        """Runs the program with the layers as all that it has."""
        if not PROGRAM.is_file():
            self.skipTest("the program is not built: run `cargo build`")
        # `bin` of /opt is on a function's PATH.
        environment = {"PATH": str(self.opt / "bin"), "HOME": str(self.scratch), "CACHE_DIR": str(self.scratch / "cache"),
                       "PROTOVIDEO_ASSETS": str(self.opt)}
        return subprocess.run([PROGRAM, *arguments], env=environment, cwd=self.scratch, capture_output=True, text=True)

    def test_they_fit_beside_the_functions(self):
        self.assertLess(lay.size_of(self.opt) + CODE_BYTES, lay.MOST_BYTES)

    def test_nothing_of_them_is_missing_or_altered(self):
        said = self.program("doctor", "--deep").stdout.splitlines()
        self.assertTrue(any(line.startswith(f"ok    ffmpeg: {self.opt}/bin/ffmpeg") for line in said), said)
        self.assertIn("ok    ONNX Runtime: loads", said)
        self.assertEqual({line.split()[1].rstrip(":") for line in said if line.startswith("mend")}, LEFT_OUT)

    def test_both_models_speak(self):
        # The name is in no dictionary: its sounds come from a model of their own.
        for voice in ("heart", "am_michael"):
            file = self.scratch / f"{voice}.wav"
            spoken = self.program("speak", "--voice", voice, "-o", str(file), "A boat called Zyxxa.")
            self.assertEqual(spoken.returncode, 0, spoken.stderr)
            self.assertGreater(file.stat().st_size, 48_000)

    def test_ffmpeg_needs_no_library_and_knows_no_network(self):
        program = self.opt / "bin" / "ffmpeg"
        # A program that the system's loader would have to load names it.
        self.assertNotIn(b"/lib64/ld-linux", program.read_bytes())
        said = subprocess.run([program, "-hide_banner", "-protocols"], env={}, capture_output=True, text=True, check=True)
        self.assertEqual(set(said.stdout.split()) - {"Supported", "protocols:", "Input:", "Output:"}, {"file", "pipe"})

    def test_an_altered_file_stops_the_build(self):
        altered = self.scratch / "assets"
        kept = {"lambda", "fonts", "voices", "licences"}
        others = {path.name for path in self.assets.iterdir() if path.is_dir()} - kept
        shutil.copytree(self.assets, altered, ignore=lambda folder, names: others & set(names), copy_function=link)
        lock = json.loads((lay.ROOT / "assets" / "lock.json").read_text())
        for layer, name in (("speech", "hibari.ort"), ("speech", "libonnxruntime.so"), ("speech", "voices/am_michael.bin"),
                            ("fonts", "fonts/NotoEmoji_700Bold.ttf"), ("tools", "lambda/ffmpeg")):
            data = bytearray((altered / name).read_bytes())
            data[len(data) // 2] ^= 1
            # Beside the link, which is the installed file itself.
            (altered / name).unlink()
            (altered / name).write_bytes(data)
            with self.assertRaisesRegex(lay.Wrong, f"{name} has SHA-256"):
                lay.lay(layer, self.scratch / "layer", altered, lock)
            (altered / name).unlink()
            link(self.assets / name, altered / name)


if __name__ == "__main__":
    unittest.main()

"""Layers hold what was installed and nothing that was altered, fit into a function, and run on Lambda's system."""

import hashlib
import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

from template import LAYER, ROOT, of, properties

sys.path.insert(0, str(ROOT / "infra" / "layers"))
import lay  # noqa: E402

CONTENT = b"content of "
# Provided with every function: https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html
GLIBC, GLIBCXX = (2, 34), (3, 4, 29)
# The largest of the functions' programs has less.
CODE_BYTES = 40 << 20


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Laying(unittest.TestCase):
    NAMES = {"libonnxruntime.so": "base", "vocab.json": "base", "hibari.onnx": "base", "kokoro.onnx": "base",
             "voices/a.bin": "base", "voices/b.bin": "voices", "fonts/F.ttf": "base", "licences/noto-f.txt": "base",
             "licences/kokoro-LICENSE.txt": "base"}

    def setUp(self):
        self.assets = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        files = [{"name": name, "set": kind, "sha256": self.put(name)} for name, kind in self.NAMES.items()]
        other = {"name": "libonnxruntime.so", "set": "base", "arch": "aarch64", "sha256": "another"}
        self.lock = {"files": [*files, other], "derived": []}
        for name in ("hibari", "kokoro"):
            graph = {"name": f"{name}.ort", "model": f"{name}.onnx", "graph": f"{name}'s graph"}
            self.lock["derived"].append(graph)
            made = {"graph": graph["graph"], "model": sha256(CONTENT + f"{name}.onnx".encode()), "library": sha256(CONTENT + b"libonnxruntime.so")}
            self.put(f"{name}.ort.json", json.dumps(made | {"sha256": self.put(f"{name}.ort")}).encode())
        self.put("lambda/ffmpeg.json", json.dumps({"sha256": self.put("lambda/ffmpeg")}).encode())
        self.put("lambda/ffmpeg.txt")

    def put(self, name: str, data: bytes | None = None) -> str:
        data = CONTENT + name.encode() if data is None else data
        path = self.assets / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        # As the program writes its notes; a function runs as another user.
        path.chmod(0o600)
        return sha256(data)

    def lay(self, layer: str) -> list:
        lay.lay(layer, self.folder, self.assets, self.lock)
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    def test_speech_is_what_a_function_loads(self):
        expected = ["hibari.ort", "hibari.ort.json", "kokoro.ort", "kokoro.ort.json", "libonnxruntime.so",
                    "licences/kokoro-LICENSE.txt", "vocab.json", "voices/a.bin", "voices/b.bin"]
        self.assertEqual(self.lay("speech"), expected)

    def test_voices_that_are_not_installed_are_left_out(self):
        (self.assets / "voices/b.bin").unlink()
        self.assertNotIn("voices/b.bin", self.lay("speech"))

    def test_fonts_and_tools_lie_where_the_program_looks(self):
        self.assertEqual(self.lay("fonts"), ["fonts/F.ttf", "licences/noto-f.txt"])
        self.assertEqual(self.lay("tools")[0], "bin/ffmpeg")
        self.assertIn('.path("bin/ffmpeg")', (ROOT / "src/makers.rs").read_text())

    def test_everybody_may_read_all_of_it(self):
        for layer in lay.LISTED:
            for name in self.lay(layer):
                mode = (self.folder / name).stat().st_mode & 0o777
                self.assertEqual(mode, 0o755 if name == "bin/ffmpeg" else 0o644, name)

    def test_an_altered_file_is_refused(self):
        for layer, name, mend in (("speech", "vocab.json", "make assets"), ("speech", "kokoro.ort", "protovideo prepare"),
                                  ("tools", "lambda/ffmpeg", "infra/ffmpeg/build.sh")):
            self.put(name, b"another content")
            with self.assertRaisesRegex(lay.Wrong, f"SHA-256.*{mend}"):
                self.lay(layer)
            self.put(name)

    def test_a_missing_file_is_named_with_what_brings_it(self):
        for layer, name, mend in (("fonts", "fonts/F.ttf", "make assets"), ("speech", "hibari.ort", "protovideo prepare"),
                                  ("tools", "lambda/ffmpeg", "infra/ffmpeg/build.sh")):
            (self.assets / name).unlink()
            with self.assertRaisesRegex(lay.Wrong, f"{name} is not there.*{mend}"):
                self.lay(layer)
            self.put(name)

    def test_a_file_made_of_another_model_is_refused(self):
        path = self.assets / "kokoro.ort.json"
        as_made = json.loads(path.read_text())
        for key in ("model", "graph", "library"):
            path.write_text(json.dumps(as_made | {key: "another"}))
            with self.assertRaisesRegex(lay.Wrong, "made of other files"):
                self.lay("speech")


class Installed(unittest.TestCase):
    """The layers of this machine's own assets folder."""

    def setUp(self):
        self.assets = lay.assets_folder()
        if not (self.assets / "kokoro.ort").is_file():
            self.skipTest("no models are installed here")

    def test_layers_and_code_fit_into_a_function(self):
        lock = json.loads((ROOT / "assets" / "lock.json").read_text())
        names = {e["name"] for layer in lay.LISTED for e in lay.listed(layer, lock)} | {"hibari.ort", "kokoro.ort", "lambda/ffmpeg"}
        size = sum(path.stat().st_size for name in names if (path := self.assets / name).is_file())
        self.assertLess(size + CODE_BYTES, lay.MOST_BYTES)

    def test_lambda_s_system_has_what_onnx_runtime_needs(self):
        data = (self.assets / "libonnxruntime.so").read_bytes()
        for prefix, most in ((b"GLIBC", GLIBC), (b"GLIBCXX", GLIBCXX)):
            versions = re.findall(prefix + rb"_([0-9]+(?:\.[0-9]+)+)\0", data)
            self.assertTrue(versions)
            self.assertLessEqual(max(tuple(map(int, version.split(b"."))) for version in versions), most)


class Makefiles(unittest.TestCase):
    def test_each_layer_is_laid_by_its_own_name(self):
        for layer in of(LAYER):
            name = layer.removesuffix("Layer").lower()
            folder = ROOT / "infra" / properties(layer)["ContentUri"]
            self.assertEqual(folder.name, name)
            self.assertIn(f'lay.py {name} "$(ARTIFACTS_DIR)"', (folder / "Makefile").read_text())


if __name__ == "__main__":
    unittest.main()

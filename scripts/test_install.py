"""The installer, against a folder and a server of the test's own: nothing comes from outside this machine."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

INSTALL = Path(__file__).resolve().parent / "install.py"
MODEL = bytes(range(256)) * 1200
VOICE = b"a voice" * 999


class Server(ThreadingHTTPServer):
    """Serves files by name, notes what it is asked, and breaks off once after so many bytes."""

    def __init__(self, files: dict, breaks_after: int | None = None):
        self.files, self.breaks_after, self.asked = files, breaks_after, []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        begin = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        self.server.asked.append((self.path, begin))
        data = self.server.files.get(self.path.lstrip("/"))
        if data is None:
            self.send_error(404)
            return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        cut, self.server.breaks_after = self.server.breaks_after, None
        self.wfile.write(data[begin:cut])

    def log_message(self, *_):
        pass


class Installing(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.assets = self.folder / "assets"
        self.lock = self.folder / "lock.json"
        self.files = {"model.onnx": MODEL, "voices/ann.bin": VOICE}
        entries = [self.entry(name, data) for name, data in self.files.items()]
        self.lock.write_text(json.dumps({"packages": [], "files": entries}))

    @staticmethod
    def entry(name: str, data: bytes) -> dict:
        return {"name": name, "set": "base", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "parts": []}

    def serve(self, **options) -> Server:
        server = Server(dict(self.files), **options)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def install(self, source: str, *arguments: str) -> subprocess.CompletedProcess:
        environment = os.environ | {"PROTOVIDEO_ASSETS": str(self.assets), "PROTOVIDEO_ASSETS_FROM": source, "no_proxy": "*"}
        command = [sys.executable, str(INSTALL), "--lock", str(self.lock), *arguments, "base"]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def installed(self) -> dict:
        files = [path for path in self.assets.rglob("*") if path.is_file() and not path.name.startswith(".")]
        return {str(path.relative_to(self.assets)): path.read_bytes() for path in files}

    def test_a_second_run_fetches_nothing(self):
        server = self.serve()
        first = self.install(server.address)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(self.installed(), self.files)
        self.assertEqual(len(server.asked), 2)
        again = self.install(server.address)
        self.assertEqual((again.returncode, len(server.asked)), (0, 2), "nothing is asked for")
        self.assertIn("2 files", again.stdout)

    def test_a_folder_will_do(self):
        folder = self.folder / "copy"
        for name, data in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        self.assertEqual(self.install(str(folder)).returncode, 0)
        self.assertEqual(self.installed(), self.files)

    def test_a_download_that_broke_off_goes_on_where_it_was(self):
        server = self.serve(breaks_after=100_000)
        broken = self.install(server.address)
        self.assertEqual(broken.returncode, 1)
        self.assertIn(f"100000 of {len(MODEL)} bytes", broken.stderr)
        self.assertIn("the same command goes on from there", broken.stderr)
        self.assertNotIn("model.onnx", self.installed())
        again = self.install(server.address)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual([begin for path, begin in server.asked if path == "/model.onnx"], [0, 100_000])
        self.assertEqual(self.installed(), self.files)

    def test_other_bytes_are_refused_and_nothing_is_left_of_them(self):
        server = self.serve()
        server.files["model.onnx"] = bytes(len(MODEL))
        refused = self.install(server.address)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("model.onnx: the source's file has SHA-256", refused.stderr)
        self.assertIn(hashlib.sha256(MODEL).hexdigest(), refused.stderr)
        self.assertEqual(self.installed(), {}, "neither a file nor a part of one")

    def test_a_part_of_other_bytes_does_no_lasting_harm(self):
        partial = self.assets / "partial" / hashlib.sha256(MODEL).hexdigest()
        partial.parent.mkdir(parents=True)
        partial.write_bytes(b"x" * 1000)
        server = self.serve()
        self.assertEqual(self.install(server.address).returncode, 1)
        self.assertEqual(self.install(server.address).returncode, 0)
        self.assertEqual(self.installed(), self.files)

    def test_an_altered_file_is_found_and_brought_back(self):
        server = self.serve()
        self.install(server.address)
        path = self.assets / "model.onnx"
        before = path.stat()
        path.write_bytes(bytes(len(MODEL)))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assertEqual(self.install(server.address, "--verify").returncode, 0)
        self.assertEqual(self.installed(), self.files)
        self.assertEqual([path for path, _ in server.asked[2:]], ["/model.onnx"], "and nothing else is fetched")

    def test_other_addresses_are_refused(self):
        refused = self.install("ftp://127.0.0.1/models")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("a folder or an http or https address is wanted", refused.stderr)


if __name__ == "__main__":
    unittest.main()

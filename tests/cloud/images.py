"""A server of the images API that counts what each prompt is asked for, and always draws a prompt alike.

It takes some time, as a real one does, so that two workers which ask for one picture meet.
"""

import base64
import hashlib
import json
import struct
import threading
import time
import zlib
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIDE = 96
TAKES_S = 0.2


def png(prompt: str) -> bytes:
    """A square whose colours come from the prompt: https://www.w3.org/TR/png-3/."""
    red, green, blue = hashlib.sha256(prompt.encode()).digest()[:3]
    rows = b"".join(
        b"\0" + b"".join(bytes(((red + x) % 256, (green + y) % 256, blue)) for x in range(SIDE)) for y in range(SIDE)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Images(ThreadingHTTPServer):
    """Listens for as long as a `with` lasts. `asked` counts by prompt; other keys than `key` are refused."""

    daemon_threads = True

    def __init__(self, key: str):
        super().__init__(("127.0.0.1", 0), Handler)
        self.key, self.asked, self.lock = key, Counter(), threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """A worker that is killed while it waits is no news."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Images

    def do_POST(self):
        prompt = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["prompt"]
        allowed = self.headers["Authorization"] == f"Bearer {self.server.key}"
        with self.server.lock:
            self.server.asked[prompt] += 1
        time.sleep(TAKES_S)
        picture = base64.b64encode(png(prompt)).decode()
        body = json.dumps({"data": [{"b64_json": picture}]} if allowed else {"error": {"message": "wrong key"}}).encode()
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

"""A proxy before an emulator that counts AWS calls, and lets some of them go wrong.

A client signs the host that it connects to, so the proxy hands `Host` on as it came, and the signature stays valid. Bodies
are held in memory.
"""

import fnmatch
import http.client
import random
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable, NamedTuple
from urllib.parse import urlsplit

from .mishaps import Request, Response
from .wire import action

# These belong to one connection, not to the message (RFC 9110, 7.6.1), or are said anew.
OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Call(NamedTuple):
    """One call: `name` is `service.Action`; `status` is 0 where the client got no answer; `began` is `time.monotonic()`."""

    name: str
    target: str
    connection: int
    began: float
    seconds: float
    status: int
    mishap: str


@dataclass
class Rule:
    """Calls whose name matches the pattern (`s3.Put*`) meet the mishap: a share of them, after the first `skip`, at most
    `times`."""

    pattern: str
    mishap: Callable
    share: float = 1
    skip: int = 0
    times: int | None = None


class Proxy:
    """Listens for as long as a `with` lasts. `rules` may be changed at any time; the first that applies is used."""

    def __init__(self, endpoint: str, rules: list | None = None, seed: int = 0):
        self.upstream = urlsplit(endpoint).netloc
        self.rules = rules or []
        self.calls: list = []
        self.closing = threading.Event()
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._connections = 0
        self._server = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.proxy = self
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def count(self, since: float = 0, until: float = float("inf")) -> Counter:
        """Calls by name, of those that began in a window of `time.monotonic()`."""
        with self._lock:
            return Counter(call.name for call in self.calls if since <= call.began < until)

    def by_connection(self) -> dict:
        """For each connection, how many calls of which name it carried."""
        found: dict = {}
        with self._lock:
            for call in self.calls:
                found.setdefault(call.connection, Counter())[call.name] += 1
        return found

    def note(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)

    def next_connection(self) -> int:
        with self._lock:
            self._connections += 1
            return self._connections

    def mishap_for(self, name: str) -> Callable | None:
        with self._lock:
            for rule in self.rules:
                if not fnmatch.fnmatchcase(name, rule.pattern) or rule.times == 0:
                    continue
                if rule.skip:
                    rule.skip -= 1
                elif self._chance.random() < rule.share:
                    rule.times = None if rule.times is None else rule.times - 1
                    return rule.mishap
        return None


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    proxy: Proxy

    def handle_error(self, *_):
        """A client that goes away is no news."""


class Handler(BaseHTTPRequestHandler):
    """One client's connection, and one to the server that goes with it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: Server

    def setup(self):
        super().setup()
        self.connection_id = self.server.proxy.next_connection()
        self.onward = None

    def finish(self):
        if self.onward:
            self.onward.close()
        super().finish()

    def handle_expect_100(self):
        """A client that asks whether to send the body waits for this, a second or so."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def log_message(self, *_):
        pass

    def _call(self):
        proxy, began = self.server.proxy, time.monotonic()
        service, named = action(self.command, self.path, self.headers)
        name = f"{service}.{named}"
        request = Request(service, named, self.command, self.path, tuple(self.headers.items()), self._body())
        mishap = proxy.mishap_for(name)
        try:
            response = mishap(request, self._pass_on, proxy.closing) if mishap else self._pass_on(request)
        except (OSError, http.client.HTTPException):
            response = None
        seconds, status = time.monotonic() - began, response.status if response else 0
        label = type(mishap).__name__ if mishap else ""
        proxy.note(Call(name, self.path, self.connection_id, began, seconds, status, label))
        if response:
            self._answer(response)
        else:
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = _call

    def _body(self) -> bytes:
        """The body as it is on the wire: chunks stay chunks, since the signature may be over them."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while True:
            parts.append(self.rfile.readline())
            size = int(parts[-1].split(b";")[0], 16)
            if size == 0:
                break
            parts.append(self.rfile.read(size + 2))
        while parts[-1] not in (b"\r\n", b""):
            parts.append(self.rfile.readline())
        return b"".join(parts)

    def _pass_on(self, request: Request, only: int | None = None) -> Response | None:
        if not self.onward:
            self.onward = http.client.HTTPConnection(self.server.proxy.upstream, timeout=120)
            self.onward.connect()
            self.onward.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.onward.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            # The client has already been told to go on.
            if name.lower() not in ("expect", "connection"):
                self.onward.putheader(name, value)
        self.onward.endheaders()
        self.onward.send(request.body[:only])
        if only is not None:
            self.onward.close()
            return None
        answer = self.onward.getresponse()
        body = answer.read()
        if answer.will_close:
            self.onward.close()
        return Response(answer.status, answer.getheaders(), body)

    def _answer(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers:
            if name.lower() not in OF_A_CONNECTION or (self.command == "HEAD" and name.lower() == "content-length"):
                self.send_header(name, value)
        bodiless = self.command == "HEAD" or response.status in (204, 304)
        if not bodiless:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        body = b"" if bodiless else response.body[: response.sent]
        if response.rate:
            self.wfile.flush()
            for byte in range(len(body)):
                self.wfile.write(body[byte : byte + 1])
                self.wfile.flush()
                if self.server.proxy.closing.wait(1 / response.rate):
                    break
        else:
            self.wfile.write(body)
        self.wfile.flush()
        if response.sent is not None:
            self.close_connection = True

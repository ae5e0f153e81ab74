"""One function environment: the function's program under AWS's own runtime interface emulator (RIE).

The RIE is the runtime that AWS puts into its base images; here it comes out of the aws-sam-cli wheel. It starts the program
at the first invocation, enforces the timeout, and starts the program anew after an exit. It has one invocation at a time:
two at once crash it, so a slot has a lock, as an environment on Lambda has.
"""

import http.client
import json
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

from . import session
from .emulators import REGION

RIE = "samcli/local/rapid/aws-lambda-rie-x86_64"
# How long the RIE may need beyond the function's timeout before it says so.
SLACK_S = 10


class Answer(NamedTuple):
    """How an invocation ended: `ok` with what the function returned, `error`, `timeout` or `exited`."""

    outcome: str
    body: str


def find_rie() -> Path:
    """The emulator: `PROTOVIDEO_RIE`, or out of an environment with aws-sam-cli, this one or one beside it."""
    if named := os.environ.get("PROTOVIDEO_RIE"):
        return Path(named)
    here = Path(sys.prefix)
    for folder in [here, *sorted(here.parent.iterdir())]:
        for found in folder.glob(f"lib/python3*/site-packages/{RIE}"):
            return found
    raise FileNotFoundError(f"no {RIE} in {here} or beside it; PROTOVIDEO_RIE can name it")


class Slot:
    """An environment that runs one program, with its own `/tmp`, which stays when the program is killed, as on Lambda."""

    def __init__(self, bootstrap: Path, environment: dict, timeout_s: int, memory_mb: int, folder: Path):
        self.bootstrap, self.timeout_s, self.memory_mb = Path(bootstrap).resolve(), timeout_s, memory_mb
        self.folder = Path(folder)
        self.scratch = self.folder / "tmp"
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "log"
        self.environment = dict(environment)
        self.busy = threading.Lock()
        self._process = self._port = None
        self._changes = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def invoke(self, event, deadline_s: float | None = None) -> Answer:
        """Runs the function once. `event` is JSON text or what becomes JSON.

        With `deadline_s`, the function has that many seconds instead of its own timeout, and the environment is started
        anew for it and after it, since its timeout is told at the start.
        """
        body = event if isinstance(event, str) else json.dumps(event)
        timeout_s = deadline_s or self.timeout_s
        with self.busy:
            if deadline_s:
                self.kill()
            self._start(timeout_s)
            answer = self._ask(body, timeout_s + SLACK_S)
            # After a failure AWS resets the environment; what the function left running must not outlive it here either.
            if deadline_s or answer.outcome in ("timeout", "exited"):
                self.kill()
            return answer

    def kill(self) -> None:
        """Ends the environment by SIGKILL, whatever runs in it. An invocation under way answers `exited`."""
        with self._changes:
            if self._process:
                session.end(self._process)
                self._process = None

    def freeze(self) -> None:
        """Stops every process, as Lambda does between invocations."""
        if self._process:
            session.send(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets them go on."""
        if self._process:
            session.send(self._process.pid, signal.SIGCONT)

    def processes(self) -> int:
        """How many processes there are besides the emulator: one, the function, when nothing was left behind."""
        return len(session.members(self._process.pid)) - 1 if self._process else 0

    def peak_memory_bytes(self) -> int:
        """The most memory that any one process of the environment has had resident."""
        peak = 0
        for member in session.members(self._process.pid) if self._process else []:
            try:
                found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{member}/status").read_text())
            except (FileNotFoundError, ProcessLookupError):
                continue
            if found and member != self._process.pid:
                peak = max(peak, int(found[1]) * 1024)
        return peak

    def _start(self, timeout_s: float) -> None:
        while True:
            with self._changes:
                if self._process and self._process.poll() is not None:
                    session.end(self._process)
                    self._process = None
                if self._process:
                    return
                self._launch(timeout_s)
                process = self._process
            # A port may have been taken in the meantime: then the emulator ends at once, and others are tried.
            while process.poll() is None:
                if session.listens(self._port):
                    return
                time.sleep(0.005)

    def _launch(self, timeout_s: float) -> None:
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        own = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "TMPDIR": str(self.scratch),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_LAMBDA_FUNCTION_NAME": self.bootstrap.name,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(int(timeout_s)),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
        }
        self._port = session.free_port()
        addresses = f"127.0.0.1:{self._port}", f"127.0.0.1:{session.free_port()}"
        argv = [find_rie(), "--runtime-interface-emulator-address", addresses[0], "--runtime-api-address", addresses[1]]
        self._process = session.start([*argv, self.bootstrap], own | self.environment, self.log, self.folder)

    def _ask(self, body: str, wait_s: float) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=wait_s)
        try:
            connection.request("POST", "/2015-03-31/functions/function/invocations", body.encode())
            response = connection.getresponse()
            return read(response.status, response.read().decode())
        except TimeoutError:
            return Answer("timeout", f"no answer within {wait_s} s")
        except (OSError, http.client.HTTPException) as error:
            return Answer("exited", f"the environment is gone: {error!r}")
        finally:
            connection.close()


def read(status: int, body: str) -> Answer:
    """What the RIE's answer means. Unlike Lambda it has no header for a function's error, only that error's JSON."""
    if re.fullmatch(r"Task timed out after [\d.]+ seconds", body):
        return Answer("timeout", body)
    if status != 200:
        return Answer("exited", body)
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    is_error = isinstance(found, dict) and {"errorType", "errorMessage"} <= found.keys()
    return Answer("error" if is_error else "ok", body)

"""Processes that are ended with all that they started.

A program may put its children into process groups of their own, as Lambda's emulator does with functions and functions do
with ffmpeg, so that killing one group leaves orphans. All of them stay in the session of the first, though: `setpgid`
does not leave it (setsid(2)). So a started program leads a session, and ending it ends the session.
"""

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

_given: set = set()
_given_lock = threading.Lock()


def start(argv: list, env: dict, log: Path, cwd: Path | None = None) -> subprocess.Popen:
    """Starts a program as the leader of a session; what it says is added to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in argv],
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def members(leader: int) -> list:
    """The ids of the session's living processes, the leader's among them."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = Path("/proc", entry, "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # The program's name, in parentheses, may hold anything: proc(5).
        state, _, _, session = stat.rpartition(")")[2].split()[:4]
        if int(session) == leader and state not in "ZX":
            found.append(int(entry))
    return found


def send(leader: int, number: signal.Signals) -> None:
    """Signals every member. A member that has just ended is no error."""
    for member in members(leader):
        try:
            os.kill(member, number)
        except ProcessLookupError:
            pass


def end(process: subprocess.Popen, grace_s: float = 0) -> None:
    """Ends the session: the leader by SIGTERM if it gets time for that, then everything in it by SIGKILL.

    When this returns, nothing of it runs. A process that was being forked meanwhile is met in the next round.
    """
    if grace_s and process.poll() is None:
        process.terminate()
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            pass
    while members(process.pid):
        send(process.pid, signal.SIGKILL)
        process.poll()
        time.sleep(0.002)
    process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on, and that this process has not given away before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with _given_lock:
            if port not in _given:
                _given.add(port)
                return port


def listens(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True

"""Makes the film of one request by the functions, without faults, and counts the AWS calls that this takes.

    PYTHONPATH=tests python -m cloud.film examples/harbour.json -o film.mp4 --programs target/debug --assets FOLDER

Prints what happened as JSON; the film is for whoever compares it with the one-machine run's.
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from .calls import Proxy
from .deployment import Deployment
from .emulators import Ministack
from .stack import Stack
from .watch import read

# Calls that AWS's own event source makes, and not the functions.
POLLING = ("sqs.ReceiveMessage", "sqs.DeleteMessage", "sqs.DeleteMessageBatch")
ENDS = ("finished", "failed", "cancelled")


def main() -> int:
    arguments = parse()
    folder = Path(tempfile.mkdtemp(prefix="protovideo-film-"))
    with contextlib.ExitStack() as held:
        emulator = held.enter_context(Ministack(folder / "emulator"))
        proxy = held.enter_context(Proxy(emulator.endpoint))
        stack = Stack(emulator, "film", endpoint=proxy.endpoint)
        environment = {"PROTOVIDEO_ASSETS": str(arguments.assets.resolve())}
        environment |= dict(pair.split("=", 1) for pair in arguments.env)
        slots = {"submit": 1, "render": arguments.slots, "assemble": 1}
        held.enter_context(Deployment(stack, arguments.programs, folder, slots, environment=environment))
        runs = [made(stack, proxy, arguments, f"film-{n}") for n in range(arguments.runs)]
    print(json.dumps({"logs": str(folder), "runs": runs}, indent=1))
    return 0 if all(run["status"] == "finished" for run in runs) else 1


def made(stack: Stack, proxy: Proxy, arguments: argparse.Namespace, task: str) -> dict:
    """Sends the request under that id, and waits for its end."""
    request = json.loads(arguments.request.read_text()) | {"task_id": task}
    began = time.monotonic()
    stack.sqs.send_message(QueueUrl=stack.queue("RequestsQueue"), MessageBody=json.dumps(request))
    while (item := read(stack, task) or {}).get("status") not in ENDS:
        if time.monotonic() - began > arguments.bound_s:
            break
        time.sleep(0.1)
    seconds = round(time.monotonic() - began, 1)
    # What a function does after its task's end belongs to it too.
    time.sleep(1)
    calls = Counter({name: n for name, n in proxy.count(began).items() if name not in POLLING})
    result = item.get("result") or {}
    if result and arguments.output:
        stack.s3.download_file(stack.bucket, result["s3_key"], str(arguments.output))
    told = {"task": task, "status": item.get("status"), "seconds": seconds, "error": item.get("error")}
    return told | {"calls": sum(calls.values()), "by_name": dict(calls.most_common()), "result": str(result)[:600]}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("request", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--programs", type=Path, required=True, help="folder with submit, render, assemble, reconcile")
    parser.add_argument("--assets", type=Path, required=True, help="models, voices and fonts")
    parser.add_argument("--slots", type=int, default=2, help="render environments")
    parser.add_argument("--runs", type=int, default=1, help="so often the same request, each time as another task")
    parser.add_argument("--bound-s", type=float, default=300)
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="more variables for the functions")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""A stack without an account: an emulator of AWS on this machine, with the real template deployed to it.

    local.py up            starts ministack on 127.0.0.1:4566, IAM enforced, unless it runs; deploys what `sam build` built
    local.py film REQUEST -o FILM.mp4    sends a request to its queue, follows the task, fetches the film
    local.py env           prints the variables by which programs find it
    local.py down          stops it; nothing of it is kept

`make cloud` calls all but the last. The emulator does not unpack layers, so their content is put into one folder that the
functions are told of by the template's parameter `AssetsFolder`.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".aws-sam" / "build"
STATE = ROOT / ".aws-sam" / "local"
LAYERS = ("SpeechLayer", "FontsLayer", "ToolsLayer")
PORT = 4566
ENDPOINT = f"http://127.0.0.1:{PORT}"
STACK = "protovideo"
ACCESS = {
    "AWS_ENDPOINT_URL": ENDPOINT,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def healthy() -> bool:
    try:
        with urllib.request.urlopen(f"{ENDPOINT}/_ministack/health", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def start() -> None:
    """Starts the emulator, unless it runs."""
    if healthy():
        return
    STATE.mkdir(parents=True, exist_ok=True)
    own = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(PORT), "IOT_MTLS_ENABLED": "0", "AUTH": "true"}
    with open(STATE / "ministack.log", "ab") as log:
        program = Path(sys.executable).parent / "ministack"
        process = subprocess.Popen([program], env=os.environ | ACCESS | own, cwd=STATE, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, start_new_session=True)
    (STATE / "pid").write_text(str(process.pid))
    for _ in range(600):
        if healthy():
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"the emulator did not begin; {STATE / 'ministack.log'} says why")


def lay_out() -> Path:
    """The layers' content in one folder, as Lambda shows it in /opt."""
    folder = STATE / "opt"
    shutil.rmtree(folder, ignore_errors=True)
    for layer in LAYERS:
        if not (BUILT / layer).is_dir():
            sys.exit(f"{BUILT / layer} is not there; run `sam build`")
        shutil.copytree(BUILT / layer, folder, copy_function=link, dirs_exist_ok=True)
    return folder


def link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def up(sam: str) -> None:
    start()
    overrides = [f"AssetsFolder={lay_out()}", "RequireTls=false", "WithLayers=false"]
    deploy = [sam, "deploy", "--stack-name", STACK, "--resolve-s3", "--capabilities", "CAPABILITY_IAM",
              "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar", "--parameter-overrides",
              *overrides]
    with open(STATE / "deploy.log", "wb") as log:
        environment = os.environ | ACCESS | {"SAM_CLI_TELEMETRY": "0"}
        if subprocess.run(deploy, cwd=ROOT, env=environment, stdout=log, stderr=log, check=False).returncode:
            sys.exit(f"the stack was not deployed; {STATE / 'deploy.log'} says why")
    settle = [sys.executable, ROOT / "scripts/cloud/settle.py", "--endpoint", ENDPOINT, "--stack", STACK]
    subprocess.run(settle, check=True)
    print(f"the stack {STACK} is deployed at {ENDPOINT}")


def variables() -> dict:
    """The variables by which programs find the stack."""
    formation = boto3.client("cloudformation", endpoint_url=ENDPOINT, region_name="us-east-1",
                             aws_access_key_id="test", aws_secret_access_key="test")
    outputs = formation.describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
    line = next(output["OutputValue"] for output in outputs if output["OutputKey"] == "Environment")
    return ACCESS | dict(pair.split("=", 1) for pair in line.split())


def film(request: Path, output: Path, program: Path) -> None:
    """As a user does it: `submit`, `status --watch`, `fetch`."""
    environment = os.environ | variables()

    def protovideo(*arguments) -> str:
        done = subprocess.run([program, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            sys.exit(done.returncode)
        return done.stdout.strip()

    task = protovideo("submit", request)
    protovideo("status", "--watch", task)
    print(protovideo("fetch", task, "-o", output))


def down() -> None:
    try:
        os.killpg(int((STATE / "pid").read_text()), signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError):
        pass
    shutil.rmtree(STATE, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("up").add_argument("--sam", default="sam")
    made = what.add_parser("film")
    made.add_argument("request", type=Path)
    made.add_argument("-o", "--output", type=Path, required=True)
    made.add_argument("--program", type=Path, default=ROOT / "target/debug/protovideo")
    what.add_parser("env").add_argument("--json", action="store_true")
    what.add_parser("down")
    arguments = parser.parse_args()
    if arguments.what == "up":
        up(arguments.sam)
    elif arguments.what == "film":
        film(arguments.request, arguments.output, arguments.program)
    elif arguments.what == "env":
        found = variables()
        lines = [json.dumps(found)] if arguments.json else [f"export {name}='{value}'" for name, value in found.items()]
        print("\n".join(lines))
    else:
        down()


if __name__ == "__main__":
    main()

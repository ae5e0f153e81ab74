"""Emulators of AWS's services, each a process on a free port of this machine, for as long as a `with` lasts.

What each gets wrong is known and small, and they err in different places; a behaviour that matters is held against two.
Their programs come from the folder of the running Python, or from `PATH`.
"""

import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

from . import session

REGION = "us-east-1"
UP_WITHIN_S = 60


def program(name: str) -> str:
    """Where a program of the test environment is."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name} is neither beside {sys.executable} nor in PATH")
    return found


class Emulator:
    """One server: where it listens, how it is told to, how it says that it is ready."""

    name = ""
    health = "/"
    access_key, secret_key = "test", "test"

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / f"{self.name}.log"
        self.port = session.free_port()
        self.process = None

    @property
    def endpoint(self) -> str:
        """What `AWS_ENDPOINT_URL` has to be. An address, not a name, makes S3 clients put the bucket into the path."""
        return f"http://127.0.0.1:{self.port}"

    def argv(self) -> list:
        raise NotImplementedError

    def env(self) -> dict:
        return {}

    def __enter__(self):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.process = session.start(self.argv(), inherited | self.env(), self.log, self.folder)
        until = time.monotonic() + UP_WITHIN_S
        while not self._healthy():
            if self.process.poll() is not None or time.monotonic() > until:
                session.end(self.process)
                raise RuntimeError(f"{self.name} did not come up:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        session.end(self.process, grace_s=2)

    def _healthy(self) -> bool:
        try:
            urllib.request.urlopen(self.endpoint + self.health, timeout=2).read()
        except urllib.error.HTTPError as answer:
            return answer.code < 500
        except OSError:
            return False
        return True

    def client(self, service: str, endpoint: str | None = None, access_key: str | None = None):
        """A client that asks once and waits no longer than half a minute."""
        return boto3.client(
            service,
            endpoint_url=endpoint or self.endpoint,
            region_name=REGION,
            aws_access_key_id=access_key or self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=30, max_pool_connections=40),
        )


class Ministack(Emulator):
    """All services, deployed templates and, where `auth` is set, IAM. A 12-digit access key id is an account of its own."""

    name = "ministack"
    health = "/_ministack/health"

    def __init__(self, folder: Path, auth: bool = False):
        super().__init__(folder)
        self.auth = auth

    def argv(self) -> list:
        return [program("ministack")]

    def env(self) -> dict:
        return {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "AWS_ENDPOINT_URL": self.endpoint,
            "IOT_MTLS_ENABLED": "0",
            "AUTH": "true" if self.auth else "false",
        }


class Moto(Emulator):
    """A second opinion on DynamoDB and SQS. Its S3 answers some calls in XML that stricter clients cannot read."""

    name = "moto"
    health = "/moto-api/"

    def argv(self) -> list:
        return [program("moto_server"), "-H", "127.0.0.1", "-p", self.port]


class SeaweedFs(Emulator):
    """A second opinion on S3: a real store, on a disk."""

    name = "seaweedfs"

    def argv(self) -> list:
        config = self.folder / "s3.json"
        keys = {"accessKey": self.access_key, "secretKey": self.secret_key}
        actions = ["Admin", "Read", "List", "Tagging", "Write"]
        config.write_text(json.dumps({"identities": [{"name": "test", "credentials": [keys], "actions": actions}]}))
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        ports = [f"-s3.port={self.port}", f"-s3.port.grpc={session.free_port()}"]
        for part in ("master", "volume", "filer"):
            ports += [f"-{part}.port={session.free_port()}", f"-{part}.port.grpc={session.free_port()}"]
        fixed = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-volume.max=20", "-master.volumeSizeLimitMB=64"]
        return [program("weed"), "server", f"-dir={data}", f"-s3.config={config}", *fixed, *ports]

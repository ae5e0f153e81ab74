#!/usr/bin/env python3
"""Lays out a layer: copies installed files into a folder that Lambda shows in /opt, each checked by its SHA-256.

    lay.py tools|fonts|speech FOLDER

Files come from the assets folder, where `make base`, `protovideo prepare` and `infra/ffmpeg/build.sh` put them. What
`assets/lock.json` lists has to have the digest that it lists; what was made here, the one in the note beside it. In a
function, PROTOVIDEO_ASSETS=/opt finds all of them under the names that they have in the assets folder.

The models' originals (`kokoro.onnx`) stay behind: a function loads what was made of them (`kokoro.ort`). So does the C++
library that ONNX Runtime needs: Debian's asks for a younger C library than Lambda's system has, and that system, Amazon
Linux 2023's minimal image, has one of its own, since its package manager is written in C++.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARCH = "x86_64"
# By name; of voices, those that are installed.
LISTED = {
    "tools": [],
    "fonts": ["fonts/*", "licences/noto-*"],
    "speech": ["libonnxruntime.so", "hibari-oov.*", "vocab.json", "voices/*", "licences/hibari-*", "licences/kokoro-*",
               "licences/onnxruntime*"],
}
# Made here, by name.
DERIVED = {"tools": [], "fonts": [], "speech": ["hibari.ort", "kokoro.ort"]}
# Lambda's limit for a function's code and its layers together, unpacked.
MOST_BYTES = 250 << 20


class Wrong(Exception):
    """A file that cannot go into a layer, and what to do about it."""


def assets_folder() -> Path:
    """Where files are installed: $PROTOVIDEO_ASSETS, or the user's cache folder."""
    if os.environ.get("PROTOVIDEO_ASSETS"):
        return Path(os.environ["PROTOVIDEO_ASSETS"]).expanduser().resolve()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser().resolve() / "protovideo" / "assets"


def copy(source: Path, target: Path, sha256: str, mend: str, mode: int = 0o644) -> None:
    """Copies a file that holds what it should."""
    if not source.is_file():
        raise Wrong(f"{source} is not there: run `{mend}`")
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as write:
        while block := read.read(1 << 20):
            digest.update(block)
            write.write(block)
    if digest.hexdigest() != sha256:
        target.unlink()
        raise Wrong(f"{source} has SHA-256 {digest.hexdigest()}, but {sha256} is expected: run `{mend}`")
    # Functions run as another user.
    target.chmod(mode)


def listed(layer: str, lock: dict) -> list:
    """The lock's files for a layer."""
    usable = [entry for entry in lock["files"] if entry.get("arch", ARCH) == ARCH]
    return [entry for entry in usable if any(fnmatch(entry["name"], pattern) for pattern in LISTED[layer])]


def note(path: Path, mend: str) -> dict:
    """The note beside a file that was made here."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Wrong(f"{path} cannot be read ({error}): run `{mend}`") from error


def lay(layer: str, folder: Path, assets: Path, lock: dict) -> None:
    """Lays out a layer."""
    digests = {entry["name"]: entry["sha256"] for entry in lock["files"] if entry.get("arch", ARCH) == ARCH}
    for entry in listed(layer, lock):
        if entry["set"] == "base" or (assets / entry["name"]).exists():
            copy(assets / entry["name"], folder / entry["name"], entry["sha256"], "make assets")
    derived = {entry["name"]: entry for entry in lock["derived"]}
    for name in DERIVED[layer]:
        mend = "protovideo prepare"
        made, model = note(assets / f"{name}.json", mend), derived[name]["model"]
        expected = {"model": digests[model], "graph": derived[name]["graph"], "library": digests["libonnxruntime.so"]}
        if any(made.get(key) != digest for key, digest in expected.items()):
            raise Wrong(f"{assets / name} was made of other files than are installed now: run `{mend}`")
        copy(assets / name, folder / name, made["sha256"], mend)
        shutil.copyfile(assets / f"{name}.json", folder / f"{name}.json")
        (folder / f"{name}.json").chmod(0o644)
    if layer == "tools":
        mend = "infra/ffmpeg/build.sh"
        made = note(assets / "lambda" / "ffmpeg.json", mend)
        copy(assets / "lambda" / "ffmpeg", folder / "bin" / "ffmpeg", made["sha256"], mend, 0o755)
        licence = folder / "licences" / "ffmpeg.txt"
        licence.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(assets / "lambda" / "ffmpeg.txt", licence)


def size_of(folder: Path) -> int:
    """The bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layer", choices=LISTED)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    lock = json.loads((ROOT / "assets" / "lock.json").read_text())
    arguments.folder.mkdir(parents=True, exist_ok=True)
    try:
        lay(arguments.layer, arguments.folder, assets_folder(), lock)
    except (Wrong, OSError) as error:
        print(f"layer {arguments.layer}: {error}", file=sys.stderr)
        return 1
    size = size_of(arguments.folder)
    print(f"layer {arguments.layer}: {size / 1e6:.1f} MB", file=sys.stderr)
    if size > MOST_BYTES:
        print(f"Lambda takes no more than {MOST_BYTES / 1e6:.0f} MB: remove voices from the assets folder", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

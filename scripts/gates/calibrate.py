"""Writes `assets/kokoro-calibration.json` anew: the ranges of the values between the generator's convolutions.

    calibrate.py --protovideo PROGRAM

24 sentences of `tests/speech/own.tsv`, each in another voice (`make voices` installs them), are spoken by Kokoro with all
convolutions in full precision. Each sentence has a least and a greatest value of each tensor; the table has their means.
Means, rather than the extremes of all: a rare value beyond is clipped, and all others are told apart more finely, which
comes closer to full precision (1.4 to 1.6 dB, `spectra.py`). The voices that `spectra.py` compares are left out.

A new table makes another graph: `protovideo prepare` says its SHA-256, which `assets/lock.json` has to have.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path

import numpy
from hibari import Hibari

from kokoro import COMPARED, Graph, ids, reference
from speech import ASSETS, ROOT, own

TABLE = ROOT / "assets" / "kokoro-calibration.json"


def voices() -> list:
    """The names of all English voices but those that are compared."""
    lock = json.loads((ROOT / "assets" / "lock.json").read_text())
    names = [Path(entry["name"]).stem for entry in lock["files"] if entry["name"].startswith("voices/")]
    return sorted(set(names) - set(COMPARED))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protovideo", required=True, metavar="PROGRAM")
    arguments = parser.parse_args()

    hibari = Hibari(threads=1)
    with tempfile.TemporaryDirectory() as scratch:
        graph = Graph(reference(arguments.protovideo, Path(scratch)))
    ends = [output.name for output in graph.session.get_outputs() if output.name.startswith(("min ", "max "))]
    found = []
    for voice, (text, _) in zip(voices(), own()):
        print(f"{voice}: {text}", file=sys.stderr, flush=True)
        found.append([float(value.item()) for value in graph.run(ends, ids(hibari, text), voice)])
    # Six digits: the next ones say nothing, and differ between processors.
    means = {name: float(f"{mean:.6g}") for name, mean in zip(ends, numpy.mean(found, axis=0))}
    tensors = sorted({name.split(" ", 1)[1] for name in ends})
    table = {
        "about": "Mean least and greatest values of tensors in Kokoro's generator, by scripts/gates/calibrate.py.",
        "model": hashlib.sha256((ASSETS / "kokoro.onnx").read_bytes()).hexdigest(),
        "sentences": f"the first {len(found)} of tests/speech/own.tsv, one in each voice",
        "voices": voices(),
        "ranges": {tensor: [means[f"min {tensor}"], means[f"max {tensor}"]] for tensor in tensors},
    }
    # A tensor a line.
    ranges = ",\n".join(f"    {json.dumps(name)}: {json.dumps(pair)}" for name, pair in table.pop("ranges").items())
    head = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in table.items())
    TABLE.write_text(f'{{\n{head},\n  "ranges": {{\n{ranges}\n  }}\n}}\n')
    print(f"{TABLE}: {len(tensors)} tensors", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

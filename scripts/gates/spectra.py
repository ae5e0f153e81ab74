"""Measures how far Kokoro's sound is from full precision, and what it costs; fails where the rewrite is the worse one.

    spectra.py --protovideo PROGRAM

Three graphs speak the plain sentences, in turn in four voices that the calibration did not hear: the published file, the
one that `protovideo prepare` makes of it, and one with all convolutions in full precision, which has the same
durations as both, so that their sound can be compared frame by frame. The distance is that of log spectra (in dB: root of
the mean square over 80 mel bands, mean over frames of 43 ms, every 11 ms). The limits: the distance of the one that is
made is no larger than the published file's, and it takes at most 0.45 s of processor time for a second of sound.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy
from hibari import Hibari

from kokoro import COMPARED, Graph, ids, reference
from speech import ASSETS, plain

RATE, WINDOW, STEP, BANDS = 24000, 1024, 256, 80
# As much as one step of 16 bits; what is fainter is not told apart.
FLOOR = 1e-5
MOST_SECONDS = 0.45


def bands() -> numpy.ndarray:
    """Triangles evenly spaced in mel (2595 log10(1 + f/700)) from 0 to 12 kHz, over the bins of a spectrum."""
    most = 2595 * numpy.log10(1 + RATE / 2 / 700)
    edges = 700 * (10 ** (numpy.linspace(0, most, BANDS + 2) / 2595) - 1)
    bins = numpy.arange(WINDOW // 2 + 1) * RATE / WINDOW
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return numpy.maximum(0, numpy.minimum(rising, falling))


def spectrum(samples: numpy.ndarray) -> numpy.ndarray:
    """[frames, bands] in dB."""
    frames = numpy.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::STEP] * numpy.hanning(WINDOW)
    power = numpy.abs(numpy.fft.rfft(frames)) ** 2
    return 10 * numpy.log10(numpy.maximum(power @ bands().T, FLOOR))


def distance(one: numpy.ndarray, other: numpy.ndarray) -> float:
    """The distance of two sounds of one length, in dB."""
    return float(numpy.sqrt(((spectrum(one) - spectrum(other)) ** 2).mean(axis=1)).mean())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protovideo", required=True, metavar="PROGRAM")
    arguments = parser.parse_args()

    hibari = Hibari(threads=1)
    with tempfile.TemporaryDirectory() as scratch:
        graphs = {"full precision": Graph(reference(arguments.protovideo, Path(scratch)))}
    graphs |= {"published": Graph(ASSETS / "kokoro.onnx"), "made": Graph(ASSETS / "kokoro.ort")}
    distances, seconds = {name: [] for name in graphs}, 0.0
    for place, (text, _) in enumerate(plain()):
        voice, phonemes = COMPARED[place % len(COMPARED)], ids(hibari, text)
        spoken = {name: graph.run(["audio"], phonemes, voice)[0] for name, graph in graphs.items()}
        full = spoken["full precision"]
        seconds += len(full) / RATE
        for name, sound in spoken.items():
            if len(sound) != len(full):
                print(f"FAILED {name}: another length than in full precision: {text}", file=sys.stderr)
                return 1
            distances[name].append(distance(sound, full))
    for name, graph in graphs.items():
        print(f"{name}: {graph.processor / seconds:.3f} s of processor time a second of sound, "
              f"{numpy.mean(distances[name]):.2f} dB from full precision", flush=True)
    failed = []
    if numpy.mean(distances["made"]) > numpy.mean(distances["published"]):
        failed.append("what is made is further from full precision than what is published")
    if graphs["made"].processor > MOST_SECONDS * seconds:
        failed.append(f"over the limit of {MOST_SECONDS} s")
    for failure in failed:
        print(f"FAILED {failure}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

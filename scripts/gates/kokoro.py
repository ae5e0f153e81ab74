"""Kokoro's graphs under the models' own phonemes: what `calibrate.py` and `spectra.py` share."""

import subprocess
import time
from pathlib import Path

import numpy
import onnxruntime

from speech import ASSETS

# Spoken for the comparison; none of them is among those that the calibration heard.
COMPARED = ["af_heart", "am_michael", "bf_emma", "bm_george"]


def reference(program: str, folder: Path) -> Path:
    """Kokoro with all convolutions in full precision, as `protovideo prepare` writes it."""
    path = folder / "reference.onnx"
    subprocess.run([program, "prepare", "--reference", path], check=True, stdin=subprocess.DEVNULL)
    return path


def ids(hibari, text: str) -> list:
    """The text's phonemes, as ids; one sentence's."""
    return [one for part in hibari.split_sentences(text) for said in hibari.phonemize(part)
            for one in hibari.ids(said) if one != 0]


class Graph:
    """A session with the settings that the program runs with."""

    def __init__(self, path: Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.processor = 0.0

    def run(self, outputs: list, phonemes: list, voice: str) -> list:
        """The outputs for phonemes in a voice at its own pace; the processor's time is added up."""
        style = numpy.fromfile(ASSETS / "voices" / f"{voice}.bin", "<f4").reshape(510, 1, 256)[len(phonemes) - 1]
        given = {"tokens": numpy.array([[0, *phonemes, 0]]), "style": style, "speed": numpy.ones(1, "f4")}
        began = time.process_time()
        found = self.session.run(outputs, given)
        self.processor += time.process_time() - began
        return found

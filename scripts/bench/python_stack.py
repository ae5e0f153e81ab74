#!/usr/bin/env python3
"""The whole Python stack: what a user would write with kokoro-onnx and MoviePy for the same scenes.

    python_stack.py OUT.mp4 ASSETS VOICE TEXTS.json PICTURE [PICTURE ...]

Speaks each text of a JSON list (the scenes' narration) with kokoro-onnx at its defaults, by the installed Kokoro model
and voice, then renders the pictures in turn, each for as long as its text is spoken, as moviepy_render.py does. Neither
draws pictures nor captions, which the other side of the comparison does.
"""
import json
import sys
import tempfile
import wave
from pathlib import Path

import numpy
from kokoro_onnx import Kokoro

from moviepy_render import render


def speak(assets, voice, texts, work):
    """Speaks each text into a WAV file in a folder: the files' paths and their seconds."""
    # kokoro-onnx reads its voices from one file, by name.
    style = numpy.fromfile(assets / "voices" / f"{voice}.bin", "<f4").reshape(510, 1, 256)
    numpy.savez(work / "voices.npz", **{voice: style})
    kokoro, spoken = Kokoro(str(assets / "kokoro.onnx"), str(work / "voices.npz")), []
    for number, text in enumerate(texts):
        samples, rate = kokoro.create(text, voice=voice)
        path = work / f"{number}.wav"
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes((numpy.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
        # MoviePy knows lengths to the hundredth of a second, and refuses to cut beyond them.
        spoken.append((str(path), int(100 * len(samples) / rate) / 100))
    return spoken


def main():
    out, assets, voice, texts, *pictures = sys.argv[1:]
    texts = json.loads(Path(texts).read_text())
    with tempfile.TemporaryDirectory() as work:
        # The model is gone before the first frame is drawn.
        spoken = speak(Path(assets), voice, texts, Path(work))
        render(out, [(pictures[i % len(pictures)], path, seconds) for i, (path, seconds) in enumerate(spoken)])
    print(json.dumps({"spoken_s": round(sum(seconds for _, seconds in spoken), 2)}))


if __name__ == "__main__":
    main()

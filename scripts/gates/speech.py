"""Sentences spoken for the gates: by the program, or by the reference implementation of the same models."""

import json
import os
import subprocess
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAIN = ROOT / "tests" / "speech" / "sentences.txt"
OWN = ROOT / "tests" / "speech" / "own.tsv"
ASSETS = Path(os.environ["PROTOVIDEO_ASSETS"]) if "PROTOVIDEO_ASSETS" in os.environ else (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "protovideo" / "assets")


def plain() -> list:
    """(text, transcript) of the plain sentences, which are spelled as they are said."""
    return [(line, line) for line in PLAIN.read_text().splitlines()]


def own() -> list:
    """(text, transcript) of the sentences with numbers, dates, money, names, abbreviations and questions."""
    return [tuple(line.split("\t")) for line in OWN.read_text().splitlines()]


def speak(program: str, texts: list, voice: str, folder: Path) -> list:
    """Speaks each text into a file of `folder`; answers (file, words), a word being (text, start in seconds)."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = folder / "lines.txt"
    lines.write_text("".join(text + "\n" for text in texts))
    command = [program, "speak", "--lines", lines, "--out-dir", folder, "--voice", voice, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"`{' '.join(map(str, command))}` ended with {done.returncode}")
    spoken = [json.loads(line) for line in done.stdout.splitlines()]
    if len(spoken) != len(texts):
        raise SystemExit(f"{len(texts)} lines were given to `protovideo speak`, {len(spoken)} came back")
    return [(folder / one["file"], [(word["text"], word["start"]) for word in one["words"]]) for one in spoken]


class Reference:
    """The models' own Python code: hibari as published; Kokoro's graph behind the same phonemes."""

    def __init__(self, voice: str):
        from hibari import Hibari

        self.hibari = Hibari(threads=2)
        self.style = None
        if voice != "heart":
            import numpy
            import onnxruntime

            self.style = numpy.fromfile(ASSETS / "voices" / f"{voice}.bin", "float32").reshape(510, 1, 256)
            self.kokoro = onnxruntime.InferenceSession(ASSETS / "kokoro.onnx")

    def samples(self, text: str):
        if self.style is None:
            return self.hibari(text, seed=0)
        import numpy

        read = [said for part in self.hibari.split_sentences(text) for said in self.hibari.phonemize(part)]
        runs = [self.hibari.ids(said) for said in read]
        spoken = []
        for ids in runs:
            ids = [i for i in ids if i != 0]
            given = {"tokens": numpy.array([[0, *ids, 0]]), "style": self.style[len(ids) - 1],
                     "speed": numpy.ones(1, "float32")}
            spoken.append(self.kokoro.run(["audio"], given)[0])
        return numpy.concatenate(spoken)

    def speak(self, texts: list, folder: Path) -> list:
        """As `speak`, without words."""
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for place, text in enumerate(texts):
            path = folder / f"{place:02}.wav"
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(24000)
                file.writeframes((self.samples(text).clip(-1, 1) * 32767).astype("<i2").tobytes())
            files.append((path, []))
        return files

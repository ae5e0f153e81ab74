"""Turns the report of a film whose scenes have one sentence each into measured.json: samples of each step's time.

    MAX_WORKERS=1 CACHE_DIR=$(mktemp -d) protovideo render request.json -o film.mp4
    MAX_WORKERS=1 CACHE_DIR=<the same> protovideo report --format json |
        python3 tests/scaling/measure.py film.mp4 > tests/scaling/measured.json

With one worker a scene's step has a core to itself, and one sentence a scene keeps sentences from waiting for one another.
"""

import json
import subprocess
import sys

SPEECH_BYTES_A_SECOND = 24_000 * 2


def length(film):
    """Seconds."""
    asked = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", film]
    return float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)


def samples(artifacts, seconds):
    """Milliseconds; of scenes, sound and films, milliseconds for a second of film."""
    of = {}
    for artifact in artifacts:
        of.setdefault(artifact["kind"], []).append(artifact)
    [sound], [film] = of["soundtrack"], of["film"]
    spoken = {step["scene"]: step["bytes"] / SPEECH_BYTES_A_SECOND for step in of["speech"]}
    assert len(spoken) == len(of["speech"]) == len(of["scene"]), "one sentence a scene"
    pause = (seconds - sum(spoken.values())) / len(spoken)
    rate = lambda ms, seconds: round(ms / seconds, 1)
    # The first sentence waits for its voice to be loaded, which workers do once.
    speech = sorted(of["speech"], key=lambda step: step["began_at"])[1:]
    return {
        "speech_ms": sorted(step["wall_ms"] for step in speech),
        "picture_ms": sorted(step["wall_ms"] for step in of["picture"]),
        "scene_ms_a_second": sorted(rate(step["wall_ms"], spoken[step["scene"]] + pause) for step in of["scene"]),
        "soundtrack_ms_a_second": [rate(sound["wall_ms"], seconds)],
        # A film's step makes the soundtrack first.
        "film_ms_a_second": [rate(film["wall_ms"] - sound["wall_ms"], seconds)],
        "poster_ms": sorted(step["wall_ms"] for step in of["poster"]),
    }


if __name__ == "__main__":
    kinds = samples(json.load(sys.stdin)["artifacts"], length(sys.argv[1]))
    print("{\n" + ",\n".join(f"  {json.dumps(kind)}: {json.dumps(values)}" for kind, values in kinds.items()) + "\n}")

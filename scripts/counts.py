#!/usr/bin/env python3
"""Counts what the program does for fixed work, and fails where a count grew: instructions in callgrind, steps, calls.

    counts.py [--accept] [--counts FILE] [NAME ...]

Counts are the same on every run and on every machine of one kind, so that they are judged where times cannot be. A NAME
is a group (instructions, steps, calls) or a piece of work of tests/counts; without any, all are counted. Times are
printed beside them, and never judged. --accept writes what was found. Exit codes: 0 all is well, or nothing can be
counted on this kind of machine; 1 a count grew; 2 the counting itself failed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COUNTS = ROOT / "tests/counts/counts.json"
# A count may grow by so much; what falls by so much is told.
TOLERANCE = 0.05
# The programs that were built for the tests anyway; without models, ffmpeg or network the pipeline in virtual time.
BENCHES = {"counts": ["--bins"], "scaling": ["--no-default-features", "--features", "simulation"]}
SCENES = 20
CHANGED = 10
USUAL = "After that the boats went out to sea again, one after the other."


class Failed(Exception):
    """The counting itself failed; the text says of what."""


def run(command, folder=None, **more):
    """Runs a program to its good end, and gives what it wrote."""
    ended = subprocess.run([str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL, text=True,
                           stdout=subprocess.PIPE, **more)
    if ended.returncode != 0:
        told = f": {ended.stderr.strip()[-2000:]}" if ended.stderr else ""
        raise Failed(f"{' '.join(map(str, command))} ended with {ended.returncode}{told}")
    return ended.stdout


def built(bench):
    """Builds a bench as the tests are built, with what else it needs; its path."""
    told = run(["cargo", "build", "--locked", *BENCHES[bench], "--bench", bench,
                "--message-format", "json-render-diagnostics"], ROOT)
    messages = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    made = [m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == bench]
    if not made:
        raise Failed(f"cargo built no {bench}")
    return Path(made[-1])


def environment(folder):
    """What a program under measurement may see: nothing of the machine's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PROTOVIDEO_ASSETS") if name in os.environ}
    return {**kept, "CACHE_DIR": f"{folder}/cache", "TMPDIR": str(folder), "MAX_WORKERS": "1", "TTS_DEVICE": "cpu"}


def valgrind(folder, command):
    """Instructions of a program, without those of programs that it starts, and what it wrote."""
    with tempfile.TemporaryDirectory(dir=folder) as out:
        wrote = run(["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}/%p", *command], folder,
                    stderr=subprocess.PIPE, env=environment(folder))
        told = "".join(path.read_text() for path in Path(out).iterdir())
    counted = re.findall(r"^summary: (\d+)", told, re.MULTILINE)
    if len(counted) != 1 or int(counted[0]) == 0:
        raise Failed(f"callgrind counted {counted or 'nothing'} in {' '.join(map(str, command))}")
    return int(counted[0]), wrote


def film(last):
    """The example as a small film of twenty scenes; the last sentence of one of them is given."""
    request = json.loads((ROOT / "examples/harbour.json").read_text())
    five = request["scenes"]
    texts = [last if number == CHANGED else USUAL for number in range(SCENES)]
    scenes = [
        {**five[number % len(five)], "seed": number,
         "narration_text": f"Day {number} began with a little wind from the south and a red sky. {text}"}
        for number, text in enumerate(texts)
    ]
    return json.dumps({**request, "size": "108x192", "fps": 24, "scenes": scenes})


class Films:
    """The real program, on small films in a folder with a cache of its own."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        (folder / "request.json").write_text(film("Nobody counted them on their way home."))
        (folder / "changed.json").write_text(film("Somebody counted them on their way home."))

    def instructions(self):
        """Of a plan, and of a request whose film is there, by name; the film is made for the second."""
        plan = valgrind(self.folder, [self.program, "plan", "request.json", "--json"])[0]
        self.made("request.json")
        again = valgrind(self.folder, [self.program, "render", "request.json", "-o", "film.mp4"])[0]
        return {"plan of 20 scenes": plan, "the same request again": again}

    def made(self, name):
        """Renders a request; how many steps of each kind were made, not found."""
        env = environment(self.folder)
        run([self.program, "render", name, "-o", "film.mp4"], self.folder, env=env, stderr=subprocess.PIPE)
        report = json.loads(run([self.program, "report", "--format", "json"], self.folder, env=env))
        kinds = [record["kind"] for record in report["artifacts"] if record["cache"] == "miss"]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}

    def steps(self):
        """Steps made for the film, for the same again, and with one sentence changed: `cold speech`, `changed film`."""
        runs = {"cold": "request.json", "again": "request.json", "changed": "changed.json"}
        made = {run: self.made(name) for run, name in runs.items()}
        made = {run: {"all": sum(kinds.values()), **kinds} for run, kinds in made.items()}
        return {f"{run} {kind}": count for run, kinds in made.items() for kind, count in kinds.items()}


def counted(names):
    """All counts of those names, by group, and by what they were counted."""
    bench = built("counts")
    program = bench.parent.parent / "protovideo"
    work = run([bench, "list"]).split()
    groups = {"instructions", "steps", "calls"}
    if strangers := [name for name in names if name not in groups | set(work)]:
        raise Failed(f"nothing is called {', '.join(strangers)}; there are {', '.join(sorted(groups) + work)}")
    wanted = lambda group: not names or group in names
    found = {}
    with tempfile.TemporaryDirectory() as top, ThreadPoolExecutor(os.cpu_count()) as pool:
        def folder(name):
            made = Path(top) / name
            made.mkdir()
            return made

        def timed(name, task):
            began = time.monotonic()
            done = task()
            print(f"  {name}: {time.monotonic() - began:.1f} s", flush=True)
            return done

        by = {"processor": valgrind(folder("processor"), [bench, "processor"])[1].strip(),
              "rustc": run(["rustc", "--version"], ROOT).split()[1],
              "valgrind": run(["valgrind", "--version"]).strip().removeprefix("valgrind-")}
        # The longest first.
        pieces = [name for name in reversed(work) if wanted("instructions") or name in names]
        tasks = {name: pool.submit(timed, name, lambda n=name: valgrind(folder(n), [bench, n, "."])[0])
                 for name in pieces}
        if wanted("instructions"):
            tasks["films"] = pool.submit(timed, "films", Films(program, folder("films")).instructions)
        if wanted("steps"):
            tasks["steps"] = pool.submit(timed, "steps", Films(program, folder("steps-of-films")).steps)
        if wanted("calls"):
            tasks["calls"] = pool.submit(timed, "calls", lambda: json.loads(run([built("scaling"), "counts"])))
        done = {name: task.result() for name, task in tasks.items()}
    for group in ("steps", "calls"):
        if group in done:
            found[group] = done.pop(group)
    found["instructions"] = {**done.pop("films", {}), **done}
    return by, {group: dict(sorted(counts.items())) for group, counts in found.items() if counts}


def judged(group, name, before, now):
    """What is to be told of a count, and whether it is a failure."""
    what = f"{group}, {name}"
    if before is None:
        return f"{what}: {now:,} found, not in the file yet", True
    if now is None:
        return f"{what}: {before:,} in the file, not found any more", True
    allowed = int(before * (1 + TOLERANCE))
    share = f"{(now - before) / before:+.1%}" if before else "new"
    if now > allowed:
        return f"{what}: {now:,} found, {allowed:,} allowed ({before:,} in the file, {share})", True
    if now < before * (1 - TOLERANCE):
        return f"{what}: {now:,} found, {before:,} in the file ({share}): less, so the file can be lowered", False
    return None, False


def compared(before, now, whole):
    """Everything to be told of counts against those of the file, failures apart; `whole` where all were counted."""
    grown, fallen = [], []
    for group in sorted(now.keys() | (before.keys() if whole else set())):
        old, new = before.get(group, {}), now.get(group, {})
        for name in sorted(new.keys() | (old.keys() if whole else set())):
            told, failed = judged(group, name, old.get(name), new.get(name))
            if told:
                (grown if failed else fallen).append(told)
    return grown, fallen


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="write what was found")
    parser.add_argument("--counts", type=Path, default=COUNTS, help="the file of counts")
    parser.add_argument("names", nargs="*", metavar="NAME", help="groups or pieces of work; default all")
    asked = parser.parse_args(arguments)
    by, now = counted(asked.names)
    kept = json.loads(asked.counts.read_text()) if asked.counts.exists() else {"by": by}
    kept_by = kept.pop("by")
    for group, counts in now.items():
        print(f"{group}:")
        for name, count in counts.items():
            print(f"  {name:<34} {count:>16,}")
    if asked.accept:
        accepted = {group: {**({} if not asked.names else kept.get(group, {})), **counts} for group, counts in now.items()}
        asked.counts.write_text(json.dumps({"by": by, **kept, **accepted}, indent=2) + "\n")
        print(f"written to {asked.counts}")
        return 0
    if by["processor"] != kept_by["processor"]:
        print(f"instructions are not judged here: they were counted on {kept_by['processor']!r}, and valgrind offers "
              f"{by['processor']!r} on this machine, for which other code is run")
        now.pop("instructions", None)
        kept.pop("instructions", None)
    grown, fallen = compared(kept, now, not asked.names)
    for told in fallen:
        print(told)
    for told in grown:
        print(f"GREW: {told}", file=sys.stderr)
    if not grown:
        print("no count grew by more than 5 %")
        return 0
    others = [f"{tool} {kept_by[tool]} counted, this is {by[tool]}" for tool in ("rustc", "valgrind")
              if kept_by[tool] != by[tool]]
    print("\n".join([*others, "Where that is as it should be, `make counts ACCEPT=1` writes the new counts; say why in "
                     "the commit."]), file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        print(failed, file=sys.stderr)
        sys.exit(2)

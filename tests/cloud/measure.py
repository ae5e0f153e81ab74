"""Measures what the functions cost around the making of films, and prints JSON.

    PYTHONPATH=tests python -m cloud.measure --programs target/stand-ins --real target/debug

- `calls_per_scene`: AWS calls of a task of ten scenes of three sentences minus those of a task of one, divided by nine, by
  name, and without those of the event source. `cold`: nothing of it was made before; `warm`: all scenes were, the film not.
- `processor_ms_per_scene`: user and system time of the render process for a message whose artifacts are all there: nothing
  but orchestration; and `wall_ms_per_scene`, from the message to its answer. Many messages are measured together, since the system counts in steps of 10 ms.
- `submit`: a request of many scenes with prompts: seconds from `SendMessage` to the end of the last call that sends a
  message of work, in a function that has started, and the processor time of the submit process.
- `init`: from the start of the process to the first call of Lambda's Runtime API, as the emulator reports it
  (`rie_ms`), and of it what the function itself tells (`init_ms`); medians of cold starts, without the model.
- `speech_session_load_ms`: how long the real render function takes to make its session of the default voice's model, as it
  tells itself: without loading ONNX Runtime and the lexicons.
- `foresight`: milliseconds from a new environment's first message of a scene of one sentence to the end of its work, by the
  voice that speaks and by what is known of the use of voices: nothing, so that the default voice is loaded ahead, or that
  this one is used most; `idle` where the environment had three seconds before its message. Medians.
- `prefetch`: the same for a silent scene of a picture that requests bring again and again, fetched ahead or not, where the
  environment had three seconds before its message; and how long one read of that picture takes. Medians.
- `packages`: bytes of what `sam build` left, unpacked and as a zip file.

Wall times are of this machine and whatever else runs on it.
"""

import argparse
import base64
import contextlib
import io
import json
import os
import re
import statistics
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

from . import session
from .calls import Proxy
from .case import ASSETS, PROGRAMS, ROOT, metric
from .deployment import Deployment, bootstrap
from .emulators import Ministack
from .event import event
from .film import POLLING
from .requests import FPS, SIZE
from .runtime import Slot
from .stack import Stack
from .watch import TERMINAL, read

TICKS = os.sysconf("SC_CLK_TCK")
SENTENCES = "This is a sentence of scene {0}. Here is another, {0}. And the third of {0}."


def film(scenes: int, words: str, **more) -> dict:
    """A film of spoken scenes of three sentences, which has artifacts of its own by its words."""
    made = [{"type": "image", "promptImage": f"{words} {n}", "narration_text": SENTENCES.format(f"{words} {n}")}
            for n in range(scenes)]
    return {"size": SIZE, "fps": FPS, "scenes": made} | more


class Bench:
    """A stack behind a proxy that counts, with one environment of each function, or slots alone."""

    def __init__(self, held: contextlib.ExitStack, emulator: Ministack, folder: Path, programs: Path, name: str):
        self.proxy = held.enter_context(Proxy(emulator.endpoint))
        self.stack = Stack(emulator, name, endpoint=self.proxy.endpoint)
        self.held, self.programs, self.folder = held, programs, folder / name

    def deploy(self, **slots: int) -> Deployment:
        environment = {"PROTOVIDEO_ASSETS": str(ASSETS)}
        return self.held.enter_context(
            Deployment(self.stack, self.programs, self.folder, slots, environment=environment))

    def slot(self, name: str, folder: str, **variables: str) -> Slot:
        function = self.stack.function(name)
        environment = function.environment | {"PROTOVIDEO_ASSETS": str(ASSETS)} | variables
        program = bootstrap(self.programs, name)
        return self.held.enter_context(Slot(program, environment, 300, function.memory_mb, self.folder / folder))

    def send(self, request: dict) -> None:
        self.stack.sqs.send_message(QueueUrl=self.stack.queue("RequestsQueue"), MessageBody=json.dumps(request))

    def film(self, request: dict, task: str) -> Counter:
        """Makes it; the AWS calls of the functions."""
        began = time.monotonic()
        self.send(request | {"task_id": task})
        while (item := read(self.stack, task) or {}).get("status") not in TERMINAL:
            time.sleep(0.1)
            if time.monotonic() > began + 300:
                raise SystemExit(f"{task} has not ended")
        if item["status"] != "finished":
            raise SystemExit(f"{task}: {item.get('error')}")
        # What a function does after its task's end belongs to it too.
        time.sleep(2)
        return Counter({name: n for name, n in self.proxy.count(began).items() if name not in POLLING})

    def work(self, slot: Slot, task: str, scene: int) -> None:
        """One message of a scene, delivered by hand."""
        body = json.dumps({"v": 1, "task": task, "do": "render", "scene": scene})
        attributes = {"ApproximateReceiveCount": "1"}
        message = {"MessageId": "m", "ReceiptHandle": "r", "Body": body, "MD5OfBody": "", "Attributes": attributes}
        answer = slot.invoke(event([message], self.stack.attributes["RenderQueue.Arn"]))
        if json.loads(answer.body) != {"batchItemFailures": []}:
            raise SystemExit(f"scene {scene} was not done: {answer}")


def processor_ms(slot: Slot) -> float:
    """User and system time of the environment's processes but the emulator, their children included."""
    spent = 0
    for member in session.members(slot._process.pid):
        if member != slot._process.pid:
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            spent += sum(map(int, fields[11:15]))
    return spent * 1000 / TICKS


def calls(bench: Bench) -> dict:
    bench.deploy(submit=1, render=1, assemble=1)
    # Whatever a function asks for only once is asked for now.
    bench.film(film(2, "begin"), "begin")
    found = {}
    for plan, more in (("cold", {}), ("warm", {"loudness": -16})):
        made = {n: bench.film(film(n, f"film of {n}", **more), f"{plan}-{n}") for n in (1, 10)}
        scene = {name: round((made[10][name] - made[1][name]) / 9, 2) for name in made[1] | made[10]}
        scene = dict(sorted((item for item in scene.items() if item[1]), key=lambda item: -item[1]))
        found[plan] = {"per_scene": round(sum(scene.values()), 2), "by_name": scene,
                       "task_of_one": made[1].total(), "task_of_ten": made[10].total()}
    return found


def orchestration(bench: Bench, scenes: int) -> dict:
    bench.deploy(submit=1, render=1, assemble=1)
    bench.film(film(scenes, "held"), "held")
    bench.film(film(scenes, "held", loudness=-16), "again")
    # The same messages once more, for a task that is not over: all there is to find is there.
    bench.stack.dynamodb.update_item(
        TableName=bench.stack.table(), Key={"task_id": {"S": "again"}, "item": {"S": "task"}},
        UpdateExpression="SET #s = :s", ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": "inprogress"}})
    slot = bench.slot("render", "by-hand")
    bench.work(slot, "again", 0)
    # The model may still be loading beside the first message.
    time.sleep(5)
    before, began = processor_ms(slot), time.monotonic()
    for scene in range(scenes):
        bench.work(slot, "again", scene)
    spent, passed = processor_ms(slot) - before, 1000 * (time.monotonic() - began)
    return {"scenes": scenes, "processor_ms_per_scene": round(spent / scenes, 2), "wall_ms_per_scene": round(passed / scenes, 1)}


def submission(bench: Bench, scenes: int) -> dict:
    slot = bench.deploy(submit=1, render=0, assemble=0).drivers["submit"].slots[0]
    found = []
    for n in range(4):
        began = time.monotonic()
        before = processor_ms(slot) if n else 0
        silent = [{"type": "image", "promptImage": f"prompt {n} {scene}", "duration": 1} for scene in range(scenes if n else 1)]
        bench.send({"scenes": silent, "task_id": f"long-{n}"})
        while sum(c.name == "sqs.SendMessageBatch" for c in bench.proxy.calls if c.began > began) * 10 < len(silent):
            time.sleep(0.05)
        time.sleep(1)
        sent = [call for call in bench.proxy.calls if call.name == "sqs.SendMessageBatch" and call.began > began]
        if n:
            seconds = max(call.began + call.seconds for call in sent) - began
            found.append((seconds, processor_ms(slot) - before))
    seconds, spent = (statistics.median(values) for values in zip(*found))
    return {"scenes": scenes, "seconds": round(seconds, 2), "processor_ms": round(spent), "runs": len(found)}


def beginnings(bench: Bench, starts: int) -> dict:
    """By a message that is refused at once."""
    found = {}
    for name, queue in (("submit", "RequestsQueue"), ("render", "RenderQueue"), ("assemble", "AssembleQueue")):
        for n in range(starts):
            slot = bench.slot(name, f"{name}-{n}")
            message = {"MessageId": f"m-{n}", "ReceiptHandle": "r", "Body": "{", "MD5OfBody": "",
                       "Attributes": {"ApproximateReceiveCount": "1"}}
            slot.invoke(event([message], bench.stack.attributes[f"{queue}.Arn"]))
            slot.kill()
        logs = [(bench.folder / f"{name}-{n}" / "log").read_text() for n in range(starts)]
        reported = [float(ms) for log in logs for ms in re.findall(r"INIT REPORT\(durationMs: ([\d.]+)\)", log)]
        told = [float(ms) for log in logs for ms in re.findall(r'"init_ms":([\d.]+)', log)]
        found[name] = {"rie_ms": median(reported), "init_ms": median(told), "starts": starts}
    return found


def median(values: list) -> float | None:
    return round(statistics.median(values), 1) if values else None


def loading(bench: Bench, starts: int) -> dict:
    """In fresh environments, each for one film; the first may have to read the model from the disk."""
    found = []
    for n in range(starts):
        with Deployment(bench.stack, bench.programs, bench.folder / str(n), {}, environment={
                "PROTOVIDEO_ASSETS": str(ASSETS)}):
            bench.film(film(1, f"spoken {n}"), f"spoken-{n}")
        found.append(metric(bench.folder / str(n), "speech_session_load_ms"))
    return {"median": median(found), "longest": max(found), "starts": starts}


def foresight(bench: Bench, starts: int) -> dict:
    """By the real functions, without a driver for scenes: each message is delivered by hand to an environment of its own."""
    found = {}
    bench.deploy(submit=1, render=0, assemble=0)
    usage = {"task_id": {"S": "usage#voices"}}
    for voice in ("heart", "af_heart"):
        task = voice.replace("_", "-")
        scenes = [{"type": "image", "promptImage": f"{voice} {n}", "narration_text": f"This is number {n}."}
                  for n in range(4 * starts)]
        bench.send({"size": SIZE, "fps": FPS, "scenes": scenes, "voice": voice, "task_id": task})
        while (read(bench.stack, task) or {}).get("status") != "queued":
            time.sleep(0.1)
        # The count is written after the messages are sent.
        time.sleep(1)
        table = bench.stack.table()
        key = {"#t": "task_id"}, {":u": usage["task_id"]}
        [counted] = bench.stack.dynamodb.query(TableName=table, KeyConditionExpression="#t = :u",
                                               ExpressionAttributeNames=key[0], ExpressionAttributeValues=key[1])["Items"]
        times = {known: [] for known in ("uncounted", "counted", "uncounted, idle", "counted, idle")}
        for n in range(starts):
            for place, (known, measured) in enumerate(times.items()):
                if known.startswith("uncounted"):
                    bench.stack.dynamodb.delete_item(TableName=table, Key={k: counted[k] for k in ("task_id", "item")})
                else:
                    bench.stack.dynamodb.put_item(TableName=table, Item=counted)
                slot = bench.slot("render", f"{voice}-{n}-{place}")
                slot.invoke(event([], ""), None) if "idle" in known else None
                time.sleep(3 if "idle" in known else 0)
                began = time.monotonic()
                bench.work(slot, task, 4 * n + place)
                measured.append(1000 * (time.monotonic() - began))
                slot.kill()
        bench.stack.dynamodb.delete_item(TableName=table, Key={k: counted[k] for k in ("task_id", "item")})
        found[voice] = {known: median(measured) for known, measured in times.items()}
    return found


def prefetch(bench: Bench, starts: int) -> dict:
    picture = ROOT / "scripts" / "bench" / "pictures" / "0.jpg"
    url = "data:image/jpeg;base64," + base64.b64encode(picture.read_bytes()).decode()
    bench.deploy(submit=0, render=0, assemble=0)
    submit = bench.slot("submit", "submit", PREFETCH_PICTURES="4")
    scenes = [{"type": "image", "image": url, "duration": 1 + n / 10} for n in range(2 * starts)]
    for n in range(2):
        request = {"size": SIZE, "fps": FPS, "scenes": scenes, "task_id": f"brought-{n}"}
        message = {"MessageId": f"m-{n}", "ReceiptHandle": "r", "Body": json.dumps(request), "MD5OfBody": "",
                   "Attributes": {"ApproximateReceiveCount": "1"}}
        submit.invoke(event([message], bench.stack.attributes["RequestsQueue.Arn"]))
    found, reads = {"not": [], "fetched ahead": []}, {"not": [], "fetched ahead": []}
    for n in range(starts):
        for place, (name, measured) in enumerate(found.items()):
            slot = bench.slot("render", f"{n}-{place}", PREFETCH_PICTURES=str(4 * place))
            slot.invoke(event([], ""), None)
            time.sleep(3)
            before, began = len(bench.proxy.calls), time.monotonic()
            bench.work(slot, "brought-1", 2 * n + place)
            measured.append(1000 * (time.monotonic() - began))
            reads[name] += [1000 * call.seconds for call in bench.proxy.calls[before:] if call.name == "s3.GetObject"]
            slot.kill()
    return {name: {"ms": median(measured), "reads": len(reads[name]) / starts, "read_ms": median(reads[name])}
            for name, measured in found.items()}


def packages(folder: Path) -> dict:
    found = {}
    for part in sorted(path for path in folder.glob("*") if path.is_dir()):
        files = [path for path in part.rglob("*") if path.is_file()]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(part))
        found[part.name] = {"bytes": sum(path.stat().st_size for path in files), "zip": packed.tell()}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, default=PROGRAMS, help="functions with stand-ins")
    parser.add_argument("--real", type=Path, help="functions without")
    parser.add_argument("--scenes", type=int, default=40, help="cached scenes, for the processor time")
    parser.add_argument("--long", type=int, default=200, help="scenes of the long request")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=["calls", "orchestration", "submit", "init", "speech", "foresight", "prefetch", "packages"])
    arguments = parser.parse_args()
    programs, real = arguments.programs, arguments.real
    measures = {
        "calls": lambda bench: {"calls_per_scene": calls(bench)},
        "orchestration": lambda bench: {"orchestration": orchestration(bench, arguments.scenes)},
        "submit": lambda bench: {"submit": submission(bench, arguments.long)},
        "init": lambda bench: {"init": beginnings(bench, arguments.starts)},
        "speech": lambda bench: {"speech_session_load_ms": loading(bench, arguments.starts)} if real else {},
        "foresight": lambda bench: {"foresight": foresight(bench, arguments.starts)} if real else {},
        "prefetch": lambda bench: {"prefetch": prefetch(bench, arguments.starts)} if real else {},
        "packages": lambda _: {"packages": packages(ROOT / ".aws-sam" / "build")},
    }
    found = {}
    with tempfile.TemporaryDirectory() as folder, Ministack(Path(folder) / "emulator") as emulator:
        for name in arguments.only:
            with contextlib.ExitStack() as held:
                which = real if name in ("speech", "foresight", "prefetch") and real else programs
                found |= measures[name](Bench(held, emulator, Path(folder), which, name))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

"""What tasks share: an artifact is made once, and what is not what was stored is made anew and never part of a film."""

import os
from unittest import mock

from . import images, invariants, session
from .case import Functions, codes, film, metric
from .deployment import Deployment
from .images import Images
from .watch import plain

KEY = "sk-shared"
TASKS = 16


class Scenes(Functions):
    def test_two_tasks_share_scenes(self):
        """The first prompt leads the look of all pictures, so both films begin with the same one."""
        stack = self.stack()
        self.deploy(stack)
        for task, prompts in (("first", "abc"), ("second", "acd")):
            self.send(stack, film(*prompts, task_id=task))
            self.assertEqual(self.end(stack, task)["status"], "finished")
        self.empty(stack)
        first, second = (outcomes(stack, task) for task in ("first", "second"))
        for scene in range(3):
            self.assertEqual((first["picture", scene], first["scene", scene]), ("miss", "miss"))
        for scene in (0, 1):
            self.assertEqual({cache for (_, of), cache in second.items() if of == scene}, {"hit"}, second)
        self.assertEqual((second["picture", 2], second["scene", 2], second["film", None]), ("miss",) * 3)

    def test_a_film_that_is_there_is_not_made_again(self):
        stack = self.stack()
        deployed = self.deploy(stack)
        for task in ("first", "second"):
            self.send(stack, film("a", "b", task_id=task))
            self.assertEqual(self.end(stack, task)["status"], "finished")
        self.empty(stack)
        self.assertEqual(set(outcomes(stack, "second").values()), {"hit"})
        self.assertEqual(len(deployed.drivers["render"].history), 2)
        keys = [f"films/{task}/{task}.mp4" for task in ("first", "second")]
        self.assertEqual(*(invariants.sha256(stack, key) for key in keys))


class OnePicture(Functions):
    """Sixteen workers need one picture of the images API in the same moment."""

    def race(self, takes_s: float, kill: bool) -> tuple:
        """(how often the API was asked, the tasks' ends)"""
        server = self.enterContext(Images(KEY))
        self.enterContext(mock.patch.object(images, "TAKES_S", takes_s))
        stack = self.stack()
        tasks = [f"t-{n}" for n in range(TASKS)]
        submit = self.slot(stack, "submit", IMAGE_PROVIDER="openai", OPENAI_API_KEY=KEY, OPENAI_BASE_URL=server.address)
        for n, task in enumerate(tasks):
            request = film("one boat", task_id=task)
            request["scenes"][0]["duration"] = 0.5 + n / 10
            self.send(stack, request)
            self.hand(stack, submit, "RequestsQueue")
        variables = {"IMAGE_PROVIDER": "openai", "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.address}
        deployed = self.deploy(stack, render=TASKS, **variables)
        if kill:
            self.until(lambda: server.asked["one boat"], "somebody asks for the picture")
            self.kill_the_maker(stack, deployed)
        ends = [self.end(stack, task, 240) for task in tasks]
        self.empty(stack)
        return server.asked["one boat"], [(end["status"], end.get("error")) for end in ends]

    def kill_the_maker(self, stack, deployed: Deployment) -> None:
        """An owner of a lease is named by its process first."""
        for lease in invariants.live_leases(stack):
            if lease["artifact"].startswith("picture"):
                maker = int(lease["lease_owner"].partition("-")[0])
                [slot] = [s for s in deployed.drivers["render"].slots if maker in session.members(s._process.pid)]
                slot.kill()
                return
        self.fail("nobody holds a lease on the picture")

    def test_the_picture_is_asked_for_once(self):
        asked, ends = self.race(takes_s=6, kill=False)
        self.assertEqual(ends, [("finished", None)] * TASKS)
        self.assertEqual(asked, 1)
        self.assertEqual(metric(self.folder, "cache_misses", Kind="picture"), 1)

    def test_and_once_more_where_its_maker_died(self):
        asked, ends = self.race(takes_s=6, kill=True)
        self.assertEqual(ends, [("finished", None)] * TASKS)
        self.assertLessEqual(asked, 2)


class Damage(Functions):
    """Between rendering and assembling, something happens to a scene's object."""

    def rendered(self, name: str) -> tuple:
        """A stack whose task `t` has its two scenes; (it, the keys of their objects)."""
        stack = self.stack(name=f"{self.name}-{name}")
        self.send(stack, film("a boat", "a cat", task_id="t"))
        self.hand(stack, self.slot(stack, "submit", f"{name}-submit"), "RequestsQueue")
        slot = self.slot(stack, "render", f"{name}-render")
        for _ in range(2):
            self.hand(stack, slot, "RenderQueue")
        listed = stack.s3.list_objects_v2(Bucket=stack.bucket, Prefix="cache/scene/")["Contents"]
        return stack, [entry["Key"] for entry in listed if entry["Key"].endswith(".ts")]

    def made(self, stack) -> str:
        """The digest of the task's film, made by fresh environments."""
        self.deploy(stack)
        item = self.end(stack, "t", 120)
        self.assertEqual(item["status"], "finished", item.get("error"))
        self.empty(stack)
        return invariants.sha256(stack, item["result"]["s3_key"])

    def test_a_damaged_scene_is_made_anew(self):
        whole, keys = self.rendered("whole")
        expected = self.made(whole)
        self.assertEqual((len(keys), metric(self.folder, "cache_corrupt")), (2, 0))
        stack, _ = self.rendered("damaged")
        there = stack.s3.get_object(Bucket=stack.bucket, Key=keys[0])
        body = bytearray(there["Body"].read())
        body[len(body) // 2] ^= 0xFF
        metadata, kind = there["Metadata"], there["ContentType"]
        stack.s3.put_object(Bucket=stack.bucket, Key=keys[0], Body=bytes(body), Metadata=metadata, ContentType=kind)
        self.assertEqual(self.made(stack), expected)
        self.assertEqual(metric(self.folder, "cache_corrupt"), 1)
        self.assertEqual(codes(self.folder).count("CACHE_CORRUPT"), 1)
        self.assertEqual(invariants.sha256(stack, keys[0]), invariants.sha256(whole, keys[0]))

    def test_a_scene_that_is_gone_is_made_again(self):
        whole, keys = self.rendered("whole")
        expected = self.made(whole)
        stack, _ = self.rendered("gone")
        for key in keys:
            stack.s3.delete_object(Bucket=stack.bucket, Key=key)
        self.assertEqual(self.made(stack), expected)
        self.assertEqual(metric(self.folder, "cache_corrupt"), 0)

    def test_leftovers_are_ignored_and_removed(self):
        """Files under the very names that the work will use, of a process that was killed and of this one."""
        whole, _ = self.rendered("whole")
        expected = self.made(whole)
        names = [os.path.basename(entry["Key"]) for entry in whole.s3.list_objects_v2(
            Bucket=whole.bucket, Prefix="cache/")["Contents"]]
        stack = self.stack()
        self.send(stack, film("a boat", "a cat", task_id="t"))
        self.hand(stack, self.slot(stack, "submit"), "RequestsQueue")
        slot = self.slot(stack, "render", "planted")
        old = slot.scratch / "protovideo-999999-old"
        old.mkdir()
        (old / "part.ts").write_bytes(b"old")
        self.hand(stack, slot, "RenderQueue")
        self.assertFalse(old.exists())
        [work] = slot.scratch.glob("protovideo-*")
        for name in [*names, "part.ts"]:
            (work / name).write_bytes(b"planted")
        self.hand(stack, slot, "RenderQueue")
        left = [path for path in work.rglob("*") if path.is_file() and path.read_bytes() == b"planted"]
        self.assertEqual(left, [])
        self.assertEqual(self.made(stack), expected)


def outcomes(stack, task: str) -> dict:
    """What became of each step's artifact, by its kind and scene."""
    return {(record["kind"], record["scene"]): record["cache"] for record in records(stack, task)}


def records(stack, task: str) -> list:
    """What the task's steps were, in the order of their ends."""
    condition = {":task": {"S": task}, ":record": {"S": "record#"}}
    found = stack.dynamodb.query(
        TableName=stack.table(), KeyConditionExpression="task_id = :task AND begins_with(#item, :record)",
        ExpressionAttributeNames={"#item": "item"}, ExpressionAttributeValues=condition, ConsistentRead=True)
    return [plain(item) for item in found["Items"]]

"""The real render function loads the speech model once for all invocations of its environment."""

import filecmp
import os
import unittest
from pathlib import Path

from .case import ASSETS, PROGRAMS, ROOT, Functions, metric, said
from .deployment import bootstrap
from .event import event
from .requests import FPS, SIZE
from .runtime import Slot
from .watch import read

REAL = Path(os.environ.get("PROTOVIDEO_REAL") or ROOT / "target" / "debug")


class Session(Functions):
    @classmethod
    def setUpClass(cls):
        programs = [bootstrap(folder, "render") for folder in (REAL, PROGRAMS)]
        if not programs[0].exists() or (programs[1].exists() and filecmp.cmp(*programs, shallow=False)):
            raise unittest.SkipTest(f"no real functions in {REAL}")
        super().setUpClass()

    def real(self, stack, name: str) -> Slot:
        """One environment of a real function."""
        function = stack.function(name)
        environment = function.environment | {"PROTOVIDEO_ASSETS": str(ASSETS)}
        program = bootstrap(REAL, name)
        return self.enterContext(Slot(program, environment, 300, function.memory_mb, self.folder / name))

    def test_one_model_for_five_invocations(self):
        stack = self.stack()
        texts = ["One boat.", "Two cats sleep.", "Three lamps burn.", "Four walls stand.", "Five men row."]
        scenes = [{"type": "image", "promptImage": "a boat", "narration_text": text} for text in texts]
        self.send(stack, {"size": SIZE, "fps": FPS, "scenes": scenes, "task_id": "t"})
        self.hand(stack, self.real(stack, "submit"), "RequestsQueue")
        render = self.real(stack, "render")
        for _ in texts:
            _, again = self.hand(stack, render, "RenderQueue")
            self.assertFalse(again)
        self.assertEqual(read(stack, "t")["progress"]["scenes"], ["finished"] * 5)
        loads = [line for line in said(self.folder / "render") if "speech_session_loads" in line]
        self.assertEqual([line["speech_session_loads"] for line in loads], [1])
        self.assertGreater(loads[0]["speech_session_load_ms"], 0)
        self.assertEqual(metric(self.folder / "render", "cold_starts"), 1)
        self.assertEqual(metric(self.folder / "render", "cache_misses", Kind="speech"), 5)

    def test_a_new_environment_warms_the_voice_that_was_asked_for_most(self):
        stack = self.stack()
        scenes = [{"type": "image", "promptImage": "a boat", "narration_text": "One boat."}]
        self.assertEqual(self.warmed(stack, "cold"), ("heart", False))
        self.send(stack, {"size": SIZE, "fps": FPS, "scenes": scenes, "voice": "heart", "task_id": "t"})
        self.hand(stack, self.real(stack, "submit"), "RequestsQueue")
        self.assertEqual(self.warmed(stack, "counted"), ("heart", True))

    def warmed(self, stack, name: str) -> tuple:
        """What an environment loads without a message."""
        function = stack.function("render")
        environment = function.environment | {"PROTOVIDEO_ASSETS": str(ASSETS), "PROTOVIDEO_LOG": "info"}
        folder = self.folder / name
        with Slot(bootstrap(REAL, "render"), environment, 300, function.memory_mb, folder) as slot:
            slot.invoke(event([], ""))
            self.until(lambda: lines(folder), "something is warmed", 30)
            [told] = lines(folder)
        return told["voice"], told["by_usage"]


def lines(folder: Path) -> list:
    """What was said of warming."""
    fields = [line.get("fields", {}) for line in said(folder)]
    return [line for line in fields if line.get("message") == "warm"]

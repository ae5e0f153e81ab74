"""The trial of permissions: three of the template's, and whether it notices one that is of no use."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from . import permissions
from .case import PROGRAMS
from .deployed import deploy
from .emulators import Ministack


class Trial(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not (PROGRAMS / "submit").exists():
            raise unittest.SkipTest(f"no functions in {PROGRAMS}")
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.stack = deploy(cls.enterClassContext(Ministack(folder, auth=True)), "tried")

    def test_three_of_them_are_needed(self):
        code, said = self.run_it(only=3)
        self.assertEqual((code, len(said)), (0, 3), said)

    def test_one_without_use_is_found(self):
        with permissions.Trial(self.stack, 20) as trial:
            [some] = [p for p in trial.permissions() if str(p) == "render s3:GetObject Bucket/tasks/*"]
            whole = trial.policies(some.role)
            [(name, document)] = whole.items()
            more = {"Effect": "Allow", "Action": ["s3:GetObjectTagging"], "Resource": some.arn}
            trial.put(some.role, {name: document | {"Statement": [*document["Statement"], more]}})
            [useless] = [p for p in trial.permissions() if p.action == "s3:GetObjectTagging"]
            self.assertIsNone(trial.noticed(useless))
            self.assertIn("ends wrongly", trial.noticed(some))
            self.assertIn(useless, trial.permissions(), "what was taken away is put back")
            trial.put(some.role, whole)

    def test_every_scene_of_the_table_is_of_a_permission(self):
        with permissions.Trial(self.stack, 20) as trial:
            allowed = {str(permission) for permission in trial.permissions()}
        self.assertLessEqual(set(permissions.USED_BY) - {"reconcile"}, allowed)

    def run_it(self, **chosen) -> tuple:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = permissions.run(self.stack, **chosen)
        return code, output.getvalue().splitlines()


class Without(unittest.TestCase):
    def test_one_action_on_one_resource(self):
        document = {"Statement": [{"Effect": "Allow", "Action": ["a", "b"], "Resource": ["x", "y"]},
                                  {"Effect": "Allow", "Action": "a", "Resource": "x"}]}
        self.assertEqual(permissions.without(document, "a", "x"), {"Statement": [
            {"Effect": "Allow", "Action": ["b"], "Resource": ["x", "y"]},
            {"Effect": "Allow", "Action": ["a"], "Resource": ["y"]}]})


if __name__ == "__main__":
    unittest.main()

"""Each function is told of the parts of the stack that its code asks for, and of no others."""

import re
import unittest

from template import FUNCTIONS, properties, source

WORKSHOP = "src/workshop.rs"
CODE = {
    "submit": ["src/lambda/submit.rs", WORKSHOP],
    "render": ["src/lambda/work.rs", WORKSHOP],
    "assemble": ["src/lambda/work.rs", WORKSHOP],
    "reconcile": ["src/lambda/reconcile.rs"],
}
STACK = source("src/aws/stack.rs").split("#[cfg(test)]")[0]
# The variables of a stack's parts, by the fields that hold them.
VARIABLES = {field: name for name, field in re.findall(r"/// `([A-Z_]+)`.*\n    pub (\w+):", source("src/config/cloud.rs"))}


def parts(method: str) -> set:
    """The variables that a method of the stack needs, itself or by another of its methods."""
    found = re.split(rf"pub (?:async )?fn {method}\(", STACK)
    if len(found) == 1:
        return set()
    body = found[1].split("\n    }\n")[0]
    own = {VARIABLES[field] for field in re.findall(r"self\.cloud\.(\w+)", body) if field in VARIABLES}
    return own.union(*map(parts, re.findall(r"self\.(\w+)\(\)", body)))


class Parts(unittest.TestCase):
    def test_the_code_is_read(self):
        self.assertEqual(parts("queues"), {"PROTOVIDEO_RENDER_QUEUE", "PROTOVIDEO_ASSEMBLE_QUEUE"})
        self.assertEqual(parts("tasks"), {"PROTOVIDEO_BUCKET", "PROTOVIDEO_TASKS_TABLE"})
        self.assertEqual(parts("input_buckets"), {"PROTOVIDEO_BUCKET", "PROTOVIDEO_INPUT_BUCKETS"})

    def test_each_function_is_told_what_its_code_asks_for(self):
        for name, files in CODE.items():
            asked = re.findall(r"stack\.(\w+)\(", "".join(map(source, files)))
            variables = properties(FUNCTIONS[name], InputBuckets=["one"])["Environment"]["Variables"]
            # All need the stack's name, by which their metrics are told apart.
            expected = {"PROTOVIDEO_STACK"}.union(*map(parts, asked))
            self.assertEqual(set(variables) & set(VARIABLES.values()), expected, name)


if __name__ == "__main__":
    unittest.main()

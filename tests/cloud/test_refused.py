"""Requests that cannot become tasks: each ends in an item that says why, after one delivery, and harms no other task."""

import json

from .case import Functions, film, metric, said
from .images import png
from .requests import FPS, SIZE
from .watch import read

FAULTY = {"size": "64x", "fps": 7, "scenes": [{"type": "image", "image_providr": "x"}, {"type": "image", "promptImage": 3}]}


class Refused(Functions):
    """One deployment for all: they must not disturb each other either."""

    def setUp(self):
        super().setUp()
        self.here = self.stack()
        self.deployed = self.deploy(self.here)

    def refused(self, body, code: str, words: str, task: str | None = None) -> dict:
        """Sends the body; it is refused so, in one delivery."""
        before = len(self.deployed.drivers["submit"].history)
        message = self.send(self.here, body)
        item = self.end(self.here, task or message, 30)
        self.assert_failed(item, code, words, retryable=False)
        self.empty(self.here, "RequestsQueue")
        self.assertEqual(len(self.deployed.drivers["submit"].history), before + 1)
        self.assert_told(code)
        return item

    def finished(self, task: str) -> dict:
        item = self.end(self.here, task)
        self.assertEqual(item["status"], "finished", item.get("error"))
        return item

    def test_what_is_no_json(self):
        item = self.refused("{\"scenes\": [", "INVALID_REQUEST", "JSON")
        self.assertEqual(item["error"]["class"], "request")
        self.refused("[1]", "INVALID_REQUEST", "")
        self.refused("\"a boat\"", "INVALID_REQUEST", "")
        self.finished(self.send(self.here, film("after what is no JSON")))

    def test_all_faults_are_told_and_a_better_request_may_have_the_id(self):
        item = self.refused(FAULTY | {"task_id": "mine"}, "INVALID_REQUEST", "", task="mine")
        for words in ("size", "fps", "scenes[0].image_providr", "did you mean image_provider?", "scenes[1].promptImage"):
            self.assertIn(words, item["error"]["message"])
        self.assertEqual(item["error"]["step"], "submit")
        self.refused(FAULTY | {"task_id": "no/id"}, "INVALID_REQUEST", "task_id")
        self.send(self.here, film("a better one", task_id="mine"))
        self.until(lambda: read(self.here, "mine")["status"] != "failed", "the better request is accepted")
        better = self.finished("mine")
        self.assertNotIn("error", better)

    def test_a_voice_that_nobody_has(self):
        """What only a look at the installed voices tells is told under the request's own id, too."""
        request = film("a boat", task_id="spoken")
        request["scenes"][0] = {"type": "image", "promptImage": "a boat", "narration_text": "A boat."}
        for _ in range(2):
            self.refused(request | {"voice": "nobody"}, "INVALID_REQUEST", "nobody", task="spoken")
        self.send(self.here, request)
        self.until(lambda: read(self.here, "spoken")["status"] != "failed", "the better request is accepted")
        self.finished("spoken")

    def test_an_id_that_another_request_has(self):
        self.send(self.here, film("a boat", task_id="taken"))
        first = self.finished("taken")
        self.refused(film("a cat", task_id="taken"), "TASK_CONFLICT", "`taken`")
        self.refused(FAULTY | {"task_id": "taken"}, "INVALID_REQUEST", "fps")
        self.assertEqual(read(self.here, "taken"), first)

    def test_the_same_request_again_is_the_same_task(self):
        message = self.send(self.here, film("once", task_id="same"))
        first = self.finished("same")
        again = self.send(self.here, film("once", task_id="same"))
        self.empty(self.here)
        self.assertEqual(read(self.here, "same"), first)
        self.assertEqual([read(self.here, message), read(self.here, again)], [None, None])
        self.assertEqual(metric(self.folder, "tasks", State="queued"), 1)
        self.assertEqual(metric(self.folder, "tasks", State="finished"), 1)

    def test_paths_and_buckets_that_may_not_be_named(self):
        for image in ("/etc/passwd", "boat.png", "file:///etc/passwd"):
            self.refused(self.of(image), "INVALID_REQUEST", "scenes[0].image")
        self.refused(self.of("http://127.0.0.1/x.png"), "INVALID_REQUEST", "loopback")
        self.here.s3.create_bucket(Bucket="strangers")
        item = self.refused(self.of("s3://strangers/boat.png"), "INVALID_REQUEST", "s3://strangers/boat.png")
        self.assertIn(f"allowed: s3://{self.here.bucket}/requests/*", item["error"]["message"])

    def test_a_picture_in_the_stacks_bucket(self):
        self.here.s3.put_object(Bucket=self.here.bucket, Key="requests/boat.png", Body=png("boat"))
        self.finished(self.send(self.here, self.of(f"s3://{self.here.bucket}/requests/boat.png")))
        self.refused(self.of(f"s3://{self.here.bucket}/requests/no.png"), "INVALID_REQUEST", "no such object")
        # What the stack keeps there itself is nobody's picture.
        key = f"tasks/{self.here.bucket}/request.json"
        self.refused(self.of(f"s3://{self.here.bucket}/{key}"), "INVALID_REQUEST", "may not be named here")

    def test_requests_that_lie_in_the_bucket(self):
        self.refused(self.pointer("no.json"), "NOT_FOUND", "no.json")
        self.here.s3.create_bucket(Bucket="foreign")
        self.refused({"request_url": "s3://foreign/x.json"}, "URL_NOT_ALLOWED", "s3://foreign/x.json")
        self.refused({"request_url": "https://example.com/x.json"}, "URL_NOT_ALLOWED", "s3://bucket/key")
        self.refused(self.pointer("large.json", b" " * (5 << 20)), "TOO_LARGE", "large.json")
        self.refused(self.pointer("text.json", b"\xff\xfe"), "INVALID_REQUEST", "no text")
        self.refused(self.pointer("array.json", b"[]"), "INVALID_REQUEST", "")
        good = json.dumps(film("a pointer", task_id="pointed")).encode()
        self.send(self.here, self.pointer("good.json", good))
        self.finished("pointed")

    def pointer(self, name: str, body: bytes | None = None) -> dict:
        if body is not None:
            self.here.s3.put_object(Bucket=self.here.bucket, Key=f"requests/{name}", Body=body)
        return {"request_url": f"s3://{self.here.bucket}/requests/{name}"}

    def of(self, image: str) -> dict:
        return {"size": SIZE, "fps": FPS, "scenes": [{"type": "image", "image": image, "duration": 0.3}]}

    def test_secrets_and_texts_are_not_logged(self):
        self.refused({"scenes": [{"type": "image", "promptImage": "quokkatine", "fee": 1}]}, "INVALID_REQUEST", "fee")
        self.assertFalse([line for line in said(self.folder) if "quokkatine" in json.dumps(line)])

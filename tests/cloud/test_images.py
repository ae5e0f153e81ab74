"""The server of the images API."""

import base64
import json
import unittest
import urllib.error
import urllib.request

from .images import Images, png


class Asking(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Images("key"))

    def ask(self, prompt: str, key: str = "key") -> bytes:
        body, headers = json.dumps({"prompt": prompt}).encode(), {"Authorization": f"Bearer {key}"}
        request = urllib.request.Request(f"{self.server.address}/images/generations", body, headers)
        with urllib.request.urlopen(request) as response:
            return base64.b64decode(json.load(response)["data"][0]["b64_json"])

    def test_a_prompt_is_drawn_alike_and_counted(self):
        self.assertEqual(self.ask("a boat"), self.ask("a boat"))
        self.assertEqual(self.ask("a cat"), png("a cat"))
        self.assertNotEqual(png("a cat"), png("a boat"))
        self.assertEqual(self.server.asked, {"a boat": 2, "a cat": 1})

    def test_another_key_is_refused(self):
        with self.assertRaises(urllib.error.HTTPError):
            self.ask("a boat", key="other")


if __name__ == "__main__":
    unittest.main()

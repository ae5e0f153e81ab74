"""The proxy: what it counts, that signatures survive it, and that each mishap is what its name says."""

import tempfile
import time
import unittest
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .calls import Proxy, Rule
from .emulators import REGION, Ministack
from .mishaps import BlackHole, CutRequest, CutResponse, Delay, Drip, DropResponse, FailEntries, Refuse, throttle

BODY = bytes(range(256)) * 100


def setUpModule():
    global emulator
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    # With AUTH, the emulator checks signatures.
    emulator = unittest.enterModuleContext(Ministack(Path(folder.name), auth=True))
    emulator.client("s3").create_bucket(Bucket="calls")
    keys = {"KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
    types = [{"AttributeName": "k", "AttributeType": "S"}]
    emulator.client("dynamodb").create_table(TableName="calls", AttributeDefinitions=types, **keys)


class Calls(unittest.TestCase):
    def setUp(self):
        self.proxy = self.enterContext(Proxy(emulator.endpoint))
        self.s3, self.dynamodb, self.sqs = (self.client(service) for service in ("s3", "dynamodb", "sqs"))

    def client(self, service: str):
        config = Config(retries={"total_max_attempts": 1}, read_timeout=1, connect_timeout=1)
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, endpoint_url=self.proxy.endpoint, region_name=REGION, config=config, **keys)

    def rule(self, pattern: str, mishap, **more) -> None:
        self.proxy.rules.append(Rule(pattern, mishap, **more))

    def stored(self, key: str) -> bool:
        return emulator.client("s3").list_objects_v2(Bucket="calls", Prefix=key)["KeyCount"] == 1

    def test_calls_are_counted_by_name_connection_and_time(self):
        began = time.monotonic()
        self.s3.put_object(Bucket="calls", Key="a b/ü", Body=BODY)
        self.assertEqual(self.s3.get_object(Bucket="calls", Key="a b/ü")["Body"].read(), BODY)
        self.assertEqual(self.s3.head_object(Bucket="calls", Key="a b/ü")["ContentLength"], len(BODY))
        self.s3.list_objects_v2(Bucket="calls")
        self.s3.copy_object(Bucket="calls", Key="c", CopySource="calls/a b/ü")
        self.s3.delete_object(Bucket="calls", Key="c")
        between = time.monotonic()
        self.dynamodb.put_item(TableName="calls", Item={"k": {"S": "1"}})
        url = self.sqs.create_queue(QueueName="counted")["QueueUrl"]
        self.sqs.send_message(QueueUrl=url, MessageBody="x")
        s3 = ["PutObject", "GetObject", "HeadObject", "ListObjectsV2", "CopyObject", "DeleteObject"]
        others = ["dynamodb.PutItem", "sqs.CreateQueue", "sqs.SendMessage"]
        self.assertEqual(self.proxy.count(until=between), {f"s3.{name}": 1 for name in s3})
        self.assertEqual(self.proxy.count(since=began), {name: 1 for name in [f"s3.{n}" for n in s3] + others})
        self.assertEqual(len(self.proxy.by_connection()), 3)

    def test_multipart_uploads_are_counted_by_part(self):
        upload = self.s3.create_multipart_upload(Bucket="calls", Key="m")["UploadId"]
        part = self.s3.upload_part(Bucket="calls", Key="m", UploadId=upload, PartNumber=1, Body=BODY)
        parts = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
        self.s3.complete_multipart_upload(Bucket="calls", Key="m", UploadId=upload, MultipartUpload=parts)
        expected = ["s3.CreateMultipartUpload", "s3.UploadPart", "s3.CompleteMultipartUpload"]
        self.assertEqual(list(self.proxy.count()), expected)

    def test_a_black_hole_never_answers(self):
        self.rule("s3.GetObject", BlackHole())
        with self.assertRaises(BotoCoreError):
            self.s3.get_object(Bucket="calls", Key="a")

    def test_a_cut_upload_leaves_no_object(self):
        for after in (1, len(BODY) // 2, len(BODY) - 1):
            self.proxy.rules = [Rule("s3.PutObject", CutRequest(after))]
            with self.assertRaises(BotoCoreError):
                self.s3.put_object(Bucket="calls", Key="cut", Body=BODY)
            self.assertFalse(self.stored("cut"))

    def test_a_cut_download_is_short(self):
        self.s3.put_object(Bucket="calls", Key="whole", Body=BODY)
        self.rule("s3.GetObject", CutResponse(100))
        with self.assertRaises(Exception):
            self.s3.get_object(Bucket="calls", Key="whole")["Body"].read()

    def test_a_drip_is_slow(self):
        self.s3.put_object(Bucket="calls", Key="slow", Body=b"123")
        self.rule("s3.GetObject", Drip(10))
        began = time.monotonic()
        self.assertEqual(self.s3.get_object(Bucket="calls", Key="slow")["Body"].read(), b"123")
        self.assertGreaterEqual(time.monotonic() - began, 0.2)

    def test_a_share_of_calls_is_refused(self):
        self.rule("s3.PutObject", Refuse(), share=0.5)
        codes = []
        for key in range(20):
            try:
                self.s3.put_object(Bucket="calls", Key=f"share/{key}", Body=b"")
            except ClientError as error:
                codes.append(error.response["Error"]["Code"])
        self.assertIn(len(codes), range(3, 18))
        self.assertEqual(set(codes), {"SlowDown"})

    def test_throttling_reads_as_throttling(self):
        self.rule("dynamodb.*", throttle(), times=1)
        with self.assertRaises(ClientError) as raised:
            self.dynamodb.put_item(TableName="calls", Item={"k": {"S": "2"}})
        self.assertEqual(raised.exception.response["Error"]["Code"], "ThrottlingException")
        self.dynamodb.put_item(TableName="calls", Item={"k": {"S": "2"}})

    def test_a_lost_answer_was_a_done_call(self):
        self.rule("s3.PutObject", DropResponse())
        with self.assertRaises(BotoCoreError):
            self.s3.put_object(Bucket="calls", Key="lost", Body=b"x")
        self.assertTrue(self.stored("lost"))

    def test_entries_of_a_batch_fail(self):
        url = self.sqs.create_queue(QueueName="batch")["QueueUrl"]
        self.rule("sqs.SendMessageBatch", FailEntries((1,)), skip=1)
        entries = [{"Id": name, "MessageBody": name} for name in "abc"]
        self.assertEqual(len(self.sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]), 3)
        answer = self.sqs.send_message_batch(QueueUrl=url, Entries=entries)
        self.assertEqual([entry["Id"] for entry in answer["Failed"]], ["b"])
        self.assertEqual([entry["Id"] for entry in answer["Successful"]], ["a", "c"])

    def test_a_delayed_call_goes_through(self):
        self.rule("s3.PutObject", Delay(0.2))
        self.s3.put_object(Bucket="calls", Key="late", Body=b"x")
        self.assertGreaterEqual(self.proxy.calls[0].seconds, 0.2)


if __name__ == "__main__":
    unittest.main()

"""What Lambda sends a function for messages of a queue.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html, "Example standard queue message event". Messages are those of
boto3's `receive_message`.
"""

import base64


def event(messages: list, queue_arn: str) -> dict:
    """The event for a batch."""
    return {"Records": [record(message, queue_arn) for message in messages]}


def record(message: dict, queue_arn: str) -> dict:
    """One message as a record. `ApproximateReceiveCount`, `SentTimestamp` and, where there is one, `MessageGroupId` are
    among the attributes, all of them text."""
    found = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {name: attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
    if "MD5OfMessageAttributes" in message:
        found["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return found


def attribute(value: dict) -> dict:
    """A message attribute; binary values become base64."""
    found = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        found["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        found["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return found

"""The template's bucket, tables and queues on an emulator, without CloudFormation: so that the tables' keys and indexes, the
queues' rules and each function's variables are the real ones, while visibility can be short.
"""

import json
from typing import NamedTuple

from .emulators import REGION, Emulator
from .template import Resolver, load

QUEUE, TABLE, BUCKET = "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::S3::Bucket"
FUNCTION = "AWS::Serverless::Function"
ASYNC_FUNCTIONS = ("submit", "render", "assemble")
TABLE_PROPERTIES = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")


class Function(NamedTuple):
    """What the template says about a function."""

    name: str
    timeout_s: int
    memory_mb: int
    environment: dict
    queue: str | None


class Stack:
    """Resources of one name on one emulator, or with the bucket on another (`store`). `visibility_s` gives queues, by
    logical name, another visibility; functions are told of `endpoint` where it is not the emulator's own."""

    def __init__(self, emulator: Emulator, name: str, parameters: dict | None = None, visibility_s: dict | None = None,
                 endpoint: str | None = None, store: Emulator | None = None):
        self.emulator, self.name, self.store = emulator, name, store
        self.endpoint = endpoint or emulator.endpoint
        self.template = load()
        self.s3 = (store or emulator).client("s3")
        self.dynamodb, self.sqs = emulator.client("dynamodb"), emulator.client("sqs")
        self.names, self.attributes = {}, self._pseudo()
        self._parameters = {"RequireTls": "false"} | (parameters or {})
        visibility_s = visibility_s or {}
        for logical in self._of(BUCKET):
            self._bucket(logical)
        for logical in self._of(TABLE):
            self._table(logical)
        # A queue's dead letters have to be there before it.
        for logical in sorted(self._of(QUEUE), key=lambda queue: "RedrivePolicy" in self._properties(queue)):
            self._queue(logical, visibility_s.get(logical))

    @property
    def bucket(self) -> str:
        return self.names[next(iter(self._of(BUCKET)))]

    def table(self, logical: str = "TasksTable") -> str:
        return self.names[logical]

    def queue(self, logical: str) -> str:
        """The queue's URL."""
        return self.names[logical]

    def queues(self) -> dict:
        """The URLs of all queues, dead letters among them, by logical name."""
        return {logical: self.names[logical] for logical in self._of(QUEUE)}

    def function(self, name: str) -> Function:
        """The function whose program is called `name`, with the variables that Lambda would give it, and those by which
        an SDK finds the emulator."""
        logical = next(f for f in self._of(FUNCTION) if self._binary(f) == name)
        resolver = Resolver(self.template, self._parameters, self.names, self.attributes)
        shared = self.template.get("Globals", {}).get("Function", {})
        own = self.template["Resources"][logical]["Properties"]
        variables = [level.get("Environment", {}).get("Variables", {}) for level in (shared, own)]
        environment = resolver.resolve(variables[0] | variables[1])
        sources = [e["Properties"] for e in own.get("Events", {}).values() if e["Type"] == "SQS"]
        queue = sources[0]["Queue"]["Fn::GetAtt"][0] if sources else None
        settings = resolver.resolve({key: (shared | own)[key] for key in ("Timeout", "MemorySize")})
        access = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.emulator.access_key,
            "AWS_SECRET_ACCESS_KEY": self.emulator.secret_key,
        }
        if self.store:
            access["AWS_ENDPOINT_URL_S3"] = self.store.endpoint
        text = {key: str(value) for key, value in environment.items()}
        return Function(name, int(settings["Timeout"]), int(settings["MemorySize"]), text | access, queue)

    def _of(self, kind: str) -> list:
        return [name for name, resource in self.template["Resources"].items() if resource["Type"] == kind]

    def _properties(self, logical: str) -> dict:
        properties = self.template["Resources"][logical].get("Properties", {})
        return Resolver(self.template, self._parameters, self.names, self._unmade()).resolve(properties)

    def _unmade(self) -> dict:
        """Attributes of resources that do not exist yet are not needed for those that are made before them."""
        made = self.attributes
        others = {f"{name}.{end}": "" for name in self.template["Resources"] for end in ("Arn", "QueueName", "StreamArn")}
        unnamed = {name: "" for name in self.template["Resources"] if name not in self.names}
        return others | unnamed | made

    def _binary(self, logical: str) -> str:
        metadata = self.template["Resources"][logical].get("Metadata", {})
        return metadata.get("BuildProperties", {}).get("Binary", logical.removesuffix("Function").lower())

    def _pseudo(self) -> dict:
        return {
            "AWS::StackName": self.name,
            "AWS::Region": REGION,
            "AWS::AccountId": "000000000000",
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }

    def _bucket(self, logical: str) -> None:
        self.names[logical] = f"{self.name}-{logical}".lower()
        self.s3.create_bucket(Bucket=self.names[logical])
        self.attributes[f"{logical}.Arn"] = f"arn:aws:s3:::{self.names[logical]}"

    def _table(self, logical: str) -> None:
        self.names[logical] = f"{self.name}-{logical}"
        properties = self._properties(logical)
        kept = {key: properties[key] for key in TABLE_PROPERTIES if key in properties}
        made = self.dynamodb.create_table(TableName=self.names[logical], **kept)
        self.attributes[f"{logical}.Arn"] = made["TableDescription"]["TableArn"]
        if ttl := properties.get("TimeToLiveSpecification"):
            self.dynamodb.update_time_to_live(
                TableName=self.names[logical],
                TimeToLiveSpecification={"AttributeName": ttl["AttributeName"], "Enabled": True},
            )

    def _queue(self, logical: str, visibility_s: int | None) -> None:
        properties = self._properties(logical)
        attributes = {"MessageRetentionPeriod": str(properties.get("MessageRetentionPeriod", 345600))}
        attributes["VisibilityTimeout"] = str(visibility_s or properties.get("VisibilityTimeout", 30))
        if redrive := properties.get("RedrivePolicy"):
            attributes["RedrivePolicy"] = json.dumps(redrive)
        name = f"{self.name}-{logical}"
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.names[logical] = url
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.attributes |= {f"{logical}.Arn": arn, f"{logical}.QueueName": name}

"""What can go wrong with one AWS call. Each mishap is given the request and the way to the server, and either answers with a
`Response` or returns `None`: then the client's connection is closed without one.
"""

import json
import time
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Request:
    """A call on its way. `headers` are pairs, as they came."""

    service: str
    action: str
    method: str
    target: str
    headers: tuple
    body: bytes


class Response(NamedTuple):
    """What the client gets: of the body only `sent` bytes, if that is set, and so many a second, if `rate` is."""

    status: int
    headers: list
    body: bytes
    sent: int | None = None
    rate: float | None = None


@dataclass(frozen=True)
class BlackHole:
    """Takes the request and never answers. The server never sees it."""

    seconds: float = 3600

    def __call__(self, request, server, closing):
        closing.wait(self.seconds)


@dataclass(frozen=True)
class CutRequest:
    """The connection breaks when so many bytes of the request's body have reached the server."""

    after: int

    def __call__(self, request, server, closing):
        server(request, only=self.after)


@dataclass(frozen=True)
class CutResponse:
    """The connection breaks after so many bytes of the answer's body."""

    after: int

    def __call__(self, request, server, closing):
        return server(request)._replace(sent=self.after)


@dataclass(frozen=True)
class Drip:
    """The answer's body comes at so many bytes a second."""

    rate: float

    def __call__(self, request, server, closing):
        return server(request)._replace(rate=self.rate)


@dataclass(frozen=True)
class Delay:
    """The call goes through after so many seconds."""

    seconds: float

    def __call__(self, request, server, closing):
        time.sleep(self.seconds)
        return server(request)


@dataclass(frozen=True)
class DropResponse:
    """The call goes through, and its answer is lost."""

    def __call__(self, request, server, closing):
        server(request)


@dataclass(frozen=True)
class Refuse:
    """The service answers with an error, without having done anything."""

    status: int = 503
    code: str = "SlowDown"

    def __call__(self, request, server, closing):
        if request.service == "s3":
            kind, body = "application/xml", f"<Error><Code>{self.code}</Code><Message>Injected.</Message></Error>"
            body = "" if request.method == "HEAD" else f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
        else:
            prefix = {"dynamodb": "com.amazonaws.dynamodb.v20120810#", "sqs": "com.amazonaws.sqs#"}
            name = prefix.get(request.service, "") + self.code
            kind, body = "application/x-amz-json-1.0", json.dumps({"__type": name, "message": "Injected."})
        return Response(self.status, [("Content-Type", kind)], body.encode())


def throttle() -> Refuse:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html"""
    return Refuse(400, "ThrottlingException")


@dataclass(frozen=True)
class FailEntries:
    """A batch call answers 200, but says of these entries, by place, that they failed. The server took all of them: then
    the sender's next try makes a duplicate, which has to be harmless anyway."""

    places: tuple = (0,)

    def __call__(self, request, server, closing):
        response = server(request)
        answer = json.loads(response.body)
        entries = answer.get("Successful", [])
        lost = [entry for place, entry in enumerate(entries) if place in self.places]
        failed = [{"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in lost]
        answer["Successful"] = [entry for entry in entries if entry not in lost]
        answer["Failed"] = answer.get("Failed", []) + failed
        kept = [(name, value) for name, value in response.headers if name.lower() != "x-amz-crc32"]
        return response._replace(headers=kept, body=json.dumps(answer).encode())

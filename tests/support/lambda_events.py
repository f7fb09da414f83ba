"""Builds what AWS hands to a function: API requests, queue batches, stream batches, bus events."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from boto3.dynamodb.types import TypeSerializer

from tests.support.clock import START
from tests.support.environment import ACCOUNT, REGION

Event = dict[str, Any]

_numbers = itertools.count(1)


@dataclass
class LambdaContext:
    """What the Lambda runtime passes beside the event."""

    function_name: str = "tests"
    memory_limit_in_mb: int = 512
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    remaining_time_in_millis: int = 25_000

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_time_in_millis


def api_event(
    method: str,
    path: str,
    *,
    resource: str,
    path_parameters: Mapping[str, str] | None = None,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes | None = None,
    binary: bool = False,
    source_ip: str = "203.0.113.7",
) -> Event:
    """A request as the REST API hands it over (proxy integration); `path` may carry a query string.

    `resource` is the matched route (`/people/{id}`), `binary` says that the gateway sends the body as base64.
    """
    split = urlsplit(path)
    query = parse_qs(split.query, keep_blank_values=True)
    many: dict[str, list[str]] = {}
    for name, value in headers:
        many.setdefault(name, []).append(value)
    text = base64.b64encode(body or b"").decode() if binary else (body or b"").decode("utf-8", "replace")
    return {
        "resource": resource,
        "path": split.path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in many.items()} or None,
        "multiValueHeaders": many or None,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(path_parameters or {}) or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "test",
            "stage": "api",
            "path": f"/api{split.path}",
            "resourcePath": resource,
            "httpMethod": method,
            "requestId": str(uuid4()),
            "identity": {"sourceIp": source_ip, "userAgent": (many.get("User-Agent") or ["tests"])[-1]},
        },
        "body": text if body is not None else None,
        "isBase64Encoded": binary and body is not None,
    }


def sqs_event(
    bodies: Iterable[Any],
    *,
    queue: str = "queue",
    group: str | None = None,
    receive_count: int = 1,
    sent: datetime = START,
) -> Event:
    """A batch of messages; a body that is not a string is sent as JSON. `group` makes them FIFO messages."""
    return {"Records": [_message(body, queue, group, receive_count, sent) for body in bodies]}


def _message(body: Any, queue: str, group: str | None, receive_count: int, sent: datetime) -> Event:
    number = next(_numbers)
    milliseconds = str(int(sent.timestamp() * 1000))
    attributes = {
        "ApproximateReceiveCount": str(receive_count),
        "SentTimestamp": milliseconds,
        "ApproximateFirstReceiveTimestamp": milliseconds,
        "SenderId": "tests",
    }
    if group is not None:
        attributes |= {
            "MessageGroupId": group,
            "MessageDeduplicationId": f"dedup-{number}",
            "SequenceNumber": f"{number:020d}",
        }
    return {
        "messageId": str(uuid4()),
        "receiptHandle": f"handle-{number}",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }


def stream_record(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    *,
    table: str = "table",
    at: datetime = START,
) -> Event:
    """One change of an item as the table's stream reports it; the images are plain Python values."""
    image = new if new is not None else old
    if image is None:
        raise ValueError("a change has an old or a new image")
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    number = next(_numbers)
    dynamodb: Event = {
        "ApproximateCreationDateTime": at.timestamp(),
        "Keys": _marshal({key: image[key] for key in ("PK", "SK")}),
        "SequenceNumber": f"{number:024d}",
        "SizeBytes": len(json.dumps(image, default=str)),
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    if old is not None:
        dynamodb["OldImage"] = _marshal(old)
    if new is not None:
        dynamodb["NewImage"] = _marshal(new)
    return {
        "eventID": uuid4().hex,
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": dynamodb,
        "eventSourceARN": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/2026-01-01T00:00:00.000",
    }


def stream_event(records: Iterable[Event]) -> Event:
    """A batch of records made by `stream_record` or read by `streams.StreamReader`."""
    return {"Records": list(records)}


def bus_event(
    detail_type: str, detail: Mapping[str, Any], *, source: str = "alforis.crm", at: datetime = START
) -> Event:
    """An event of the bus or of a schedule."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [],
        "detail": dict(detail),
    }


def _marshal(item: Mapping[str, Any]) -> dict[str, Any]:
    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in item.items()}

"""DynamoDB answered at the HTTP layer: everything up to the socket is ours and the SDK's, nothing beyond it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse

from chalicelib.repositories.items import connection

RawItem = Mapping[str, Any]


@dataclass
class StubbedDynamoDb:
    """Reads answer from `items` (by PK and SK), queries find nothing, writes are taken and forgotten.

    `seconds` is the CPU time spent in here, which is not the product's.
    """

    items: dict[tuple[str, str], RawItem]
    calls: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def install(self) -> None:
        """Answer for the client of the repositories; moto must be off, as the SDK asks every handler."""
        connection().client.meta.events.register_first("before-send.dynamodb", self._answer)

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        started = time.thread_time()
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        self.calls[operation] += 1
        body = json.dumps(self._answers(operation, json.loads(request.body))).encode()
        headers = {"content-type": "application/x-amz-json-1.0", "content-length": str(len(body))}
        response = AWSResponse(request.url, 200, headers, _Raw(body))
        self.seconds += time.thread_time() - started
        return response

    def _answers(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        match operation:
            case "GetItem":
                found = self._find(asked["Key"])
                return {"Item": found} if found else {}
            case "BatchGetItem":
                ((table, wanted),) = asked["RequestItems"].items()
                found_items = [item for key in wanted["Keys"] if (item := self._find(key))]
                return {"Responses": {table: found_items}, "UnprocessedKeys": {}}
            case "Query":
                return {"Items": [], "Count": 0, "ScannedCount": 0}
            case "TransactWriteItems" | "PutItem" | "UpdateItem":
                return {}
            case _:
                raise AssertionError(f"{operation} has no place on a request path")

    def _find(self, key: Mapping[str, Any]) -> RawItem | None:
        return self.items.get((key["PK"]["S"], key["SK"]["S"]))


class _Raw:
    """The body as urllib3 hands it over."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> list[bytes]:
        return [self._body]

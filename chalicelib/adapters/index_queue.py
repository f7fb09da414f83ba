"""The FIFO queue in front of the indexer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from chalicelib.adapters.aws import aws_client
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.events import IndexRequest

_BATCH = 10
_GROUP = "index"


class SqsIndexQueue:
    """`IndexQueue`, and its depth for the health check."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Any = aws_client("sqs")

    def send(self, changed: Sequence[IndexRequest]) -> None:
        """Queue each record once per write; raises `Unavailable` when the queue refused any."""
        entries = [
            {
                "Id": str(position),
                "MessageBody": json.dumps({"kind": r.ref.kind, "id": r.ref.id, "correlation_id": r.correlation_id}),
                "MessageGroupId": _GROUP,
                "MessageDeduplicationId": r.sequence,
            }
            for position, r in enumerate(changed)
        ]
        for start in range(0, len(entries), _BATCH):
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries[start : start + _BATCH])
            if answer.get("Failed"):
                raise Unavailable(f"The queue refused {len(answer['Failed'])} messages.")

    def depth(self) -> int:
        """Messages waiting or being worked on."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

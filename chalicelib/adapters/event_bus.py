"""Domain events onto the EventBridge bus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.events import SOURCE, DomainEvent

_BATCH = 10


class EventBridgePublisher:
    """`EventPublisher`; an event may be published twice, always under the same id."""

    def __init__(self, bus_name: str) -> None:
        self._bus_name = bus_name
        self._client: Any = boto3.client(
            "events",
            config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"}),
        )

    def publish(self, events: Sequence[DomainEvent]) -> None:
        """Raises `Unavailable` when the bus refused any of them."""
        for start in range(0, len(events), _BATCH):
            answer = self._client.put_events(Entries=[self._entry(event) for event in events[start : start + _BATCH]])
            if answer["FailedEntryCount"]:
                raise Unavailable(f"The bus refused {answer['FailedEntryCount']} events.")

    def _entry(self, event: DomainEvent) -> dict[str, Any]:
        return {
            "Source": SOURCE,
            "DetailType": event.name,
            "Detail": event.model_dump_json(),
            "EventBusName": self._bus_name,
        }

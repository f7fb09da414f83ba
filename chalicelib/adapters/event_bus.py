"""Events onto the EventBridge bus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.adapters.aws import aws_client
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.events import SOURCE, BusEvent

_BATCH = 10
_BATCH_BYTES = 256_000
"""What one call may carry; a single event stays below it because a record's size is limited."""


class EventBridgePublisher:
    """`EventPublisher`; an event may be published twice, always under the same id."""

    def __init__(self, bus_name: str) -> None:
        self._bus_name = bus_name
        self._client: Any = aws_client("events")

    def publish(self, events: Sequence[BusEvent]) -> None:
        """Raises `Unavailable` when the bus refused any of them."""
        for entries in batches([self._entry(event) for event in events]):
            answer = self._client.put_events(Entries=entries)
            if answer["FailedEntryCount"]:
                raise Unavailable(f"The bus refused {answer['FailedEntryCount']} events.")

    def _entry(self, event: BusEvent) -> dict[str, Any]:
        return {
            "Source": SOURCE,
            "DetailType": event.name,
            "Detail": event.model_dump_json(),
            "EventBusName": self._bus_name,
        }


def batches(entries: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The entries in order, cut where one call would carry too many or too much."""
    cut: list[list[dict[str, Any]]] = []
    size = 0
    for entry in entries:
        weight = sum(len(str(value).encode()) for value in entry.values())
        if not cut or len(cut[-1]) == _BATCH or size + weight > _BATCH_BYTES:
            cut.append([])
            size = 0
        cut[-1].append(entry)
        size += weight
    return cut

"""The table's stream: record images become transitions for the relay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import wiring
from chalicelib.domain.events import Transition
from chalicelib.observability import get_logger, watched
from chalicelib.repositories.records import record_of_image


@watched("relay")
def handle_stream(event: Mapping[str, Any]) -> dict[str, Any]:
    """Relay a batch in order. Any failure fails the whole batch, which is then delivered again."""
    transitions = [t for t in map(_transition, event["Records"]) if t is not None]
    if transitions:
        wiring.relay().handle(transitions)
        get_logger().info(
            "changes_relayed",
            count=len(transitions),
            requests=sorted({t.after.cause.id for t in transitions}),
        )
    return {"batchItemFailures": []}


def _transition(stream_record: Mapping[str, Any]) -> Transition | None:
    """None for items that are no records, and for removals (records are never removed, only put in the trash)."""
    change = stream_record["dynamodb"]
    after = record_of_image(change.get("NewImage"), wiring.records())
    if after is None:
        return None
    return Transition(record_of_image(change.get("OldImage"), wiring.records()), after, change["SequenceNumber"])

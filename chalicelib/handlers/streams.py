"""The table's stream: what changed becomes transitions for the relay, mails to send and sockets to close."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import wiring
from chalicelib.domain.events import Transition
from chalicelib.domain.users import User
from chalicelib.observability import get_logger, watched
from chalicelib.repositories.identity_items import ended_session_of_image, new_token_of_image
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
    _relay_accounts([record["dynamodb"] for record in event["Records"]], transitions)
    return {"batchItemFailures": []}


def _relay_accounts(changes: list[Mapping[str, Any]], transitions: list[Transition]) -> None:
    tokens = [t for t in (new_token_of_image(c.get("NewImage"), c.get("OldImage")) for c in changes) if t is not None]
    sessions = [s for s in (ended_session_of_image(c.get("NewImage")) for c in changes) if s is not None]
    locked_out = [u for u in (t.after for t in transitions) if isinstance(u, User) and not u.may_log_in]
    if tokens or sessions or locked_out:
        relay = wiring.account_relay()
        relay.announce_mails(tokens)
        relay.disconnect(sessions, locked_out)
        get_logger().info(
            "accounts_relayed",
            mails=len(tokens),
            ended_sessions=len(sessions),
            requests=sorted({token.correlation_id for token in tokens}),
        )


def _transition(stream_record: Mapping[str, Any]) -> Transition | None:
    """None for items that are no records, and for removals (records are never removed, only put in the trash)."""
    change = stream_record["dynamodb"]
    after = record_of_image(change.get("NewImage"), wiring.records())
    if after is None:
        return None
    return Transition(record_of_image(change.get("OldImage"), wiring.records()), after, change["SequenceNumber"])

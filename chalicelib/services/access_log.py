"""The access log: an entry is queued before personal data goes out, and stored by a function of its own.

So a request waits for a queue that takes the entry, never for a second write to the table; an entry the queue does
not take refuses the request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from ulid import ULID

from chalicelib.domain.access import AccessEntry
from chalicelib.domain.callers import Caller
from chalicelib.domain.ports import Clock
from chalicelib.domain.records import Ref
from chalicelib.domain.types import format_utc


class AccessQueue(Protocol):
    def send(self, entry: Mapping[str, Any]) -> None:
        """Queue the entry; raises `Unavailable` when the queue did not take it."""
        ...


class AccessStore(Protocol):
    def keep_accesses(self, entries: Sequence[AccessEntry]) -> None:
        """Store each under its id; again and again with the same outcome."""
        ...


class AccessLog:
    def __init__(self, queue: AccessQueue, store: AccessStore, clock: Clock) -> None:
        self._queue = queue
        self._store = store
        self._clock = clock

    def note(self, by: Caller, route: str, ref: Ref | None, kind: str, rows: int | None = None) -> None:
        """Have it kept that the caller is shown this record, or `rows` records of the kind."""
        now = self._clock.now()
        self._queue.send(
            {
                "id": str(ULID.from_datetime(now)),
                "at": format_utc(now),
                "actor_id": by.principal.user_id,
                "route": route,
                "kind": kind,
                "record_id": ref.id if ref else None,
                "via": by.principal.via,
                "request_id": by.request_id,
                "ip": by.ip,
                "rows": rows,
            }
        )

    def keep(self, messages: Sequence[Mapping[str, Any]]) -> None:
        self._store.keep_accesses([_entry(message) for message in messages])


def _entry(message: Mapping[str, Any]) -> AccessEntry:
    given = dict(message)
    record_id = given.pop("record_id")
    given["at"] = datetime.fromisoformat(given["at"])
    return AccessEntry(ref=Ref(given["kind"], record_id) if record_id else None, **given)

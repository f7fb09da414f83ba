"""What the services need from the outside world, by role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from chalicelib.domain.changes import AuditEntry, Change, IdempotencyRecord
from chalicelib.domain.listing import AggregateQuery, Group, IndexDocument, ListQuery, Page, SearchGroup, SearchQuery
from chalicelib.domain.records import Record, Ref


class Clock(Protocol):
    def now(self) -> datetime:
        """The current instant, in UTC, aware."""
        ...


class HistoryEntry(NamedTuple):
    """One version of a record as it was stored: `data` is the whole state, `changes` the diff to the one before."""

    version: int
    at: str
    by: str
    changes: Mapping[str, Any]
    data: Mapping[str, Any]


class TimelineEntry(NamedTuple):
    """An interaction or task (`row` is the record) or a change of a record (`row` is {version, by, changes})."""

    type: str
    kind: str
    id: str
    at: str
    row: Mapping[str, Any]
    audience: frozenset[str]


class RecordStore(Protocol):
    """The one place records are read and written."""

    def get(self, kind: str, id: str) -> Record | None:
        """The record, live or in the trash, read consistently."""
        ...

    def get_many(self, refs: Sequence[Ref]) -> dict[Ref, Record]: ...

    def commit(self, change: Change) -> None:
        """Write all of it or nothing.

        Raises `Duplicate` (unique value taken), `StaleVersion` (with the stored state), `NotFound`, `InvalidInput`
        (a reference is missing), `Conflict` (lost against concurrent changes), `Unavailable`.
        """
        ...

    def history(self, ref: Ref, limit: int, before: int | None) -> list[HistoryEntry]:
        """Newest first, versions below `before`."""
        ...

    def timeline(self, ref: Ref, limit: int, before: str | None) -> tuple[list[TimelineEntry], str | None]:
        """Newest first, and the position after the last entry read (None at the end)."""
        ...

    def unique_holder(self, kind: str, field: str, value: str) -> str | None:
        """The id of the live record that holds the unique value."""
        ...

    def recent_changes(self, actor_id: str, since: datetime) -> list[Ref]:
        """The records the actor changed since the instant, read consistently."""
        ...


class AuditTrail(Protocol):
    def record(self, entry: AuditEntry) -> None:
        """Keep an entry that belongs to no change, such as a denial."""
        ...


class Idempotency(Protocol):
    def find(self, actor_id: str, key: str) -> IdempotencyRecord | None: ...

    def find_many(self, actor_id: str, wanted: Iterable[str]) -> dict[str, IdempotencyRecord]:
        """Key to record, for those of the wanted keys that have one."""
        ...

    def keep(self, record: IdempotencyRecord) -> None:
        """Keep the answer unless one is kept already."""
        ...


class RecordIndex(Protocol):
    """The read model: lists, facets, sums and search. `fresh` are documents newer than what it may hold."""

    def list(self, query: ListQuery, fresh: Sequence[IndexDocument] = ()) -> Page: ...

    def search(self, query: SearchQuery, fresh: Sequence[IndexDocument] = ()) -> Sequence[SearchGroup]: ...

    def aggregate(self, query: AggregateQuery, fresh: Sequence[IndexDocument] = ()) -> Sequence[Sequence[Group]]:
        """The groups of each breakdown; those without records are left out."""
        ...

    def version(self) -> int: ...

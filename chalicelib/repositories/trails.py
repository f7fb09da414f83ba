"""The audit trail and the access log: entries found by record, by actor or by day, whichever is narrowest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from ulid import ULID

from chalicelib.domain.access import ACCESS_KEPT, AccessEntry
from chalicelib.domain.changes import AuditEntry
from chalicelib.domain.records import Ref
from chalicelib.domain.trails import TrailPage, TrailQuery
from chalicelib.domain.types import format_utc
from chalicelib.repositories import keys
from chalicelib.repositories.items import Index1, Index3, Item, new_item
from chalicelib.repositories.records import audit_entry_of, reading, ulid_floor

E = TypeVar("E", AuditEntry, AccessEntry)

MOST_READ = 2_000
"""Entries looked at for one page, however few of them fit; the page ends there with a position to go on from."""
MOST_DAYS = 100
"""Days looked at for one page, when neither a record nor an actor is asked for."""
_PAGE = 200


class _Part(NamedTuple):
    """A partition of a trail, from the position `low` to before `high`."""

    query: Callable[[str, str], Any]
    low: str
    high: str


class DynamoTrails:
    """Reads both trails, and keeps entries of the access log; audit entries are stored with their change."""

    def audit(self, asked: TrailQuery) -> TrailPage[AuditEntry]:
        return _page(keys.AUDIT_PREFIX, asked, audit_entry_of)

    def accesses(self, asked: TrailQuery) -> TrailPage[AccessEntry]:
        return _page(keys.ACCESS_PREFIX, asked, _access_entry)

    def keep_accesses(self, entries: Sequence[AccessEntry]) -> None:
        """Store each under its id; again and again with the same outcome."""
        with reading(), Item.batch_write() as batch:
            for entry in {entry.id: entry for entry in entries}.values():
                batch.save(_access_item(entry))


def _page(trail: str, asked: TrailQuery, entry_of: Callable[[Item], E]) -> TrailPage[E]:
    found: list[E] = []
    read = 0
    with reading():
        for part in _parts(trail, asked):
            for item in part.query(part.low, part.high):
                entry = entry_of(item)
                if entry.id >= part.high:
                    continue
                read += 1
                if _fits(entry, asked):
                    found.append(entry)
                if len(found) == asked.limit or read == MOST_READ:
                    return TrailPage(found, entry.id)
    first_day = _days(asked)[-1]
    return TrailPage(found, _floor(first_day) if _by_day(asked) and first_day > asked.since.date() else None)


def _parts(trail: str, asked: TrailQuery) -> Iterator[_Part]:
    low, high = ulid_floor(asked.since), _end(asked)
    if asked.kind and asked.record_id:
        about = keys.record_pk(asked.kind, asked.record_id)
        yield _Part(lambda a, z: _newest_first(Item.index1, about, Index1.sk.between(trail + a, trail + z)), low, high)
    elif asked.actor_id:
        actor = keys.actor_pk(asked.actor_id)
        yield _Part(lambda a, z: _newest_first(Item, actor, Item.sk.between(trail + a, trail + z)), low, high)
    else:
        for day in _days(asked):
            partition = keys.trail_day(trail, day.isoformat())
            yield _Part(_of_day(partition), low, high)


def _of_day(partition: str) -> Callable[[str, str], Any]:
    return lambda low, high: _newest_first(Item.index3, partition, Index3.sk.between(low, high))


def _newest_first(source: Any, partition: str, within: Any) -> Any:
    return source.query(partition, within, scan_index_forward=False, page_size=_PAGE)


def _by_day(asked: TrailQuery) -> bool:
    return not (asked.actor_id or (asked.kind and asked.record_id))


def _days(asked: TrailQuery) -> list[date]:
    """The days to look at, newest first, as far back as one page goes."""
    end = _end(asked)
    instant = ULID.from_str(end).datetime.astimezone(UTC)
    newest = (instant - timedelta(milliseconds=1) if end == ulid_floor(instant) else instant).date()
    oldest = asked.since.date()
    count = min((newest - oldest).days + 1, MOST_DAYS)
    return [newest - timedelta(days=n) for n in range(max(count, 1))]


def _end(asked: TrailQuery) -> str:
    until = ulid_floor(asked.until)
    return min(asked.before, until) if asked.before else until


def _floor(day: date) -> str:
    return ulid_floor(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _fits(entry: AuditEntry | AccessEntry, asked: TrailQuery) -> bool:
    action = entry.action if isinstance(entry, AuditEntry) else entry.route
    outcome = entry.outcome if isinstance(entry, AuditEntry) else None
    kind = entry.kind if isinstance(entry, AccessEntry) else entry.ref and entry.ref.kind
    pairs = (
        (asked.actor_id, entry.actor_id),
        (asked.kind, kind),
        (asked.record_id, entry.ref and entry.ref.id),
        (asked.action, action),
        (asked.outcome, outcome),
    )
    return all(wanted is None or wanted == found for wanted, found in pairs)


def _access_item(entry: AccessEntry) -> Item:
    at = format_utc(entry.at)
    data = {
        "at": at,
        "actor_id": entry.actor_id,
        "route": entry.route,
        "kind": entry.kind,
        "ref": list(entry.ref) if entry.ref else None,
        "via": entry.via,
        "request_id": entry.request_id,
        "ip": entry.ip,
        "rows": entry.rows,
    }
    about = {"gsi1pk": keys.record_pk(*entry.ref), "gsi1sk": keys.ACCESS_PREFIX + entry.id} if entry.ref else {}
    day = {"gsi3pk": keys.trail_day(keys.ACCESS_PREFIX, at[:10]), "gsi3sk": entry.id}
    expires_at = int((entry.at + ACCESS_KEPT).timestamp())
    key = keys.access(entry.actor_id, entry.id)
    return new_item(key, kind="access", data=data, expires_at=expires_at, **about, **day)


def _access_entry(item: Item) -> AccessEntry:
    data = dict(item.data or {})
    ref = data.pop("ref")
    at = datetime.fromisoformat(data.pop("at"))
    return AccessEntry(id=item.sk.removeprefix(keys.ACCESS_PREFIX), at=at, ref=Ref(*ref) if ref else None, **data)

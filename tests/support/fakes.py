"""Stand-ins for the ports, kept honest by the contract tests that run on the real ones too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from chalicelib.domain.changes import (
    AuditEntry,
    Change,
    IdempotencyRecord,
    Insert,
    MustExist,
    Release,
    Rely,
    Replace,
    Unheld,
    Write,
)
from chalicelib.domain.errors import (
    AlreadyAnswered,
    Conflict,
    Detail,
    DomainError,
    Duplicate,
    InUse,
    InvalidInput,
    NotFound,
    StaleVersion,
)
from chalicelib.domain.events import DomainEvent, IndexRequest, Transition
from chalicelib.domain.listing import AggregateQuery, Group, IndexDocument, ListQuery, Page, SearchGroup, SearchQuery
from chalicelib.domain.people import Link
from chalicelib.domain.ports import HistoryEntry, TimelineEntry
from chalicelib.domain.records import Record, Ref, held_counter
from chalicelib.domain.trails import TrailPage, TrailQuery
from chalicelib.domain.types import format_utc

_ON_TIMELINES_BY_VERSION = ("organisation", "person", "person_organisation_link")


class InMemoryRecords:
    """`RecordStore`, `AuditTrail`, `Idempotency` and `HistoryStore` in dictionaries; one thread only.

    `commits` are the changes that were stored; `refuse_next` is raised by the next commit, which stores nothing.
    """

    def __init__(self) -> None:
        self.records: dict[Ref, Record] = {}
        self.unique: dict[tuple[str, str, str], str] = {}
        self.held: Counter[str] = Counter()
        self.audit: list[AuditEntry] = []
        self.answers: dict[tuple[str, str], IdempotencyRecord] = {}
        self.versions: dict[tuple[Ref, int], Transition] = {}
        self.link_ends: dict[Ref, dict[Ref, None]] = {}
        self.commits: list[Change] = []
        self.transitions: list[Transition] = []
        self.refuse_next: DomainError | None = None

    # RecordStore

    def get(self, kind: str, id: str) -> Record | None:
        return self.records.get(Ref(kind, id))

    def get_many(self, refs: Sequence[Ref]) -> dict[Ref, Record]:
        return {ref: self.records[ref] for ref in refs if ref in self.records}

    def commit(self, change: Change) -> None:
        if self.refuse_next is not None:
            error, self.refuse_next = self.refuse_next, None
            raise error
        if any(self._is_stored(write) for write in change.writes if isinstance(write, Insert | Replace)):
            return
        refusals = [error for error in self._refusals(change) if error is not None]
        if refusals:
            raise next((error for error in refusals if isinstance(error, AlreadyAnswered)), refusals[0])
        self._apply(change)

    def history(self, ref: Ref, limit: int, before: int | None) -> list[HistoryEntry]:
        kept = sorted((t for (of, _), t in self.versions.items() if of == ref), key=lambda t: -t.after.version)
        return [_history_entry(t) for t in kept if before is None or t.after.version < before][:limit]

    def timeline(self, ref: Ref, limit: int, before: str | None) -> tuple[list[TimelineEntry], str | None]:
        entries = sorted([*self._live_entries(ref), *self._change_entries(ref)], key=lambda e: e[0], reverse=True)
        older = [(at, entry) for at, entry in entries if before is None or at < before]
        page = older[:limit]
        return [entry for _, entry in page], page[-1][0] if len(older) > limit else None

    def unique_holder(self, kind: str, field: str, value: str) -> str | None:
        return self.unique.get((kind, field, value))

    def recent_changes(self, actor_id: str, since: datetime) -> list[Ref]:
        mine = [e for e in self.audit if e.actor_id == actor_id and e.at >= since and e.outcome == "done"]
        return list(dict.fromkeys(entry.ref for entry in reversed(mine[-200:]) if entry.ref))

    # AuditTrail

    def record(self, entry: AuditEntry) -> None:
        if entry.id not in {other.id for other in self.audit}:
            self.audit.append(entry)

    # Idempotency

    def find(self, actor_id: str, key: str) -> IdempotencyRecord | None:
        return self.answers.get((actor_id, key))

    def find_many(self, actor_id: str, wanted: Iterable[str]) -> dict[str, IdempotencyRecord]:
        return {key: self.answers[actor_id, key] for key in wanted if (actor_id, key) in self.answers}

    def keep(self, record: IdempotencyRecord) -> None:
        self.answers.setdefault((record.actor_id, record.key), record)

    # HistoryStore

    def keep_versions(self, transitions: Sequence[Transition]) -> None:
        for transition in transitions:
            after = transition.after
            self.versions[Ref(after.kind, after.id), after.version] = transition
            if isinstance(after, Link):
                for end in (Ref("organisation", after.organisation_id), Ref("person", after.person_id)):
                    self.link_ends.setdefault(end, {})[Ref(after.kind, after.id)] = None

    def links_of(self, ref: Ref) -> list[Ref]:
        return list(self.link_ends.get(ref, ()))

    def touch_activity(self, ref: Ref, at: str) -> None:
        record: Any = self.records.get(ref)
        if record is None or (record.last_activity_at and format_utc(record.last_activity_at) >= at):
            return
        touched = record.model_copy(update={"last_activity_at": datetime.fromisoformat(at)})
        self._store(record, touched)

    # Steps

    def _refusals(self, change: Change) -> list[DomainError | None]:
        taken = self._unique_after(change)
        found = [self._refused(write, taken) for write in change.writes]
        if change.idempotency:
            kept = self.answers.get((change.idempotency.actor_id, change.idempotency.key))
            found.append(AlreadyAnswered(kept) if kept else None)
        return found

    def _refused(self, write: Write, taken: dict[tuple[str, str, str], str]) -> DomainError | None:
        match write:
            case MustExist(ref, field):
                live = ref in self.records and self.records[ref].deleted_at is None
                return None if live else InvalidInput("A linked record does not exist.", [Detail(field, "is missing")])
            case Rely(reliance):
                found = self.records.get(reliance.ref)
                return reliance.refusal(found.document() if found else None)
            case Unheld(ref, name, reason):
                return InUse(reason) if self.held[held_counter(ref, name)] else None
            case Release(_):
                return None
            case Insert(record):
                if Ref(record.kind, record.id) in self.records:
                    return Conflict("The record already exists.")
                return self._duplicate(record, taken)
            case Replace(before, after):
                stored = self.records.get(Ref(after.kind, after.id))
                if stored is None:
                    return NotFound("There is no such record.")
                return StaleVersion(stored.row()) if stored.version != before.version else self._duplicate(after, taken)

    def _unique_after(self, change: Change) -> dict[tuple[str, str, str], str]:
        """Who holds each unique value once the change has given up what it gives up."""
        held = dict(self.unique)
        for write in change.writes:
            if isinstance(write, Replace):
                for key in _unique_keys(write.before):
                    held.pop(key, None)
        return held

    def _duplicate(self, record: Record, taken: dict[tuple[str, str, str], str]) -> Duplicate | None:
        for key in _unique_keys(record):
            if taken.get(key, record.id) != record.id:
                return Duplicate(key[1], taken[key])
        return None

    def _is_stored(self, write: Insert | Replace) -> bool:
        after = write.record if isinstance(write, Insert) else write.after
        stored = self.records.get(Ref(after.kind, after.id))
        return stored is not None and bool(after.change_id) and stored.change_id == after.change_id

    def _apply(self, change: Change) -> None:
        for write in change.writes:
            if isinstance(write, Replace):
                for key in _unique_keys(write.before):
                    self.unique.pop(key, None)
        for write in change.writes:
            if isinstance(write, Insert | Replace):
                before = write.before if isinstance(write, Replace) else None
                after = write.after if isinstance(write, Replace) else write.record
                stored = self.records.get(Ref(after.kind, after.id))
                if stored is not None and "last_activity_at" in type(stored).model_fields:
                    untouched = {"last_activity_at": getattr(stored, "last_activity_at", None)}
                    after = after.model_copy(update=untouched)
                self._store(stored if before else None, after)
                self.unique |= dict.fromkeys(_unique_keys(after), after.id)
            elif isinstance(write, Rely | Release):
                self.held[write.reliance.counter] += 1 if isinstance(write, Rely) else -1
        self.audit += change.audit
        if change.idempotency:
            self.answers[change.idempotency.actor_id, change.idempotency.key] = change.idempotency
        self.commits.append(change)

    def _store(self, before: Record | None, after: Record) -> None:
        self.records[Ref(after.kind, after.id)] = after
        self.transitions.append(Transition(before, after, f"{len(self.transitions):021d}"))

    def _live_entries(self, ref: Ref) -> list[tuple[str, TimelineEntry]]:
        found = []
        for record in self.records.values():
            if record.kind in _ON_TIMELINES_BY_VERSION or record.deleted_at or not _stands_on(record, ref):
                continue
            entry = TimelineEntry(record.kind, record.kind, record.id, record.occurred, record.row(), record.audience)
            found.append((f"TIME#{record.occurred}#{record.kind}#{record.id}", entry))
        return found

    def _change_entries(self, ref: Ref) -> list[tuple[str, TimelineEntry]]:
        found = []
        for transition in self.versions.values():
            record, at = transition.after, format_utc(transition.after.updated_at)
            if record.kind in _ON_TIMELINES_BY_VERSION and _stands_on(record, ref):
                row = {"version": record.version, "by": record.updated_by, "changes": _lists(transition)}
                entry = TimelineEntry("change", record.kind, record.id, at, row, record.audience)
                found.append((f"TIME#{at}#{record.kind}.{record.version}#{record.id}", entry))
        return found


class InMemoryTrails:
    """Reads the audit trail that an `InMemoryRecords` kept."""

    def __init__(self, records: InMemoryRecords) -> None:
        self._records = records

    def audit(self, asked: TrailQuery) -> TrailPage[AuditEntry]:
        newest = sorted(self._records.audit, key=lambda entry: entry.id, reverse=True)
        page = [entry for entry in newest if _fits(entry, asked)][: asked.limit]
        return TrailPage(page, page[-1].id if len(page) == asked.limit else None)


def _fits(entry: AuditEntry, asked: TrailQuery) -> bool:
    ref = entry.ref or Ref("", "")
    return (
        asked.since <= entry.at < asked.until
        and (asked.before is None or entry.id < asked.before)
        and asked.actor_id in (None, entry.actor_id)
        and asked.kind in (None, ref.kind)
        and asked.record_id in (None, ref.id)
        and asked.action in (None, entry.action)
        and asked.outcome in (None, entry.outcome)
    )


class SpyIndex:
    """`RecordIndex` that answers nothing and remembers what it was asked."""

    def __init__(self) -> None:
        self.queries: list[ListQuery] = []
        self.searches: list[SearchQuery] = []
        self.aggregates: list[AggregateQuery] = []
        self.fresh: Sequence[IndexDocument] = ()

    def list(self, query: ListQuery, fresh: Sequence[IndexDocument] = ()) -> Page:
        self.queries.append(query)
        self.fresh = fresh
        return Page([], 0)

    def search(self, query: SearchQuery, fresh: Sequence[IndexDocument] = ()) -> Sequence[SearchGroup]:
        self.searches.append(query)
        self.fresh = fresh
        return []

    def aggregate(self, query: AggregateQuery, fresh: Sequence[IndexDocument] = ()) -> Sequence[Sequence[Group]]:
        self.aggregates.append(query)
        self.fresh = fresh
        return [[] for _ in query.breakdowns]

    def version(self) -> int:
        return 0


class InMemoryBus:
    """`EventPublisher`; `fail_next` is raised by the next call, which publishes nothing."""

    def __init__(self) -> None:
        self.events: list[DomainEvent] = []
        self.fail_next: Exception | None = None

    def publish(self, events: Sequence[DomainEvent]) -> None:
        if self.fail_next is not None:
            error, self.fail_next = self.fail_next, None
            raise error
        self.events += events


class InMemoryIndexQueue:
    """`IndexQueue`."""

    def __init__(self) -> None:
        self.requests: list[IndexRequest] = []

    def send(self, changed: Sequence[IndexRequest]) -> None:
        self.requests += changed


def _unique_keys(record: Record) -> list[tuple[str, str, str]]:
    values = record.unique_values if record.deleted_at is None else {}
    return [(record.kind, field, value) for field, value in values.items()]


def _stands_on(record: Record, ref: Ref) -> bool:
    organisation, person = record.timelines
    return (person if ref.kind == "person" else organisation) == ref.id


def _lists(transition: Transition) -> dict[str, list[Any]]:
    return {name: list(pair) for name, pair in transition.changes.items()}


def _history_entry(transition: Transition) -> HistoryEntry:
    after = transition.after
    return HistoryEntry(after.version, format_utc(after.updated_at), after.updated_by, _lists(transition), after.row())

"""Records of every kind: read, committed with their unique values, audit and idempotency, and read back as history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pynamodb.exceptions import DoesNotExist, PutError, PynamoDBException
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from ulid import ULID

from chalicelib.domain.changes import (
    IDEMPOTENCY_KEPT,
    Answer,
    AuditEntry,
    Change,
    IdempotencyRecord,
    Insert,
    MustExist,
    Release,
    Rely,
    Replace,
    Unheld,
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
    Unavailable,
)
from chalicelib.domain.ports import HistoryEntry, TimelineEntry
from chalicelib.domain.records import Record, Ref, Reliance, held_counter
from chalicelib.domain.types import format_utc
from chalicelib.repositories import keys
from chalicelib.repositories.items import Index1, Index2, Index3, Item, new_item
from chalicelib.repositories.transactions import WRITTEN, Refusal, Transaction

_ENVELOPE = frozenset({"version", "change_id", "cause"})
CONDITION_FAILED = "ConditionalCheckFailedException"
VERSIONS_ON_TIMELINES = frozenset({"organisation", "person", "person_organisation_link"})
_BATCH = 100
_SCAN_PAGE = 500
_RECORD_VERBS = (".create", ".update", ".delete", ".restore")
_RECENT = 200
"""How many of a caller's newest audit entries make up their fresh writes."""


@contextmanager
def reading() -> Iterator[None]:
    """Turns a call the table did not answer into `Unavailable`; what it refused passes through."""
    try:
        yield
    except DoesNotExist:
        raise
    except PynamoDBException as error:
        if getattr(error, "cause_response_code", None) == CONDITION_FAILED:
            raise
        raise Unavailable("The data store did not answer; please try again.") from error


class DynamoRecords:
    """`RecordStore`, `AuditTrail` and `Idempotency` on the one table."""

    def __init__(self, models: Mapping[str, type[Record]]) -> None:
        self._models = models

    def get(self, kind: str, id: str) -> Record | None:
        item = get_item(keys.record(kind, id))
        return self.entity(item) if item else None

    def get_many(self, refs: Sequence[Ref]) -> dict[Ref, Record]:
        items = get_items(keys.record(*ref) for ref in refs)
        found = [self.entity(item) for item in items.values()]
        return {Ref(record.kind, record.id): record for record in found}

    def entity(self, item: Item) -> Record:
        """The record an item holds."""
        return self._model(item.kind, item.data, item.version, item.change_id, item.cause)

    def commit(self, change: Change) -> None:
        self.transaction(change).commit()

    def transaction(self, change: Change) -> Transaction:
        """The change as one transaction, to which a repository may add writes of its own before it commits."""
        transaction = Transaction()
        values, needs = _UniqueValues(), _Needs()
        for write in change.writes:
            if isinstance(write, Insert):
                exists = _unless_own(write.record, _exists)
                transaction.put(record_item(write.record), Item.pk.does_not_exist(), exists)
                values.move(None, write.record)
            elif isinstance(write, Replace):
                self._replace(transaction, write)
                values.move(write.before, write.after)
            else:
                needs.add(write)
        needs.write(transaction)
        values.write(transaction)
        for entry in change.audit:
            transaction.put(audit_item(entry), Item.pk.does_not_exist(), lambda _: WRITTEN)
        if change.idempotency:
            _keep_answer(transaction, change.idempotency)
        return transaction

    def _replace(self, transaction: Transaction, write: Replace) -> None:
        before, after = write.before, write.after
        unchanged = Item.version == before.version
        stale = _unless_own(after, self._stale)
        transaction.update(keys.record(after.kind, after.id), _actions(before, after), unchanged, stale)

    def _stale(self, item: dict[str, Any] | None) -> DomainError:
        if item is None:
            return NotFound("There is no such record.")
        return StaleVersion(
            current=self._model(
                item["kind"], item["data"], item.get("version"), item.get("change_id"), item.get("cause")
            ).row()
        )

    def _model(
        self, kind: str, data: Mapping[str, Any] | None, version: Any, change_id: str | None, cause: Any
    ) -> Record:
        envelope = {"version": int(version or 1), "change_id": change_id or "", "cause": cause or {}}
        return self._models[kind].model_validate({**(data or {}), **envelope}, extra="ignore")

    def history(self, ref: Ref, limit: int, before: int | None) -> list[HistoryEntry]:
        bound = keys.version(*ref, before).sk if before else keys.VERSION_PREFIX + "~"
        condition = Item.sk.between(keys.VERSION_PREFIX, bound)
        with reading():
            found = list(
                Item.query(
                    keys.record_pk(*ref),
                    condition,
                    scan_index_forward=False,
                    limit=limit + 1,
                    page_size=limit + 1,
                )
            )
        entries = [_history_entry(item) for item in found]
        return [entry for entry in entries if before is None or entry.version < before][:limit]

    def timeline(self, ref: Ref, limit: int, before: str | None) -> tuple[list[TimelineEntry], str | None]:
        index, sort_key = (Item.index2, Index2.sk) if ref.kind == "person" else (Item.index1, Index1.sk)
        entries_before = sort_key.between(keys.TIME_PREFIX, before or keys.TIME_PREFIX + "~")
        with reading():
            found = list(
                index.query(
                    keys.record_pk(*ref),
                    entries_before,
                    scan_index_forward=False,
                    limit=limit + 2,
                    page_size=limit + 2,
                )
            )
        entries = [(position(item, ref), self._timeline_entry(item)) for item in found]
        older = [(at, entry) for at, entry in entries if before is None or at < before]
        page = older[:limit]
        return [entry for _, entry in page], page[-1][0] if len(older) > limit else None

    def _timeline_entry(self, item: Item) -> TimelineEntry:
        data = item.data or {}
        if item.kind in self._models:
            record = self.entity(item)
            return TimelineEntry(item.kind, item.kind, record.id, record.occurred, record.row(), record.audience)
        kind, _, id = item.pk.partition("#")
        row = {name: data[name] for name in ("version", "by", "changes")}
        return TimelineEntry("change", kind, id, data["at"], row, frozenset(data["audience"]))

    def unique_holder(self, kind: str, field: str, value: str) -> str | None:
        item = get_item(keys.unique(kind, field, value))
        return item.holder if item else None

    def recent_changes(self, actor_id: str, since: datetime) -> list[Ref]:
        start = keys.audit(actor_id, ulid_floor(since))
        condition = Item.sk.between(start.sk, keys.AUDIT_PREFIX + "~")
        with reading():
            found = list(Item.query(start.pk, condition, consistent_read=True, scan_index_forward=False, limit=_RECENT))
        refs = [
            Ref(*item.data["ref"])
            for item in found
            if item.data and item.data.get("ref") and item.data["outcome"] == "done"
        ]
        return list(dict.fromkeys(refs))

    def record(self, entry: AuditEntry) -> None:
        try:
            with reading():
                audit_item(entry).save(Item.pk.does_not_exist())
        except PutError as error:
            if error.cause_response_code != CONDITION_FAILED:
                raise

    def first_change_after(self, instant: datetime, now: datetime) -> datetime | None:
        """When the first record was changed after the instant, on that day or today (UTC); among 100 entries each."""
        for day in sorted({instant.date(), now.date()}):
            later = Index3.sk > ulid_floor(instant)
            with reading():
                found = list(Item.index3.query(keys.trail_day(keys.AUDIT_PREFIX, day.isoformat()), later, limit=100))
            changes = [entry.at for entry in map(audit_entry_of, found) if entry.action.endswith(_RECORD_VERBS)]
            if changes:
                return changes[0]
        return None

    def pages(self) -> Iterator[list[Record]]:
        """Every record, live or in the trash, page by page, by a scan: to rebuild the index, never for a request."""
        page: list[Record] = []
        with reading():
            for item in Item.scan(Item.sk == keys.RECORD, consistent_read=True, page_size=1000):
                page.append(self.entity(item))
                if len(page) == _SCAN_PAGE:
                    yield page
                    page = []
        yield page

    def find(self, actor_id: str, key: str) -> IdempotencyRecord | None:
        item = get_item(keys.idempotency(actor_id, key))
        return idempotency_record(item.pk, item.sk, item.data or {}, int(item.expires_at or 0)) if item else None

    def find_many(self, actor_id: str, wanted: Iterable[str]) -> dict[str, IdempotencyRecord]:
        items = get_items(keys.idempotency(actor_id, key) for key in wanted)
        found = [idempotency_record(i.pk, i.sk, i.data or {}, int(i.expires_at or 0)) for i in items.values()]
        return {record.key: record for record in found}

    def keep(self, record: IdempotencyRecord) -> None:
        transaction = Transaction()
        _keep_answer(transaction, record)
        try:
            transaction.commit()
        except AlreadyAnswered:
            return


def get_item(key: keys.Key) -> Item | None:
    with reading():
        try:
            return Item.get(key.pk, key.sk, consistent_read=True)
        except DoesNotExist:
            return None


def get_items(wanted: Iterable[keys.Key]) -> dict[keys.Key, Item]:
    """The items that exist, one round trip per 100, read consistently; unprocessed keys are asked for again."""
    distinct = list(dict.fromkeys(wanted))
    with reading():
        found = [
            item
            for start in range(0, len(distinct), _BATCH)
            for item in Item.batch_get([tuple(key) for key in distinct[start : start + _BATCH]], consistent_read=True)
        ]
    return {keys.Key(item.pk, item.sk): item for item in found}


def record_data(record: Record) -> dict[str, Any]:
    """The stored document: the record's JSON without empty fields and without what has its own attribute."""
    return {name: value for name, value in record.document().items() if name not in _ENVELOPE}


def record_item(record: Record) -> Item:
    return new_item(
        keys.record(record.kind, record.id),
        kind=record.kind,
        version=record.version,
        change_id=record.change_id,
        cause=record.cause.model_dump(mode="json"),
        data=record_data(record),
        **{name: value for name, value in _index_keys(record).items() if value is not None},
    )


def _index_keys(record: Record) -> dict[str, str | None]:
    """Where interactions and tasks stand on timelines, unless in the trash; of the others their versions do."""
    if record.deleted_at is not None or record.kind in VERSIONS_ON_TIMELINES:
        return dict.fromkeys(("gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"))
    organisation, person = record.timelines
    at = keys.moment(record.occurred, record.kind, record.id)
    return {
        "gsi1pk": keys.record_pk("organisation", organisation) if organisation else None,
        "gsi1sk": at if organisation else None,
        "gsi2pk": keys.record_pk("person", person) if person else None,
        "gsi2sk": at if person else None,
    }


def _actions(before: Record, after: Record) -> list[Action]:
    """Touches only what differs, so fields this version of the code does not know stay as they are."""
    old, new = record_data(before), record_data(after)
    actions: list[Action] = [
        Item.version.set(after.version),
        Item.change_id.set(after.change_id),
        Item.cause.set(after.cause.model_dump(mode="json")),
    ]
    actions += [_data(name).set(value) for name, value in new.items() if old.get(name) != value]
    actions += [_data(name).remove() for name in old if name not in new]
    was, now = _index_keys(before), _index_keys(after)
    for name, value in now.items():
        if value != was[name]:
            attribute = getattr(Item, name)
            actions.append(attribute.set(value) if value is not None else attribute.remove())
    return actions


def _data(name: str) -> Any:
    return Item.data[name]


def live_unique_values(record: Record) -> Mapping[str, str]:
    """A record in the trash holds no unique value."""
    return record.unique_values if record.deleted_at is None else {}


class _UniqueValues:
    """The unique values a change takes and gives up; one that only changes hands is one write."""

    def __init__(self) -> None:
        self._taken: dict[keys.Key, tuple[str, str]] = {}
        self._given_up: dict[keys.Key, str] = {}

    def move(self, before: Record | None, after: Record) -> None:
        held = live_unique_values(before) if before else {}
        wanted = live_unique_values(after)
        for field, value in held.items():
            if wanted.get(field) != value:
                self._given_up[keys.unique(after.kind, field, value)] = after.id
        for field, value in wanted.items():
            if held.get(field) != value:
                self._taken[keys.unique(after.kind, field, value)] = (field, after.id)

    def write(self, transaction: Transaction) -> None:
        for key, (field, holder) in self._taken.items():
            free = Item.pk.does_not_exist() | (Item.holder == holder)
            if key in self._given_up:
                free = free | (Item.holder == self._given_up[key])
            transaction.put(new_item(key, kind="unique", holder=holder), free, _duplicate(field))
        for key, holder in self._given_up.items():
            if key not in self._taken:
                transaction.delete(key, Item.pk.does_not_exist() | (Item.holder == holder), _given_up_before)


def _duplicate(field: str) -> Callable[[dict[str, Any] | None], DomainError]:
    return lambda item: Duplicate(field, item.get("holder") if item else None)


def _unless_own(record: Record, error: Callable[[dict[str, Any] | None], DomainError]) -> Refusal:
    """A condition that failed against our own write means that its acknowledgement was lost: no failure."""
    return lambda item: WRITTEN if item and item.get("change_id") == record.change_id else error(item)


def _exists(_: dict[str, Any] | None) -> DomainError:
    return Conflict("The record already exists.")


def _given_up_before(_: dict[str, Any] | None) -> None:
    """Another record holds the value by now: nothing is left to give up."""


class _Needs:
    """What a change needs of other records. An item may stand in a transaction once, so needs are brought together."""

    def __init__(self) -> None:
        self._existing: dict[Ref, str] = {}
        self._reliances: list[Reliance] = []
        self._unheld: list[Unheld] = []
        self._held: Counter[str] = Counter()

    def add(self, write: MustExist | Rely | Release | Unheld) -> None:
        match write:
            case MustExist(ref, field):
                self._existing.setdefault(ref, field)
            case Rely(reliance):
                self._reliances.append(reliance)
                self._held[reliance.counter] += 1
            case Release(reliance):
                self._held[reliance.counter] -= 1
            case Unheld():
                self._unheld.append(write)

    def write(self, transaction: Transaction) -> None:
        for reliance in self._reliances:
            self._existing.pop(reliance.ref, None)
            _check_reliance(transaction, reliance)
        for ref, field in self._existing.items():
            missing = InvalidInput("A linked record does not exist.", [Detail(field, "there is no such record")])
            transaction.check(keys.record(*ref), _live(), _always(missing))
        for held in self._unheld:
            unheld = Item.tally.does_not_exist() | (Item.tally == 0)
            counter = keys.counter(held_counter(held.ref, held.name))
            transaction.check(counter, unheld, _always(InUse(held.reason)))
        for name, difference in self._held.items():
            _count(transaction, name, difference)


def _always(error: DomainError) -> Refusal:
    return lambda _: error


def _live() -> Condition:
    live: Condition = Item.pk.exists() & Item.data["deleted_at"].does_not_exist()
    return live


def _check_reliance(transaction: Transaction, reliance: Reliance) -> None:
    condition = _live()
    for name, value, _ in reliance.values:
        condition = condition & (Item.data[name] == value)
    transaction.check(
        keys.record(*reliance.ref), condition, lambda item: reliance.refusal(item.get("data") if item else None)
    )


def _count(transaction: Transaction, counter: str, difference: int) -> None:
    if difference:
        actions = [Item.tally.add(difference), Item.kind.set("counter")]
        counted = Item.tally >= -difference if difference < 0 else Item.pk.does_not_exist() | (Item.tally >= 0)
        refusal = Conflict("The record is not relied on as often as is taken back.")
        transaction.update(keys.counter(counter), actions, counted, _always(refusal))


def audit_item(entry: AuditEntry) -> Item:
    at = format_utc(entry.at)
    data = {
        "at": at,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "outcome": entry.outcome,
        "resource": entry.resource,
        "ref": list(entry.ref) if entry.ref else None,
        "changes": dict(entry.changes),
        "via": entry.via,
        "request_id": entry.request_id,
        "ip": entry.ip,
    }
    about = {"gsi1pk": keys.record_pk(*entry.ref), "gsi1sk": keys.AUDIT_PREFIX + entry.id} if entry.ref else {}
    day = {"gsi3pk": keys.trail_day(keys.AUDIT_PREFIX, at[:10]), "gsi3sk": entry.id}
    return new_item(keys.audit(entry.actor_id, entry.id), kind="audit", data=data, **about, **day)


def audit_entry_of(item: Item) -> AuditEntry:
    data = dict(item.data or {})
    ref = data.pop("ref")
    at = datetime.fromisoformat(data.pop("at"))
    return AuditEntry(id=item.sk.removeprefix(keys.AUDIT_PREFIX), at=at, ref=Ref(*ref) if ref else None, **data)


def _keep_answer(transaction: Transaction, record: IdempotencyRecord) -> None:
    item = new_item(
        keys.idempotency(record.actor_id, record.key),
        kind="idempotency",
        data={
            "request_hash": record.request_hash,
            "status": record.answer.status,
            "body": record.answer.body,
            "headers": dict(record.answer.headers),
        },
        expires_at=int(record.expires_at.timestamp()),
    )
    expired = Item.expires_at <= int((record.expires_at - IDEMPOTENCY_KEPT).timestamp())
    transaction.put(item, Item.pk.does_not_exist() | expired, lambda raw: AlreadyAnswered(_answered(raw)))


def _answered(raw: Mapping[str, Any] | None) -> IdempotencyRecord | None:
    return idempotency_record(raw["PK"], raw["SK"], raw["data"], raw["expires_at"]) if raw else None


def idempotency_record(pk: str, sk: str, data: Mapping[str, Any], expires_at: int) -> IdempotencyRecord:
    return IdempotencyRecord(
        actor_id=pk.partition("#")[2],
        key=sk.partition("#")[2],
        request_hash=data["request_hash"],
        answer=Answer(data["status"], data["body"], data["headers"]),
        expires_at=datetime.fromtimestamp(expires_at, UTC),
    )


def _history_entry(item: Item) -> HistoryEntry:
    data = item.data or {}
    return HistoryEntry(data["version"], data["at"], data["by"], data["changes"], data["data"])


def position(item: Item, ref: Ref) -> str:
    """Where the item stands on the timeline of `ref`."""
    return str(item.gsi2sk if ref.kind == "person" else item.gsi1sk)


def ulid_floor(instant: datetime) -> str:
    """The smallest ULID of the instant's millisecond."""
    return str(ULID.from_timestamp(instant.timestamp()))[:10] + "0" * 16


def record_of_image(image: Mapping[str, Any] | None, store: DynamoRecords) -> Record | None:
    """The record in a stream image; None when the image is of something else."""
    if not image or image["SK"]["S"] != keys.RECORD:
        return None
    item = Item()
    item.deserialize(dict(image))
    return store.entity(item)

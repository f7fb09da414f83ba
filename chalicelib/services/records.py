"""The use cases every kind of record shares; a kind with rules of its own extends them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError
from ulid import ULID

from chalicelib.domain import policy
from chalicelib.domain.callers import Caller, IdempotencyClaim
from chalicelib.domain.changes import (
    IDEMPOTENCY_KEPT,
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
    Detail,
    DomainError,
    Duplicate,
    Forbidden,
    IdempotencyMismatch,
    InvalidInput,
    NotFound,
    RuleBroken,
    StaleVersion,
)
from chalicelib.domain.listing import IndexDocument, ListQuery, Page
from chalicelib.domain.ports import Clock, HistoryEntry, Idempotency, RecordIndex, RecordStore, TimelineEntry
from chalicelib.domain.records import (
    BOOKKEEPING,
    Cause,
    Fields,
    Kind,
    OwnedRecord,
    Record,
    Ref,
    Reliance,
    changed_fields,
    index_document,
)

R = TypeVar("R", bound=Record)
Pointer = tuple[str, Ref]
"""A field, and the record it points to."""

MAX_RECORD_BYTES = 80_000
"""As JSON. A version or an event holds a record up to three times over, and must fit 400 KB and 256 KB."""
FRESH_WINDOW = timedelta(seconds=60)
"""How far back a caller's own writes are laid over a list; far above the index lag that raises an alarm."""

_ENVELOPE = frozenset(
    {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by"}
)


class RecordService(Generic[R]):
    """Create, read, update, delete, restore and list one kind, under the policy, with audit."""

    def __init__(self, kind: Kind[R], store: RecordStore, index: RecordIndex, clock: Clock) -> None:
        self.kind = kind
        self.store = store
        self.index = index
        self.clock = clock

    # Reading

    def get(self, by: Caller, id: str) -> R:
        """The live record; `NotFound` when it is missing, in the trash, or not the caller's to see."""
        record = self._find(by, id, "read")
        if record.deleted_at is not None:
            raise _missing()
        return record

    def page(self, by: Caller, query: ListQuery) -> Page:
        """A page of what the caller may see, own fresh writes included. `query.visibility` is set here."""
        action = "delete" if query.deleted else "read"
        policy.require(by.principal, self._permission(action))
        visible = policy.visibility(by.principal, self._permission(action))
        return self.index.list(replace(query, visibility=visible), fresh_documents(self.store, self.clock, by))

    def history(self, by: Caller, id: str, limit: int, before: int | None) -> Sequence[HistoryEntry]:
        self._find(by, id, "read")
        return self.store.history(Ref(self.kind.name, id), limit, before)

    def timeline(
        self, by: Caller, id: str, limit: int, before: str | None
    ) -> tuple[Sequence[TimelineEntry], str | None]:
        """Entries the caller may see; a page may be short, the position tells whether more follow."""
        self.get(by, id)
        entries, position = self.store.timeline(Ref(self.kind.name, id), limit, before)
        visible = {kind: policy.visibility(by.principal, f"{resource}:read") for kind, resource in _RESOURCES.items()}
        return [entry for entry in entries if visible[entry.kind].admits(entry.audience)], position

    def access(self, by: Caller, id: str) -> dict[str, list[str]]:
        """Per action the caller may take on the record, why."""
        record = self._find(by, id, "read")
        permissions = {action: self._permission(action) for action in policy.ACTIONS}
        reasons = {action: policy.explain(by.principal, name, record) for action, name in permissions.items()}
        return {action: why for action, why in reasons.items() if why}

    # Writing

    def create(self, by: Caller, fields: Fields) -> R:
        policy.require(by.principal, self._permission("create"))
        given = fields.model_dump(exclude_unset=True)
        pointers = self._pointers(given)
        referenced = self.store.get_many([ref for _, ref in pointers]) if pointers else {}
        _refuse_unusable(by, pointers, referenced)
        now = self.clock.now()
        actor = by.principal.user_id
        envelope = {
            "id": str(ULID.from_datetime(now)),
            "version": 1,
            "created_at": now,
            "created_by": actor,
            "updated_at": now,
            "updated_by": actor,
            "change_id": str(ULID.from_datetime(now)),
            "cause": Cause(id=by.request_id),
        }
        owned = {**given, **envelope, **self._ownership(by, given, referenced)}
        record = self._built({**owned, **self.derived(None, owned, referenced)})
        policy.authorise_result(by.principal, self._permission("create"), record)
        self._commit(by, "create", None, record, [Insert(record), *_still_there(pointers)])
        return record

    def update(self, by: Caller, id: str, changes: Mapping[str, Any], version: int | None = None) -> R:
        """Apply the given fields. `version` is the one the caller edited; none means the newest.

        Raises `StaleVersion` with the current, base and submitted values when the record has moved on.
        """
        policy.require(by.principal, self._permission("update"))
        own = Ref(self.kind.name, id)
        referenced = self.store.get_many([own, *(ref for _, ref in self._pointers(changes))])
        before = self._judged(by, referenced.get(own), "update")
        if before.deleted_at is not None:
            raise _missing()
        if version is not None and version != before.version:
            raise self._stale(before.row(), id, version, changes)
        pointers = self._pointers(changes, before)
        _refuse_unusable(by, pointers, referenced)
        state = {name: getattr(before, name) for name in type(before).model_fields}
        merged = {**state, **changes, **self._ownership(by, changes, referenced, before)}
        after = self._built({**merged, **self.derived(before, merged, referenced)})
        if not changed_fields(before.row(), after.row(), skip=BOOKKEEPING):
            return before
        policy.authorise_result(by.principal, self._permission("update"), after)
        return self._replace(by, "update", before, after, changes, _still_there(pointers))

    def delete(self, by: Caller, id: str, version: int | None = None) -> R:
        """Move the record to the trash; its unique values are free again."""
        policy.require(by.principal, self._permission("delete"))
        before = self._find(by, id, "delete")
        if before.deleted_at is not None:
            raise _missing()
        if version is not None and version != before.version:
            raise self._stale(before.row(), id, version, {})
        after = before.model_copy(update={"deleted_at": self.clock.now(), "deleted_by": by.principal.user_id})
        return self._replace(by, "delete", before, after, {}, [])

    def restore(self, by: Caller, id: str) -> R:
        """Take the record out of the trash; `Duplicate` if a unique value was taken meanwhile."""
        return self._restored(by, id, {})

    def _restored(self, by: Caller, id: str, adjusted: Mapping[str, Any]) -> R:
        policy.require(by.principal, self._permission("delete"))
        before = self._find(by, id, "delete")
        if before.deleted_at is None:
            return before
        after = before.model_copy(update={"deleted_at": None, "deleted_by": None, **adjusted})
        return self._replace(by, "restore", before, after, {}, self.needed_to_live(before))

    # What a kind may add

    def derived(
        self, before: R | None, state: Mapping[str, Any], referenced: Mapping[Ref, Record]
    ) -> Mapping[str, Any]:
        """Fields that follow from others."""
        del before, state, referenced
        return {}

    def needed_to_live(self, record: R) -> list[MustExist]:
        """What must be there for the record to come out of the trash; at least the team it was given to."""
        given = getattr(record, "team_id", None) if "team_id" in self.kind.fields.model_fields else None
        return [MustExist(Ref("team", given), "team_id")] if given else []

    # Steps

    def _permission(self, action: str) -> str:
        return f"{self.kind.resource}:{action}"

    def _find(self, by: Caller, id: str, action: str) -> R:
        return self._judged(by, self.store.get(self.kind.name, id), action)

    def _judged(self, by: Caller, record: Record | None, action: str) -> R:
        """The record, if the caller may take the action on it; what is in the trash is for those who may delete."""
        if record is None:
            raise _missing()
        policy.authorise(by.principal, self._permission(action), record)
        sees_trash = policy.visibility(by.principal, self._permission("delete")).admits(record.audience)
        if record.deleted_at is not None and action == "read" and not sees_trash:
            raise _missing()
        return cast(R, record)

    def _built(self, state: Mapping[str, Any]) -> R:
        try:
            return self.kind.model.model_validate(state, extra="ignore")
        except ValidationError as error:
            raise invalid_input(error) from error

    def _pointers(self, given: Mapping[str, Any], before: R | None = None) -> list[Pointer]:
        """The records that the given fields point to, but did not point to before."""
        return [
            (field, Ref(kind, id))
            for field, kind in self._references()
            for id in _ids(given.get(field))
            if before is None or id not in _ids(getattr(before, field))
        ]

    def _references(self) -> tuple[tuple[str, str], ...]:
        owner = (("owner_id", "user"), ("team_id", "team")) if issubclass(self.kind.model, OwnedRecord) else ()
        return (*self.kind.references, *owner)

    def _ownership(
        self, by: Caller, given: Mapping[str, Any], referenced: Mapping[Ref, Record], before: R | None = None
    ) -> dict[str, Any]:
        """The caller owns what they create; a record follows its owner's team unless a team is given."""
        if not issubclass(self.kind.model, OwnedRecord):
            return {}
        if before is None and not given.get("owner_id") and "owner_id" not in given:
            return {"owner_id": by.principal.user_id, "team_id": given.get("team_id", by.principal.team_id)}
        owner = referenced.get(Ref("user", given.get("owner_id") or ""))
        if owner is not None and "team_id" not in given:
            return {"team_id": getattr(owner, "team_id", None)}
        return {}

    def _replace(
        self,
        by: Caller,
        action: str,
        before: R,
        after: R,
        submitted: Mapping[str, Any],
        more: Sequence[Write],
    ) -> R:
        now = self.clock.now()
        bookkeeping = {
            "version": before.version + 1,
            "updated_at": now,
            "updated_by": by.principal.user_id,
            "change_id": str(ULID.from_datetime(now)),
            "cause": Cause(id=by.request_id),
        }
        after = after.model_copy(update=bookkeeping)
        try:
            self._commit(by, action, before, after, [Replace(before, after), *more])
        except StaleVersion as stale:
            raise self._stale(stale.current, before.id, before.version, submitted) from stale
        return after

    def _stale(self, current: Mapping[str, Any], id: str, version: int, submitted: Mapping[str, Any]) -> StaleVersion:
        entries = self.store.history(Ref(self.kind.name, id), 1, version + 1)
        base = entries[0].data if entries and entries[0].version == version else None
        return StaleVersion(current, base, submitted)

    def _commit(self, by: Caller, action: str, before: R | None, after: R, writes: Sequence[Write]) -> None:
        row = after.row()
        _refuse_oversized(row)
        entry = self._audited(by, action, before.row() if before else {}, row)
        writes = (*writes, *_keeping_the_rules(before, after))
        change = Change(after.change_id, writes, (entry,), answer_record(self.clock, by, after))
        try:
            self._write(by, before, after, change)
        except Duplicate as taken:
            raise self._as_seen(by, taken) from taken

    def _as_seen(self, by: Caller, taken: Duplicate) -> Duplicate:
        """The refusal, naming the record that holds the value only to a caller who may read it."""
        holder = self.store.get(self.kind.name, taken.other_id) if taken.other_id else None
        try:
            self._judged(by, holder, "read")
        except (Forbidden, NotFound):
            return Duplicate(taken.field, None, f"A record outside your view already has this {taken.field}.")
        return taken

    def _audited(self, by: Caller, action: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> AuditEntry:
        changed = changed_fields(old, new, skip=BOOKKEEPING | _ENVELOPE)
        return audit_entry(
            self.clock,
            by,
            f"{self.kind.name}.{action}",
            "done",
            self.kind.resource,
            Ref(self.kind.name, new["id"]),
            {name: list(pair) for name, pair in changed.items()},
        )

    def _write(self, by: Caller, before: R | None, after: R, change: Change) -> None:
        """The one place a change is stored; a kind may refuse it here, or add to it."""
        del by, before, after
        self.store.commit(change)


def _ids(value: Any) -> tuple[str, ...]:
    """The ids in a field that points to one record, or to several."""
    return tuple(value) if isinstance(value, list) else (value,) if value else ()


def _keeping_the_rules(before: Record | None, after: Record) -> list[Write]:
    """What the change adds to, and takes from, what the record relies on; and what may not rely on the record."""
    was, now = _live_reliances(before), _live_reliances(after)
    held = before.held_against(after) if before else {}
    return [
        *(Release(reliance) for reliance in was - now),
        *(Rely(reliance) for reliance in now - was),
        *(Unheld(Ref(after.kind, after.id), name, reason) for name, reason in held.items()),
    ]


def _live_reliances(record: Record | None) -> set[Reliance]:
    return set(record.reliances) if record is not None and record.deleted_at is None else set()


_RESOURCES = {
    "organisation": "organisations",
    "person": "people",
    "person_organisation_link": "people",
    "interaction": "interactions",
    "task": "tasks",
    "produit": "produits",
    "mandat": "mandats",
    "contract": "contracts",
    "event": "events",
}


def fresh_documents(store: RecordStore, clock: Clock, by: Caller) -> Sequence[IndexDocument]:
    """The caller's own recent writes, as the index will have them."""
    refs = store.recent_changes(by.principal.user_id, clock.now() - FRESH_WINDOW)
    return [index_document(record) for record in store.get_many(refs).values()] if refs else ()


def audit_entry(
    clock: Clock,
    by: Caller,
    action: str,
    outcome: str,
    resource: str,
    ref: Ref | None,
    changes: Mapping[str, Any],
) -> AuditEntry:
    now = clock.now()
    principal = by.principal
    return AuditEntry(
        str(ULID.from_datetime(now)),
        now,
        principal.user_id,
        action,
        outcome,
        resource,
        ref,
        changes,
        principal.via,
        by.request_id,
        by.ip,
    )


def answer_record(clock: Clock, by: Caller, result: Any) -> IdempotencyRecord | None:
    """The answer to keep under the caller's idempotency key, if there is one."""
    claim = by.idempotency
    if claim is None:
        return None
    claim.used = True
    return IdempotencyRecord(
        by.principal.user_id,
        claim.key,
        claim.request_hash,
        claim.present(result),
        clock.now() + IDEMPOTENCY_KEPT,
    )


def invalid_input(error: ValidationError) -> InvalidInput:
    """The refusal that names each wrong field, or the rule that is broken; the rejected values stay out of it."""
    found = error.errors(include_url=False, include_input=False)
    rule = _RULES.get(found[0]["type"]) if len(found) == 1 else None
    if rule is not None:
        return rule(found[0].get("ctx", {}).get("field"))
    details = [Detail(".".join(str(part) for part in e["loc"]) or "body", e["msg"]) for e in found]
    return InvalidInput("The request is not valid.", details)


_RULES = {rule.code: rule for rule in RuleBroken.__subclasses__()}


def _refuse_unusable(by: Caller, pointers: Sequence[Pointer], found: Mapping[Ref, Record]) -> None:
    """Raise `InvalidInput` for each field that points to a record which is missing, or not the caller's to see."""
    refused = dict.fromkeys(field for field, ref in pointers if not _usable(by, found.get(ref)))
    if refused:
        reasons = [Detail(field, "there is no such record") for field in refused]
        raise InvalidInput("A linked record does not exist.", reasons)


def _still_there(pointers: Sequence[Pointer]) -> list[MustExist]:
    """The records pointed to must still be there when the change commits."""
    return [MustExist(ref, field) for field, ref in pointers]


def _usable(by: Caller, record: Record | None) -> bool:
    if record is None or record.deleted_at is not None:
        return False
    if record.kind in ("user", "team", "role"):
        return bool(getattr(record, "is_active", True))
    return policy.visibility(by.principal, f"{_RESOURCES[record.kind]}:read").admits(record.audience)


def _refuse_oversized(row: Mapping[str, Any]) -> None:
    if len(json.dumps(row, ensure_ascii=False).encode()) > MAX_RECORD_BYTES:
        raise InvalidInput("The record is too large.", [Detail("body", f"at most {MAX_RECORD_BYTES} bytes in all")])


def _missing() -> NotFound:
    return NotFound("There is no such record.")


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of one item of a bulk request: its row, or why it was refused."""

    index: int
    row: Mapping[str, Any] | None = None
    error: DomainError | None = None


def bulk(
    by: Caller, items: Sequence[Any], act: Callable[[Caller, Any], Record], answers: Idempotency
) -> list[BulkOutcome]:
    """Act on each item on its own.

    Under an idempotency key each item has a key of its own, so a repeat finishes the rest. Raises
    `IdempotencyMismatch` when any of them was used for another request.
    """
    claims = _claims(by, len(items))
    done = _done_before(by, claims, answers)
    return [
        done.get(index) or _acted(replace(by, idempotency=claim), index, item, act)
        for index, (claim, item) in enumerate(zip(claims, items, strict=True))
    ]


def _claims(by: Caller, count: int) -> list[IdempotencyClaim | None]:
    claim = by.idempotency
    return [replace(claim, key=f"{claim.key}/{index}") if claim else None for index in range(count)]


def _done_before(by: Caller, claims: Sequence[IdempotencyClaim | None], answers: Idempotency) -> dict[int, BulkOutcome]:
    """The items that an earlier attempt at the same request has finished."""
    wanted = {claim.key: index for index, claim in enumerate(claims) if claim}
    kept = answers.find_many(by.principal.user_id, wanted) if wanted else {}
    if by.idempotency and any(record.request_hash != by.idempotency.request_hash for record in kept.values()):
        raise _mismatch()
    return {wanted[key]: BulkOutcome(wanted[key], record.answer.body) for key, record in kept.items()}


def _mismatch() -> IdempotencyMismatch:
    return IdempotencyMismatch("This Idempotency-Key was used for another request.")


def _acted(by: Caller, index: int, item: Any, act: Callable[[Caller, Any], Record]) -> BulkOutcome:
    try:
        return BulkOutcome(index, act(by, item).row())
    except AlreadyAnswered as twin:
        if by.idempotency and twin.answer.request_hash != by.idempotency.request_hash:
            return BulkOutcome(index, error=_mismatch())
        return BulkOutcome(index, twin.answer.answer.body)
    except DomainError as error:
        return BulkOutcome(index, error=error)

"""Builds valid domain objects; a test names only what matters to it."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from ulid import ULID

from chalicelib.domain.callers import Caller, IdempotencyClaim
from chalicelib.domain.changes import Answer, AuditEntry, Change, IdempotencyRecord, Insert, Replace, Write
from chalicelib.domain.client_events import ClientEvent
from chalicelib.domain.contracts import Contract
from chalicelib.domain.interactions import Interaction
from chalicelib.domain.mandats import Mandat
from chalicelib.domain.organisations import Organisation
from chalicelib.domain.people import Link, Person
from chalicelib.domain.policy import BUILT_IN_ROLES, Grants, Principal
from chalicelib.domain.produits import Produit
from chalicelib.domain.records import Kind, Record, Ref
from chalicelib.domain.tasks import Task
from chalicelib.domain.users import Role, Team, User
from tests.support.clock import START

_numbers = itertools.count(1)


def make_id(at: datetime = START) -> str:
    return str(ULID.from_datetime(at))


def make_organisation(**overrides: Any) -> Organisation:
    return Organisation(**{**_envelope(), "name": "ACME Investments", **overrides})


def make_person(**overrides: Any) -> Person:
    return Person(**{**_envelope(), "first_name": "Jean", "last_name": "Dupont", **overrides})


def make_link(**overrides: Any) -> Link:
    ends = {"organisation_id": make_id(), "person_id": make_id()}
    return Link(**{**_envelope(), **ends, **overrides})


def make_interaction(**overrides: Any) -> Interaction:
    about = {"type": "phone", "subject": "Appel", "occurred_at": START, "organisation_id": make_id()}
    return Interaction(**{**_envelope(), **about, **overrides})


def make_task(**overrides: Any) -> Task:
    return Task(**{**_envelope(), "title": "Rappeler", **overrides})


def make_produit(**overrides: Any) -> Produit:
    return Produit(**{**_envelope(), "name": "Alforis Actions Europe", **overrides})


def make_mandat(**overrides: Any) -> Mandat:
    return Mandat(**{**_envelope(), "name": "Mandat ACME", "organisation_id": make_id(), **overrides})


def make_contract(**overrides: Any) -> Contract:
    about = {"name": "Convention 2026", "organisation_id": make_id(), "total_amount": "1000.00"}
    return Contract(**{**_envelope(), **about, **overrides})


def make_event(**overrides: Any) -> ClientEvent:
    about = {"name": "Soirée", "contract_id": make_id(), "organisation_id": make_id()}
    times = {"start_at": START, "end_at": START + timedelta(hours=3)}
    return ClientEvent(**{**_envelope(), **about, **times, **overrides})


def make_user(**overrides: Any) -> User:
    number = next(_numbers)
    names = {"email": f"user{number}@crm.test", "username": f"user{number}", "role": "sales"}
    return User(**{**_envelope(), **names, **overrides})


def make_team(**overrides: Any) -> Team:
    return Team(**{**_envelope(), "name": f"Team {next(_numbers)}", **overrides})


def make_role(**overrides: Any) -> Role:
    return Role(**{**_envelope(), "id": "custom", "name": "Custom", **overrides})


def make_principal(role: str = "admin", **overrides: Any) -> Principal:
    """A caller with a built-in role, or with grants of their own."""
    return Principal(**{"user_id": make_id(), "role": role, "grants": BUILT_IN_ROLES.get(role, Grants()), **overrides})


def make_caller(role: str = "admin", *, key: str | None = None, body: str = "body", **overrides: Any) -> Caller:
    """A caller under a request; `key` is an idempotency key sent with `body`."""
    claim = IdempotencyClaim(key, body, answer_of) if key else None
    return Caller(make_principal(role, **overrides), request_id=f"request-{next(_numbers)}", idempotency=claim)


def again(caller: Caller, body: str = "body") -> Caller:
    """The same caller in another request with the same idempotency key."""
    claim = IdempotencyClaim(caller.idempotency.key, body, answer_of) if caller.idempotency else None
    return Caller(caller.principal, request_id=f"request-{next(_numbers)}", idempotency=claim)


def answer_of(result: Any) -> Answer:
    return Answer(200, result.row() if isinstance(result, Record) else result)


def make_audit(**overrides: Any) -> AuditEntry:
    at = overrides.get("at", START)
    about = {"id": make_id(at), "at": at, "actor_id": make_id(), "action": "organisation.create", "outcome": "done"}
    return AuditEntry(**{**about, "resource": "organisations", "ref": None, **overrides})


def make_answer(**overrides: Any) -> IdempotencyRecord:
    about = {"actor_id": make_id(), "key": "key", "request_hash": "hash", "answer": Answer(200, {"a": 1})}
    return IdempotencyRecord(**{**about, "expires_at": datetime.fromisoformat("2999-01-01T00:00Z"), **overrides})


def body_of(kind: Kind[Any], **fields: Any) -> Any:
    """The body of a create, as the API would have parsed it."""
    return kind.fields.model_validate(fields)


def inserting(record: Record, *more: Write, **extra: Any) -> Change:
    return Change(record.change_id, (Insert(record), *more), **extra)


def next_version(before: Record, **changes: Any) -> Record:
    """What an update of `before` would store."""
    return before.model_copy(update={"version": before.version + 1, "change_id": make_id(), **changes})


def replacing(before: Record, after: Record, *more: Write, **extra: Any) -> Change:
    return Change(after.change_id, (Replace(before, after), *more), **extra)


def ref_of(record: Record) -> Ref:
    return Ref(record.kind, record.id)


def _envelope() -> dict[str, Any]:
    actor = make_id()
    return {
        "id": make_id(),
        "change_id": make_id(),
        "created_at": START,
        "created_by": actor,
        "updated_at": START,
        "updated_by": actor,
    }

"""A change: what one use case writes, all or nothing, with its audit entries and its idempotency record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.records import Record, Ref, Reliance

IDEMPOTENCY_KEPT = timedelta(hours=24)
"""How long the answer to a request is kept under its idempotency key."""


@dataclass(frozen=True, slots=True)
class Insert:
    """Store a new record; refused if its id exists."""

    record: Record


@dataclass(frozen=True, slots=True)
class Replace:
    """Store the next version of a record; refused unless the stored version is that of `before`."""

    before: Record
    after: Record


@dataclass(frozen=True, slots=True)
class MustExist:
    """Refuse the change unless the live record `ref`, named by `field` of the request, exists at commit."""

    ref: Ref
    field: str


@dataclass(frozen=True, slots=True)
class Rely:
    """Refuse the change unless what `reliance` rests on is live and as it needs to be; count it there."""

    reliance: Reliance


@dataclass(frozen=True, slots=True)
class Release:
    """Count the reliance no longer."""

    reliance: Reliance


@dataclass(frozen=True, slots=True)
class Unheld:
    """Refuse the change, for `reason`, if at commit any record relies on `ref` in the respect `name`."""

    ref: Ref
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did, or was refused, what, when and from where. `changes` maps field to [old, new]."""

    id: str
    at: datetime
    actor_id: str
    action: str
    outcome: str
    resource: str
    ref: Ref | None
    changes: Mapping[str, Any] = field(default_factory=dict)
    via: str = "session"
    request_id: str = ""
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answered, kept so that a repeated request gets the same answer."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """The answer given to (`actor_id`, `key`) for a request whose fingerprint is `request_hash`."""

    actor_id: str
    key: str
    request_hash: str
    answer: Answer
    expires_at: datetime


Stored = Insert | Replace
Write = Stored | MustExist | Rely | Release | Unheld


@dataclass(frozen=True, slots=True)
class Change:
    """One atomic commit; `id` marks every record it writes, so a lost acknowledgement can be told from a conflict."""

    id: str
    writes: tuple[Write, ...]
    audit: tuple[AuditEntry, ...] = ()
    idempotency: IdempotencyRecord | None = None

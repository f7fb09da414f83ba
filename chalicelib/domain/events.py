"""Domain events: what the relay publishes on the bus when records change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from chalicelib.domain.records import BOOKKEEPING, Record, Ref, changed_fields
from chalicelib.domain.types import format_utc

SOURCE = "alforis.crm"


class BusEvent(BaseModel):
    """What every event on the bus says of itself.

    `id` is the same however often the event is delivered; `name` is `<what>.<what happened>` in the past tense;
    `correlation_id` leads back to the request that started it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    at: str
    correlation_id: str


class DomainEvent(BusEvent):
    """A record has a new version: `changes` maps field to [old, new], `data` is the record after the change."""

    kind: str
    record_id: str
    version: int
    by: str
    changes: dict[str, tuple[Any, Any]]
    data: dict[str, Any]
    cause: dict[str, Any]


class AccountEvent(BusEvent):
    """An account mail is due; who gets it and what it says is read from the one-time token, not from the bus."""

    user_id: str
    token_id: str


@dataclass(frozen=True, slots=True)
class Transition:
    """A record before and after one write, as the stream shows it; `before` is None for a new record.

    `sequence` tells this write from every other one, also from those that make no new version.
    """

    before: Record | None
    after: Record
    sequence: str

    @property
    def is_new_version(self) -> bool:
        return self.before is None or self.before.version != self.after.version

    @property
    def verb(self) -> str:
        was, now = self.before and self.before.deleted_at, self.after.deleted_at
        if self.before is None:
            return "created"
        if now and not was:
            return "deleted"
        return "restored" if was and not now else "updated"

    @property
    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        return changed_fields(self.before.row() if self.before else {}, self.after.row(), skip=BOOKKEEPING)


@dataclass(frozen=True, slots=True)
class IndexRequest:
    """A record to be indexed; `sequence` tells the write from others, `correlation_id` leads back to its request."""

    ref: Ref
    sequence: str
    correlation_id: str


def event_of(transition: Transition) -> DomainEvent:
    """The event a new version stands for."""
    after = transition.after
    return DomainEvent(
        id=f"{after.kind}/{after.id}/{after.version}",
        name=f"{after.kind}.{transition.verb}",
        at=format_utc(after.updated_at),
        kind=after.kind,
        record_id=after.id,
        version=after.version,
        by=after.updated_by,
        changes=dict(transition.changes),
        data=after.row(),
        cause=after.cause.model_dump(mode="json"),
        correlation_id=after.cause.id,
    )

"""/v1/audit: who did, or was refused, what"""

from __future__ import annotations

from typing import Annotated, Any, Self

from chalice.app import Blueprint
from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.changes import AuditEntry
from chalicelib.domain.records import Ref
from chalicelib.domain.types import Day, Id, Timestamp
from chalicelib.handlers.crud import PageParameters
from chalicelib.handlers.cursors import decode_cursor, encode_cursor
from chalicelib.handlers.http import Call, endpoint

blueprint = Blueprint(__name__)


class AuditParameters(PageParameters):
    """Give one of: `day`, `actor_id`, or `kind` with `record_id`. Without any: today (UTC)."""

    day: Day | None = None
    actor_id: Id | None = None
    kind: Annotated[str, StringConstraints(max_length=50)] | None = None
    record_id: Annotated[str, StringConstraints(max_length=50)] | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if (self.kind is None) != (self.record_id is None):
            raise PydanticCustomError("record", "kind and record_id go together")
        if sum(given is not None for given in (self.day, self.actor_id, self.kind)) > 1:
            raise PydanticCustomError("question", "give one of day, actor_id, or kind with record_id")
        return self


class AuditItem(BaseModel):
    id: str
    at: Timestamp
    actor_id: str
    action: str
    outcome: str = Field(description="done or denied")
    resource: str
    kind: str | None
    record_id: str | None
    changes: dict[str, Any] = Field(description="field to [old, new]")
    via: str
    request_id: str
    ip: str


class AuditPage(BaseModel):
    items: list[AuditItem]
    next_cursor: str | None


@endpoint(
    blueprint,
    "GET",
    "/v1/audit",
    permission="settings:manage",
    query=AuditParameters,
    answer=AuditPage,
    raises=(errors.InvalidInput,),
)
def list_audit(call: Call) -> Any:
    """Audit entries of a day, an actor or a record, newest first."""
    asked: AuditParameters = call.query
    scope = ("audit", call.principal.user_id, asked.model_dump(mode="json", exclude={"cursor", "limit"}))
    before = decode_cursor(asked.cursor, *scope) if asked.cursor else None
    trail = wiring.records()
    if asked.kind and asked.record_id:
        entries = trail.audit_of_record(Ref(asked.kind, asked.record_id), asked.limit, before)
    elif asked.actor_id:
        entries = trail.audit_of_actor(asked.actor_id, asked.limit, before)
    else:
        entries = trail.audit_of_day(asked.day or wiring.clock().now().date(), asked.limit, before)
    more = len(entries) == asked.limit
    return {
        "items": [_item(entry) for entry in entries],
        "next_cursor": encode_cursor(entries[-1].id, *scope) if more else None,
    }


def _item(entry: AuditEntry) -> dict[str, Any]:
    kind, record_id = entry.ref or (None, None)
    item = AuditItem(
        id=entry.id,
        at=entry.at,
        actor_id=entry.actor_id,
        action=entry.action,
        outcome=entry.outcome,
        resource=entry.resource,
        kind=kind,
        record_id=record_id,
        changes=dict(entry.changes),
        via=entry.via,
        request_id=entry.request_id,
        ip=entry.ip,
    )
    return item.model_dump(mode="json")

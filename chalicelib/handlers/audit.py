"""/v1/audit: who did, or was refused, what"""

from __future__ import annotations

from typing import Any, Literal

from chalice.app import Blueprint
from pydantic import BaseModel, Field

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.changes import AuditEntry
from chalicelib.domain.types import Timestamp
from chalicelib.handlers.http import Call, endpoint
from chalicelib.handlers.trails import TrailParameters, Word, trail_page

blueprint = Blueprint(__name__)


class AuditParameters(TrailParameters):
    action: Word | None = Field(default=None, examples=["organisation.update"])
    outcome: Literal["done", "denied"] | None = None


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
    """Who did, or was refused, what: newest first."""
    asked: AuditParameters = call.query
    return trail_page(call, "audit", wiring.trails().audit, _item, asked.action, asked.outcome)


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

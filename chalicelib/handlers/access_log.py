"""/v1/access-log: who was shown personal data; and the queue that brings its entries"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalice.app import Blueprint
from pydantic import BaseModel, Field

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.access import AccessEntry
from chalicelib.domain.types import Timestamp
from chalicelib.handlers.http import Call, endpoint
from chalicelib.handlers.trails import TrailParameters, Word, trail_page
from chalicelib.observability import get_logger, watched

blueprint = Blueprint(__name__)


class AccessParameters(TrailParameters):
    route: Word | None = Field(default=None, examples=["GET /v1/people/{id}"])


class AccessItem(BaseModel):
    """`record_id` is null where several records were shown; `rows` then says how many."""

    id: str
    at: Timestamp
    actor_id: str
    route: str = Field(examples=["GET /v1/people/{id}"])
    kind: str
    record_id: str | None
    rows: int | None
    via: str = Field(description="session or api_key")
    request_id: str
    ip: str


class AccessPage(BaseModel):
    items: list[AccessItem]
    next_cursor: str | None


@endpoint(
    blueprint,
    "GET",
    "/v1/access-log",
    permission="settings:manage",
    query=AccessParameters,
    answer=AccessPage,
    raises=(errors.InvalidInput,),
)
def list_accesses(call: Call) -> Any:
    """Who was shown whose personal data in the last year: newest first."""
    asked: AccessParameters = call.query
    return trail_page(call, "access", wiring.trails().accesses, _item, asked.route)


def _item(entry: AccessEntry) -> dict[str, Any]:
    item = AccessItem(
        id=entry.id,
        at=entry.at,
        actor_id=entry.actor_id,
        route=entry.route,
        kind=entry.kind,
        record_id=entry.ref.id if entry.ref else None,
        rows=entry.rows,
        via=entry.via,
        request_id=entry.request_id,
        ip=entry.ip,
    )
    return item.model_dump(mode="json")


@watched("recorder")
def handle_access_batch(event: Mapping[str, Any]) -> dict[str, Any]:
    """Store a batch of entries; all of it is written together, so all of it fails together."""
    wiring.access_log().keep([json.loads(message["body"]) for message in event["Records"]])
    get_logger().info("accesses_kept", count=len(event["Records"]))
    return {"batchItemFailures": []}

"""/v1/search and /v1/search/autocomplete"""

from __future__ import annotations

from typing import Annotated, Any

from chalice.app import Blueprint
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.listing import SearchGroup
from chalicelib.handlers.http import SIGNED_IN, Call, endpoint

blueprint = Blueprint(__name__)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class SearchParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    q: Text
    types: list[str] | None = Field(
        default=None, description="kinds to search, for example organisation; all by default", max_length=20
    )
    limit: Annotated[int, Field(ge=1, le=50)] = 10
    category: list[str] | None = None
    status: list[str] | None = None
    pipeline_stage: list[str] | None = None
    city: list[str] | None = None
    owner_id: list[str] | None = None
    created_at__gte: str | None = None
    created_at__lte: str | None = None


class FoundRecord(BaseModel):
    """`highlights` maps field to HTML-escaped text with the matches in <mark>."""

    id: str
    kind: str
    title: str
    score: float
    highlights: dict[str, str]
    record: dict[str, Any]


class FoundGroup(BaseModel):
    kind: str
    total: int
    items: list[FoundRecord]


class SearchAnswer(BaseModel):
    groups: list[FoundGroup]
    total: int


@endpoint(
    blueprint,
    "GET",
    "/v1/search",
    permission=SIGNED_IN,
    query=SearchParameters,
    answer=SearchAnswer,
    raises=(errors.InvalidInput,),
)
def search_records(call: Call) -> Any:
    """Search everything you may see, grouped by kind and ranked."""
    return _answer(call, autocomplete=False)


@endpoint(
    blueprint,
    "GET",
    "/v1/search/autocomplete",
    permission=SIGNED_IN,
    query=SearchParameters,
    answer=SearchAnswer,
    raises=(errors.InvalidInput,),
)
def autocomplete(call: Call) -> Any:
    """Suggest records from the first 2 characters on."""
    return _answer(call, autocomplete=True)


def _answer(call: Call, *, autocomplete: bool) -> dict[str, Any]:
    given: SearchParameters = call.query
    filters = {name: value for name, value in given if name not in ("q", "types", "limit") and value is not None}
    groups = wiring.search().find(call.caller, given.q, given.types, given.limit, filters, autocomplete=autocomplete)
    return {"groups": [_group(group) for group in groups], "total": sum(group.total for group in groups)}


def _group(group: SearchGroup) -> dict[str, Any]:
    title = wiring.search().title_field(group.kind)
    items = [
        {
            "id": h.id,
            "kind": h.kind,
            "title": str(h.row.get(title) or ""),
            "score": h.score,
            "highlights": h.highlights,
            "record": h.row,
        }
        for h in group.hits
    ]
    return {"kind": group.kind, "total": group.total, "items": items}

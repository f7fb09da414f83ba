"""Saved views: a list as somebody likes to see it, for themselves, their team or everyone."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.domain.client_events import EVENTS
from chalicelib.domain.contracts import CONTRACTS
from chalicelib.domain.errors import Detail
from chalicelib.domain.interactions import INTERACTIONS
from chalicelib.domain.listing import ListedKind, filtered_field, listed_fields
from chalicelib.domain.mandats import MANDATS
from chalicelib.domain.organisations import ORGANISATIONS
from chalicelib.domain.people import PEOPLE
from chalicelib.domain.policy import SHARED_VIEWS, VIEWS_FOR_EVERYONE, audience_of
from chalicelib.domain.produits import PRODUITS
from chalicelib.domain.records import Fields, Kind, OwnedRecord
from chalicelib.domain.tasks import TASKS
from chalicelib.domain.types import Name, ShortText

MAX_QUERY_BYTES = 10_000

VIEWED: Mapping[str, ListedKind] = {
    kind.resource: kind.listed
    for kind in (ORGANISATIONS, PEOPLE, INTERACTIONS, TASKS, PRODUITS, MANDATS, CONTRACTS, EVENTS)
}
"""The lists that can be saved as a view, by resource."""

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
FilterValue = Annotated[str, StringConstraints(max_length=200)]
SortKey = Annotated[str, StringConstraints(pattern=r"^-?[a-z][a-z0-9_]{0,59}$")]


class ViewVisibility(StrEnum):
    PRIVATE = "private"
    TEAM = "team"
    EVERYONE = "everyone"


class ViewedResource(StrEnum):
    ORGANISATIONS = "organisations"
    PEOPLE = "people"
    INTERACTIONS = "interactions"
    TASKS = "tasks"
    PRODUITS = "produits"
    MANDATS = "mandats"
    CONTRACTS = "contracts"
    EVENTS = "events"


class ViewLayout(Fields):
    """How the records are laid out; `group_by` is the field whose values are the columns of a board."""

    type: Literal["table", "board", "calendar", "cards"] = "table"
    group_by: FieldName | None = None
    density: Literal["comfortable", "compact"] | None = None


class ViewQuery(Fields):
    """What the view asks of its list. `filters` has the list's own filter parameters as keys (`city`,
    `created_at__gte`) and their values as lists of text; `columns` are the fields shown, in order."""

    filters: Annotated[
        dict[FieldName, Annotated[list[FilterValue], Field(min_length=1, max_length=100)]], Field(max_length=30)
    ] = Field(default_factory=dict, examples=[{"pipeline_stage": ["prospect", "qualification"]}])
    sort: Annotated[list[SortKey], Field(max_length=5)] = Field(default_factory=list, examples=[["-potential_amount"]])
    columns: Annotated[list[FieldName], Field(max_length=60)] = Field(
        default_factory=list, examples=[["name", "pipeline_stage", "potential_amount"]]
    )
    q: ShortText = ""
    layout: ViewLayout = Field(default_factory=ViewLayout)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if len(self.model_dump_json().encode()) > MAX_QUERY_BYTES:
            raise PydanticCustomError("query_size", f"takes at most {MAX_QUERY_BYTES} bytes")
        return self


class SavedViewFields(Fields):
    resource: ViewedResource = Field(description="The list it is a view of.")
    name: Name
    query: ViewQuery = Field(default_factory=ViewQuery)
    visibility: ViewVisibility = ViewVisibility.PRIVATE
    is_default: bool = Field(default=False, description="Its owner's default for the list; at most one.")
    position: Annotated[int, Field(ge=0, le=9_999)] = 0


class SavedView(SavedViewFields, OwnedRecord):
    kind: ClassVar[str] = "saved_view"

    @property
    def audience(self) -> frozenset[str]:
        owner = audience_of([self.owner_id], [])
        if self.visibility is ViewVisibility.PRIVATE:
            return owner
        if self.visibility is ViewVisibility.TEAM:
            return owner | audience_of([], [self.team_id]) | {SHARED_VIEWS}
        return owner | {VIEWS_FOR_EVERYONE, SHARED_VIEWS}

    @property
    def unique_values(self) -> dict[str, str]:
        return {"is_default": f"{self.owner_id}/{self.resource}"} if self.is_default else {}


def unknown_fields(resource: ViewedResource, query: ViewQuery) -> list[Detail]:
    """A reason for each field of the query that the list does not have."""
    known = VIEWED[resource].fields
    filtered = {f"query.filters.{name}": filtered_field(name)[0] for name in query.filters}
    sorted_by = {f"query.sort.{place}": key.removeprefix("-") for place, key in enumerate(query.sort)}
    grouped = {"query.layout.group_by": query.layout.group_by} if query.layout.group_by else {}
    asked: dict[str, Any] = {**filtered, **sorted_by, **grouped}
    return [Detail(where, "is not a field of this list") for where, field in asked.items() if field not in known]


VIEWS: Kind[Any] = Kind(
    name="saved_view",
    resource="views",
    model=SavedView,
    fields=SavedViewFields,
    listed=ListedKind("saved_view", "views", listed_fields(SavedView, search={})),
)

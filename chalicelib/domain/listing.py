"""The language of lists: which fields a kind shows, and the question a list or a search asks of the read model."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

FieldType = Literal["keyword", "text", "integer", "money", "decimal", "date", "datetime", "boolean"]
SearchRole = Literal["name", "email", "phone", "text", "notes"]
Operator = Literal["eq", "ne", "gte", "lte", "prefix", "empty"]

FILTER_SUFFIXES: Mapping[str, Operator] = {
    "__gte": "gte",
    "__lte": "lte",
    "__prefix": "prefix",
    "__ne": "ne",
    "__empty": "empty",
}


@dataclass(frozen=True, slots=True)
class ListedField:
    """A field that lists filter and sort by.

    `many` fields hold a list; `facet` fields are counted on request; `search` says how full-text search weighs it
    (name > email > text > notes); None keeps it out of the search.
    """

    name: str
    type: FieldType
    many: bool = False
    facet: bool = False
    search: SearchRole | None = None


@dataclass(frozen=True, slots=True)
class ListedKind:
    """What the read model knows of a kind: its fields, and the API resource whose permission guards it."""

    kind: str
    resource: str
    fields: Mapping[str, ListedField]
    title: str = "name"


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One record as the read model keeps it.

    `row` is the JSON object that a list answers with; `audience` are the policy keys that may see the record.
    A purged record has `row=None` and is taken out of the index.
    """

    kind: str
    id: str
    version: int
    audience: frozenset[str]
    deleted: bool
    row: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Filter:
    """`values` are alternatives (OR) for eq and all excluded for ne; gte, lte and prefix take one.

    `empty` takes "true" or "false".
    """

    field: str
    operator: Operator
    values: tuple[str, ...]


def filtered_field(parameter: str) -> tuple[str, Operator]:
    """The field and the operator that a filter parameter such as `created_at__gte` names."""
    suffix = next((s for s in FILTER_SUFFIXES if parameter.endswith(s)), "")
    return parameter.removesuffix(suffix), FILTER_SUFFIXES.get(suffix, "eq")


@dataclass(frozen=True, slots=True)
class Sort:
    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a caller may see of one kind: everything, or records whose audience meets `keys` (none: nothing)."""

    everything: bool = False
    keys: frozenset[str] = frozenset()

    def admits(self, audience: Iterable[str]) -> bool:
        return self.everything or not self.keys.isdisjoint(audience)

    def narrower(self, other: Visibility) -> Visibility:
        """What both admit. One of two scopes of a caller always holds the other: all, team and own are nested."""
        if self.everything:
            return other
        return self if other.everything else Visibility(keys=self.keys & other.keys)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of one kind. `offset` rows are skipped; `text` adds full-text matching to the filters."""

    kind: str
    visibility: Visibility
    filters: tuple[Filter, ...] = ()
    sort: tuple[Sort, ...] = ()
    text: str = ""
    limit: int = 50
    offset: int = 0
    facets: tuple[str, ...] = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, the total the caller may see, and per facet field the count of each value."""

    rows: list[dict[str, Any]]
    total: int
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    index_version: int = 0


@dataclass(frozen=True, slots=True)
class Axis:
    """What records are grouped by: the values of a facet or an integer field, or, with `edges`, spans of numbers, days
    or instants. Edges ascend; a span runs from one, after which its group is named, to just before the next."""

    field: str
    edges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Records counted, and the amounts of `sums` added up, by every combination of the axes; without axes in all."""

    axes: tuple[Axis, ...] = ()
    sums: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The records of one combination: a key per axis, how many there are, and the exact sum per field."""

    keys: tuple[str, ...]
    count: int
    sums: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AggregateQuery:
    """Breakdowns of the records of one kind that a list with these filters and this text would show."""

    kind: str
    visibility: Visibility
    breakdowns: tuple[Breakdown, ...]
    filters: tuple[Filter, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search over several kinds, each with its own visibility; at most `limit` hits a kind."""

    text: str
    visibility: Mapping[str, Visibility]
    limit: int = 10
    filters: tuple[Filter, ...] = ()
    autocomplete: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A found record; `highlights` maps field to HTML-escaped text with `<mark>` around the matched words."""

    kind: str
    id: str
    score: float
    row: dict[str, Any]
    highlights: dict[str, str]


@dataclass(frozen=True, slots=True)
class SearchGroup:
    kind: str
    total: int
    hits: list[Hit]


def listed_fields(
    model: type[BaseModel], search: Mapping[str, SearchRole], hidden: Iterable[str] = ()
) -> dict[str, ListedField]:
    """The listed fields of an entity, read off its annotations; nested objects are not listed."""
    skipped = frozenset(hidden)
    found: dict[str, ListedField] = {}
    for name, info in model.model_fields.items():
        typed = _field_type(info.annotation)
        if typed is None or name in skipped or info.exclude:
            continue
        kind, many, facet = typed
        role = search.get(name)
        found[name] = ListedField(name, "text" if role == "notes" else kind, many, facet, role)
    return found


_SCALARS: tuple[tuple[type, FieldType, bool], ...] = (
    (bool, "boolean", True),
    (str, "keyword", True),
    (int, "integer", False),
    (Decimal, "money", False),
    (datetime, "datetime", False),
    (date, "date", False),
)


def _field_type(annotation: Any) -> tuple[FieldType, bool, bool] | None:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _field_type(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        return _field_type(inner[0]) if len(inner) == 1 else None
    if origin in (list, tuple, set, frozenset):
        item = _field_type(get_args(annotation)[0])
        return (item[0], True, True) if item else None
    if origin is Literal:
        return "keyword", False, True
    if isinstance(annotation, type):
        for base, name, facet in _SCALARS:
            if issubclass(annotation, base):
                return name, False, facet
    return None

"""What a list must answer, by looking at every record: the read model's specification in the simplest code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from chalicelib.domain.listing import Filter, IndexDocument, ListedField, ListedKind, ListQuery
from chalicelib.domain.matching import fold


def parsed(field: ListedField, value: Any) -> Any:
    """A value of a row as something that compares."""
    if field.type in ("money", "decimal"):
        return Decimal(str(value))
    if field.type == "date":
        return date.fromisoformat(value)
    if field.type == "datetime":
        return datetime.fromisoformat(value).astimezone(UTC)
    return value if field.type in ("integer", "boolean") else fold(value)


def values(field: ListedField, document: IndexDocument) -> list[Any]:
    raw = (document.row or {}).get(field.name)
    return [parsed(field, v) for v in (raw if isinstance(raw, list) else [raw]) if v not in (None, "")]


def wanted(field: ListedField, text: str) -> Any:
    if field.type == "boolean":
        return text == "true"
    return int(text) if field.type == "integer" else parsed(field, text)


def holds(field: ListedField, asked: Filter, document: IndexDocument) -> bool:
    have = values(field, document)
    if asked.operator == "empty":
        return (not have) == (asked.values == ("true",))
    targets = [wanted(field, text) for text in asked.values]
    tests: dict[str, Callable[[Any], bool]] = {
        "eq": lambda v: v in targets,
        "gte": lambda v: v >= targets[0],
        "lte": lambda v: v <= targets[0],
        "prefix": lambda v: any(v.startswith(t) for t in targets),
    }
    return all(v not in targets for v in have) if asked.operator == "ne" else any(map(tests[asked.operator], have))


def matching(kind: ListedKind, query: ListQuery, documents: Iterable[IndexDocument]) -> list[IndexDocument]:
    return [
        d
        for d in documents
        if (d.kind, d.deleted) == (query.kind, query.deleted)
        and d.row is not None
        and query.visibility.admits(d.audience)
        and all(holds(kind.fields[f.field], f, d) for f in query.filters)
    ]


def ordered(kind: ListedKind, query: ListQuery, found: list[IndexDocument]) -> list[IndexDocument]:
    down = query.sort[-1].descending if query.sort else True
    found = sorted(found, key=lambda d: d.id, reverse=down)
    for sort in reversed(query.sort):
        field = kind.fields[sort.field]
        filled = sorted(
            (d for d in found if values(field, d)), key=lambda d: values(field, d)[0], reverse=sort.descending
        )
        found = filled + [d for d in found if not values(field, d)]
    return found


def facet(name: str, found: list[IndexDocument]) -> dict[str, int]:
    raw = ((d.row or {}).get(name) for d in found)
    lists = (v if isinstance(v, list) else [v] for v in raw)
    return dict(
        Counter(str(v).lower() if isinstance(v, bool) else v for vs in lists for v in vs if v not in (None, ""))
    )

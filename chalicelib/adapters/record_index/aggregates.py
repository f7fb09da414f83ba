"""Counts and exact sums by groups, over one searcher.

Tantivy adds amounts up as 64-bit floats. The addends are whole numbers (cents) and none is negative, so a sum that
stays below 2**53 was exact at every step; where one does not, the groups are made from the rows instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import tantivy
from tantivy import Query

from chalicelib.adapters.record_index.schema import IndexSchema, facet_column, filter_column
from chalicelib.adapters.record_index.values import SCALES, filter_span, is_textual, number, row_values
from chalicelib.domain.errors import Detail, InvalidInput
from chalicelib.domain.listing import Axis, Breakdown, Group, ListedField

MOST_VALUES = 1_000
"""Values of a field that an axis tells apart, the commonest first."""
_EXACT = 2**53

Combination = tuple[str, ...]


class Sums:
    """What is known of one combination: in the units of the index, cents."""

    def __init__(self, count: int, amounts: Mapping[str, int]) -> None:
        self.count = count
        self.amounts = dict(amounts)

    def add(self, other: Sums) -> None:
        self.count += other.count
        for name, amount in other.amounts.items():
            self.amounts[name] = self.amounts.get(name, 0) + amount


class Grouping:
    """One breakdown of a kind: raises `InvalidInput` for a field that cannot be grouped by, or added up."""

    def __init__(self, schema: IndexSchema, kind: str, breakdown: Breakdown) -> None:
        self._axes = [(schema.field(kind, axis.field), axis) for axis in breakdown.axes]
        self._sums = [schema.field(kind, name) for name in breakdown.sums]
        for field, axis in self._axes:
            countable = (
                not field.many and not is_textual(field) if axis.edges else field.facet or field.type == "integer"
            )
            if not countable:
                raise _refused(field, "cannot be grouped by")
        for field in self._sums:
            if field.type not in SCALES:
                raise _refused(field, "cannot be added up")

    def of(self, searcher: tantivy.Searcher, query: Query) -> dict[Combination, Sums]:
        answer = searcher.aggregate(query, {"all": {**_BY_KIND, "aggs": self._request(self._axes)}})
        found = dict(self._read(answer["all"]["buckets"], 0, ()))
        if any(amount >= _EXACT for sums in found.values() for amount in sums.amounts.values()):
            return self._from_rows(searcher, query)
        return found

    def groups(self, parts: Iterable[Mapping[Combination, Sums]]) -> list[Group]:
        """The parts added up, commonest combination first."""
        whole: dict[Combination, Sums] = {}
        for part in parts:
            for keys, sums in part.items():
                whole.setdefault(keys, Sums(0, {})).add(sums)
        groups = [Group(keys, sums.count, self._amounts(sums)) for keys, sums in whole.items()]
        return sorted(groups, key=lambda group: (-group.count, group.keys))

    def _amounts(self, sums: Sums) -> dict[str, Decimal]:
        return {f.name: Decimal(sums.amounts.get(f.name, 0)) / SCALES[f.type] for f in self._sums}

    def _request(self, axes: Sequence[tuple[ListedField, Axis]]) -> dict[str, Any]:
        if not axes:
            return {f"sum_{f.name}": {"sum": {"field": filter_column(f)}} for f in self._sums}
        (field, axis), rest = axes[0], axes[1:]
        return {"by": {**_bucketing(field, axis), "aggs": self._request(rest)}}

    def _read(
        self, buckets: Sequence[Mapping[str, Any]], depth: int, keys: Combination
    ) -> Iterator[tuple[Combination, Sums]]:
        """The combinations in a tree of buckets, whose first level is the kind's own."""
        for bucket in buckets:
            if depth == len(self._axes):
                amounts = {f.name: int(bucket[f"sum_{f.name}"]["value"] or 0) for f in self._sums}
                yield keys, Sums(bucket["doc_count"], amounts)
                continue
            field, axis = self._axes[depth]
            for inner in bucket["by"]["buckets"]:
                name = _name(field, axis, inner["key"])
                if name is not None and inner["doc_count"]:
                    yield from self._read([inner], depth + 1, (*keys, name))

    def _from_rows(self, searcher: tantivy.Searcher, query: Query) -> dict[Combination, Sums]:
        found: dict[Combination, Sums] = {}
        for _, address in searcher.search(query, max(1, searcher.num_docs), order_by_field="version").hits:
            row = json.loads(searcher.doc(address).get_first("row") or b"{}")
            amounts = {f.name: sum(number(f, value) for value in row_values(f, row)) for f in self._sums}
            for keys in product(*(_row_names(field, axis, row) for field, axis in self._axes)):
                found.setdefault(keys, Sums(0, {})).add(Sums(1, amounts))
        return found


_BY_KIND: Mapping[str, Any] = {"terms": {"field": "kind", "size": 10}}


def _bucketing(field: ListedField, axis: Axis) -> dict[str, Any]:
    if not axis.edges:
        return {"terms": {"field": facet_column(field), "size": MOST_VALUES}}
    spans = pairwise((edge, filter_span(field, edge).low) for edge in axis.edges)
    ranges = [{"key": edge, "from": low, "to": high} for (edge, low), (_, high) in spans]
    return {"range": {"field": filter_column(field), "ranges": ranges}}


def _name(field: ListedField, axis: Axis, key: Any) -> str | None:
    """What the bucket is called; None for those that Tantivy adds before and after the spans asked for."""
    if axis.edges:
        return str(key) if key in axis.edges[:-1] else None
    if field.type == "boolean":
        return "true" if key else "false"
    return str(key) if is_textual(field) else str(int(key))


def _row_names(field: ListedField, axis: Axis, row: Mapping[str, Any]) -> list[str]:
    """The names of the buckets a row is in."""
    values = row_values(field, row)
    if not axis.edges:
        return [str(_name(field, axis, value)) for value in values]
    spans = list(pairwise((edge, filter_span(field, edge).low) for edge in axis.edges))
    numbers = [number(field, value) for value in values]
    return [edge for (edge, low), (_, high) in spans if any(low <= each < high for each in numbers)]


def _refused(field: ListedField, why: str) -> InvalidInput:
    message = f"{field.name} {why}."
    return InvalidInput(message, [Detail(field.name, message)])

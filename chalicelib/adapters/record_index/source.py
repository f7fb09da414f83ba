"""One searcher read in exact order: any window of any sort, however many records tie.

Tantivy sorts by one column and leaves ties in no order. A window is therefore read by the first column, some hits
wider on either side, and cut into runs of equal values. A run that lies inside what was read is sorted here, by its
rows. A run that reaches beyond is asked for again, as a query of its own by the further columns, at the window's place
in it.

Tantivy ranks everything before a window. Of a window far behind, a sample of the records tells between which values it
lies; those before them are counted, which is exact and far cheaper, and only those between are ranked.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from typing import Any, NamedTuple

import tantivy
from tantivy import Occur, Order, Query

from chalicelib.adapters.record_index.queries import Clause, Compiler, Words
from chalicelib.adapters.record_index.schema import EDGES, ID_COLUMN, STEMS, IndexSchema, sort_column
from chalicelib.adapters.record_index.values import sort_value
from chalicelib.domain.listing import ListedField
from chalicelib.domain.matching import LONGEST_EDGE, Needle

# Distinct texts up to which the runs among records that begin alike are counted rather than searched for.
_COUNTED_VALUES = 64
# Records beyond which it is tried to count them: Tantivy decodes the text of each one up to the window's end.
_DECODED_TEXTS = 200
# Hits read beyond a window of scores, so that equal scores at its edges are put in order of id.
_SCORE_MARGIN = 8
# A window is far if it begins behind this position and this part of the index, for then a sample pays.
_FAR, _FAR_PART = 5_000, 0.1
_SAMPLE = 1_000
# How far beside a window's place in the sample its bounds are taken: four standard deviations of the middle one's.
_SAMPLE_MARGIN = 64
WIDE = 200
"""Hits read of all kinds together, in the hope that they hold each kind's best."""
# Hits read beyond a window of sort values, so that short runs at its edges are read whole.
_SORT_MARGIN = 8


class SortKey(NamedTuple):
    """One key of an order; `field` None stands for the id, which ends every order."""

    field: ListedField | None
    descending: bool


class _Level(NamedTuple):
    """A column to sort by: integers, or texts that the integers of the levels before it stand for."""

    key: SortKey
    column: str
    is_text: bool = False
    is_coded: bool = False
    """Whether an even integer is a whole text."""

    @property
    def descending(self) -> bool:
        return self.key.descending


@dataclass(frozen=True)
class Found:
    """A record as it was found: its id in the index (`kind#id`), its score (0 where sorted), its row as JSON."""

    term: str
    score: float
    json: bytes

    @cached_property
    def row(self) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.json)
        return decoded

    @property
    def kind(self) -> str:
        return self.term.partition("#")[0]

    @property
    def id(self) -> str:
        return self.term.partition("#")[2]

    def value(self, field: ListedField | None) -> str | int | None:
        return self.term if field is None else sort_value(field, self.row)


class Window(NamedTuple):
    found: list[Found]
    total: int


class _Run(NamedTuple):
    """Neighbouring hits with one sort value, at positions [start, end).

    `origin` is where the run itself begins, None if that is not known; `ends` says whether it ends with these hits.
    """

    value: Any
    start: int
    end: int
    origin: int | None
    ends: bool
    addresses: list[tantivy.DocAddress]


class _Stretch(NamedTuple):
    """The part of a list that clauses leave: it begins at a position, with a whole run, and ends with one."""

    first: int
    clauses: list[Clause]
    origins: Mapping[int | None, int]
    """Where the runs of some values begin, as far as that is known."""


_WHOLE_LIST = _Stretch(0, [], {})


def in_order(found: Sequence[Found], keys: Sequence[SortKey]) -> list[Found]:
    """The records by these keys, records without a value last in either direction."""
    ordered = list(found)
    for field, descending in reversed(keys):
        ordered.sort(key=partial(_rank, field, descending), reverse=descending)
    return ordered


def by_score(found: Sequence[Found]) -> list[Found]:
    """Best first, equals by id."""
    return sorted(found, key=lambda f: (-f.score, f.term))


def _rank(field: ListedField | None, descending: bool, found: Found) -> tuple[bool, str | int]:
    value = found.value(field)
    return (value is None) != descending, 0 if value is None else value


class Source:
    """A searcher and the ids it must not show, because something newer is known of them."""

    def __init__(self, schema: IndexSchema, searcher: tantivy.Searcher, masked: Query | None = None) -> None:
        self._schema, self._searcher = schema, searcher
        self._compile = Compiler(schema)
        self._mask: list[Clause] = [(Occur.MustNot, masked)] if masked else []

    def sorted(self, clauses: Sequence[Clause], keys: Sequence[SortKey], low: int, high: int) -> Window:
        """The records at positions [low, high) of the order, and how many there are in all.

        `keys` end with the id's, so that no two records tie.
        """
        return self._window([*clauses, *self._mask], _levels(keys), *self._inside(low, high))

    def scored(self, clauses: Sequence[Clause], text: Query, low: int, high: int) -> Window:
        """The records at positions [low, high) by score, equals by id, and how many match in all."""
        query = Query.boolean_query([(Occur.Must, text), *_unscored([*clauses, *self._mask])])
        margin = _SCORE_MARGIN
        low, high = self._inside(low, high)
        while True:
            start = max(0, low - margin)
            result = self._searcher.search(query, max(1, high + margin - start), offset=start, weight_by_field="prior")
            tied = _with_ties([score for score, _ in result.hits], low - start, high - start)
            whole = (tied.start > 0 or start == 0) and (
                tied.stop < len(result.hits) or start + tied.stop == _count(result)
            )
            if whole or not tied:
                break
            margin *= 4
        ranked = by_score([self._record(address, score) for score, address in result.hits[tied.start : tied.stop]])
        begin = low - start - tied.start
        return Window(ranked[begin : begin + high - low], _count(result))

    def scored_by_kind(self, clauses: Sequence[Clause], text: Query, limit: int) -> dict[str, Window | None]:
        """By kind the best `limit` records, those tied with the last one, and how many match, from one query.

        A kind is missing if nothing of it matches, and None if too little of it was read to tell.
        """
        query = Query.boolean_query([(Occur.Must, text), *_unscored([*clauses, *self._mask])])
        result = self._searcher.search(query, WIDE, weight_by_field="prior")
        numbers = self._searcher.fast_field_values("kind", [address for _, address in result.hits])
        hits: dict[int, list[tuple[float, tantivy.DocAddress]]] = {}
        for number, hit in zip(numbers, result.hits, strict=True):
            hits.setdefault(int(number or 0), []).append(hit)
        totals = {number: len(found) for number, found in hits.items()}
        if _count(result) > len(result.hits):
            counted = self._searcher.aggregate(query, {"kind": {"terms": {"field": "kind", "size": 1_000}}})
            totals = {int(b["key"]): b["doc_count"] for b in counted["kind"]["buckets"]}
        names = self._schema.kind_names
        return {names[n]: self._best(hits.get(n, []), total, limit) for n, total in totals.items()}

    def _best(self, hits: Sequence[tuple[float, tantivy.DocAddress]], total: int, limit: int) -> Window | None:
        tied = _with_ties([score for score, _ in hits], 0, limit)
        if tied.stop == len(hits) < total:
            return None
        return Window(by_score([self._record(address, score) for score, address in hits[: tied.stop]]), total)

    def at_most(self, asked: Words) -> int:
        """How many records the words as typed can match: a look into the dictionaries, without a query."""
        if asked.phone:
            return self._searcher.num_docs
        return min(map(self._frequency, asked.needles))

    def _frequency(self, needle: Needle) -> int:
        """In how many fields of records a word is found, at least."""
        word, stem = needle.word, needle.stem
        short = needle.prefix and len(word) <= LONGEST_EDGE
        terms = [("name", word), ("email", word), ("text", word), *((f"{role}_stem", stem) for role in STEMS)]
        terms += [(f"{role}_edge", word) for role in EDGES if short]
        found = sum(self._searcher.doc_freq(field, term) for field, term in terms)
        if found > WIDE or short or not needle.prefix:
            return found
        return found + sum(count for role in EDGES for _, count in self._searcher.terms_with_prefix(role, word))

    def count(self, clauses: Sequence[Clause]) -> int:
        return _count(self._searcher.search(self._query([*clauses, *self._mask]), 1, order_by_field="version"))

    def matching(self, clauses: Sequence[Clause]) -> tuple[tantivy.Searcher, Query]:
        """What the clauses match here, as a query for whoever reads it in a way of their own."""
        return self._searcher, self._query([*clauses, *self._mask])

    def facets(self, clauses: Sequence[Clause], columns: Sequence[str], size: int) -> dict[str, dict[str | float, int]]:
        """Per column the count of each value, the `size` commonest."""
        wanted = {name: {"terms": {"field": name, "size": size}} for name in columns}
        result = self._searcher.aggregate(self._query([*clauses, *self._mask]), wanted)
        return {name: {b["key"]: b["doc_count"] for b in result[name]["buckets"]} for name in columns}

    def versions(self, ids: Query, limit: int) -> dict[str, int]:
        """Index id to version, of those of the records that are here."""
        hits = self._searcher.search(ids, limit, order_by_field="id").hits
        numbers = self._searcher.fast_field_values("version", [address for _, address in hits])
        return {term: int(number or 0) for (term, _), number in zip(hits, numbers, strict=True)}

    def _inside(self, low: int, high: int) -> tuple[int, int]:
        """The positions cut to what the index holds: Tantivy reserves memory for every hit asked for."""
        return min(low, self._searcher.num_docs), min(high, self._searcher.num_docs)

    def _window(self, base: list[Clause], levels: Sequence[_Level], low: int, high: int) -> Window:
        level, rest = levels[0], levels[1:]
        known: Window | None = None
        if level.is_text:
            known = self._text_window(base, levels, low, high) if rest and high > _DECODED_TEXTS else None
        elif low >= max(_FAR, _FAR_PART * self._searcher.num_docs):
            known = self._far_window(base, levels, low, high)
        return known or self._window_in(_WHOLE_LIST, base, levels, low, high)

    def _window_in(
        self, stretch: _Stretch, base: list[Clause], levels: Sequence[_Level], low: int, high: int
    ) -> Window:
        """The window, which begins in a stretch, as far as that goes; its total is where the stretch ends."""
        margin = _SORT_MARGIN if len(levels) > 1 else 0
        start = max(stretch.first, low - margin)
        result = self._hits([*base, *stretch.clauses], levels[0], start - stretch.first, high + margin - start)
        last = stretch.first + _count(result)
        if len(levels) == 1:
            return Window(self._load([address for _, address in result.hits[: high - low]]), last)
        found: list[Found] = []
        for run in _runs(result.hits, start, last, stretch):
            found += self._run(base, levels, run, low, high)
        return Window(found, last)

    def _far_window(self, base: list[Clause], levels: Sequence[_Level], low: int, high: int) -> Window | None:
        """The window, read between two values that a sample suggests; None if the sample was misleading."""
        level = levels[0]
        sample = self._searcher.search(self._query(base), _SAMPLE, order_by_field="prior")
        total = _count(sample)
        if low >= total:
            return Window([], total)
        values = self._in_turn(level, [address for _, address in sample.hits])
        at, behind = (place * len(values) // total for place in (low, high))
        lower, *others = values[max(0, at - _SAMPLE_MARGIN) : behind + _SAMPLE_MARGIN + 1]
        upper = others[-1] if behind + _SAMPLE_MARGIN < len(values) else None
        first = self.count([*base, self._before(level, lower)])
        if first > low:
            return None
        if upper is not None and lower == upper:
            tied = [*base, self._tied(level.column, lower)]
            inner = self._window(tied, _after(levels, lower), low - first, high - first)
            window = Window(inner.found, first + inner.total)
        else:
            stretch = _Stretch(first, [self._between(level, lower, upper)], {lower: first})
            window = self._window_in(stretch, base, levels, low, high)
        return Window(window.found, total) if window.total >= min(high, total) else None

    def _in_turn(self, level: _Level, addresses: list[tantivy.DocAddress]) -> list[int | None]:
        """The values of a level's column in its order."""
        values = self._searcher.fast_field_values(level.column, addresses)
        filled = sorted((int(v) for v in values if v is not None), reverse=level.descending)
        return [*filled, *[None] * (len(values) - len(filled))]

    def _before(self, level: _Level, value: int | None) -> Clause:
        """The records that come before those with a value, or before those without one."""
        if value is None:
            return Occur.Must, self._compile.present(level.column)
        side = self._compile.above if level.descending else self._compile.below
        return Occur.Must, side(level.column, value)

    def _between(self, level: _Level, lower: int | None, upper: int | None) -> Clause:
        """The records from one value to another, both included, or if that is None, to the end."""
        if lower is None or upper is None:
            return Occur.MustNot, self._before(level, lower)[1]
        return Occur.Must, self._compile.between(level.column, min(lower, upper), max(lower, upper))

    def _text_window(self, base: list[Clause], levels: Sequence[_Level], low: int, high: int) -> Window | None:
        """A window by text, from the counts of its distinct values; None if there are too many to count."""
        level = levels[0]
        wanted = {"values": {"terms": {"field": level.column, "size": _COUNTED_VALUES}}}
        counts = self._searcher.aggregate(self._query(base), wanted)["values"]
        if counts["sum_other_doc_count"]:
            return None
        found: list[Found] = []
        start = 0
        for value, count in sorted(((b["key"], b["doc_count"]) for b in counts["buckets"]), reverse=level.descending):
            if start < high and start + count > low:
                tied = [*base, self._tied(level.column, value)]
                found += self._window(tied, levels[1:], max(0, low - start), min(count, high - start)).found
            start += count
        return Window(found, start)

    def _run(self, base: list[Clause], levels: Sequence[_Level], run: _Run, low: int, high: int) -> list[Found]:
        """The part of a run of ties inside [low, high), in the order of the further levels."""
        if run.start >= high or run.end <= low:
            return []
        if run.origin == run.start and run.ends:
            tied = self._load(run.addresses)
            ordered = in_order(tied, _keys(levels)) if len(tied) > 1 else tied
            return ordered[max(0, low - run.start) : max(0, high - run.start)]
        origin = self._origin(base, levels[0], run) if run.origin is None else run.origin
        clauses = [*base, self._tied(levels[0].column, run.value)]
        return self._window(clauses, _after(levels, run.value), max(0, low - origin), max(0, high - origin)).found

    def _origin(self, base: list[Clause], level: _Level, run: _Run) -> int:
        """The position of the first record of a run that was read from its middle."""
        if level.is_text:
            return bisect_left(
                range(run.start), True, key=lambda at: self._hits(base, level, at, 1).hits[0][0] == run.value
            )
        return self.count([*base, self._before(level, run.value)])

    def _tied(self, column: str, value: str | int | None) -> Clause:
        if value is None:
            absent = [(Occur.Must, Query.all_query()), (Occur.MustNot, self._compile.present(column))]
            return Occur.Must, Query.boolean_query(absent)
        return Occur.Must, self._compile.same(column, value)

    def _hits(self, clauses: Sequence[Clause], level: _Level, offset: int, limit: int) -> tantivy.SearchResult:
        order = Order.Desc if level.descending else Order.Asc
        query = self._query(clauses)
        return self._searcher.search(query, max(1, limit), order_by_field=level.column, offset=offset, order=order)

    def _query(self, clauses: Sequence[Clause]) -> Query:
        return Query.boolean_query(list(clauses))

    def _load(self, addresses: Sequence[tantivy.DocAddress]) -> list[Found]:
        return [self._record(address, 0.0) for address in addresses]

    def _record(self, address: tantivy.DocAddress, score: float) -> Found:
        document = self._searcher.doc(address)
        return Found(str(document.get_first("id")), score, document.get_first("row") or b"{}")


def _levels(keys: Sequence[SortKey]) -> list[_Level]:
    levels = []
    for key in keys:
        column = sort_column(key.field) if key.field else ID_COLUMN
        levels.append(_Level(key, column.integers, is_coded=bool(column.further)))
        if column.further:
            levels.append(_Level(key, column.further, is_coded=True))
        if column.keys:
            levels.append(_Level(key, column.keys, is_text=True))
    return levels


def _after(levels: Sequence[_Level], value: Any) -> list[_Level]:
    """The levels that tell records apart that tie at the first one with this value."""
    first, *rest = levels
    whole = value is None or (first.is_coded and value % 2 == 0)
    return [level for level in rest if level.key != first.key] if whole else rest


def _keys(levels: Sequence[_Level]) -> list[SortKey]:
    return list(dict.fromkeys(level.key for level in levels))


def _runs(hits: Sequence[tuple[Any, tantivy.DocAddress]], start: int, last: int, stretch: _Stretch) -> list[_Run]:
    """The hits of a stretch, from position `start` on, grouped by equal sort values; the stretch ends at `last`."""
    runs, at = [], start
    for value, group in groupby(hits, key=lambda hit: hit[0]):
        addresses = [address for _, address in group]
        end = at + len(addresses)
        origin = at if at > start or at == stretch.first else stretch.origins.get(value)
        runs.append(_Run(value, at, end, origin, end < start + len(hits) or end == last, addresses))
        at = end
    return runs


def _count(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]


def _unscored(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses as one that filters and adds nothing to a score."""
    return [(Occur.Must, Query.const_score_query(Query.boolean_query(list(clauses)), 0.0))]


def _with_ties(scores: list[float], low: int, high: int) -> range:
    """The positions [low, high) and those before and after them that have the same score as the ones at the edges."""
    low, high = min(low, len(scores)), min(high, len(scores))
    if low >= high:
        return range(low, low)
    while low > 0 and scores[low - 1] == scores[low]:
        low -= 1
    while high < len(scores) and scores[high] == scores[high - 1]:
        high += 1
    return range(low, high)

"""Lists and searches over an open index, and over the caller's fresh writes that it may not hold yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import tantivy
from tantivy import Occur, Query

from chalicelib.adapters.record_index.aggregates import Grouping
from chalicelib.adapters.record_index.queries import Clause, Compiler, Words, read_words
from chalicelib.adapters.record_index.schema import IndexSchema, facet_column, stem, term_id
from chalicelib.adapters.record_index.source import WIDE, Found, SortKey, Source, Window, by_score, in_order
from chalicelib.adapters.record_index.values import is_textual
from chalicelib.domain.errors import Detail, InvalidInput
from chalicelib.domain.listing import (
    AggregateQuery,
    Group,
    Hit,
    IndexDocument,
    ListedField,
    ListQuery,
    Page,
    SearchGroup,
    SearchQuery,
    Sort,
    Visibility,
)  # fmt: skip
from chalicelib.domain.matching import Highlighter

# `list` inside the class below is its method.
Clauses = list[Clause]
Groups = list[SearchGroup]
Hits = list[Hit]
Breakdowns = list[list[Group]]
Sources = list[Source]
SortKeys = list[SortKey]
Fields = list[ListedField]

MAX_LIMIT = 10_000
MAX_OFFSET = 10_000_000
FACET_VALUES = 1_000
# With fewer hits than this for the words as typed, typos and parts of e-mail addresses are forgiven.
ENOUGH_HITS = 3
_WRITER_HEAP = 15_000_000
_NOTHING = Window([], 0)


class Reader:
    """Answers from one searcher, a fixed state of the index numbered `version`."""

    def __init__(self, schema: IndexSchema, searcher: tantivy.Searcher, version: int = 0) -> None:
        self._schema = schema
        self._searcher = searcher
        self.version = version
        self._compile = Compiler(schema)
        self._overlay: tuple[dict[str, IndexDocument], tantivy.Searcher] | None = None

    def list(self, query: ListQuery, fresh: Sequence[IndexDocument] = ()) -> Page:
        """One page; raises `InvalidInput` with the field for an unknown field or an ill-typed value."""
        _check_bounds(query.limit, query.offset)
        facets = self._facet_fields(query)
        base = self._base(query)
        keys = self._sort_keys(query.kind, query.sort)
        if _sees_nothing(query.visibility):
            return Page([], 0, {name: {} for name in query.facets}, self.version)
        sources = self._sources(fresh)
        text = self._text(sources, base, query.text) if query.text.strip() else None
        matching = [*base, (Occur.Must, text)] if text else base
        if text and not query.sort:
            window = _merged(sources, query, lambda s, low, high: s.scored(base, text, low, high), by_score)
        else:
            order = partial(in_order, keys=keys)
            window = _merged(sources, query, lambda s, low, high: s.sorted(matching, keys, low, high), order)
        counts = self._facets(sources, matching, facets)
        return Page([found.row for found in window.found], window.total, counts, self.version)

    def search(self, query: SearchQuery, fresh: Sequence[IndexDocument] = ()) -> Groups:
        """Hits by kind, best group first; a kind that lacks a filtered field has none."""
        _check_bounds(query.limit, 0)
        kinds = {k: v for k, v in query.visibility.items() if self._has_fields(k, query) and not _sees_nothing(v)}
        asked = read_words(query.text, completing=query.autocomplete)
        if asked.empty or not kinds:
            return []
        sources = self._sources(fresh)
        bases = {
            kind: self._base(ListQuery(kind, seen, query.filters, text=query.text)) for kind, seen in kinds.items()
        }
        windows: dict[str, Window] = {}
        for attempt in asked.attempts():
            asked, windows = attempt, self._windows(sources, bases, query, attempt)
            if sum(window.total for window in windows.values()) >= ENOUGH_HITS:
                break
        marker = None if query.autocomplete else Highlighter(asked.needles, stem)
        groups = [SearchGroup(k, w.total, self._hits(k, w.found, marker)) for k, w in windows.items() if w.total]
        return sorted(groups, key=lambda g: (-g.hits[0].score, g.kind))

    def aggregate(self, query: AggregateQuery, fresh: Sequence[IndexDocument] = ()) -> Breakdowns:
        """The groups of each breakdown, commonest first; raises `InvalidInput` as `list` does."""
        asked = [(Grouping(self._schema, query.kind, each), each.filters) for each in query.breakdowns]
        listed = ListQuery(query.kind, query.visibility, query.filters, text=query.text)
        base = self._base(listed)
        if _sees_nothing(query.visibility):
            return [[] for _ in asked]
        sources = self._sources(fresh)
        if query.text.strip():
            base.append((Occur.Must, self._text(sources, base, query.text)))
        answer = []
        for grouping, filters in asked:
            clauses = [*base, *self._compile.filters(query.kind, filters)]
            answer.append(grouping.groups(grouping.of(*source.matching(clauses)) for source in sources))
        return answer

    def _windows(
        self, sources: Sequence[Source], bases: Mapping[str, Clauses], query: SearchQuery, asked: Words
    ) -> dict[str, Window]:
        """One query over all kinds answers where it can, for words that find few records, and for typos, which are dear
        to look up; else each kind gets its own."""
        at_most = WIDE if asked.forgiving else sum(source.at_most(asked) for source in sources)
        if not at_most:
            return {}
        text = self._compile.words(asked)
        together = self._together(sources, bases, query, text) if at_most <= WIDE else {}
        return {kind: together.get(kind) or _best(sources, base, text, query.limit) for kind, base in bases.items()}

    def _together(
        self, sources: Sequence[Source], bases: Mapping[str, Clauses], query: SearchQuery, text: Query
    ) -> dict[str, Window]:
        """What the kinds answer, as far as one query over all of them tells."""
        anywhere = self._anywhere(bases, query)
        answers = [source.scored_by_kind(anywhere, text, query.limit) for source in sources]
        windows: dict[str, Window] = {}
        for kind in bases:
            parts = [answer.get(kind, _NOTHING) for answer in answers]
            known = [part for part in parts if part is not None]
            if len(known) == len(parts):
                found = by_score([f for part in known for f in part.found])
                windows[kind] = Window(found[: query.limit], sum(part.total for part in known))
        return windows

    def _anywhere(self, bases: Mapping[str, Clauses], query: SearchQuery) -> Clauses:
        seen = {query.visibility[kind] for kind in bases}
        if len(seen) == 1 and not query.filters:
            return [self._compile.live(bases), *self._compile.visible(seen.pop(), selective=True)]
        return [
            (Occur.Must, Query.boolean_query([(Occur.Should, Query.boolean_query(base)) for base in bases.values()]))
        ]

    def _hits(self, kind: str, found: Sequence[Found], marker: Highlighter | None) -> Hits:
        searched = [f.name for f in self._schema.kind(kind).fields.values() if f.search] if marker else []
        hits = []
        for each in found:
            texts = ((name, _text(each.row.get(name))) for name in searched)
            marks = ((name, marker.mark(text)) for name, text in texts if text) if marker else ()
            hits.append(Hit(kind, each.id, each.score, each.row, {name: mark for name, mark in marks if mark}))
        return hits

    def _base(self, query: ListQuery) -> Clauses:
        return [
            self._compile.scope(self._schema.kind(query.kind).kind, query.deleted),
            *self._compile.visible(query.visibility, selective=bool(query.text)),
            *self._compile.filters(query.kind, query.filters),
        ]

    def _has_fields(self, kind: str, query: SearchQuery) -> bool:
        fields = self._schema.kind(kind).fields
        for asked in query.filters:
            if asked.field not in fields and not any(
                asked.field in self._schema.kind(k).fields for k in query.visibility
            ):
                self._schema.field(kind, asked.field)
        return all(f.field in fields for f in query.filters)

    def _sort_keys(self, kind: str, sort: Sequence[Sort]) -> SortKeys:
        """The fields asked for, then the id in the last one's direction; newest id first if nothing was asked."""
        keys = [SortKey(self._schema.field(kind, s.field), s.descending) for s in sort]
        keys.append(SortKey(None, sort[-1].descending if sort else True))
        distinct: dict[str, SortKey] = {}
        for key in keys:
            distinct.setdefault(key.field.name if key.field else "id", key)
        wanted = list(distinct.values())
        return wanted[: list(distinct).index("id") + 1]

    def _facet_fields(self, query: ListQuery) -> Fields:
        fields = [self._schema.field(query.kind, name) for name in query.facets]
        for field in fields:
            if not field.facet:
                message = f"{field.name} has no facet."
                raise InvalidInput(message, [Detail(field.name, message)])
        return fields

    def _facets(
        self, sources: Sequence[Source], clauses: Sequence[Clause], fields: Sequence[ListedField]
    ) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {field.name: {} for field in fields}
        if not fields:
            return counts
        columns = [facet_column(field) for field in fields]
        for source in sources:
            found = source.facets(clauses, columns, FACET_VALUES)
            for field, column in zip(fields, columns, strict=True):
                for value, count in found[column].items():
                    name = _facet_name(field, value)
                    counts[field.name][name] = counts[field.name].get(name, 0) + count
        return counts

    def _text(self, sources: Sequence[Source], base: Sequence[Clause], typed: str) -> Query:
        """The first attempt at the words that finds enough, or the most forgiving one."""
        *earlier, last = read_words(typed).attempts()
        for asked in earlier:
            text = self._compile.words(asked)
            if sum(source.count([*base, (Occur.Must, text)]) for source in sources) >= ENOUGH_HITS:
                return text
        return self._compile.words(last)

    def _sources(self, fresh: Sequence[IndexDocument]) -> Sources:
        main = Source(self._schema, self._searcher)
        newest: dict[str, IndexDocument] = {}
        for document in fresh:
            term = term_id(self._schema.kind(document.kind).kind, document.id)
            if term not in newest or document.version >= newest[term].version:
                newest[term] = document
        if not newest:
            return [main]
        ids = Query.term_set_query(self._schema.tantivy, "id", sorted(newest))
        indexed = main.versions(ids, len(newest))
        newer = {term: document for term, document in newest.items() if document.version > indexed.get(term, -1)}
        if not newer:
            return [main]
        masked = Query.term_set_query(self._schema.tantivy, "id", sorted(newer))
        return [Source(self._schema, self._searcher, masked), Source(self._schema, self._in_memory(newer))]

    def _in_memory(self, documents: dict[str, IndexDocument]) -> tantivy.Searcher:
        """The documents as a small index. The last one is kept: building it costs more than what is asked of it, and a
        caller who has just written asks several times."""
        if self._overlay and self._overlay[0] == documents:
            return self._overlay[1]
        index = self._schema.open()
        writer = index.writer(_WRITER_HEAP, 1)
        for document in documents.values():
            if document.row is not None:
                writer.add_document(self._schema.document(document))
        writer.commit()
        index.reload()
        searcher = index.searcher()
        self._overlay = documents, searcher
        return searcher


def _merged(
    sources: Sequence[Source],
    query: ListQuery,
    read: Callable[[Source, int, int], Window],
    ordered: Callable[[Sequence[Found]], list[Found]],
) -> Window:
    """The page over the main source and, if there is one, the small source of fresh records.

    Of the main source only the page's surroundings are read: a fresh record moves a main one down by at most one.
    """
    main, *others = sources
    end = query.offset + query.limit
    if not others:
        return read(main, query.offset, end)
    fresh = read(others[0], 0, MAX_OFFSET)
    low = max(0, query.offset - fresh.total)
    window = read(main, low, end)
    merged = ordered([*window.found, *fresh.found])
    start = query.offset - low
    return Window(merged[start : start + query.limit], window.total + fresh.total)


def _best(sources: Sequence[Source], clauses: Sequence[Clause], text: Query, limit: int) -> Window:
    """The best `limit` records of all sources together, and how many match."""
    windows = [source.scored(clauses, text, 0, limit) for source in sources]
    return Window(by_score([f for w in windows for f in w.found])[:limit], sum(w.total for w in windows))


def _check_bounds(limit: int, offset: int) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput("A page is out of bounds.", [Detail("limit", f"limit is between 1 and {MAX_LIMIT}.")])
    if not 0 <= offset <= MAX_OFFSET:
        raise InvalidInput("A page is out of bounds.", [Detail("offset", f"offset is between 0 and {MAX_OFFSET}.")])


def _sees_nothing(visibility: Visibility) -> bool:
    return not visibility.everything and not visibility.keys


def _facet_name(field: ListedField, value: str | float) -> str:
    if field.type == "boolean":
        return "true" if value else "false"
    return str(value) if is_textual(field) else str(int(value))


def _text(value: object) -> str:
    if isinstance(value, list):
        return " ".join(str(v) for v in value)
    return "" if value is None else str(value)

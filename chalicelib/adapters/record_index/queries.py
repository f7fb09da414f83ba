"""Filters, visibility and words, compiled to Tantivy queries. User text never reaches Tantivy's query parser."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tantivy import FieldType, Occur, Query

from chalicelib.adapters.record_index.schema import IndexSchema, filter_column, scope, sort_column, stem, term_id
from chalicelib.adapters.record_index.values import (
    KEY_CHARACTERS,
    LARGEST,
    SMALLEST,
    Span,
    filter_span,
    is_textual,
    text_key,
)
from chalicelib.domain.errors import Detail, InvalidInput
from chalicelib.domain.listing import Filter, ListedField, Visibility
from chalicelib.domain.matching import (
    LONGEST_EDGE,
    Needle,
    allowed_typos,
    compact,
    fold,
    phone_digits,
    query_words,
    trigrams,
)

Clause = tuple[Occur, Query]

MAX_FILTER_VALUES = 500
FEW_KEYS = 16
# What a word is worth where it is found; a record's score is the sum over the words. Multiples of 1/4 add exactly.
EXACT_NAME, STEM_NAME, PREFIX_NAME, TYPO_NAME, TYPO_PREFIX_NAME, TYPOS_NAME = 8.0, 7.0, 6.0, 5.0, 4.25, 3.5
EXACT_EMAIL, PREFIX_EMAIL, PART_EMAIL, TYPO_EMAIL = 4.5, 4.0, 3.75, 3.25
PHONE = 4.0
EXACT_TEXT, STEM_TEXT, PREFIX_TEXT, TYPO_TEXT = 3.0, 2.5, 2.0, 1.5
NOTES = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """A user's text: the words to find, the digits if all of it reads as a phone number, and its parts between spaces
    if some are more than a word. Where `forgiving`, words and parts are also found inside e-mail addresses."""

    needles: tuple[Needle, ...]
    phone: str
    parts: tuple[str, ...]
    completing: bool
    forgiving: bool = False

    @property
    def empty(self) -> bool:
        return not self.needles and not self.phone

    def attempts(self) -> list[Words]:
        """As typed; then with a typo in each word; then with two in the longer ones."""
        most = max((needle.typos for needle in self.needles), default=0)
        return [self._forgiving(0), *(self._forgiving(typos) for typos in range(1, max(most, 1) + 1))]

    def _forgiving(self, typos: int) -> Words:
        needles = tuple(replace(needle, typos=min(typos, needle.typos)) for needle in self.needles)
        return replace(self, needles=needles, forgiving=typos > 0)


def read_words(text: str, completing: bool = False) -> Words:
    """The words of a text; the last one (or, completing, each one) from 2 characters on also as a prefix."""
    found = query_words(text)
    needles = tuple(
        Needle(word, stem(word), prefix=len(word) > 1 and (completing or word == found[-1]), typos=allowed_typos(word))
        for word in found
    )
    phone = phone_digits(text.strip())
    parts = tuple(compact(part) for part in text[:256].split()[:8])
    composed = all(len(part) >= 3 for part in parts) and not set(parts) <= set(found)
    return Words(needles, phone if len(phone) >= 4 else "", parts if composed else (), completing)


class Compiler:
    """Turns the words and filters of a question into queries over one schema."""

    def __init__(self, schema: IndexSchema) -> None:
        self._schema = schema
        self._tantivy = schema.tantivy

    def scope(self, kind: str, deleted: bool) -> Clause:
        return Occur.Must, self._term("scope", scope(kind, deleted))

    def live(self, kinds: Iterable[str]) -> Clause:
        return Occur.Must, _either([self._term("scope", scope(kind, False)) for kind in kinds])

    def visible(self, visibility: Visibility, selective: bool = False) -> list[Clause]:
        """What a caller may see. `selective` says that other clauses leave few records, to be looked up one by one;
        else the records of all keys are gathered at once."""
        if visibility.everything:
            return []
        if not visibility.keys:
            return [(Occur.Must, Query.empty_query())]
        keys = sorted(visibility.keys)
        if selective and len(keys) <= FEW_KEYS:
            return [(Occur.Must, _either([self._term("audience", key) for key in keys]))]
        return [(Occur.Must, Query.term_set_query(self._tantivy, "audience", keys))]

    def ids(self, kind: str, ids: Iterable[str]) -> Query:
        return Query.term_set_query(self._tantivy, "id", [term_id(kind, id) for id in ids])

    def filters(self, kind: str, filters: Sequence[Filter]) -> list[Clause]:
        """One clause a filter; raises `InvalidInput` with the field where a field, operator or value is wrong."""
        return [self._filter(kind, self._schema.field(kind, f.field), f) for f in filters]

    def present(self, column: str) -> Query:
        return Query.exists_query(column)

    def same(self, column: str, value: str | int) -> Query:
        """The records whose column holds exactly this key or integer."""
        return self._term(column, value) if isinstance(value, str) else self._range(column, Span(value, value))

    def below(self, column: str, value: int) -> Query:
        return self._range(column, Span(SMALLEST, value - 1))

    def above(self, column: str, value: int) -> Query:
        return self._range(column, Span(value + 1, LARGEST))

    def between(self, column: str, low: int, high: int) -> Query:
        return self._range(column, Span(low, high))

    def words(self, asked: Words) -> Query:
        """The records in which every word is found, scored by where."""
        every = [(Occur.Must, self._word(needle, asked)) for needle in asked.needles]
        ways = [Query.boolean_query(every)] if every else []
        if asked.phone:
            ways.append(self._phrase("phone_grams", asked.phone, PHONE))
        if asked.forgiving and asked.parts:
            parts = [(Occur.Must, self._phrase("email_grams", part, PART_EMAIL)) for part in asked.parts]
            ways.append(Query.boolean_query(parts))
        return _best_of(ways) if ways else Query.empty_query()

    def _word(self, needle: Needle, asked: Words) -> Query:
        word = needle.word
        ways = [
            self._scored("name", word, EXACT_NAME),
            self._scored("name_stem", needle.stem, STEM_NAME),
            self._scored("email", word, EXACT_EMAIL),
            self._scored("text", word, EXACT_TEXT),
            self._scored("text_stem", needle.stem, STEM_TEXT),
        ]
        if not asked.completing:
            ways.append(self._scored("notes_stem", needle.stem, NOTES))
        if needle.prefix:
            ways += [self._beginning(f, word, score) for f, score in _PREFIX_SCORES]
        if asked.forgiving and len(word) >= 3:
            ways.append(self._phrase("email_grams", word, PART_EMAIL))
        if needle.typos:
            ways += [self._near(f, word, 1, score) for f, score in _TYPO_SCORES]
        if needle.typos > 1:
            ways.append(self._near("name", word, 2, TYPOS_NAME))
        if needle.forgiving_prefix:
            ways.append(self._near("name", word, 1, TYPO_PREFIX_NAME, prefix=True))
        return Query.disjunction_max_query(ways)

    def _beginning(self, field: str, word: str, score: float) -> Query:
        """Short beginnings are indexed as terms; of long ones the dictionary holds few enough."""
        if len(word) <= LONGEST_EDGE:
            return self._scored(f"{field}_edge", word, score)
        return self._near(field, word, 0, score, prefix=True)

    def _near(self, field: str, word: str, distance: int, score: float, prefix: bool = False) -> Query:
        query = Query.fuzzy_term_query(
            self._tantivy, field, word, distance=distance, transposition_cost_one=True, prefix=prefix
        )
        return Query.const_score_query(query, score)

    def _scored(self, field: str, word: str, score: float) -> Query:
        return Query.const_score_query(self._term(field, word), score)

    def _phrase(self, field: str, text: str, score: float) -> Query:
        grams = trigrams(text)
        query = Query.phrase_query(self._tantivy, field, list(grams)) if len(grams) > 1 else self._term(field, text)
        return Query.const_score_query(query, score)

    def _term(self, column: str, value: str) -> Query:
        return Query.term_query(self._tantivy, column, value, index_option="basic")

    def _range(self, column: str, span: Span) -> Query:
        if span.low > span.high:
            return Query.empty_query()
        return Query.range_query(self._tantivy, column, FieldType.Integer, span.low, span.high)

    def _filter(self, kind: str, field: ListedField, asked: Filter) -> Clause:
        if not asked.values or len(asked.values) > MAX_FILTER_VALUES:
            raise _refused(field, f"A filter takes 1 to {MAX_FILTER_VALUES} values.")
        match asked.operator:
            case "eq":
                return Occur.Must, self._any_of(kind, field, asked.values)
            case "ne":
                return _without(self._any_of(kind, field, asked.values))
            case "prefix":
                return Occur.Must, _either([self._prefix(kind, field, v) for v in asked.values])
            case "empty":
                present = self.present(sort_column(field).integers)
                return _without(present) if _flag(field, _only(field, asked)) else (Occur.Must, present)
            case "gte" | "lte":
                return Occur.Must, self._bound(field, asked)

    def _any_of(self, kind: str, field: ListedField, values: Sequence[str]) -> Query:
        if field.name == "id":
            return self.ids(kind, values)
        column = filter_column(field)
        if is_textual(field):
            return Query.term_set_query(self._tantivy, column, [text_key(field, v) for v in values])
        return _either([self._range(column, filter_span(field, v)) for v in values])

    def _prefix(self, kind: str, field: ListedField, value: str) -> Query:
        if not is_textual(field):
            raise _refused(field, f"A {field.type} has no prefix.")
        if field.name == "id":
            return self._near("id", term_id(kind, value), 0, 0.0, True)
        folded, longest = fold(value), KEY_CHARACTERS[field.type]
        if not folded or len(folded) > longest:
            raise _refused(field, f"A prefix has 1 to {longest} characters.")
        return self._near(filter_column(field), folded, 0, 0.0, True)

    def _bound(self, field: ListedField, asked: Filter) -> Query:
        if is_textual(field):
            raise _refused(field, "Text has no order to filter by; use prefix.")
        span = filter_span(field, _only(field, asked))
        low, high = (span.low, LARGEST) if asked.operator == "gte" else (SMALLEST, span.high)
        return self._range(filter_column(field), Span(low, high))


_PREFIX_SCORES = (("name", PREFIX_NAME), ("email", PREFIX_EMAIL), ("text", PREFIX_TEXT))
_TYPO_SCORES = (("name", TYPO_NAME), ("email", TYPO_EMAIL), ("text", TYPO_TEXT))


def _best_of(ways: list[Query]) -> Query:
    """A union costs a pass over the index in steps, however little it finds: none for one way."""
    return ways[0] if len(ways) == 1 else Query.disjunction_max_query(ways)


def _either(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, q) for q in queries])


def _without(query: Query) -> Clause:
    return Occur.Must, Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, query)])


def _only(field: ListedField, asked: Filter) -> str:
    if len(asked.values) != 1:
        raise _refused(field, f"{asked.operator} takes one value.")
    return asked.values[0]


def _flag(field: ListedField, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise _refused(field, 'empty takes "true" or "false".')
    return text.lower() == "true"


def _refused(field: ListedField, message: str) -> InvalidInput:
    return InvalidInput(message, [Detail(field.name, message)])

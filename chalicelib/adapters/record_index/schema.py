"""The index schema, derived from the listed kinds, and how a record becomes a Tantivy document.

Tantivy fields, for a listed field `city`:

- `k_city`   the folded keys of a textual field: filters, prefix, the end of a sort
- `o_city`, `p_city` integers that stand for the beginning of that key, by which Tantivy sorts far faster
- `n_amount` the integers of any other field: filters, ranges, sort
- `k1_…`, `n1_…` the first value of a field that holds a list, which it is sorted by
- `r_city`   the values as written, where facets are counted

and for each record: `id` (`kind#id`), `o_id`, `scope` (kind, live or trash), `kind` (its number), `audience`,
`version`, `row` (the JSON), `prior` (how it ranks among equals), and by role the words of the fields that search looks
at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import tantivy
from tantivy.tantivy import __version__ as tantivy_version

from chalicelib.adapters.record_index.values import (
    id_abbreviation,
    is_textual,
    number,
    row_values,
    sort_codes,
    text_key,
)
from chalicelib.domain.errors import Detail, InvalidInput
from chalicelib.domain.listing import IndexDocument, ListedField, ListedKind, SearchRole
from chalicelib.domain.matching import compact, edges, phone_digits, trigrams, well_formed, words

# Part of the fingerprint: raise it when the same rows must be indexed differently.
LAYOUT = 2
_LONGEST_WORD = 60
_SHORTEST_STEMMED = 4
_BREVITY, _JITTER = 0.04, 0.002


@dataclass(frozen=True, slots=True)
class Column:
    """What a field is sorted by: a column of integers; for text also the column of the integers that go on where those
    leave off, and the column of the keys."""

    integers: str
    further: str | None = None
    keys: str | None = None


class IndexSchema:
    """What is indexed, for a set of kinds. Texts are folded, cut into words and stemmed before Tantivy sees them: it
    only splits at spaces, with an analyzer of its own that needs no registration.

    Two schemas with one `fingerprint` read each other's index.
    """

    def __init__(self, kinds: Mapping[str, ListedKind]) -> None:
        self.kinds = dict(kinds)
        self.kind_names = sorted(self.kinds)
        self.fingerprint = _fingerprint(self.kinds)
        self.tantivy = _build(self.kinds.values())

    def kind(self, name: str) -> ListedKind:
        found = self.kinds.get(name)
        if found is None:
            message = f"There is no kind {name[:60]!r}."
            raise InvalidInput(message, [Detail("kind", message)])
        return found

    def field(self, kind: str, name: str) -> ListedField:
        """The listed field, or `InvalidInput` naming it."""
        found = self.kind(kind).fields.get(name)
        if found is None:
            message = f"A list of {kind} has no field {name[:60]!r}."
            raise InvalidInput(message, [Detail(name[:60], message)])
        return found

    def open(self, path: str | None = None) -> tantivy.Index:
        """The index in a directory, created if there is none; without a path, one in memory."""
        index = tantivy.Index(self.tantivy, path) if path else tantivy.Index(self.tantivy)
        index.config_reader("manual")
        return index

    def document(self, source: IndexDocument) -> tantivy.Document:
        """The Tantivy document of a record that has a row."""
        if source.row is None:
            raise ValueError(f"{source.kind} {source.id} has no row to index")
        kind = self.kind(source.kind)
        content: dict[str, Any] = {
            "id": term_id(source.kind, source.id),
            "scope": scope(source.kind, source.deleted),
            "kind": self.kind_names.index(source.kind),
            "audience": sorted(source.audience),
            "o_id": id_abbreviation(source.id),
            "version": source.version,
            "row": json.dumps(source.row, separators=(",", ":")).encode(),
        }
        by_role: dict[SearchRole, list[str]] = {}
        for field in kind.fields.values():
            values = row_values(field, source.row)
            if not values:
                continue
            if field.name != "id":
                content.update(_columns(field, values))
            if field.search:
                by_role.setdefault(field.search, []).extend(str(v) for v in values)
        content.update(_search_fields(by_role))
        content["prior"] = _prior(by_role.get("name", ()), content["id"])
        return tantivy.Document(**content)


ID_COLUMN = Column("o_id", keys="id")


def term_id(kind: str, id: str) -> str:
    return well_formed(f"{kind}#{id}")


def scope(kind: str, deleted: bool) -> str:
    return f"{kind}:trash" if deleted else f"{kind}:live"


def sort_column(field: ListedField) -> Column:
    if field.name == "id":
        return ID_COLUMN
    if not is_textual(field):
        return Column(f"n{'1' if field.many else ''}_{field.name}")
    return Column(f"o_{field.name}", f"p_{field.name}", f"k{'1' if field.many else ''}_{field.name}")


def filter_column(field: ListedField) -> str:
    return f"{'k' if is_textual(field) else 'n'}_{field.name}"


def facet_column(field: ListedField) -> str:
    return f"{'r' if is_textual(field) else 'n'}_{field.name}"


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The French stem of a folded word. Short words are left alone: `lea` is not an inflected `le`."""
    if len(word) < _SHORTEST_STEMMED:
        return word
    found = _stemmer().analyze(word)
    return found[0] if found else word


@lru_cache(maxsize=1)
def _stemmer() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.stemmer("french")).build()


def _columns(field: ListedField, values: list[Any]) -> dict[str, Any]:
    textual = is_textual(field)
    encoded = list(dict.fromkeys(text_key(field, str(v)) if textual else number(field, v) for v in values))
    columns: dict[str, Any] = {filter_column(field): encoded}
    column = sort_column(field)
    if column.further:
        columns[str(column.keys)] = encoded if column.keys in columns else encoded[0]
        columns |= zip((column.integers, column.further), sort_codes(str(encoded[0])), strict=False)
    elif field.many:
        columns[column.integers] = encoded[0]
    if field.facet and textual:
        columns[facet_column(field)] = [well_formed(str(v)) for v in values]
    return columns


def _search_fields(by_role: Mapping[SearchRole, list[str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for role, names in _WORD_FIELDS.items():
        if texts := by_role.get(role):
            found = [w for text in texts for w in words(text) if len(w) < _LONGEST_WORD]
            for name in names:
                fields[name] = " ".join(map(stem, found) if name.endswith("_stem") else found)
            if role in EDGES:
                fields[f"{role}_edge"] = " ".join(edges(found))
    if emails := by_role.get("email"):
        fields["email_grams"] = [" ".join(trigrams(compact(text))) for text in emails]
    if phones := by_role.get("phone"):
        fields["phone_grams"] = [" ".join(trigrams(phone_digits(text))) for text in phones]
    return fields


def _prior(names: Iterable[str], id: str) -> float:
    """A small weight that ranks equals: shorter names first, then a fixed order drawn from the id."""
    count = sum(len(words(name)) for name in names) or 100
    draw = int.from_bytes(blake2b(id.encode(), digest_size=4).digest()) / 2**32
    return _BREVITY / count + _JITTER * draw


EDGES: tuple[SearchRole, ...] = ("name", "email", "text")
STEMS: tuple[SearchRole, ...] = ("name", "text", "notes")
_WORD_FIELDS: Mapping[SearchRole, tuple[str, ...]] = {
    "name": ("name", "name_stem"),
    "email": ("email",),
    "text": ("text", "text_stem"),
    "notes": ("notes_stem",),
}


def _build(kinds: Iterable[ListedKind]) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("scope", "audience"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("kind", "version", ID_COLUMN.integers):
        builder.add_integer_field(name, fast=True)
    builder.add_bytes_field("row", stored=True)
    builder.add_float_field("prior", fast=True)
    for name in (name for names in _WORD_FIELDS.values() for name in names):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for role in EDGES:
        builder.add_text_field(f"{role}_edge", tokenizer_name="whitespace", index_option="basic")
    for name in ("email_grams", "phone_grams"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in sorted(_column_names(kinds)):
        if name.startswith(("n", "o", "p")):
            builder.add_integer_field(name, fast=True)
        else:
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _column_names(kinds: Iterable[ListedKind]) -> set[str]:
    names: set[str] = set()
    for field in (f for kind in kinds for f in kind.fields.values() if f.name != "id"):
        column = sort_column(field)
        names.add(filter_column(field))
        names.update(filter(None, (column.integers, column.further, column.keys)))
        if field.facet:
            names.add(facet_column(field))
    return names


def _fingerprint(kinds: Mapping[str, ListedKind]) -> str:
    fields = sorted(
        (kind, f.name, f.type, f.many, f.facet, f.search or "") for kind in kinds for f in kinds[kind].fields.values()
    )
    material = json.dumps([LAYOUT, tantivy_version, fields])
    return blake2b(material.encode(), digest_size=8).hexdigest()

"""Lists against the brute-force model: filters, sorts, totals, facets, scope, paging, and the caller's fresh writes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.adapters.record_index import source
from chalicelib.adapters.record_index.local import LocalIndex
from chalicelib.adapters.record_index.schema import IndexSchema
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.listing import Filter, IndexDocument, ListQuery, Sort, Visibility
from chalicelib.domain.matching import fold
from tests.unit.record_index import model
from tests.unit.record_index.samples import (
    CITIES,
    FIELDS,
    KINDS,
    STAGES,
    TAGS,
    TEAMS,
    make_document,
    purged,
    random_document,
)

SCHEMA = IndexSchema(KINDS)
EVERYTHING = Visibility(everything=True)
FACETS = ("stage", "tags", "is_active")
VALUES = {
    "name": ("Jean Dupont", "élodie martin"),
    "email": ("contact@dupont.fr",),
    "phone": ("+33612345678",),
    "city": tuple(c for c in CITIES if c),
    "stage": STAGES,
    "tags": TAGS,
    "amount": ("1500.10", "1500.1", "0", "4000", "1500.105", "-1"),
    "rank": ("0", "2", "-5"),
    "scores": ("1", "3"),
    "rate": ("0.5", "1.25", "1.0000001"),
    "signed_on": ("2026-01-31", "2020-01-01"),
    "seen_at": ("2026-01-31T09:30:00Z", "2026-02-04T01:00:00+01:00"),
    "is_active": ("true", "false"),
    "notes": ("Rappeler après la négociation. ",),
    "id": ("R003", "R010"),
}
PREFIXES = {"name": ("je", "ÉLO"), "city": ("l", "év", "œ"), "tags": ("a", "été"), "id": ("R00",), "notes": ("rappel",)}


def documents_of(seed: int, size: int = 120) -> list[IndexDocument]:
    dice = random.Random(seed)
    return [random_document(dice, f"R{n:03d}") for n in range(size)]


def index_of(documents: Sequence[IndexDocument], batches: int = 3) -> LocalIndex:
    """The index of these documents, in several segments, so that merging across segments is exercised."""
    index = LocalIndex(SCHEMA)
    for n in range(batches):
        index.apply(documents[n::batches])
    return index


DOCUMENTS = documents_of(seed=11)
INDEX = index_of(DOCUMENTS)


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    field = draw(st.sampled_from(FIELDS))
    choices = VALUES[field.name]
    operators = ["eq", "ne", "empty"]
    operators += ["prefix"] if field.name in PREFIXES else []
    operators += ["gte", "lte"] if field.type not in ("keyword", "text") else []
    operator = draw(st.sampled_from(operators))
    if operator == "empty":
        return Filter(field.name, "empty", (draw(st.sampled_from(("true", "false"))),))
    if operator == "prefix":
        return Filter(field.name, "prefix", (draw(st.sampled_from(PREFIXES[field.name])),))
    many = draw(st.lists(st.sampled_from(choices), min_size=1, max_size=3))
    return Filter(field.name, operator, tuple(many[:1] if operator in ("gte", "lte") else many))  # type: ignore[arg-type]


visibilities = st.one_of(
    st.just(EVERYTHING), st.frozensets(st.sampled_from(TEAMS), max_size=3).map(lambda keys: Visibility(keys=keys))
)
sorts = st.lists(st.builds(Sort, st.sampled_from([f.name for f in FIELDS]), st.booleans()), max_size=3).map(tuple)
queries = st.builds(
    ListQuery,
    kind=st.just("company"),
    visibility=visibilities,
    filters=st.lists(filters(), max_size=2).map(tuple),
    sort=sorts,
    limit=st.integers(1, 40),
    offset=st.integers(0, 70),
    facets=st.lists(st.sampled_from(FACETS), unique=True).map(tuple),
    deleted=st.booleans(),
)


def assert_as_the_model(
    index: LocalIndex, query: ListQuery, documents: Sequence[IndexDocument], fresh: Sequence[IndexDocument] = ()
) -> None:
    kind = KINDS[query.kind]
    found = model.ordered(kind, query, model.matching(kind, query, documents))

    page = index.list(query, fresh)

    assert [row["id"] for row in page.rows] == [d.id for d in found[query.offset : query.offset + query.limit]]
    assert page.rows == [d.row for d in found[query.offset : query.offset + query.limit]]
    assert page.total == len(found)
    assert page.facets == {name: model.facet(name, found) for name in query.facets}


@settings(max_examples=400, deadline=None)
@given(queries)
def test_list_answers_as_the_model(query):
    assert_as_the_model(INDEX, query, DOCUMENTS)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(queries, st.integers(0, 10_000))
def test_list_with_fresh_writes_answers_as_if_they_were_indexed(query, seed):
    dice = random.Random(seed)
    changed = [random_document(dice, d.id, version=2) for d in dice.sample(DOCUMENTS, 8)]
    gone = [purged(d, version=2) for d in dice.sample(DOCUMENTS, 3)]
    added = [random_document(dice, f"N{n}") for n in range(4)]
    stale = [random_document(dice, d.id, version=0) for d in dice.sample(DOCUMENTS, 3)]
    fresh = [*changed, *gone, *added, *stale]
    current = {d.id: d for d in DOCUMENTS}
    for d in fresh:
        if d.id not in current or d.version >= current[d.id].version:
            current[d.id] = d
    changed_kind = {d.id for d in fresh if d.id in {x.id for x in DOCUMENTS if x.kind != d.kind}}
    fresh = [d for d in fresh if d.id not in changed_kind]
    for d in DOCUMENTS:
        if d.id in changed_kind:
            current[d.id] = d

    assert_as_the_model(INDEX, query, list(current.values()), fresh)


@pytest.mark.parametrize(
    "sort",
    [
        (),
        (Sort("stage"),),
        (Sort("city", True), Sort("amount")),
        (Sort("is_active"), Sort("rank", True)),
        (Sort("tags"),),
    ],
)
def test_paging_meets_each_record_once(sort):
    seen: list[str] = []
    offset = 0
    while rows := INDEX.list(ListQuery("company", EVERYTHING, sort=sort, limit=7, offset=offset)).rows:
        seen += [row["id"] for row in rows]
        offset += 7

    expected = {d.id for d in DOCUMENTS if d.kind == "company" and not d.deleted}
    assert len(seen) == len(set(seen))
    assert set(seen) == expected


def test_sort_orders_many_texts_that_begin_alike():
    documents = [make_document(f"A{n:05d}", name=f"Identique a{n:05d}") for n in range(2_500)]
    documents += [make_document(f"B{n:05d}", name="Identique milieu") for n in range(600)]
    documents += [make_document(f"C{n:05d}", name=f"Identique z{n:05d}") for n in range(50)]
    random.Random(1).shuffle(documents)
    index = index_of(documents)

    for descending in (False, True):
        for offset in (200, 2_480, 2_700, 3_040, 3_090):
            query = ListQuery("company", EVERYTHING, sort=(Sort("name", descending),), offset=offset, limit=60)
            assert_as_the_model(index, query, documents)


# Beginnings that use up the integers which texts are sorted by, in one script and another.
BEGINNINGS = (
    "",
    "contact@",
    "Relancer le client à la fin du mois : ",
    "+3361234567890123",
    "Ж" * 9,
    "東京" * 4,
    "z" * 40,
)
LETTERS = st.sampled_from(" -.'0127azÉéœß{ΩЖ東\U0001f600\x01") | st.sampled_from("09am:") | st.characters(codec="utf-8")
texts = st.builds(str.__add__, st.sampled_from(BEGINNINGS), st.text(LETTERS, max_size=4))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(texts | st.none(), st.sampled_from((None, "Lyon", "évry"))), min_size=1, max_size=90),
    st.lists(st.builds(Sort, st.sampled_from(("name", "city")), st.booleans()), min_size=1, max_size=2).map(tuple),
    st.integers(1, 20),
    st.integers(0, 60),
)
def test_sort_by_any_text_is_the_order_of_the_folded_texts(rows, sort, limit, offset):
    documents = [make_document(f"{n:03d}", name=name, city=city) for n, (name, city) in enumerate(rows)]
    index = index_of(documents, batches=2)

    def order(document: IndexDocument) -> list[tuple[bool, list[int]]]:
        raw = [(document.row or {})[s.field] for s in (*sort, Sort("id"))]
        values = [fold(value) if value else None for value in raw]
        down = [s.descending for s in sort] + [sort[-1].descending]
        letters = [[ord(c) * (-1 if d else 1) for c in v or ""] + [1] * d for v, d in zip(values, down, strict=True)]
        return [(value is None, key) for value, key in zip(values, letters, strict=True)]

    page = index.list(ListQuery("company", EVERYTHING, sort=sort, limit=limit, offset=offset))

    expected = sorted(documents, key=order)
    assert [row["id"] for row in page.rows] == [d.id for d in expected[offset : offset + limit]]
    assert page.total == len(documents)


@pytest.fixture
def every_window_is_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows from the third record on are looked for with a small sample, which often misleads."""
    monkeypatch.setattr(source, "_FAR", 3)
    monkeypatch.setattr(source, "_FAR_PART", 0)
    monkeypatch.setattr(source, "_SAMPLE", 12)
    monkeypatch.setattr(source, "_SAMPLE_MARGIN", 1)


@pytest.mark.usefixtures("every_window_is_far")
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(queries)
def test_list_read_between_sampled_values_answers_as_the_model(query):
    assert_as_the_model(INDEX, query, DOCUMENTS)


@pytest.mark.parametrize("field", ["name", "stage", "amount", "rank", "id"])
def test_pages_far_behind_are_in_order(field):
    dice = random.Random(5)
    documents = [make_document(f"{n:05d}", name=f"Nom {dice.randrange(4_000)}", stage=dice.choice(STAGES),
                               amount=f"{dice.randrange(9_000)}.00", rank=dice.choice((None, 1, 2)))
                 for n in range(9_000)]  # fmt: skip
    index = index_of(documents)

    for descending in (False, True):
        for offset in (5_000, 6_789, 8_990, 9_000):
            query = ListQuery("company", EVERYTHING, sort=(Sort(field, descending),), offset=offset, limit=30)
            assert_as_the_model(index, query, documents)


@pytest.mark.parametrize("different", [3, 600])
def test_sort_orders_many_texts_that_differ_only_far_behind(different):
    beginning = "Relancer le client pour la signature du contrat "
    documents = [make_document(f"{n:05d}", name=f"{beginning}{n * 7919 % different:04d}") for n in range(1_200)]
    index = index_of(documents)

    for descending in (False, True):
        for offset in (0, 150, 195, 640, 1_190):
            query = ListQuery("company", EVERYTHING, sort=(Sort("name", descending),), offset=offset, limit=30)
            assert_as_the_model(index, query, documents)


def test_a_sort_by_texts_that_begin_alike_asks_few_questions():
    index = index_of([make_document(f"{n:03d}", name=f"Organisation {n * 79 % 300}") for n in range(300)])
    searcher = CountingSearcher(index._reader._searcher)
    index._reader._searcher = cast(Any, searcher)

    index.list(ListQuery("company", EVERYTHING, sort=(Sort("name"),), offset=100))

    assert searcher.questions <= 5


class CountingSearcher:
    """A searcher that counts the queries it is asked."""

    def __init__(self, searcher: Any) -> None:
        self._searcher, self.questions = searcher, 0

    def __getattr__(self, name: str) -> Any:
        self.questions += name in ("search", "aggregate")
        return getattr(self._searcher, name)


def test_sort_puts_accented_letters_beside_plain_ones_and_nulls_last():
    names = ["Zoé", "Éric", "eric a", "Ernest", None, "Œdipe", "Odile"]
    index = index_of([make_document(str(n), name=name) for n, name in enumerate(names)])

    up = index.list(ListQuery("company", EVERYTHING, sort=(Sort("name"),)))
    down = index.list(ListQuery("company", EVERYTHING, sort=(Sort("name", True),)))

    assert [r["name"] for r in up.rows] == ["Éric", "eric a", "Ernest", "Odile", "Œdipe", "Zoé", None]
    assert [r["name"] for r in down.rows] == ["Zoé", "Œdipe", "Odile", "Ernest", "eric a", "Éric", None]


def test_long_texts_are_told_apart_beyond_the_cut():
    same = "x" * 300
    index = index_of([make_document("1", name=same + "a"), make_document("2", name=same + "b")])

    page = index.list(ListQuery("company", EVERYTHING, (Filter("name", "eq", (same + "b",)),)))

    assert [row["id"] for row in page.rows] == ["2"]


def test_amounts_filter_to_the_cent():
    index = index_of([make_document("1", amount="99999999999999.98"), make_document("2", amount="99999999999999.99")])

    page = index.list(ListQuery("company", EVERYTHING, (Filter("amount", "gte", ("99999999999999.985",)),)))

    assert [row["id"] for row in page.rows] == ["2"]


def test_a_date_given_for_an_instant_means_its_whole_day():
    index = index_of(
        [make_document("1", seen_at="2026-03-01T00:00:00.000Z"), make_document("2", seen_at="2026-03-01T23:59:59.999Z"),
         make_document("3", seen_at="2026-03-02T00:00:00.000Z")]
    )  # fmt: skip

    day = index.list(ListQuery("company", EVERYTHING, (Filter("seen_at", "eq", ("2026-03-01",)),)))
    until = index.list(ListQuery("company", EVERYTHING, (Filter("seen_at", "lte", ("2026-03-01",)),)))

    assert {row["id"] for row in day.rows} == {"1", "2"} == {row["id"] for row in until.rows}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (ListQuery("company", EVERYTHING, (Filter("colour", "eq", ("red",)),)), "colour"),
        (ListQuery("company", EVERYTHING, sort=(Sort("colour"),)), "colour"),
        (ListQuery("company", EVERYTHING, facets=("colour",)), "colour"),
        (ListQuery("company", EVERYTHING, facets=("amount",)), "amount"),
        (ListQuery("company", EVERYTHING, (Filter("amount", "eq", ("much",)),)), "amount"),
        (ListQuery("company", EVERYTHING, (Filter("amount", "gte", ("NaN",)),)), "amount"),
        (ListQuery("company", EVERYTHING, (Filter("amount", "gte", ("1e999999",)),)), "amount"),
        (ListQuery("company", EVERYTHING, (Filter("rank", "eq", ("1.5",)),)), "rank"),
        (ListQuery("company", EVERYTHING, (Filter("rank", "eq", ("9" * 5_000,)),)), "rank"),
        (ListQuery("company", EVERYTHING, (Filter("signed_on", "gte", ("31/01/2026",)),)), "signed_on"),
        (ListQuery("company", EVERYTHING, (Filter("seen_at", "gte", ("yesterday",)),)), "seen_at"),
        (ListQuery("company", EVERYTHING, (Filter("is_active", "eq", ("maybe",)),)), "is_active"),
        (ListQuery("company", EVERYTHING, (Filter("is_active", "empty", ("maybe",)),)), "is_active"),
        (ListQuery("company", EVERYTHING, (Filter("name", "gte", ("a",)),)), "name"),
        (ListQuery("company", EVERYTHING, (Filter("amount", "prefix", ("1",)),)), "amount"),
        (ListQuery("company", EVERYTHING, (Filter("amount", "gte", ("1", "2")),)), "amount"),
        (ListQuery("company", EVERYTHING, (Filter("name", "eq", ()),)), "name"),
        (ListQuery("company", EVERYTHING, (Filter("name", "prefix", ("x" * 500,)),)), "name"),
        (ListQuery("company", EVERYTHING, limit=0), "limit"),
        (ListQuery("company", EVERYTHING, offset=10**12), "offset"),
        (ListQuery("planet", EVERYTHING), "kind"),
    ],
)  # fmt: skip
def test_a_wrong_question_names_its_field(query, field):
    with pytest.raises(InvalidInput) as refused:
        INDEX.list(query)

    assert [detail.field for detail in refused.value.details] == [field]


def test_an_update_replaces_and_a_purge_removes():
    index = index_of([make_document("1", name="Avant"), make_document("2", name="Autre")])

    index.apply([make_document("1", version=2, name="Après"), purged(make_document("2"), 2)])

    page = index.list(ListQuery("company", EVERYTHING))
    assert [row["name"] for row in page.rows] == ["Après"]
    assert page.total == 1


def test_an_offset_beyond_the_end_is_an_empty_page_with_the_total():
    page = INDEX.list(ListQuery("company", EVERYTHING, offset=9_999_999))

    assert page.rows == []
    assert page.total == len([d for d in DOCUMENTS if d.kind == "company" and not d.deleted])


def test_no_key_sees_nothing():
    page = INDEX.list(ListQuery("company", Visibility(), facets=("stage",)))

    assert (page.rows, page.total, page.facets) == ([], 0, {"stage": {}})

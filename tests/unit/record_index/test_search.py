"""Search: what is found, in which order, what is marked, and that no text a user can type breaks it."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.record_index import reader, source
from chalicelib.adapters.record_index.local import LocalIndex
from chalicelib.adapters.record_index.schema import IndexSchema
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.listing import Filter, IndexDocument, ListQuery, SearchQuery, Sort, Visibility
from tests.unit.record_index.samples import KINDS, make_document, purged, random_document

SCHEMA = IndexSchema(KINDS)
EVERYTHING = Visibility(everything=True)
BOTH = {"company": EVERYTHING, "person": EVERYTHING}


def index_of(*documents: IndexDocument) -> LocalIndex:
    index = LocalIndex(SCHEMA)
    index.apply(documents)
    return index


def found(index: LocalIndex, text: str, fresh: Sequence[IndexDocument] = (), **options) -> list[str]:
    query = SearchQuery(text, options.pop("visibility", BOTH), **options)
    return [hit.id for group in index.search(query, fresh) for hit in group.hits]


NAMES = index_of(
    make_document("acme", name="ACME Investissements", email="contact@acme-invest.fr", city="Saint-Étienne"),
    make_document("oeuvre", name="L'Œuvre Générale", notes="Négociation des hôtelleries"),
    make_document("dupont", "person", name="Hélène Dupont", email="h.dupont@beta.example", phone="+33612345678"),
    make_document("dupond", "person", name="Jean Dupond-Moreau", email="jean@dupont.example"),
    make_document("notes", "person", name="Zoé Martin", notes="Appeler Dupont lundi"),
)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("acme", "acme"), ("ACME INVESTISSEMENTS", "acme"), ("investissement", "acme"), ("inv", "acme"), ("in", "acme"),
        ("saint etienne", "acme"), ("SAINT-ÉTIENNE", "acme"), ("contact@acme-invest.fr", "acme"), ("acme-inv", "acme"),
        ("cme-inve", "acme"), ("investisements", "acme"), ("invetsissements", "acme"), ("acmee", "acme"),
        ("oeuvre", "oeuvre"), ("œuvre generale", "oeuvre"), ("l'oeuvre", "oeuvre"), ("hotellerie", "oeuvre"),
        ("négociations", "oeuvre"), ("helene", "dupont"), ("hélene dup", "dupont"), ("dupont helene", "dupont"),
        ("helnee", "dupont"), ("0612345678", "dupont"), ("06 12 34 56 78", "dupont"), ("+33 6 12 34 56 78", "dupont"),
        ("345678", "dupont"), ("upont@bet", "dupont"),
    ],
)  # fmt: skip
def test_finds(text, id):
    assert found(NAMES, text)[:1] == [id]


def test_ranks_name_above_email_above_notes():
    assert found(NAMES, "dupont", visibility={"person": EVERYTHING}) == ["dupont", "dupond", "notes"]


def test_every_word_must_be_found():
    assert found(NAMES, "helene martin") == []


def test_typos_are_forgiven_only_when_the_words_as_typed_find_too_little():
    index = index_of(*(make_document(str(n), name=f"Durand {n}") for n in range(3)), make_document("x", name="Durant"))

    assert sorted(found(index, "durand")) == ["0", "1", "2"]


def test_groups_carry_totals_and_the_best_group_comes_first():
    documents = [make_document(f"p{n}", "person", name="Alpha") for n in range(5)]
    index = index_of(*documents, make_document("c", name="Autre", notes="alpha"))

    groups = index.search(SearchQuery("alpha", BOTH, limit=2))

    assert [(g.kind, g.total, len(g.hits)) for g in groups] == [("person", 5, 2), ("company", 1, 1)]


def test_each_kind_is_searched_under_its_own_visibility():
    index = index_of(
        make_document("c1", name="Alpha", audience=("team:a",)),
        make_document("c2", name="Alpha", audience=("team:b",)),
        make_document("c3", name="Alpha", audience=("team:b",), deleted=True),
        make_document("p1", "person", name="Alpha", audience=("team:b",)),
    )

    seen = {"company": Visibility(keys=frozenset({"team:b"})), "person": Visibility()}
    groups = index.search(SearchQuery("alpha", seen))

    assert [(g.kind, g.total, [h.id for h in g.hits]) for g in groups] == [("company", 1, ["c2"])]


def test_filters_apply_to_the_kinds_that_have_the_field():
    index = index_of(
        make_document("c1", name="Alpha", stage="signe"), make_document("c2", name="Alpha", stage="perdu"),
        make_document("p1", "person", name="Alpha"),
    )  # fmt: skip

    assert found(index, "alpha", filters=(Filter("stage", "eq", ("signe",)),)) == ["c1"]
    with pytest.raises(InvalidInput) as refused:
        found(index, "alpha", filters=(Filter("colour", "eq", ("red",)),))
    assert refused.value.details[0].field == "colour"


def test_autocompletion_takes_each_word_as_a_beginning():
    assert found(NAMES, "he du", autocomplete=True) == ["dupont"]
    assert found(NAMES, "he du") == []


def test_highlights_mark_the_matched_words_and_escape_the_rest():
    index = index_of(
        make_document(
            "1", name="<b>Œuvre</b> générale", email="a&b@oeuvre.fr", notes="x" * 400 + " une œuvre " + "<i>" * 100
        )
    )

    marks = index.search(SearchQuery("oeuvre", BOTH))[0].hits[0].highlights

    assert marks["name"] == "&lt;b&gt;<mark>Œuvre</mark>&lt;/b&gt; générale"
    assert marks["email"] == "a&amp;b@<mark>oeuvre</mark>.fr"
    assert "<mark>œuvre</mark>" in marks["notes"]
    assert marks["notes"].startswith("…")
    assert "<i>" not in marks["notes"]
    assert len(marks["notes"]) < 1_000


def test_highlights_mark_what_a_typo_found():
    assert NAMES.search(SearchQuery("helnee", BOTH))[0].hits[0].highlights == {"name": "<mark>Hélène</mark> Dupont"}


def test_list_text_filters_and_ranks_and_a_sort_takes_over():
    ranked = NAMES.list(ListQuery("person", EVERYTHING, text="dupont"))
    by_name = NAMES.list(ListQuery("person", EVERYTHING, text="dupont", sort=(Sort("name", True),)))

    assert [r["id"] for r in ranked.rows] == ["dupont", "dupond", "notes"]
    assert [r["name"] for r in by_name.rows] == ["Zoé Martin", "Jean Dupond-Moreau", "Hélène Dupont"]
    assert ranked.total == by_name.total == 3


def test_list_text_without_a_word_matches_nothing_and_blank_text_everything():
    assert NAMES.list(ListQuery("person", EVERYTHING, text="+(-")).total == 0
    assert NAMES.list(ListQuery("person", EVERYTHING, text="  ")).total == 3


def test_pages_of_a_ranked_list_meet_each_record_once():
    index = LocalIndex(SCHEMA)
    for n in range(4):
        index.apply([make_document(f"{n}-{i}", name="Alpha Beta") for i in range(100)])

    seen = [
        r["id"]
        for at in range(0, 400, 7)
        for r in index.list(ListQuery("company", EVERYTHING, text="alpha", limit=7, offset=at)).rows
    ]

    assert len(seen) == len(set(seen)) == 400


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    "text", ["dupont", "dupnot", "negociations", "el", "jean dupo", "exemple", "lyon", "+33612345678"]
)
def test_fresh_writes_rank_and_count_as_if_they_were_indexed(seed, text):
    dice = random.Random(seed)
    stored = {f"R{n}": random_document(dice, f"R{n}") for n in range(60)}
    fresh: list[IndexDocument] = []
    for d in dice.sample(list(stored.values()), 9):
        other = random_document(dice, d.id, version=2)
        if other.kind == d.kind:
            fresh.append(other)
    fresh += [purged(d, 2) for d in dice.sample(list(stored.values()), 3)] + [
        random_document(dice, f"N{n}") for n in range(3)
    ]
    current = stored.copy()
    for d in fresh:
        current[d.id] = d
    before, after = index_of(*stored.values()), index_of(*current.values())

    question = SearchQuery(text, BOTH)
    assert before.search(question, fresh) == after.search(question)
    for offset in (0, 3):
        page = ListQuery("company", EVERYTHING, text=text, limit=5, offset=offset, facets=("stage", "tags"))
        mixed, indexed = before.list(page, fresh), after.list(page)
        assert (mixed.rows, mixed.total, mixed.facets) == (indexed.rows, indexed.total, indexed.facets)


@pytest.mark.parametrize("autocomplete", [False, True])
@pytest.mark.parametrize(
    "text",
    ["dupont", "dupnot", "negociations", "el", "jean dupo", "exemple", "lyon", "+33612345678", "lefebv"],
)
def test_one_question_over_all_kinds_answers_as_one_for_each(text, autocomplete, monkeypatch):
    dice = random.Random(7)
    index = index_of(*(random_document(dice, f"R{n}") for n in range(300)))
    seen = {"company": Visibility(keys=frozenset({"team:a"})), "person": EVERYTHING}
    question = SearchQuery(text, seen, limit=4, autocomplete=autocomplete)
    answers = []
    for wide in (1, 40, 1_000):
        monkeypatch.setattr(source, "WIDE", wide)
        monkeypatch.setattr(reader, "WIDE", wide)
        answers.append(index.search(question))

    assert answers[0] == answers[1] == answers[2] != []


HOSTILE = [
    "", " ", "+", "-", '"', "(", ")", ":", "a:b", 'l"x', "dupont AND (", "*", "dupo*", "\\", "/.*/", "[a TO b]", "~2",
    "^5",
    "{}", "\x00", "\x00\x01\x02dupont", "\u202e\u0000", "é" * 10_000, "a" * 10_000, "abcdefgh " * 2_000, "@" * 300,
    "a@" * 200, "1" * 10_000, "+" * 10_000, "\ud800", "dupont\ud800", "😀😀😀", "日本語", "ﬃ", "İstanbul", "ß" * 300,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_answered(text):
    for autocomplete in (False, True):
        for group in NAMES.search(SearchQuery(text, BOTH, autocomplete=autocomplete)):
            assert group.total >= len(group.hits)
    assert NAMES.list(ListQuery("person", EVERYTHING, text=text)).total <= 3
    assert NAMES.list(ListQuery("person", EVERYTHING, (Filter("name", "eq", (text,)),))).total == 0


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_answered(text):
    for group in NAMES.search(SearchQuery(text, BOTH)):
        assert 1 <= len(group.hits) <= group.total


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_indexed_and_found_by_its_own_value(name, notes):
    index = index_of(make_document("1", name=name, notes=notes))

    assert index.list(ListQuery("company", EVERYTHING)).rows == [{"id": "1", "name": name, "notes": notes}]
    assert index.list(ListQuery("company", EVERYTHING, (Filter("name", "eq", (name,)),))).total == (1 if name else 0)

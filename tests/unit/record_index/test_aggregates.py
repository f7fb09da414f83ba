"""Counts and sums against the same made by looking at every record: by groups, scope, filters, and to the last cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.listing import AggregateQuery, Axis, Breakdown, Filter, IndexDocument, ListQuery, Visibility
from tests.unit.record_index import model
from tests.unit.record_index.samples import KINDS, make_document
from tests.unit.record_index.test_lists import (
    DOCUMENTS,
    EVERYTHING,
    INDEX,
    documents_of,
    filters,
    index_of,
    visibilities,
)

COMPANY = KINDS["company"]
EDGES = {
    "amount": ("0", "500", "1500.10", "5000.5", "100000"),
    "signed_on": ("1999-12-31", "2026-01-31", "2026-02-01", "2027-01-01"),
    "seen_at": ("2026-01-31", "2026-02-02T01:00:00+01:00", "2026-02-09"),
    "rank": ("-5", "0", "1", "3"),
}

axes = st.one_of(
    st.sampled_from(("stage", "tags", "is_active", "rank", "scores")).map(Axis),
    st.sampled_from(sorted(EDGES)).map(lambda name: Axis(name, EDGES[name])),
)
breakdowns = st.builds(
    Breakdown,
    axes=st.lists(axes, max_size=2).map(tuple),
    sums=st.lists(st.sampled_from(("amount", "rate")), unique=True).map(tuple),
    filters=st.lists(filters(), max_size=1).map(tuple),
)

Groups = dict[tuple[str, ...], tuple[int, dict[str, Decimal]]]


def looked_up(query: AggregateQuery, breakdown: Breakdown, documents: Sequence[IndexDocument]) -> Groups:
    asked = ListQuery(query.kind, query.visibility, (*query.filters, *breakdown.filters))
    groups: Groups = {}
    for document in model.matching(COMPANY, asked, documents):
        sums = {name: sum(model.values(COMPANY.fields[name], document), Decimal(0)) for name in breakdown.sums}
        for keys in product(*(_keys(axis, document) for axis in breakdown.axes)):
            count, so_far = groups.get(keys, (0, dict.fromkeys(breakdown.sums, Decimal(0))))
            groups[keys] = count + 1, {name: so_far[name] + sums[name] for name in breakdown.sums}
    return groups


def _keys(axis: Axis, document: IndexDocument) -> list[str]:
    field = COMPANY.fields[axis.field]
    if not axis.edges:
        raw = (document.row or {}).get(axis.field)
        values = raw if isinstance(raw, list) else [raw]
        return [str(v).lower() if isinstance(v, bool) else str(v) for v in dict.fromkeys(values) if v not in (None, "")]
    spans = [(low, _edge(axis.field, low), _edge(axis.field, high)) for low, high in pairwise(axis.edges)]
    return [name for name, low, high in spans for v in model.values(field, document) if low <= v < high]


def _edge(name: str, text: str) -> Any:
    if name == "seen_at" and len(text) == 10:
        text += "T00:00:00+00:00"
    return model.wanted(COMPANY.fields[name], text)


def found(query: AggregateQuery, fresh: Sequence[IndexDocument] = (), index: Any = INDEX) -> list[Groups]:
    answer = index.aggregate(query, fresh)
    return [{group.keys: (group.count, dict(group.sums)) for group in groups} for groups in answer]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    visibilities, st.lists(filters(), max_size=1).map(tuple), st.lists(breakdowns, min_size=1, max_size=3).map(tuple)
)
def test_groups_are_those_of_the_records_a_list_shows(
    visibility: Visibility, conditions: tuple[Filter, ...], asked: tuple[Breakdown, ...]
) -> None:
    query = AggregateQuery("company", visibility, asked, conditions)

    assert found(query) == [looked_up(query, breakdown, DOCUMENTS) for breakdown in asked]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1_000), breakdowns)
def test_fresh_writes_count_instead_of_what_the_index_holds(seed: int, asked: Breakdown) -> None:
    newer = [d for d in documents_of(seed, size=40) if d.kind == "company"]
    fresh = [IndexDocument(d.kind, d.id, 2, d.audience, d.deleted, d.row) for d in newer]
    query = AggregateQuery("company", EVERYTHING, (asked,))
    replaced = {d.id for d in fresh}
    untouched = [d for d in DOCUMENTS if not (d.kind == "company" and d.id in replaced)]

    assert found(query, fresh) == [looked_up(query, asked, [*untouched, *fresh])]


def test_text_narrows_as_it_does_in_the_list() -> None:
    query = AggregateQuery("company", EVERYTHING, (Breakdown(),), text="dupont")

    ((count, _),) = found(query)[0].values()

    assert count == INDEX.list(ListQuery("company", EVERYTHING, text="dupont")).total > 0


@pytest.mark.parametrize("amount", ["90071992547409.93", "99999999999999.99"])
def test_sums_beyond_what_a_float_holds_are_exact(amount: str) -> None:
    documents = [make_document(f"B{n}", amount=amount, stage="signe") for n in range(3)]
    index = index_of([*documents, make_document("C", amount="0.01", stage="signe")])

    ((count, sums),) = found(
        AggregateQuery("company", EVERYTHING, (Breakdown((Axis("stage"),), ("amount",)),)), index=index
    )[0].values()

    assert (count, sums["amount"]) == (4, Decimal(amount) * 3 + Decimal("0.01"))


def test_who_sees_nothing_is_told_nothing() -> None:
    query = AggregateQuery("company", Visibility(), (Breakdown(), Breakdown((Axis("stage"),))))

    assert found(query) == [{}, {}]


@pytest.mark.parametrize(
    "breakdown",
    [
        Breakdown((Axis("name"),)),
        Breakdown((Axis("amount"),)),
        Breakdown((Axis("stage", ("a", "b")),)),
        Breakdown((Axis("scores", ("1", "2")),)),
        Breakdown(sums=("name",)),
        Breakdown(sums=("rank",)),
        Breakdown((Axis("nope"),)),
        Breakdown((Axis("signed_on", ("yesterday", "2026-01-01")),)),
    ],
)
def test_what_cannot_be_grouped_or_added_up_is_refused(breakdown: Breakdown) -> None:
    with pytest.raises(InvalidInput):
        INDEX.aggregate(AggregateQuery("company", EVERYTHING, (breakdown,)))

"""Mandates go forward only, and hold products while they are in force."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.domain.errors import EndBeforeStart, InvalidInput, MandatNotSigned, MandatStatusPath
from chalicelib.domain.mandats import MANDATS, NEXT, MandatStatus
from chalicelib.domain.produits import PRODUITS
from tests.support.factories import body_of, make_id


def a_mandat(core: Any, **fields: Any) -> Any:
    organisation = core.organisation()
    return core.mandats.create(
        core.alice, body_of(MANDATS, **{"name": "Mandat", "organisation_id": organisation.id, **fields})
    )


def a_produit(core: Any, **fields: Any) -> Any:
    return core.produits.create(core.admin, body_of(PRODUITS, **{"name": "Fonds", "team_id": core.team.id, **fields}))


@pytest.mark.parametrize("before", MandatStatus)
@pytest.mark.parametrize("after", MandatStatus)
def test_the_path_of_statuses(core, before, after):
    mandat = a_mandat(core, status=before)

    if after is before or after in NEXT[before]:
        assert core.mandats.update(core.alice, mandat.id, {"status": after}).status is after
    else:
        with pytest.raises(MandatStatusPath):
            core.mandats.update(core.alice, mandat.id, {"status": after})


@pytest.mark.parametrize(
    ("status", "allowed"), [("propose", False), ("signe", True), ("actif", True), ("termine", False)]
)
def test_a_product_is_attached_to_a_mandate_in_force_only(core, status, allowed):
    produit = a_produit(core)

    if allowed:
        assert a_mandat(core, status=status, produit_ids=[produit.id]).produit_ids == [produit.id]
        mandat = a_mandat(core, status=status)
        assert core.mandats.update(core.alice, mandat.id, {"produit_ids": [produit.id]}).produit_ids == [produit.id]
    else:
        with pytest.raises(MandatNotSigned):
            a_mandat(core, status=status, produit_ids=[produit.id])
        mandat = a_mandat(core, status=status)
        with pytest.raises(MandatNotSigned):
            core.mandats.update(core.alice, mandat.id, {"produit_ids": [produit.id]})


def test_a_mandate_that_ends_keeps_its_products_and_may_lose_them(core):
    first, second = a_produit(core), a_produit(core)
    mandat = a_mandat(core, status="actif", produit_ids=[first.id, second.id])

    ended = core.mandats.update(core.alice, mandat.id, {"status": "termine"})
    assert ended.produit_ids == [first.id, second.id]
    assert core.mandats.update(core.alice, mandat.id, {"produit_ids": [first.id]}).produit_ids == [first.id]


def test_each_product_must_be_there(core):
    produit = a_produit(core)

    with pytest.raises(InvalidInput) as refused:
        a_mandat(core, status="signe", produit_ids=[produit.id, make_id()])
    assert [detail.field for detail in refused.value.details] == ["produit_ids"]


def test_coming_into_force_dates_the_signature_unless_it_has_a_date(core):
    mandat = a_mandat(core)
    assert mandat.date_signature is None

    assert core.mandats.update(core.alice, mandat.id, {"status": "signe"}).date_signature == core.clock.now().date()
    given = a_mandat(core, status="signe", date_signature="2026-01-15")
    assert given.date_signature == date(2026, 1, 15)


def test_the_end_is_not_before_the_beginning(core):
    mandat = a_mandat(core, date_debut="2026-03-01")

    with pytest.raises(EndBeforeStart) as refused:
        core.mandats.update(core.alice, mandat.id, {"date_fin": date(2026, 2, 28)})
    assert [detail.field for detail in refused.value.details] == ["date_fin"]

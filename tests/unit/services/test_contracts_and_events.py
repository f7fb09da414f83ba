"""The rules between clients, contracts, events, and the people who look after them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.client_events import EVENTS
from chalicelib.domain.contracts import CONTRACTS
from chalicelib.domain.errors import (
    AmountDueAboveTotal,
    ContractNotSigned,
    ContractOfAnotherClient,
    EndBeforeStart,
    Forbidden,
    InUse,
    InvalidInput,
    SalesContactRole,
    SupportContactRole,
)
from chalicelib.domain.policy import BUILT_IN_ROLES
from tests.support.clock import START
from tests.support.factories import body_of, make_caller, make_role, make_user

END = START + timedelta(hours=3)


def a_user(core: Any, role: str) -> Any:
    user = make_user(role=role, team_id=core.team.id)
    core.store.records[user.kind, user.id] = user
    for slug in BUILT_IN_ROLES:
        core.store.records["role", slug] = make_role(id=slug)
    return user


def a_contract(core: Any, **fields: Any) -> Any:
    client = fields.pop("organisation_id", None) or core.organisation().id
    about = {"name": "Convention", "organisation_id": client, "total_amount": "1000.00", "signed": True}
    return core.contracts.create(core.admin, body_of(CONTRACTS, **{**about, "team_id": core.team.id, **fields}))


def an_event(core: Any, contract: Any, **fields: Any) -> Any:
    about = {"contract_id": contract.id, "organisation_id": contract.organisation_id, "name": "Soirée"}
    times = {"start_at": START.isoformat(), "end_at": END.isoformat()}
    return core.events.create(core.alice, body_of(EVENTS, **{**about, **times, **fields}))


class TestContracts:
    def test_all_of_a_new_contract_is_due_unless_told_otherwise(self, core):
        assert a_contract(core).amount_due == Decimal("1000.00")
        assert a_contract(core, amount_due="250.00").amount_due == Decimal("250.00")

    def test_not_more_than_the_total_can_be_due(self, core):
        contract = a_contract(core)

        with pytest.raises(AmountDueAboveTotal):
            core.contracts.update(core.admin, contract.id, {"amount_due": Decimal("1000.01")})
        with pytest.raises(AmountDueAboveTotal):
            core.contracts.update(core.admin, contract.id, {"total_amount": Decimal("999.99")})
        assert core.contracts.get(core.admin, contract.id) == contract

    def test_signing_is_dated_and_unsigning_forgets_it(self, core):
        contract = a_contract(core, signed=False)
        assert contract.signed_at is None

        signed = core.contracts.update(core.admin, contract.id, {"signed": True})
        assert signed.signed_at == core.clock.now()
        assert core.contracts.update(core.admin, contract.id, {"signed": False}).signed_at is None

    @pytest.mark.parametrize("role", ["admin", "manager", "support", "viewer"])
    def test_the_sales_contact_has_the_role_sales(self, core, role):
        contract = a_contract(core, sales_contact_id=a_user(core, "sales").id)

        with pytest.raises(SalesContactRole):
            a_contract(core, sales_contact_id=a_user(core, role).id)
        with pytest.raises(SalesContactRole):
            core.contracts.update(core.admin, contract.id, {"sales_contact_id": a_user(core, role).id})

    def test_a_sales_contact_keeps_the_role_until_the_contracts_are_handed_over(self, core):
        seller, successor = a_user(core, "sales"), a_user(core, "sales")
        contract = a_contract(core, sales_contact_id=seller.id)

        with pytest.raises(InUse):
            core.users.update(core.admin, seller.id, {"role": "manager"})
        with pytest.raises(InUse):
            core.users.delete(core.admin, seller.id)
        core.contracts.update(core.admin, contract.id, {"sales_contact_id": successor.id})
        assert core.users.update(core.admin, seller.id, {"role": "manager"}).role == "manager"

    def test_a_contract_in_the_trash_binds_nobody_and_comes_back_under_the_rules(self, core):
        seller = a_user(core, "sales")
        contract = a_contract(core, sales_contact_id=seller.id)
        core.contracts.delete(core.admin, contract.id)
        core.users.update(core.admin, seller.id, {"role": "manager"})

        with pytest.raises(SalesContactRole):
            core.contracts.restore(core.admin, contract.id)


class TestEvents:
    def test_an_event_needs_a_signed_contract(self, core):
        with pytest.raises(ContractNotSigned):
            an_event(core, a_contract(core, signed=False))
        assert an_event(core, a_contract(core)).attendees == 0

    def test_an_event_needs_a_contract_of_the_same_client(self, core):
        other = core.organisation().id
        with pytest.raises(ContractOfAnotherClient):
            an_event(core, a_contract(core), organisation_id=other)

    def test_a_contract_with_events_stays_signed_with_its_client_and_out_of_the_trash(self, core):
        contract = a_contract(core)
        event = an_event(core, contract)

        for changes in ({"signed": False}, {"organisation_id": core.organisation().id}):
            with pytest.raises(InUse):
                core.contracts.update(core.admin, contract.id, changes)
        with pytest.raises(InUse):
            core.contracts.delete(core.admin, contract.id)

        core.events.delete(core.admin, event.id)
        assert not core.contracts.update(core.admin, contract.id, {"signed": False}).signed
        with pytest.raises(ContractNotSigned):
            core.events.restore(core.admin, event.id)

    def test_an_event_moves_to_another_contract_and_frees_the_first(self, core):
        client = core.organisation().id
        first, second = a_contract(core, organisation_id=client), a_contract(core, organisation_id=client)
        event = an_event(core, first)

        core.events.update(core.alice, event.id, {"contract_id": second.id})

        core.contracts.update(core.admin, first.id, {"signed": False})
        with pytest.raises(InUse):
            core.contracts.update(core.admin, second.id, {"signed": False})

    @pytest.mark.parametrize("role", ["admin", "manager", "sales", "viewer"])
    def test_the_support_contact_has_the_role_support(self, core, role):
        contract = a_contract(core)
        helper = a_user(core, "support")
        event = an_event(core, contract, support_contact_id=helper.id)

        with pytest.raises(SupportContactRole):
            an_event(core, contract, support_contact_id=a_user(core, role).id)
        with pytest.raises(SupportContactRole):
            core.events.update(core.alice, event.id, {"support_contact_id": a_user(core, role).id})
        with pytest.raises(InUse):
            core.users.update(core.admin, helper.id, {"role": role})

    @pytest.mark.parametrize("end", [START, START - timedelta(minutes=1)])
    def test_it_ends_after_its_start(self, core, end):
        event = an_event(core, a_contract(core))

        with pytest.raises(EndBeforeStart):
            core.events.update(core.alice, event.id, {"end_at": end})

    def test_attendees_are_not_negative(self, core):
        event = an_event(core, a_contract(core))

        with pytest.raises(InvalidInput) as refused:
            core.events.update(core.alice, event.id, {"attendees": -1})
        assert [detail.field for detail in refused.value.details] == ["attendees"]

    def test_a_support_contact_sees_and_updates_own_events_only(self, core):
        helper = a_user(core, "support")
        caller = make_caller("support", user_id=helper.id, team_id=None)
        mine = an_event(core, a_contract(core), support_contact_id=helper.id)
        other = an_event(core, a_contract(core))

        assert core.events.update(caller, mine.id, {"attendees": 40}).attendees == 40
        with pytest.raises(Forbidden):
            core.events.update(caller, other.id, {"attendees": 40})

"""The rules between records under parallel writers, on Amazon's own engine."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.adapters.clock import SystemClock
from chalicelib.domain.client_events import EVENTS
from chalicelib.domain.contracts import CONTRACTS
from chalicelib.domain.errors import DomainError, RuleBroken
from chalicelib.domain.policy import BUILT_IN_ROLES
from chalicelib.domain.records import Record, Ref
from chalicelib.domain.users import USERS
from chalicelib.repositories.records import DynamoRecords
from chalicelib.services.contracts import ContractService
from chalicelib.services.records import RecordService
from tests.support.clock import START
from tests.support.dynamodb_local import LocalTable
from tests.support.factories import body_of, inserting, make_caller, make_organisation, make_role, make_user
from tests.support.fakes import SpyIndex
from tests.support.store import records_on

pytestmark = pytest.mark.java

WRITERS = 8
OPERATIONS = 10_000
CLIENTS, USERS_EACH, CONTRACTS_MADE = 2, 4, 6


@pytest.fixture
def store(local_table: LocalTable) -> Iterator[DynamoRecords]:
    with records_on(local_table.name, local_table.endpoint_url) as records:
        yield records


class Agency:
    """Few clients, contracts and users, so that writers meet all the time."""

    def __init__(self, store: DynamoRecords) -> None:
        clock, index = SystemClock(), SpyIndex()
        self.store = store
        self.contracts = ContractService(CONTRACTS, store, index, clock)
        self.events: RecordService[Any] = RecordService(EVENTS, store, index, clock)
        self.users: RecordService[Any] = RecordService(USERS, store, index, clock)
        self.clients = [make_organisation() for _ in range(CLIENTS)]
        self.people = [make_user(role=role) for role in ("sales", "support") for _ in range(USERS_EACH)]
        records: list[Record] = [*self.clients, *self.people, *(make_role(id=slug) for slug in BUILT_IN_ROLES)]
        for record in records:
            store.commit(inserting(record))
        self.made: dict[str, list[str]] = {"contract": [], "event": []}
        admin = make_caller("admin")
        for number in range(CONTRACTS_MADE):
            about = {"name": "C", "organisation_id": self.clients[number % CLIENTS].id, "total_amount": "10.00"}
            self.made["contract"].append(self.contracts.create(admin, body_of(CONTRACTS, **about, signed=True)).id)

    def act(self, dice: random.Random) -> None:
        """One random operation; it may be refused."""
        admin = make_caller("admin")
        contract, client = dice.choice(self.made["contract"]), dice.choice(self.clients).id
        person = dice.choice(self.people).id
        event = dice.choice(self.made["event"]) if self.made["event"] else None
        times = {"start_at": START.isoformat(), "end_at": START.replace(hour=23).isoformat()}
        action = dice.randrange(9)
        if action == 0 or event is None:
            about = {"name": "E", "contract_id": contract, "organisation_id": client, **times}
            support = {"support_contact_id": person} if dice.random() < 0.5 else {}
            self.made["event"].append(self.events.create(admin, body_of(EVENTS, **about, **support)).id)
        elif action == 1:
            self.events.update(admin, event, {"contract_id": contract, "organisation_id": client})
        elif action == 2:
            self.events.update(admin, event, {"support_contact_id": person})
        elif action == 3:
            dice.choice((self.events.delete, self.events.restore))(admin, event)
        elif action == 4:
            self.contracts.update(admin, contract, {"signed": dice.random() < 0.6})
        elif action == 5:
            self.contracts.update(admin, contract, {"sales_contact_id": person})
        elif action == 6:
            self.contracts.update(admin, contract, {"organisation_id": client})
        elif action == 7:
            dice.choice((self.contracts.delete, self.contracts.restore))(admin, contract)
        else:
            self.users.update(admin, person, {"role": dice.choice(("sales", "support", "viewer"))})

    def violations(self) -> list[str]:
        """Each rule that the stored records break, and each count that is not true."""
        found: list[str] = []
        counted: Counter[str] = Counter()
        for kind in ("contract", "event"):
            for id in self.made[kind]:
                record: Any = self.store.get(kind, id)
                for reliance in () if record is None or record.deleted_at else record.reliances:
                    counted[reliance.counter] += 1
                    target = self.store.get(*reliance.ref)
                    refusal = reliance.refusal(target.document() if target else None)
                    found += [f"{kind}: {refusal}"] if isinstance(refusal, RuleBroken) else []
        return found + [f"{name} counts wrong" for name, tally in self._tallies().items() if tally != counted[name]]

    def _tallies(self) -> dict[str, int]:
        from chalicelib.repositories.items import Item

        held = (item for item in Item.scan(Item.pk.startswith("COUNTER#held#")))
        return {item.pk.removeprefix("COUNTER#"): int(item.tally) for item in held}


def in_parallel(work: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(work, range(WRITERS)))


def test_no_rule_is_broken_by_ten_thousand_random_operations(store: DynamoRecords) -> None:
    """Eight writers create, move, sign, unsign, assign, delete, restore and change roles, over the same few records."""
    agency = Agency(store)
    outcomes: Counter[str] = Counter()

    def work(writer: int) -> None:
        dice = random.Random(writer)
        for _ in range(OPERATIONS // WRITERS):
            try:
                agency.act(dice)
                outcomes["done"] += 1
            except DomainError as refused:
                outcomes[refused.code] += 1

    in_parallel(work)

    assert agency.violations() == []
    assert outcomes["done"] > OPERATIONS // 10
    for rule in ("contract_not_signed", "contract_of_another_client", "support_contact_role", "in_use"):
        assert outcomes[rule] > 0, outcomes


def test_unsigning_while_events_are_made_refuses_one_of_the_two(store: DynamoRecords) -> None:
    """Each round, one writer unsigns the contract while the others make an event of it."""
    agency = Agency(store)
    admin = make_caller("admin")
    contract = store.get("contract", agency.made["contract"][0])
    assert contract is not None
    times = {"start_at": START.isoformat(), "end_at": START.replace(hour=23).isoformat()}
    client = contract.organisation_id  # type: ignore[attr-defined]
    body = body_of(EVENTS, name="E", contract_id=contract.id, organisation_id=client, **times)

    def work(writer: int) -> Ref | None:
        try:
            if writer == 0:
                agency.contracts.update(admin, contract.id, {"signed": False})
                return None
            return Ref("event", agency.events.create(admin, body).id)
        except DomainError:
            return None

    for _ in range(30):
        made = [ref for ref in in_parallel(work) if ref]
        signed = store.get("contract", contract.id).signed  # type: ignore[union-attr]
        assert signed or not made
        for ref in made:
            agency.events.delete(admin, ref.id)
        agency.contracts.update(admin, contract.id, {"signed": True})

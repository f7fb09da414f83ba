"""Records under parallel writers, on Amazon's own engine: unique values, versions, the primary contact, idempotency."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.adapters.clock import SystemClock
from chalicelib.domain.callers import Caller
from chalicelib.domain.errors import AlreadyAnswered, Conflict, Duplicate, InvalidInput, NotFound, StaleVersion
from chalicelib.domain.organisations import ORGANISATIONS
from chalicelib.domain.people import LINKS, PEOPLE
from chalicelib.domain.records import Kind
from chalicelib.repositories.records import DynamoRecords
from chalicelib.services.people import LinkService
from chalicelib.services.records import RecordService, bulk
from tests.support.dynamodb_local import LocalTable
from tests.support.factories import again, body_of, inserting, make_caller, make_organisation, make_person
from tests.support.fakes import SpyIndex
from tests.support.store import records_on

pytestmark = pytest.mark.java

WRITERS = 8
# In all 10,000 contested operations.
OPERATIONS = 8_400
EDITS = 800
LINK_EDITS = 800
ADDRESSES = 40


@pytest.fixture
def store(local_table: LocalTable) -> Iterator[DynamoRecords]:
    with records_on(local_table.name, local_table.endpoint_url) as records:
        yield records


def in_parallel(work: Callable[[int], Any], writers: int = WRITERS) -> list[Any]:
    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(work, range(writers)))


def service(kind: Kind[Any], store: DynamoRecords) -> RecordService[Any]:
    return RecordService(kind, store, SpyIndex(), SystemClock())


def all_items(local_table: LocalTable) -> list[dict[str, Any]]:
    pages = local_table.server.client().get_paginator("scan").paginate(TableName=local_table.name)
    return [item for page in pages for item in page["Items"]]


def sentinels(items: list[dict[str, Any]], kind: str, field: str) -> dict[str, str]:
    """Unique value to holder."""
    prefix = f"UNIQUE#{kind}#{field}#"
    return {i["PK"]["S"][len(prefix) :]: i["holder"]["S"] for i in items if i["PK"]["S"].startswith(prefix)}


def live(items: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Id to document of the records that are not in the trash."""
    records = [i for i in items if i["SK"]["S"] == "RECORD" and i["kind"]["S"] == kind]
    return {i["PK"]["S"].partition("#")[2]: i["data"]["M"] for i in records if "deleted_at" not in i["data"]["M"]}


def test_unique_addresses_survive_ten_thousand_contested_operations(
    store: DynamoRecords, local_table: LocalTable
) -> None:
    """Writers create, rename, delete and restore people over few addresses; each address has at most one holder."""
    people = service(PEOPLE, store)
    admin = make_caller("admin")
    made: list[str] = []
    refusals: Counter[str] = Counter()

    def act(dice: random.Random) -> None:
        address = f"p{dice.randrange(ADDRESSES)}@b.test"
        action = dice.choice(("create", "rename", "rename", "delete", "restore"))
        if action == "create" or not made:
            made.append(people.create(admin, body_of(PEOPLE, last_name="X", email=address)).id)
        elif action == "rename":
            people.update(admin, dice.choice(made), {"email": dice.choice((address, None))})
        elif action == "delete":
            people.delete(admin, dice.choice(made))
        else:
            people.restore(admin, dice.choice(made))

    def work(writer: int) -> None:
        dice = random.Random(writer)
        for _ in range(OPERATIONS // WRITERS):
            try:
                act(dice)
            except (Duplicate, StaleVersion, NotFound, Conflict) as refused:
                refusals[type(refused).__name__] += 1

    in_parallel(work)

    items = all_items(local_table)
    held = sentinels(items, "person", "email")
    addresses = {id: data["email"]["S"] for id, data in live(items, "person").items() if "email" in data}
    assert held == {address: id for id, address in addresses.items()}
    assert len(held) == len(addresses)
    assert refusals["Duplicate"] > 500
    assert refusals.total() < OPERATIONS


def test_no_edit_is_lost_and_every_refusal_is_real(store: DynamoRecords) -> None:
    """The notes of one record are a log: each accepted edit appended its own line, and nothing else did."""
    organisations = service(ORGANISATIONS, store)
    admin = make_caller("admin")
    shared = make_organisation(notes="start")
    store.commit(inserting(shared))

    def work(writer: int) -> tuple[list[str], int]:
        accepted, refused = [], 0
        for number in range(EDITS // WRITERS):
            line = f"{writer}-{number}"
            current = organisations.get(admin, shared.id)
            try:
                organisations.update(admin, shared.id, {"notes": f"{current.notes}\n{line}"}, current.version)
            except StaleVersion as stale:
                unreal = stale.current["version"] <= current.version
                refused += 1
                if unreal:
                    raise AssertionError("refused although nothing had changed") from stale
            except Conflict:
                refused += 1
            else:
                accepted.append(line)
        return accepted, refused

    outcomes = in_parallel(work)

    final = organisations.get(admin, shared.id)
    accepted = [line for mine, _ in outcomes for line in mine]
    assert sorted(final.notes.split("\n")[1:]) == sorted(accepted)
    assert final.version == 1 + len(accepted)
    assert len(accepted) + sum(refused for _, refused in outcomes) == EDITS


def test_an_organisation_has_at_most_one_primary_contact(store: DynamoRecords, local_table: LocalTable) -> None:
    links = LinkService(LINKS, store, SpyIndex(), SystemClock())
    admin = make_caller("admin")
    organisations = [make_organisation() for _ in range(3)]
    people = [make_person() for _ in range(12)]
    for record in (*organisations, *people):
        store.commit(inserting(record))
    made = [
        links.create(
            admin, LINKS.fields.model_validate({"organisation_id": organisation.id, "person_id": person.id})
        ).id
        for organisation in organisations
        for person in people
    ]
    taken: Counter[str] = Counter()

    def work(writer: int) -> None:
        dice = random.Random(writer)
        for _ in range(LINK_EDITS // WRITERS):
            id = dice.choice(made)
            try:
                match dice.choice(("take", "take", "drop", "delete", "restore")):
                    case "take":
                        links.update(admin, id, {"is_primary": True})
                        taken["took"] += 1
                    case "drop":
                        links.update(admin, id, {"is_primary": False})
                    case "delete":
                        links.delete(admin, id)
                    case _:
                        links.restore(admin, id)
            except (StaleVersion, NotFound, Conflict) as refused:
                taken[type(refused).__name__] += 1

    in_parallel(work)

    items = all_items(local_table)
    primary: dict[str, list[str]] = defaultdict(list)
    for id, data in live(items, LINKS.name).items():
        if data["is_primary"]["BOOL"]:
            primary[data["organisation_id"]["S"]].append(id)
    assert {organisation: [id] for organisation, id in sentinels(items, LINKS.name, "is_primary").items()} == primary
    assert taken["took"] > 50


def test_eight_parallel_requests_with_one_key_have_one_effect(store: DynamoRecords, local_table: LocalTable) -> None:
    people = service(PEOPLE, store)

    for round_ in range(25):
        first = make_caller("admin", key=f"k{round_}")
        body = PEOPLE.fields.model_validate({"last_name": "X", "email": f"r{round_}@b.test"})

        def request(_: int, first: Caller = first, body: Any = body) -> Any:
            try:
                return people.create(again(first), body).row()
            except AlreadyAnswered as twin:
                return twin.answer.answer.body

        answers = in_parallel(request)

        assert all(answer == answers[0] for answer in answers)
    assert len(live(all_items(local_table), "person")) == 25


def test_parallel_bulk_requests_with_one_key_have_one_effect(store: DynamoRecords, local_table: LocalTable) -> None:
    people = service(PEOPLE, store)
    first = make_caller("admin", key="bulk")
    items = [PEOPLE.fields.model_validate({"last_name": "X", "email": f"p{n}@b.test"}) for n in range(15)]

    answers = in_parallel(lambda _: bulk(again(first), items, people.create, store), 4)

    assert all(answer == answers[0] for answer in answers)
    assert [outcome.error for outcome in answers[0]] == [None] * 15
    assert len(live(all_items(local_table), "person")) == 15


def test_a_link_and_the_end_of_its_organisation_never_both_win(store: DynamoRecords, local_table: LocalTable) -> None:
    """Whoever commits first wins: no link is made to an organisation that went to the trash before it."""
    organisations, links = service(ORGANISATIONS, store), LinkService(LINKS, store, SpyIndex(), SystemClock())
    admin = make_caller("admin")
    person = make_person()
    store.commit(inserting(person))

    for _ in range(25):
        organisation = make_organisation()
        store.commit(inserting(organisation))

        def work(writer: int, id: str = organisation.id) -> str:
            try:
                if writer:
                    return "deleted" if organisations.delete(admin, id) else ""
                body = {"organisation_id": id, "person_id": person.id}
                return links.create(admin, LINKS.fields.model_validate(body)).created_at.isoformat()
            except (InvalidInput, Conflict) as refused:
                return type(refused).__name__

        linked, deleted = in_parallel(work, 2)

        assert deleted in ("deleted", "Conflict")
        assert linked in ("InvalidInput", "Conflict") or linked.startswith("20")
    entries = [i for i in all_items(local_table) if i["kind"]["S"] == "audit"]
    assert len({i["SK"]["S"] for i in entries}) == len(entries)

"""Bulk requests: every item on its own, and a repeat after a crash finishes the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.domain.errors import Duplicate, IdempotencyMismatch, InvalidInput
from chalicelib.domain.people import PEOPLE
from chalicelib.services.records import BulkOutcome, bulk
from tests.support.factories import again, body_of, make_answer, make_caller


class Killed(BaseException):
    """The process died."""


def row_of(outcome: BulkOutcome) -> Mapping[str, Any]:
    assert outcome.row is not None, outcome.error
    return outcome.row


def people(*emails: str | None) -> list:
    return [body_of(PEOPLE, last_name=f"N{n}", email=email) for n, email in enumerate(emails)]


def test_items_succeed_and_fail_on_their_own(core):
    outcomes = bulk(core.alice, people("a@b.test", "a@b.test", "c@b.test"), core.people.create, core.store)

    assert [(o.index, o.error and type(o.error)) for o in outcomes] == [(0, None), (1, Duplicate), (2, None)]
    assert [row_of(o)["email"] for o in outcomes if o.row] == ["a@b.test", "c@b.test"]


def test_a_repeat_answers_the_same_and_writes_nothing(core):
    caller = make_caller("admin", key="k")
    items = people("a@b.test", None, "c@b.test")
    first = bulk(caller, items, core.people.create, core.store)
    commits = len(core.store.commits)

    repeated = bulk(again(caller), items, core.people.create, core.store)

    assert repeated == first
    assert len(core.store.commits) == commits


@pytest.mark.parametrize("survived", range(5))
@pytest.mark.parametrize("acknowledged", [True, False])
def test_a_repeat_after_a_crash_finishes_the_rest_and_nothing_twice(core, survived, acknowledged):
    caller = make_caller("admin", key="k")
    items = people(*[f"p{n}@b.test" for n in range(5)])
    commit = core.store.commit

    def dying_commit(change):
        if len(core.store.commits) == survived:
            if not acknowledged:
                commit(change)
            raise Killed
        commit(change)

    core.store.commit = dying_commit
    with pytest.raises(Killed):
        bulk(caller, items, core.people.create, core.store)
    core.store.commit = commit

    outcomes = bulk(again(caller), items, core.people.create, core.store)

    assert [row_of(o)["email"] for o in outcomes] == [item.email for item in items]
    stored = [record for record in core.store.records.values() if record.kind == "person"]
    assert sorted(record.email for record in stored) == [item.email for item in items]
    assert {row_of(o)["id"] for o in outcomes} == {record.id for record in stored}


def test_updates_by_version_and_deletions_are_finished_too(core):
    made = [core.organisation(core.admin) for _ in range(3)]
    caller = make_caller("admin", key="k")
    done = again(caller)

    def update(by, record):
        return core.organisations.update(by, record.id, {"city": "Lyon"}, record.version)

    bulk(caller, made[:2], update, core.store)
    outcomes = bulk(done, made, update, core.store)

    assert [(row_of(o)["city"], row_of(o)["version"]) for o in outcomes] == [("Lyon", 2)] * 3

    removal = make_caller("admin", key="d")
    bulk(removal, made[:2], lambda by, r: core.organisations.delete(by, r.id, 2), core.store)
    removed = bulk(again(removal), made, lambda by, r: core.organisations.delete(by, r.id, 2), core.store)

    assert [o.error for o in removed] == [None] * 3


def test_failed_items_are_tried_again(core):
    caller = make_caller("admin", key="k")
    holder = core.person(core.admin, email="a@b.test")
    assert bulk(caller, people("a@b.test"), core.people.create, core.store)[0].error
    core.people.delete(core.admin, holder.id)

    assert bulk(again(caller), people("a@b.test"), core.people.create, core.store)[0].error is None


def test_the_key_with_another_request_is_a_mismatch_and_does_nothing(core):
    caller = make_caller("admin", key="k")
    bulk(caller, people("a@b.test"), core.people.create, core.store)
    commits = len(core.store.commits)

    with pytest.raises(IdempotencyMismatch):
        bulk(again(caller, body="another"), people("x@b.test", "y@b.test"), core.people.create, core.store)

    assert len(core.store.commits) == commits


def test_a_parallel_twin_under_another_request_is_a_mismatch_of_that_item(core):
    caller = make_caller("admin", key="k")
    claimed = make_answer(actor_id=caller.principal.user_id, key="k/0", request_hash="another")
    commit = core.store.commit

    def twin_first(change):
        core.store.keep(claimed)
        commit(change)

    core.store.commit = twin_first
    (outcome,) = bulk(caller, people("a@b.test"), core.people.create, core.store)

    assert isinstance(outcome.error, IdempotencyMismatch)


def test_an_invalid_item_is_reported_where_it_stands(core):
    items = [
        body_of(PEOPLE, last_name="A", owner_id=core.missing_id()),
        body_of(PEOPLE, last_name="B"),
    ]

    first, second = bulk(core.alice, items, core.people.create, core.store)

    assert isinstance(first.error, InvalidInput)
    assert row_of(second)["last_name"] == "B"

"""What every record store does: the same cases run on the in-memory fake, on moto and on DynamoDB Local."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.changes import Answer, MustExist, Release, Rely, Replace, Unheld
from chalicelib.domain.errors import (
    AlreadyAnswered,
    Conflict,
    ContractNotSigned,
    ContractOfAnotherClient,
    Duplicate,
    InUse,
    InvalidInput,
    NotFound,
    StaleVersion,
)
from chalicelib.domain.events import Transition
from chalicelib.domain.people import Link
from chalicelib.domain.records import Cause, Record, Ref
from chalicelib.domain.trails import TrailQuery
from chalicelib.domain.types import format_utc
from chalicelib.repositories.history import DynamoHistory
from chalicelib.repositories.trails import DynamoTrails
from tests.support.aws import in_process_cloud
from tests.support.clock import START
from tests.support.factories import (
    inserting,
    make_answer,
    make_audit,
    make_contract,
    make_event,
    make_id,
    make_interaction,
    make_link,
    make_organisation,
    make_person,
    make_task,
    next_version,
    ref_of,
    replacing,
)
from tests.support.fakes import InMemoryRecords, InMemoryTrails
from tests.support.store import records_on


@pytest.fixture(params=["fake", "moto", pytest.param("dynamodb_local", marks=pytest.mark.java)])
def engine(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any, Any]]:
    """The store, and the history store and the trails on the same data."""
    if request.param == "fake":
        fake = InMemoryRecords()
        yield fake, fake, InMemoryTrails(fake)
    elif request.param == "moto":
        with in_process_cloud() as cloud, records_on(cloud.table_name) as records:
            yield records, DynamoHistory(), DynamoTrails()
    else:
        table = request.getfixturevalue("local_table")
        with records_on(table.name, table.endpoint_url) as records:
            yield records, DynamoHistory(), DynamoTrails()


@pytest.fixture
def store(engine) -> Any:
    return engine[0]


@pytest.fixture
def history(engine) -> Any:
    return engine[1]


@pytest.fixture
def audit(engine) -> Any:
    """Answers the entries that fit the conditions, by default those of all times."""

    def entries(limit: int = 10, **conditions: Any) -> list[Any]:
        times = {"since": START - timedelta(days=50), "until": START + timedelta(days=50)}
        return list(engine[2].audit(TrailQuery(**{**times, "limit": limit, **conditions})).entries)

    return entries


def stored(store: Any, record: Record) -> Any:
    return store.get(record.kind, record.id)


def put(store: Any, *records: Record) -> None:
    for record in records:
        store.commit(inserting(record))


class TestReading:
    def test_a_record_comes_back_as_it_was_stored(self, store):
        organisation = make_organisation(
            potential_amount="500000.00",
            signature_date="2026-03-01",
            signature_probability=0,
            roles=["distributeur"],
            tags=["été", "vip"],
            metadata={"source": "salon", "année": "2026"},
            email_consent=False,
            notes="ligne 1\nligne 2 \U0001f600",
            cause=Cause(type="workflow", id="w1", depth=2),
        )
        interaction = make_interaction(
            participants=["A", "B"], attachments=[{"name": "a.pdf", "url": "https://x.test/a"}]
        )

        put(store, organisation, interaction)

        assert stored(store, organisation) == organisation
        assert stored(store, interaction) == interaction

    def test_a_missing_record_is_none(self, store):
        assert store.get("organisation", make_id()) is None

    def test_many_records_of_several_kinds_come_in_one_answer_without_the_missing(self, store):
        records = [make_organisation(), make_person(), *[make_task() for _ in range(110)]]
        put(store, *records)

        found = store.get_many([*map(ref_of, records), Ref("task", make_id())])

        assert found == {ref_of(record): record for record in records}

    def test_another_kind_with_the_same_id_is_another_record(self, store):
        person = make_person()
        put(store, person)

        assert store.get("organisation", person.id) is None


class TestInserting:
    def test_an_id_is_taken_once(self, store):
        organisation = make_organisation()
        put(store, organisation)

        with pytest.raises(Conflict):
            put(store, organisation.model_copy(update={"change_id": make_id(), "name": "Other"}))

        assert stored(store, organisation).name == organisation.name

    def test_the_same_change_again_is_no_conflict(self, store):
        person = make_person(email="a@b.test")
        change = inserting(person, audit=(make_audit(),))
        store.commit(change)

        store.commit(change)

        assert stored(store, person) == person

    def test_a_taken_unique_value_is_refused_with_the_holder(self, store):
        holder = make_person(email="a@b.test")
        put(store, holder)
        late = make_person(email="a@b.test")

        with pytest.raises(Duplicate) as refused:
            put(store, late)

        assert (refused.value.field, refused.value.other_id) == ("email", holder.id)
        assert stored(store, late) is None

    def test_kinds_have_unique_values_of_their_own(self, store):
        put(store, make_link(organisation_id=(org := make_id()), person_id=(person := make_id())))

        with pytest.raises(Duplicate) as refused:
            put(store, make_link(organisation_id=org, person_id=person))

        assert refused.value.field == "person_id"


class TestReplacing:
    def test_the_next_version_is_stored(self, store):
        before = make_organisation(city="Lyon", tags=["a"], potential_amount="10.00")
        put(store, before)
        after = next_version(before, city=None, tags=["a", "b"], notes="n", potential_amount=None)

        store.commit(replacing(before, after))

        assert stored(store, before) == after

    def test_an_older_version_is_refused_with_what_is_stored(self, store):
        before = make_organisation()
        put(store, before)
        after = next_version(before, name="First")
        store.commit(replacing(before, after))

        with pytest.raises(StaleVersion) as refused:
            store.commit(replacing(before, next_version(before, name="Second")))

        assert refused.value.current == after.row()
        assert stored(store, before).name == "First"

    def test_a_missing_record_is_not_found(self, store):
        before = make_organisation()

        with pytest.raises(NotFound):
            store.commit(replacing(before, next_version(before)))

        assert stored(store, before) is None

    def test_the_same_change_again_is_no_conflict(self, store):
        before = make_person(email="a@b.test")
        put(store, before)
        change = replacing(before, next_version(before, email="b@b.test"))
        store.commit(change)

        store.commit(change)

        assert stored(store, before).email == "b@b.test"

    def test_a_renamed_unique_value_is_free_again_and_the_new_one_taken(self, store):
        before = make_person(email="old@b.test")
        put(store, before)

        store.commit(replacing(before, next_version(before, email="new@b.test")))
        put(store, make_person(email="old@b.test"))

        with pytest.raises(Duplicate):
            put(store, make_person(email="new@b.test"))

    def test_a_record_in_the_trash_holds_no_unique_value_and_takes_it_back(self, store):
        before = make_person(email="a@b.test")
        put(store, before)
        gone = next_version(before, deleted_at=START, deleted_by="u")
        store.commit(replacing(before, gone))
        assert store.unique_holder("person", "email", "a@b.test") is None
        back = next_version(gone, deleted_at=None, deleted_by=None)

        store.commit(replacing(gone, back))

        assert store.unique_holder("person", "email", "a@b.test") == before.id
        assert stored(store, before) == back

    def test_coming_back_to_a_taken_value_is_a_duplicate(self, store):
        before = make_person(email="a@b.test")
        put(store, before)
        gone = next_version(before, deleted_at=START, deleted_by="u")
        store.commit(replacing(before, gone))
        put(store, make_person(email="a@b.test"))

        with pytest.raises(Duplicate):
            store.commit(replacing(gone, next_version(gone, deleted_at=None, deleted_by=None)))

        assert stored(store, before) == gone

    def test_a_unique_value_changes_hands_within_one_change(self, store):
        former = make_link(organisation_id=(org := make_id()), is_primary=True)
        put(store, former)
        heir = make_link(organisation_id=org, is_primary=True)

        store.commit(inserting(heir, Replace(former, next_version(former, is_primary=False))))

        assert store.unique_holder(Link.kind, "is_primary", org) == heir.id
        assert not stored(store, former).is_primary

    def test_a_change_is_stored_whole_or_not_at_all(self, store, audit):
        first, second = make_organisation(), make_organisation()
        put(store, first, second)
        store.commit(replacing(second, next_version(second, name="Moved on")))
        entry = make_audit(ref=ref_of(first))

        with pytest.raises(StaleVersion):
            store.commit(
                replacing(first, next_version(first, name="X"), Replace(second, next_version(second)), audit=(entry,))
            )

        assert stored(store, first) == first
        assert audit(kind=first.kind, record_id=first.id) == []


class TestReferences:
    def test_a_live_reference_lets_the_change_through(self, store):
        organisation = make_organisation()
        put(store, organisation)

        store.commit(inserting(make_task(), MustExist(ref_of(organisation), "organisation_id")))

    @pytest.mark.parametrize("how", ["missing", "in the trash"])
    def test_a_reference_that_is_not_live_is_refused_by_field(self, store, how):
        organisation, task = make_organisation(), make_task()
        if how == "in the trash":
            put(store, organisation)
            store.commit(replacing(organisation, next_version(organisation, deleted_at=START, deleted_by="u")))

        with pytest.raises(InvalidInput) as refused:
            store.commit(inserting(task, MustExist(ref_of(organisation), "organisation_id")))

        assert [detail.field for detail in refused.value.details] == ["organisation_id"]
        assert stored(store, task) is None


class TestAnswers:
    def test_an_answer_is_kept_with_the_change_and_found_again(self, store):
        answer = make_answer(answer=Answer(201, {"id": "x", "n": [1, None, "é"]}, {"ETag": '"1"'}))

        store.commit(inserting(make_task(), idempotency=answer))

        assert store.find(answer.actor_id, answer.key) == answer
        assert store.find_many(answer.actor_id, [answer.key, "other"]) == {answer.key: answer}
        assert store.find("somebody", answer.key) is None

    def test_a_request_that_was_answered_meanwhile_changes_nothing_and_says_so(self, store):
        answer = make_answer()
        store.commit(inserting(make_person(email="a@b.test"), idempotency=answer))
        twin = make_person(email="a@b.test")

        with pytest.raises(AlreadyAnswered) as refused:
            store.commit(inserting(twin, idempotency=answer))

        assert refused.value.answer == answer
        assert stored(store, twin) is None

    def test_the_same_change_again_is_not_told_that_it_was_answered(self, store):
        change = inserting(make_task(), idempotency=make_answer(), audit=(make_audit(),))
        store.commit(change)

        store.commit(change)

    def test_keeping_an_answer_leaves_the_first_one(self, store):
        first = make_answer()
        store.keep(first)

        store.keep(make_answer(actor_id=first.actor_id, answer=Answer(200, {"a": 2})))

        assert store.find(first.actor_id, first.key) == first


class TestAudit:
    def test_entries_are_found_by_actor_record_and_day_newest_first(self, store, audit):
        task, actor = make_task(), make_id()
        entries = [
            make_audit(actor_id=actor, ref=ref_of(task), at=START + timedelta(seconds=n), changes={"a": [None, n]})
            for n in range(5)
        ]
        store.commit(inserting(task, audit=tuple(entries[:4])))
        store.record(entries[4])
        newest_first = entries[::-1]

        assert audit(actor_id=actor) == newest_first
        assert audit(kind="task", record_id=task.id) == newest_first
        assert audit() == newest_first
        assert audit(2, actor_id=actor, before=entries[3].id) == newest_first[2:4]

    def test_conditions_hold_together(self, store, audit):
        task, ann, bob = make_task(), make_id(), make_id()
        done = make_audit(actor_id=ann, ref=ref_of(task), action="task.update", at=START)
        denied = make_audit(actor_id=ann, ref=None, action="POST /v1/users", outcome="denied", at=START)
        old = make_audit(actor_id=ann, ref=ref_of(task), action="task.update", at=START - timedelta(days=3))
        others = make_audit(actor_id=bob, ref=ref_of(task), action="task.update", at=START)
        for entry in (done, denied, old, others):
            store.record(entry)
        lately = {"since": START - timedelta(days=1)}

        assert audit(actor_id=ann, outcome="denied") == [denied]
        assert audit(actor_id=ann, action="task.update", **lately) == [done]
        assert audit(kind="task", record_id=task.id, actor_id=bob) == [others]
        assert audit(kind="task", actor_id=ann) == [done, old]
        assert audit(until=START - timedelta(days=2)) == [old]
        assert set(e.id for e in audit(kind="task", **lately)) == {done.id, others.id}

    def test_recording_an_entry_twice_keeps_one(self, store, audit):
        entry = make_audit(outcome="denied")

        store.record(entry)
        store.record(entry)

        assert audit(actor_id=entry.actor_id) == [entry]


class TestRecentChanges:
    def test_what_the_actor_changed_in_the_window_newest_first_each_once(self, store):
        actor, tasks = make_id(), [make_task() for _ in range(4)]
        for second, task in enumerate([tasks[0], tasks[1], tasks[2], tasks[1]]):
            at = START + timedelta(seconds=second)
            store.record(make_audit(actor_id=actor, ref=ref_of(task), at=at))
        store.record(make_audit(actor_id=make_id(), ref=ref_of(tasks[3])))

        assert store.recent_changes(actor, START) == [ref_of(tasks[n]) for n in (1, 2, 0)]
        assert store.recent_changes(actor, START + timedelta(seconds=2)) == [ref_of(tasks[n]) for n in (1, 2)]

    def test_denials_are_no_changes(self, store):
        entry = make_audit(ref=Ref("task", make_id()), outcome="denied")
        store.record(entry)

        assert store.recent_changes(entry.actor_id, START) == []

    def test_among_more_than_are_looked_at_the_newest_count(self, store):
        actor = make_id()
        refs = [Ref("task", make_id()) for _ in range(205)]
        for n, ref in enumerate(refs):
            store.record(make_audit(actor_id=actor, ref=ref, at=START + timedelta(milliseconds=n)))

        assert store.recent_changes(actor, START)[:200] == refs[::-1][:200]


def transition(before: Record | None, after: Record) -> Transition:
    return Transition(before, after, "1")


class TestHistory:
    def test_versions_come_newest_first_with_their_changes(self, store, history):
        first = make_organisation(city="Lyon")
        second = next_version(first, city="Paris", updated_by="u2")
        third = next_version(second, deleted_at=START, deleted_by="u")
        history.keep_versions([transition(None, first), transition(first, second), transition(second, third)])

        entries = store.history(ref_of(first), 10, None)

        assert [entry.version for entry in entries] == [3, 2, 1]
        assert entries[1].changes == {"city": ["Lyon", "Paris"]}
        assert (entries[1].by, entries[1].data) == ("u2", second.row())
        assert [entry.version for entry in store.history(ref_of(first), 1, 3)] == [2]
        assert store.history(ref_of(first), 10, 1) == []

    def test_keeping_versions_again_changes_nothing(self, store, history):
        first = make_organisation()
        for _ in range(3):
            history.keep_versions([transition(None, first), transition(None, first)])

        assert len(store.history(ref_of(first), 10, None)) == 1

    def test_links_are_found_from_both_ends(self, history):
        link = make_link()
        other = make_link(organisation_id=link.organisation_id)
        history.keep_versions([transition(None, link), transition(link, next_version(link)), transition(None, other)])

        assert set(history.links_of(Ref("organisation", link.organisation_id))) == {ref_of(link), ref_of(other)}
        assert history.links_of(Ref("person", link.person_id)) == [ref_of(link)]
        assert history.links_of(Ref("person", make_id())) == []

    def test_last_activity_only_rises_and_makes_no_version(self, store, history):
        organisation = make_organisation()
        put(store, organisation)
        late, early = START + timedelta(days=2), START

        history.touch_activity(ref_of(organisation), format_utc(late))
        history.touch_activity(ref_of(organisation), format_utc(early))
        history.touch_activity(Ref("organisation", make_id()), format_utc(late))

        found = stored(store, organisation)
        assert (found.last_activity_at, found.version) == (late, 1)

    def test_an_edit_of_an_older_reading_keeps_the_last_activity(self, store, history):
        before = make_organisation()
        put(store, before)
        history.touch_activity(ref_of(before), format_utc(START))

        store.commit(replacing(before, next_version(before, city="Lyon")))

        assert stored(store, before).last_activity_at == START


class TestTimeline:
    def test_interactions_tasks_and_changes_stand_in_the_order_of_their_time(self, store, history):
        organisation = make_organisation(updated_at=START - timedelta(days=3))
        person = make_person()
        call = make_interaction(organisation_id=organisation.id, person_id=person.id, occurred_at=START)
        meeting = make_interaction(organisation_id=organisation.id, occurred_at=START - timedelta(days=9))
        task = make_task(organisation_id=organisation.id, created_at=START + timedelta(days=1))
        gone = make_task(organisation_id=organisation.id, deleted_at=START, deleted_by="u")
        put(store, organisation, person, call, meeting, task, gone)
        history.keep_versions([transition(None, organisation), transition(None, call)])

        entries, position = store.timeline(ref_of(organisation), 10, None)

        assert [(entry.type, entry.id) for entry in entries] == [
            ("task", task.id),
            ("interaction", call.id),
            ("change", organisation.id),
            ("interaction", meeting.id),
        ]
        assert position is None
        assert entries[1].row == call.row()
        assert entries[2].row["version"] == 1
        assert [entry.id for entry in store.timeline(ref_of(person), 10, None)[0]] == [call.id]

    def test_pages_follow_each_other_without_gap_or_repeat(self, store):
        person = make_person()
        calls = [make_interaction(person_id=person.id, occurred_at=START + timedelta(hours=n % 4)) for n in range(11)]
        put(store, person, *calls)
        seen, position = [], None

        while True:
            entries, position = store.timeline(ref_of(person), 3, position)
            seen += [entry.id for entry in entries]
            if position is None:
                break

        assert sorted(seen) == sorted(call.id for call in calls)
        assert len(seen) == len(calls)

    def test_an_entry_moves_with_its_time_and_leaves_with_the_trash(self, store):
        person = make_person()
        call = make_interaction(person_id=person.id, occurred_at=START)
        put(store, person, call)
        moved = next_version(call, occurred_at=datetime(2026, 2, 1, tzinfo=UTC))
        store.commit(replacing(call, moved))
        assert [entry.at for entry in store.timeline(ref_of(person), 10, None)[0]] == ["2026-02-01T00:00:00.000Z"]

        gone = next_version(moved, deleted_at=START, deleted_by="u")
        store.commit(replacing(moved, gone))
        assert store.timeline(ref_of(person), 10, None) == ([], None)

        store.commit(replacing(gone, next_version(gone, deleted_at=None, deleted_by=None)))
        assert len(store.timeline(ref_of(person), 10, None)[0]) == 1


class TestReliances:
    """An event relies on its contract being signed, and of the same client; the contract cannot take that away."""

    def test_a_change_is_refused_unless_what_it_relies_on_is_as_needed(self, store):
        contract = make_contract(signed=False)
        put(store, contract)

        with pytest.raises(ContractNotSigned):
            store.commit(relying(event_of_contract(contract)))
        with pytest.raises(InvalidInput) as missing:
            store.commit(relying(make_event()))
        assert [d.field for d in missing.value.details] == ["contract_id"]

    def test_the_broken_rule_is_named(self, store):
        contract = make_contract(signed=True)
        put(store, contract)

        with pytest.raises(ContractOfAnotherClient):
            store.commit(relying(event_of_contract(contract, organisation_id=make_id())))

    def test_what_is_relied_on_cannot_be_taken_away_until_it_is_released(self, store):
        contract = make_contract(signed=True)
        put(store, contract)
        event = event_of_contract(contract)
        store.commit(relying(event))
        unsigned = next_version(contract, signed=False)
        unsign = replacing(contract, unsigned, Unheld(ref_of(contract), "events", "There are events."))

        with pytest.raises(InUse):
            store.commit(unsign)
        assert stored(store, contract).signed
        gone = next_version(event, deleted_at=START, deleted_by=make_id())
        store.commit(replacing(event, gone, Release(event.reliances[0])))
        store.commit(unsign)

        assert not stored(store, contract).signed

    def test_releasing_and_relying_on_the_same_record_leaves_it_held_once(self, store):
        contract = make_contract(signed=True)
        put(store, contract)
        event = event_of_contract(contract)
        store.commit(relying(event))
        (reliance,) = event.reliances

        moved = next_version(event, location="Lyon")
        store.commit(replacing(event, moved, Release(reliance), Rely(reliance)))
        gone = next_version(moved, deleted_at=START, deleted_by=make_id())
        store.commit(replacing(moved, gone, Release(reliance)))

        unsigned = next_version(contract, signed=False)
        store.commit(replacing(contract, unsigned, Unheld(ref_of(contract), "events", "There are events.")))

    def test_a_repeated_commit_counts_once(self, store):
        contract = make_contract(signed=True)
        put(store, contract)
        event = event_of_contract(contract)
        store.commit(relying(event))
        store.commit(relying(event))

        gone = next_version(event, deleted_at=START, deleted_by=make_id())
        store.commit(replacing(event, gone, Release(event.reliances[0])))
        unsigned = next_version(contract, signed=False)
        store.commit(replacing(contract, unsigned, Unheld(ref_of(contract), "events", "There are events.")))


def event_of_contract(contract: Record, **overrides: Any) -> Any:
    return make_event(**{"contract_id": contract.id, "organisation_id": contract.organisation_id, **overrides})  # type: ignore[attr-defined]


def relying(event: Record) -> Any:
    return inserting(event, *(Rely(reliance) for reliance in event.reliances))

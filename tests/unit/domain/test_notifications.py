"""What is worth telling, and to whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.domain.events import DomainEvent, Transition, event_of
from chalicelib.domain.notifications import EVENTS, Occasion, occasions, reminder
from chalicelib.domain.organisations import PipelineStage
from chalicelib.domain.records import Record
from chalicelib.domain.tasks import Priority, TaskStatus
from tests.support.clock import START
from tests.support.factories import make_id, make_interaction, make_link, make_organisation, make_task

ANN, BOB, CLEO = make_id(), make_id(), make_id()
TODAY = date(2026, 3, 10)


def created(record: Record, by: str = ANN) -> DomainEvent:
    return event_of(Transition(None, record.model_copy(update={"created_by": by, "updated_by": by}), "1"))


def updated(before: Record, by: str = ANN, **changes: Any) -> DomainEvent:
    after = before.model_copy(update={"version": before.version + 1, "updated_by": by, **changes})
    return event_of(Transition(before, after, "2"))


def told(event: DomainEvent, organisation_owner: str | None = None) -> dict[str, set[str]]:
    return {each.type.value: set(each.receivers) for each in occasions(event, organisation_owner)}


def test_a_task_is_told_to_whom_it_is_given() -> None:
    assert told(created(make_task(assigned_to=BOB))) == {"task_assigned": {BOB}}
    assert told(updated(make_task(assigned_to=BOB), assigned_to=CLEO)) == {"task_assigned": {CLEO}}
    assert told(updated(make_task(assigned_to=BOB), title="Other")) == {}
    assert told(updated(make_task(assigned_to=BOB), assigned_to=None)) == {}
    assert told(created(make_task(assigned_to=BOB, status=TaskStatus.DONE))) == {}


def test_a_finished_task_is_told_to_who_made_it_and_who_owns_it() -> None:
    task = make_task(created_by=BOB, owner_id=CLEO, assigned_to=ANN)

    assert told(updated(task, status=TaskStatus.DONE)) == {"task_completed": {BOB, CLEO}}
    assert told(updated(task, status=TaskStatus.CANCELLED)) == {}


def test_an_interaction_is_told_to_its_people_and_to_the_organisations_owner() -> None:
    logged = make_interaction(owner_id=ANN, assignee_id=BOB)

    assert told(created(logged), organisation_owner=CLEO) == {"interaction_new": {BOB, CLEO}}
    assert told(updated(logged, subject="Other"), organisation_owner=CLEO) == {}


@pytest.mark.parametrize(
    ("stage", "type", "priority"),
    [
        ("proposition", "pipeline_moved", Priority.NORMAL),
        ("signe", "deal_won", Priority.HIGH),
        ("perdu", "deal_lost", Priority.HIGH),
    ],
)
def test_a_move_in_the_pipeline_is_told_to_the_owner(stage: str, type: str, priority: Priority) -> None:
    before = make_organisation(owner_id=BOB, potential_amount="1000.50")

    (occasion,) = occasions(updated(before, pipeline_stage=PipelineStage(stage)), None)

    assert (occasion.type.value, set(occasion.receivers), occasion.priority) == (type, {BOB}, priority)
    assert occasion.params == {
        "organisation": "ACME Investments",
        "from": "prospect",
        "to": stage,
        "amount": "1000.50",
    }


def test_a_new_contact_is_told_to_the_organisations_owner_and_is_about_the_person() -> None:
    link = make_link(person_name="Jean Dupont")

    (occasion,) = occasions(created(link), BOB)

    assert (occasion.type.value, set(occasion.receivers)) == ("new_contact", {BOB})
    assert tuple(occasion.about) == ("person", link.person_id)


@pytest.mark.parametrize(
    "event",
    [
        created(make_task(assigned_to=ANN)),
        created(make_interaction(owner_id=ANN)),
        updated(make_organisation(owner_id=ANN), pipeline_stage=PipelineStage.SIGNE),
        updated(make_task(created_by=ANN, owner_id=ANN), status=TaskStatus.DONE),
    ],
    ids=lambda event: event.name,
)
def test_nobody_is_told_of_their_own_doing(event: DomainEvent) -> None:
    assert occasions(event, ANN) == []


def test_the_same_event_makes_the_same_ids_and_another_receiver_or_event_does_not() -> None:
    task = make_task(assigned_to=BOB)
    (once,), (again,) = occasions(created(task), None), occasions(created(task), None)
    (other,) = occasions(updated(task, assigned_to=CLEO), None)

    assert once.id_for(BOB) == again.id_for(BOB)
    assert len({once.id_for(BOB), once.id_for(CLEO), other.id_for(BOB)}) == 3


def test_only_events_on_the_list_are_looked_at() -> None:
    assert occasions(updated(make_interaction(owner_id=BOB, assignee_id=CLEO), subject="x"), CLEO) == []
    assert "interaction.updated" not in EVENTS


# --- the calendar ------------------------------------------------------------------------------


def due(days: int, **fields: Any) -> Occasion | None:
    task = make_task(**{"assigned_to": BOB, "due_date": TODAY + timedelta(days=days), **fields})
    return reminder(task, TODAY)


@pytest.mark.parametrize(
    ("days", "type"),
    [(1, None), (0, "task_due"), (-1, "task_overdue"), (-7, "task_overdue"), (-8, None)],
)
def test_a_task_is_told_on_its_day_and_for_a_week_after(days: int, type: str | None) -> None:
    found = due(days)

    assert (found.type if found else None) == type


def test_the_reminder_of_a_day_is_the_same_on_every_run_and_another_once_it_is_late() -> None:
    task = make_task(assigned_to=BOB, due_date=TODAY)
    found = [reminder(task, TODAY + timedelta(days=n)) for n in (0, 0, 1, 2, 7)]
    ids = [occasion.id_for(BOB) for occasion in found if occasion]

    assert ids[0] == ids[1]
    assert ids[0] != ids[2] == ids[3] == ids[4]


@pytest.mark.parametrize(
    "fields",
    [{"status": TaskStatus.DONE}, {"status": TaskStatus.CANCELLED}, {"deleted_at": START}, {"assigned_to": None}],
)
def test_what_needs_no_doing_by_anybody_is_not_told(fields: dict[str, Any]) -> None:
    assert due(0, **fields) is None


def test_who_owns_a_task_nobody_is_assigned_to_is_told() -> None:
    occasion = due(0, assigned_to=None, owner_id=CLEO)

    assert occasion is not None
    assert occasion.receivers == {CLEO}


def test_a_late_task_is_of_high_priority_at_least() -> None:
    found = [due(-1, priority=priority) for priority in (Priority.LOW, Priority.URGENT)]

    assert [occasion and occasion.priority for occasion in found] == [Priority.HIGH, Priority.URGENT]

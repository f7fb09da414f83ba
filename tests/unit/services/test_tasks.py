"""What finishing, reopening and snoozing a task mean."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.domain.errors import StaleVersion
from chalicelib.domain.listing import Filter
from chalicelib.domain.tasks import TaskStatus, view_filters


def test_the_assignee_is_the_creator_unless_given(core):
    assert core.task().assigned_to == core.alice.principal.user_id
    assert core.task(assigned_to=core.bob.principal.user_id).assigned_to == core.bob.principal.user_id
    assert core.task(assigned_to=None).assigned_to is None


def test_the_assignee_sees_it_in_another_team(core):
    task = core.task(core.admin, owner_id=core.alice.principal.user_id, assigned_to=core.carla.principal.user_id)

    assert core.tasks.get(core.carla, task.id) == task


def test_completing_notes_when_and_reopening_forgets_it(core):
    task = core.task()
    later = core.clock.advance(hours=1)

    done = core.tasks.complete(core.alice, task.id, 1)
    assert (done.status, done.completed_at) == (TaskStatus.DONE, later)

    core.clock.advance(hours=1)
    assert core.tasks.update(core.alice, task.id, {"title": "X"}).completed_at == later
    reopened = core.tasks.reopen(core.alice, task.id, None)
    assert (reopened.status, reopened.completed_at) == (TaskStatus.TODO, None)


def test_completing_twice_writes_once(core):
    task = core.task()
    core.tasks.complete(core.alice, task.id, None)
    commits = len(core.store.commits)

    core.tasks.complete(core.alice, task.id, None)

    assert len(core.store.commits) == commits


def test_a_task_created_done_is_completed_now(core):
    assert core.task(status="done").completed_at == core.clock.now()


def test_an_old_version_is_stale_for_quick_actions_too(core):
    task = core.task()
    core.tasks.update(core.alice, task.id, {"title": "X"})

    with pytest.raises(StaleVersion):
        core.tasks.complete(core.alice, task.id, 1)
    with pytest.raises(StaleVersion):
        core.tasks.snooze(core.alice, task.id, date(2026, 2, 1), None, 1)


@pytest.mark.parametrize(
    ("due", "days", "expected"),
    [
        (None, 3, date(2026, 1, 18)),
        (date(2026, 1, 10), 3, date(2026, 1, 18)),
        (date(2026, 1, 20), 3, date(2026, 1, 23)),
    ],
)
def test_snoozing_counts_from_the_later_of_today_and_the_due_date(core, due, days, expected):
    task = core.task(due_date=due)

    assert core.tasks.snooze(core.alice, task.id, None, days, None).due_date == expected


def test_snoozing_until_a_day_sets_it(core):
    assert core.tasks.snooze(core.alice, core.task().id, date(2026, 3, 1), None, None).due_date == date(2026, 3, 1)


def test_today_is_the_callers_calendar_day(core):
    core.clock.set(datetime(2026, 3, 31, 22, 30, tzinfo=UTC))

    assert core.tasks.today("Europe/Paris") == date(2026, 4, 1)
    assert core.tasks.today("UTC") == date(2026, 3, 31)
    assert core.tasks.today("America/Los_Angeles") == date(2026, 3, 31)


TODAY = date(2026, 2, 27)
DAYS = {n: date.fromordinal(TODAY.toordinal() + n) for n in range(-3, 11)}


def matches(view: Any, status: str, due: date | None) -> bool:
    """What the filters mean, by hand."""
    values = {"status": status, "due_date": due.isoformat() if due else None}
    return all(_holds(condition, values[condition.field]) for condition in view_filters(view, TODAY))


def _holds(condition: Filter, value: str | None) -> bool:
    if value is None:
        return False
    if condition.operator == "eq":
        return value in condition.values
    return value >= condition.values[0] if condition.operator == "gte" else value <= condition.values[0]


@pytest.mark.parametrize(("view", "days"), [("overdue", range(-3, 0)), ("today", [0]), ("next_7_days", range(1, 8))])
@pytest.mark.parametrize("status", list(TaskStatus))
def test_a_view_holds_the_open_tasks_of_its_days(view, days, status):
    found = [n for n, due in DAYS.items() if matches(view, status, due)]

    assert found == (list(days) if status in ("todo", "doing") else [])
    assert not matches(view, status, None)

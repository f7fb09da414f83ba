"""Tasks: what someone is to do, by when, about which records."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from chalicelib.domain.listing import Filter, ListedKind, listed_fields
from chalicelib.domain.policy import audience_of
from chalicelib.domain.records import Fields, Kind, OwnedRecord
from chalicelib.domain.types import Day, Id, LongText, Maybe, Name, ShortText, Tags, Timestamp


class TaskStatus(StrEnum):
    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    CANCELLED = "cancelled"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


OPEN_STATUSES = (TaskStatus.TODO, TaskStatus.DOING)
TaskView = Literal["overdue", "today", "next_7_days"]


class TaskLink(Fields):
    kind: Literal["interaction", "mandat", "produit", "contract", "event"]
    id: Id


class TaskFields(Fields):
    title: Name
    description: Maybe[LongText] = None
    status: TaskStatus = TaskStatus.TODO
    priority: Priority = Priority.NORMAL
    category: Maybe[ShortText] = None
    due_date: Day | None = None
    assigned_to: Id | None = None
    organisation_id: Id | None = None
    person_id: Id | None = None
    links: Annotated[list[TaskLink], Field(max_length=20)] = Field(default_factory=list)
    tags: Tags = Field(default_factory=list)
    owner_id: Id | None = None
    team_id: Id | None = None


class Task(TaskFields, OwnedRecord):
    kind: ClassVar[str] = "task"
    completed_at: Timestamp | None = None

    @property
    def audience(self) -> frozenset[str]:
        return audience_of([self.owner_id, self.assigned_to], [self.team_id])

    @property
    def timelines(self) -> tuple[str | None, str | None]:
        return self.organisation_id, self.person_id


def view_filters(view: TaskView, today: date) -> tuple[Filter, ...]:
    """The filters of a named view; `today` is the caller's own calendar day.

    Only open tasks count. `next_7_days` runs from tomorrow to the seventh day, both included.
    """
    is_open = Filter("status", "eq", tuple(OPEN_STATUSES))
    first, last = {
        "overdue": (None, today - timedelta(days=1)),
        "today": (today, today),
        "next_7_days": (today + timedelta(days=1), today + timedelta(days=7)),
    }[view]
    until = Filter("due_date", "lte", (last.isoformat(),))
    return (is_open, until) if first is None else (is_open, Filter("due_date", "gte", (first.isoformat(),)), until)


TASKS: Kind[Any] = Kind(
    name="task",
    resource="tasks",
    model=Task,
    fields=TaskFields,
    listed=ListedKind(
        "task",
        "tasks",
        listed_fields(Task, search={"title": "name", "category": "text", "tags": "text", "description": "notes"}),
        title="title",
    ),
    references=(("organisation_id", "organisation"), ("person_id", "person"), ("assigned_to", "user")),
)

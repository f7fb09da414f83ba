"""Notifications: what users are told about, to whom a change is worth telling, and what they want to be told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from ulid import ULID

from chalicelib.domain.events import DomainEvent
from chalicelib.domain.organisations import PipelineStage
from chalicelib.domain.records import Ref
from chalicelib.domain.tasks import OPEN_STATUSES, Priority, Task, TaskStatus
from chalicelib.domain.types import format_utc

NOTIFICATIONS_KEPT = timedelta(days=90)
MOST_COUNTED = 1_000
"""Unread notifications beyond these are not counted."""
REMINDED_DAYS = 7
"""A task that has been overdue for longer is not told of any more."""


class NotificationType(StrEnum):
    TASK_ASSIGNED = "task_assigned"
    TASK_DUE = "task_due"
    TASK_OVERDUE = "task_overdue"
    TASK_COMPLETED = "task_completed"
    INTERACTION_NEW = "interaction_new"
    PIPELINE_MOVED = "pipeline_moved"
    DEAL_WON = "deal_won"
    DEAL_LOST = "deal_lost"
    NEW_CONTACT = "new_contact"


@dataclass(frozen=True, slots=True)
class Notification:
    """`params` are the parts of its text: the reader's client knows the words for each type.

    `actor_id` is who brought it about, None for the calendar.
    """

    id: str
    user_id: str
    type: NotificationType
    priority: Priority
    params: Mapping[str, str]
    about: Ref
    created_at: datetime
    actor_id: str | None = None
    read_at: datetime | None = None
    archived_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        return self.created_at + NOTIFICATIONS_KEPT

    def row(self) -> dict[str, Any]:
        """The JSON object that is answered and pushed."""
        return {
            "id": self.id,
            "type": self.type.value,
            "priority": self.priority.value,
            "params": dict(self.params),
            "kind": self.about.kind,
            "record_id": self.about.id,
            "actor_id": self.actor_id,
            "created_at": format_utc(self.created_at),
            "read_at": format_utc(self.read_at) if self.read_at else None,
            "archived_at": format_utc(self.archived_at) if self.archived_at else None,
        }


class NotificationPage(NamedTuple):
    items: Sequence[Notification]
    next: str | None


class NotificationStore(Protocol):
    """Every user's notifications, and what they want to be told."""

    def keep(self, notification: Notification) -> bool:
        """Store it unless its id is stored; whether it was new."""
        ...

    def page(self, user_id: str, box: Box, limit: int, before: str | None, now: datetime) -> NotificationPage:
        """Newest first, older than the id `before`; without what has expired."""
        ...

    def count_unread(self, user_id: str) -> int:
        """At most `MOST_COUNTED`."""
        ...

    def mark_read(self, user_id: str, id: str, at: datetime) -> Notification | None:
        """The notification, read; None when the user has none of that id."""
        ...

    def archive(self, user_id: str, id: str, at: datetime) -> Notification | None: ...

    def unwanted(self, user_id: str) -> frozenset[NotificationType]:
        """The types the user has switched off."""
        ...

    def switch(self, user_id: str, wanted: Mapping[NotificationType, bool]) -> None:
        """Switch types on or off; raises `Conflict` when that is done twice at once."""
        ...


class Box(StrEnum):
    """Where a user looks for notifications."""

    INBOX = "INBOX"
    UNREAD = "UNREAD"
    ARCHIVE = "ARCHIVE"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something worth telling these users. `cause` and `at` are the same however often it is looked at.

    `also` are records whose names go into the text, by parameter, for who may see them.
    """

    type: NotificationType
    receivers: frozenset[str]
    about: Ref
    params: Mapping[str, str]
    cause: str
    at: datetime
    priority: Priority = Priority.NORMAL
    actor_id: str | None = None
    also: Mapping[str, Ref] = field(default_factory=dict)

    def id_for(self, user_id: str) -> str:
        """What is delivered twice is stored once."""
        entropy = hashlib.sha256(f"{self.cause}|{self.type}|{user_id}".encode()).digest()[:10]
        return str(ULID.from_bytes(int(self.at.timestamp() * 1000).to_bytes(6, "big") + entropy))


EVENTS = frozenset(
    {
        "task.created",
        "task.updated",
        "interaction.created",
        "organisation.updated",
        "person_organisation_link.created",
    }
)
"""The events some user may be told about."""


def occasions(event: DomainEvent, organisation_owner: str | None) -> list[Occasion]:
    """What the event is worth telling, and to whom but its author.

    `organisation_owner` owns the organisation that the record is about.
    """
    found = _OCCASIONS[event.kind](event, organisation_owner) if event.name in EVENTS else iter(())
    return [occasion for occasion in found if occasion.receivers]


def reminder(task: Task, today: date) -> Occasion | None:
    """Tells of an open task that is due today, or has been overdue for a week at most."""
    due = task.due_date
    receiver = task.assigned_to or task.owner_id
    if due is None or receiver is None or task.status not in OPEN_STATUSES or task.deleted_at is not None:
        return None
    if not today - timedelta(days=REMINDED_DAYS) <= due <= today:
        return None
    late = due < today
    return Occasion(
        NotificationType.TASK_OVERDUE if late else NotificationType.TASK_DUE,
        frozenset({receiver}),
        Ref("task", task.id),
        {"title": task.title, "due_date": due.isoformat()},
        cause=f"task/{task.id}/{due.isoformat()}",
        at=datetime.combine(due + timedelta(days=1 if late else 0), time(), UTC),
        priority=max(task.priority, Priority.HIGH, key=list(Priority).index) if late else task.priority,
        also=_named(task.organisation_id, None),
    )


def _of_task(event: DomainEvent, _: str | None) -> Iterator[Occasion]:
    task = event.data
    params = {"title": task["title"], **({"due_date": task["due_date"]} if task["due_date"] else {})}
    also = _named(task["organisation_id"], None)
    priority = Priority(task["priority"])
    if _new(event, "assigned_to") and task["status"] in OPEN_STATUSES:
        yield _occasion(event, NotificationType.TASK_ASSIGNED, [task["assigned_to"]], params, priority, also)
    if event.name == "task.updated" and _new(event, "status") == TaskStatus.DONE:
        tellable = [task["created_by"], task["owner_id"]]
        yield _occasion(event, NotificationType.TASK_COMPLETED, tellable, params, Priority.LOW, also)


def _of_interaction(event: DomainEvent, organisation_owner: str | None) -> Iterator[Occasion]:
    interaction = event.data
    receivers = [interaction["assignee_id"], interaction["owner_id"], organisation_owner]
    params = {"subject": interaction["subject"], "type": interaction["type"]}
    also = _named(interaction["organisation_id"], interaction["person_id"])
    yield _occasion(event, NotificationType.INTERACTION_NEW, receivers, params, Priority.NORMAL, also)


def _of_organisation(event: DomainEvent, _: str | None) -> Iterator[Occasion]:
    before, stage = event.changes.get("pipeline_stage", (None, None))
    if stage is None:
        return
    organisation = event.data
    params = {"organisation": organisation["name"], "from": str(before), "to": stage}
    if organisation["potential_amount"] is not None:
        params["amount"] = organisation["potential_amount"]
    type, priority = _OF_STAGE.get(stage, (NotificationType.PIPELINE_MOVED, Priority.NORMAL))
    yield _occasion(event, type, [organisation["owner_id"]], params, priority)


_OF_STAGE = {
    PipelineStage.SIGNE: (NotificationType.DEAL_WON, Priority.HIGH),
    PipelineStage.PERDU: (NotificationType.DEAL_LOST, Priority.HIGH),
}


def _of_link(event: DomainEvent, organisation_owner: str | None) -> Iterator[Occasion]:
    link = event.data
    params = {"person": link["person_name"], "role": link["role"]}
    also = _named(link["organisation_id"], None)
    occasion = _occasion(event, NotificationType.NEW_CONTACT, [organisation_owner], params, Priority.NORMAL, also)
    yield replace(occasion, about=Ref("person", link["person_id"]))


_OCCASIONS: Mapping[str, Callable[[DomainEvent, str | None], Iterator[Occasion]]] = {
    "task": _of_task,
    "interaction": _of_interaction,
    "organisation": _of_organisation,
    "person_organisation_link": _of_link,
}


def _occasion(
    event: DomainEvent,
    type: NotificationType,
    receivers: Sequence[str | None],
    params: Mapping[str, str],
    priority: Priority,
    also: Mapping[str, Ref] | None = None,
) -> Occasion:
    return Occasion(
        type,
        frozenset(id for id in receivers if id and id != event.by),
        Ref(event.kind, event.record_id),
        params,
        cause=event.id,
        at=datetime.fromisoformat(event.at),
        priority=priority,
        actor_id=event.by,
        also=also or {},
    )


def _new(event: DomainEvent, name: str) -> Any:
    """The value the event gave to the field; None if it did not touch it."""
    return event.changes.get(name, (None, None))[1]


def _named(organisation_id: str | None, person_id: str | None) -> dict[str, Ref]:
    given = {"organisation": organisation_id, "person": person_id}
    return {kind: Ref(kind, id) for kind, id in given.items() if id}

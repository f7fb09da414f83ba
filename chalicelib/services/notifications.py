"""Notifications: made of domain events and of the calendar, told to open sockets, read and put away by their users."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from chalicelib.domain import policy
from chalicelib.domain.callers import Caller
from chalicelib.domain.errors import NotFound
from chalicelib.domain.events import DomainEvent
from chalicelib.domain.listing import Filter, ListQuery, Sort, Visibility
from chalicelib.domain.notifications import (
    REMINDED_DAYS,
    Box,
    Notification,
    NotificationStore,
    NotificationType,
    Occasion,
    occasions,
    reminder,
)
from chalicelib.domain.organisations import Organisation
from chalicelib.domain.people import Person
from chalicelib.domain.policy import Principal
from chalicelib.domain.ports import Clock, RecordIndex, RecordStore
from chalicelib.domain.privileges import grants_of
from chalicelib.domain.records import Record, Ref
from chalicelib.domain.tasks import OPEN_STATUSES, Task
from chalicelib.domain.users import Role, User

TIMEZONE = "Europe/Paris"
"""Whose calendar day the reminders follow."""
_PAGE = 1_000
_READABLE = {"organisation": "organisations", "person": "people", "interaction": "interactions", "task": "tasks"}


class Sockets(Protocol):
    def push(self, user_id: str, message: str) -> int:
        """Send to every open connection of the user; answers how many got it."""
        ...


class OwnPage(NamedTuple):
    items: Sequence[Notification]
    next: str | None
    unread: int


class NotificationService:
    def __init__(
        self,
        store: RecordStore,
        notifications: NotificationStore,
        sockets: Sockets,
        index: RecordIndex,
        clock: Clock,
    ) -> None:
        self._store = store
        self._notifications = notifications
        self._sockets = sockets
        self._index = index
        self._clock = clock

    # For their user

    def page(self, by: Caller, limit: int, before: str | None, *, unread: bool, archived: bool) -> OwnPage:
        user_id = by.principal.user_id
        box = Box.ARCHIVE if archived else Box.UNREAD if unread else Box.INBOX
        page = self._notifications.page(user_id, box, limit, before, self._clock.now())
        return OwnPage(page.items, page.next, self._notifications.count_unread(user_id))

    def mark_read(self, by: Caller, id: str) -> tuple[Notification, int]:
        """The notification, and how many are still unread; so for `archive`."""
        return self._own(by, self._notifications.mark_read(by.principal.user_id, id, self._clock.now()))

    def archive(self, by: Caller, id: str) -> tuple[Notification, int]:
        return self._own(by, self._notifications.archive(by.principal.user_id, id, self._clock.now()))

    def mark_all_read(self, by: Caller) -> tuple[int, int]:
        """How many were marked, and how many are still unread."""
        user_id, now = by.principal.user_id, self._clock.now()
        page = self._notifications.page(user_id, Box.UNREAD, _PAGE, None, now)
        read = sum(1 for each in page.items if self._notifications.mark_read(user_id, each.id, now))
        return read, self._notifications.count_unread(user_id)

    def preferences(self, user_id: str) -> dict[NotificationType, bool]:
        unwanted = self._notifications.unwanted(user_id)
        return {type: type not in unwanted for type in NotificationType}

    def set_preferences(self, user_id: str, wanted: Mapping[NotificationType, bool]) -> dict[NotificationType, bool]:
        self._notifications.switch(user_id, wanted)
        return self.preferences(user_id)

    def _own(self, by: Caller, notification: Notification | None) -> tuple[Notification, int]:
        if notification is None:
            raise NotFound("There is no such notification.")
        return notification, self._notifications.count_unread(by.principal.user_id)

    # Telling

    def tell(self, event: DomainEvent) -> int:
        """Tell whom the event concerns; how many notifications were new. The same event again makes none."""
        organisation = self._organisation_of(event)
        told = occasions(event, organisation.owner_id if organisation else None)
        return sum(self._tell(occasion) for occasion in told)

    def remind(self) -> int:
        """Tell of the tasks due today and lately overdue; how many notifications were new. Again the same day: none."""
        today = self._clock.now().astimezone(ZoneInfo(TIMEZONE)).date()
        found = (reminder(task, today) for task in self._due_tasks(today))
        return sum(self._tell(occasion) for occasion in found if occasion)

    def _organisation_of(self, event: DomainEvent) -> Organisation | None:
        id = event.data.get("organisation_id")
        found = self._store.get("organisation", id) if id and event.kind != "task" else None
        return found if isinstance(found, Organisation) and found.deleted_at is None else None

    def _due_tasks(self, today: date) -> Iterator[Task]:
        """What the read model finds, as it is stored now."""
        due = (
            Filter("status", "eq", OPEN_STATUSES),
            Filter("due_date", "gte", ((today - timedelta(days=REMINDED_DAYS)).isoformat(),)),
            Filter("due_date", "lte", (today.isoformat(),)),
        )
        offset, total = 0, 1
        while offset < total:
            query = ListQuery("task", Visibility(everything=True), due, (Sort("id"),), limit=_PAGE, offset=offset)
            page = self._index.list(query)
            stored = self._store.get_many([Ref("task", row["id"]) for row in page.rows])
            yield from (task for task in stored.values() if isinstance(task, Task))
            offset, total = offset + _PAGE, page.total

    def _tell(self, occasion: Occasion) -> int:
        users = [Ref("user", id) for id in sorted(occasion.receivers)]
        actor = [Ref("user", occasion.actor_id)] if occasion.actor_id else []
        records = self._store.get_many([occasion.about, *occasion.also.values(), *users, *actor])
        about = records.get(occasion.about)
        if about is None or about.deleted_at is not None:
            return 0
        told = 0
        for ref in users:
            principal = self._principal(records.get(ref))
            if principal and _sees(principal, about) and self._wants(principal, occasion):
                told += self._keep(_notification(occasion, principal, records, self._clock))
        return told

    def _principal(self, user: Record | None) -> Principal | None:
        """The receiver as the policy judges them, with the rights they have now."""
        if not isinstance(user, User) or not user.may_log_in:
            return None
        role = self._store.get("role", user.role)
        if not isinstance(role, Role) or role.deleted_at is not None:
            return None
        return Principal(user_id=user.id, team_id=user.team_id, role=user.role, grants=grants_of(role), via="system")

    def _wants(self, principal: Principal, occasion: Occasion) -> bool:
        return occasion.type not in self._notifications.unwanted(principal.user_id)

    def _keep(self, notification: Notification) -> int:
        if not self._notifications.keep(notification):
            return 0
        unread = self._notifications.count_unread(notification.user_id)
        message = {"type": "notification", "notification": notification.row(), "unread": unread}
        self._sockets.push(notification.user_id, json.dumps(message, ensure_ascii=False))
        return 1


def _notification(
    occasion: Occasion, principal: Principal, records: Mapping[Ref, Record], clock: Clock
) -> Notification:
    named = {name: records.get(ref) for name, ref in occasion.also.items()}
    names = {name: _name(record) for name, record in named.items() if record and _sees(principal, record)}
    actor = records.get(Ref("user", occasion.actor_id or ""))
    by = {"actor": _name(actor)} if actor else {}
    return Notification(
        id=occasion.id_for(principal.user_id),
        user_id=principal.user_id,
        type=occasion.type,
        priority=occasion.priority,
        params={**names, **by, **occasion.params},
        about=occasion.about,
        created_at=clock.now(),
        actor_id=occasion.actor_id,
    )


def _sees(principal: Principal, record: Record) -> bool:
    visible = policy.visibility(principal, f"{_READABLE[record.kind]}:read")
    return record.deleted_at is None and visible.admits(record.audience)


def _name(record: Any) -> str:
    if isinstance(record, User):
        return " ".join(part for part in (record.first_name, record.last_name) if part) or record.username
    return record.full_name if isinstance(record, Person) else str(record.name)

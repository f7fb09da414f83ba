"""Notifications and what users want to be told, beside the user's record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.exceptions import PutError, UpdateError

from chalicelib.domain.errors import Conflict
from chalicelib.domain.notifications import (
    MOST_COUNTED,
    Box,
    Notification,
    NotificationPage,
    NotificationType,
)
from chalicelib.domain.records import Ref
from chalicelib.domain.tasks import Priority
from chalicelib.domain.types import format_utc
from chalicelib.repositories import keys
from chalicelib.repositories.items import Index1, Index3, Item, new_item
from chalicelib.repositories.records import CONDITION_FAILED, get_item, reading


class DynamoNotifications:
    """`NotificationStore`. The boxes are indexes of the table, which may lag a moment behind."""

    def keep(self, notification: Notification) -> bool:
        try:
            with reading():
                _item(notification).save(Item.pk.does_not_exist())
        except PutError as error:
            if error.cause_response_code != CONDITION_FAILED:
                raise
            return False
        return True

    def page(self, user_id: str, box: Box, limit: int, before: str | None, now: datetime) -> NotificationPage:
        index, sort_key = (Item.index3, Index3.sk) if box is Box.UNREAD else (Item.index1, Index1.sk)
        older = sort_key < before if before else None
        place = keys.notification_box(user_id, box)
        with reading():
            found = list(index.query(place, older, scan_index_forward=False, limit=limit + 1))
        page = [_notification(item) for item in found[:limit]]
        return NotificationPage([n for n in page if n.expires_at > now], page[-1].id if len(found) > limit else None)

    def count_unread(self, user_id: str) -> int:
        place = keys.notification_box(user_id, Box.UNREAD)
        with reading():
            return int(Item.index3.count(place, limit=MOST_COUNTED))

    def mark_read(self, user_id: str, id: str, at: datetime) -> Notification | None:
        return _changed(user_id, id, [_read(at), *_not_unread()])

    def archive(self, user_id: str, id: str, at: datetime) -> Notification | None:
        archived_at = Item.data["archived_at"]
        put_away = [
            archived_at.set(archived_at | format_utc(at)),
            Item.gsi1pk.set(keys.notification_box(user_id, Box.ARCHIVE)),
        ]
        return _changed(user_id, id, [_read(at), *_not_unread(), *put_away])

    def unwanted(self, user_id: str) -> frozenset[NotificationType]:
        item = get_item(keys.notification_preferences(user_id))
        return frozenset(NotificationType(name) for name in _switched_off(item) & set(NotificationType))

    def switch(self, user_id: str, wanted: Mapping[NotificationType, bool]) -> None:
        key = keys.notification_preferences(user_id)
        item = get_item(key)
        before = int(item.version or 0) if item else 0
        off = set((item.data or {}).get("unwanted", []) if item else [])
        off = (off | {type.value for type, on in wanted.items() if not on}) - {
            t.value for t, on in wanted.items() if on
        }
        changed = new_item(key, kind="notification_preferences", version=before + 1, data={"unwanted": sorted(off)})
        unchanged = Item.version == before if item else Item.pk.does_not_exist()
        try:
            with reading():
                changed.save(unchanged)
        except PutError as error:
            if error.cause_response_code != CONDITION_FAILED:
                raise
            raise Conflict("The preferences were changed meanwhile; please try again.") from error


def _switched_off(item: Item | None) -> set[str]:
    return set((item.data or {})["unwanted"]) if item else set()


def _changed(user_id: str, id: str, actions: list[Any]) -> Notification | None:
    item = new_item(keys.notification(user_id, id))
    try:
        with reading():
            item.update(actions=actions, condition=Item.pk.exists())
    except UpdateError as error:
        if error.cause_response_code != CONDITION_FAILED:
            raise
        return None
    return _notification(item)


def _read(at: datetime) -> Any:
    read_at = Item.data["read_at"]
    return read_at.set(read_at | format_utc(at))


def _not_unread() -> list[Any]:
    return [Item.gsi3pk.remove(), Item.gsi3sk.remove()]


def _item(notification: Notification) -> Item:
    user_id, id = notification.user_id, notification.id
    return new_item(
        keys.notification(user_id, id),
        kind="notification",
        data={name: value for name, value in notification.row().items() if value is not None},
        gsi1pk=keys.notification_box(user_id, Box.INBOX),
        gsi1sk=id,
        gsi3pk=keys.notification_box(user_id, Box.UNREAD),
        gsi3sk=id,
        expires_at=int(notification.expires_at.timestamp()),
    )


def _notification(item: Item) -> Notification:
    data = item.data or {}
    return Notification(
        id=data["id"],
        user_id=item.pk.partition("#")[2],
        type=NotificationType(data["type"]),
        priority=Priority(data["priority"]),
        params=data["params"],
        about=Ref(data["kind"], data["record_id"]),
        created_at=datetime.fromisoformat(data["created_at"]),
        actor_id=data.get("actor_id"),
        read_at=_instant(data.get("read_at")),
        archived_at=_instant(data.get("archived_at")),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

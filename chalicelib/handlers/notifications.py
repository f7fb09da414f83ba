"""/v1/notifications: what the caller was told, and what they want to be told"""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.notifications import MOST_COUNTED, Notification, NotificationType
from chalicelib.domain.tasks import Priority
from chalicelib.domain.types import Timestamp
from chalicelib.handlers.auth import require_session
from chalicelib.handlers.crud import PageParameters
from chalicelib.handlers.cursors import decode_cursor, encode_cursor
from chalicelib.handlers.http import SIGNED_IN, Call, endpoint

blueprint = Blueprint(__name__)


class NotificationParameters(PageParameters):
    """Those not archived, unless told otherwise; newest first."""

    unread: bool = Field(default=False, description="only those not read yet")
    archived: bool = Field(default=False, description="the archived ones instead")


class NotificationRow(BaseModel):
    """`params` are the parts of its text, by name; the client has the words for each type. `kind` and `record_id`
    name the record it is about."""

    id: str
    type: NotificationType
    priority: Priority
    params: dict[str, str] = Field(examples=[{"title": "Send the term sheet", "organisation": "ACME Investments"}])
    kind: str
    record_id: str
    actor_id: str | None = Field(description="Who brought it about; null for the calendar.")
    created_at: Timestamp
    read_at: Timestamp | None
    archived_at: Timestamp | None


class NotificationPage(BaseModel):
    items: list[NotificationRow]
    unread: int = Field(description=f"How many are unread in all; {MOST_COUNTED} stands for that many or more.")
    next_cursor: str | None


class NotificationAnswer(BaseModel):
    notification: NotificationRow
    unread: int


class ReadAllAnswer(BaseModel):
    read: int = Field(description=f"How many were marked, at most {MOST_COUNTED} at once.")
    unread: int


class NotificationPreferences(BaseModel):
    """Type to whether the caller is told."""

    model_config = ConfigDict(extra="forbid")

    types: dict[NotificationType, bool]


@endpoint(
    blueprint,
    "GET",
    "/v1/notifications",
    permission=SIGNED_IN,
    query=NotificationParameters,
    answer=NotificationPage,
    raises=(errors.InvalidInput,),
)
def list_notifications(call: Call) -> Any:
    """What you were told in the last 90 days, newest first."""
    require_session(call)
    asked: NotificationParameters = call.query
    scope = ("notifications", call.principal.user_id, asked.unread, asked.archived)
    before = decode_cursor(asked.cursor, *scope) if asked.cursor else None
    page = wiring.notifications().page(call.caller, asked.limit, before, unread=asked.unread, archived=asked.archived)
    return {
        "items": [notification.row() for notification in page.items],
        "unread": page.unread,
        "next_cursor": encode_cursor(page.next, *scope) if page.next else None,
    }


@endpoint(
    blueprint,
    "POST",
    "/v1/notifications/{id}/read",
    permission=SIGNED_IN,
    answer=NotificationAnswer,
    raises=(errors.NotFound,),
)
def read_notification(call: Call) -> Any:
    """Mark one as read."""
    require_session(call)
    return _marked(*wiring.notifications().mark_read(call.caller, call.path["id"]))


@endpoint(blueprint, "POST", "/v1/notifications/read-all", permission=SIGNED_IN, answer=ReadAllAnswer)
def read_all_notifications(call: Call) -> Any:
    """Mark all as read."""
    require_session(call)
    read, unread = wiring.notifications().mark_all_read(call.caller)
    return ReadAllAnswer(read=read, unread=unread)


@endpoint(
    blueprint,
    "POST",
    "/v1/notifications/{id}/archive",
    permission=SIGNED_IN,
    answer=NotificationAnswer,
    raises=(errors.NotFound,),
)
def archive_notification(call: Call) -> Any:
    """Put one away; it counts as read."""
    require_session(call)
    return _marked(*wiring.notifications().archive(call.caller, call.path["id"]))


@endpoint(
    blueprint, "GET", "/v1/me/notification-preferences", permission=SIGNED_IN, answer=NotificationPreferences, tag="me"
)
def get_notification_preferences(call: Call) -> Any:
    """Which types you are told about; all of them until you say otherwise."""
    require_session(call)
    return NotificationPreferences(types=wiring.notifications().preferences(call.principal.user_id))


@endpoint(
    blueprint,
    "PATCH",
    "/v1/me/notification-preferences",
    permission=SIGNED_IN,
    body=NotificationPreferences,
    answer=NotificationPreferences,
    tag="me",
)
def update_notification_preferences(call: Call) -> Any:
    """Switch types on or off; the ones you do not name stay as they are."""
    require_session(call)
    types = wiring.notifications().set_preferences(call.principal.user_id, call.body.types)
    return NotificationPreferences(types=types)


def _marked(notification: Notification, unread: int) -> dict[str, Any]:
    return {"notification": notification.row(), "unread": unread}

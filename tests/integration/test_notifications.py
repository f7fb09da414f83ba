"""Notifications: made of events once, for who may see the record and wants to be told; read and put away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from chalicelib import wiring
from chalicelib.domain.events import DomainEvent, Transition, event_of
from chalicelib.domain.identity import Connection
from chalicelib.domain.listing import Page
from chalicelib.domain.notifications import Box
from chalicelib.domain.policy import Grants
from chalicelib.handlers.notifier import REMINDERS, handle_notification_batch
from chalicelib.repositories.connections import DynamoConnections
from chalicelib.repositories.notifications import DynamoNotifications
from chalicelib.services.realtime import RealtimeService
from tests.support.application import Actor, Application, running_application
from tests.support.lambda_events import LambdaContext


class Sockets:
    """Remembers what was pushed to whom."""

    def __init__(self) -> None:
        self.pushed: list[tuple[str, dict[str, Any]]] = []

    def push(self, user_id: str, message: str) -> int:
        self.pushed.append((user_id, json.loads(message)))
        return 1


@pytest.fixture
def sockets() -> Sockets:
    return Sockets()


@pytest.fixture
def application(sockets: Sockets) -> Iterator[Application]:
    with running_application(realtime=sockets) as running:
        yield running


@pytest.fixture
def ann(application: Application) -> Actor:
    return application.sign_in(first_name="Ann", last_name="Lee")


@pytest.fixture
def bob(application: Application) -> Actor:
    return application.sign_in("support")


def deliver(*messages: dict[str, Any]) -> list[str]:
    """Hand the messages to the notifier as its queue does; the ids of those that failed."""
    records = [
        {"messageId": str(n), "body": json.dumps(m), "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:x:1:q"}
        for n, m in enumerate(messages)
    ]
    answer = handle_notification_batch({"Records": records}, LambdaContext("notifier"))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def message(event: DomainEvent) -> dict[str, Any]:
    return {"detail-type": event.name, "detail": event.model_dump(mode="json")}


def creation(kind: str, id: str) -> dict[str, Any]:
    """The event of the record as it was made."""
    record = wiring.records().get(kind, id)
    assert record is not None
    return message(event_of(Transition(None, record, "1")))


def change(kind: str, id: str, **before: Any) -> dict[str, Any]:
    """The event of the record's last change, given what was different before it."""
    record = wiring.records().get(kind, id)
    assert record is not None
    was = type(record).model_validate({**record.model_dump(), **before, "version": record.version - 1}, extra="ignore")
    return message(event_of(Transition(was, record, "2")))


def task_for(author: Actor, receiver: Actor, **fields: Any) -> str:
    body = {"title": "Send the term sheet", "assigned_to": receiver.user.id, **fields}
    return str(author.client.post("/v1/tasks", body).json["id"])


def inbox(actor: Actor, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = actor.client.get("/v1/notifications", query).json["items"]
    return found


def unread(actor: Actor) -> int:
    return int(actor.client.get("/v1/notifications").json["unread"])


def test_an_event_is_told_once_however_often_it_is_delivered(ann, bob, sockets):
    id = task_for(ann, bob, priority="high", due_date="2026-12-01")
    event = creation("task", id)

    assert deliver(event, event) == deliver(event) == []

    (told,) = inbox(bob)
    assert told | {"id": "", "created_at": ""} == {
        "id": "",
        "type": "task_assigned",
        "priority": "high",
        "params": {"title": "Send the term sheet", "due_date": "2026-12-01", "actor": "Ann Lee"},
        "kind": "task",
        "record_id": id,
        "actor_id": ann.user.id,
        "created_at": "",
        "read_at": None,
        "archived_at": None,
    }
    assert sockets.pushed == [(bob.user.id, {"type": "notification", "notification": told, "unread": 1})]
    assert inbox(ann) == []


def test_everything_about_an_organisation_reaches_its_owner(ann, bob):
    owned = {"name": "ACME", "owner_id": bob.user.id, "potential_amount": "1000.50"}
    organisation = ann.client.post("/v1/organisations", owned).json["id"]
    person = ann.client.post("/v1/people", {"last_name": "Dupont"}).json["id"]
    ends = {"organisation_id": organisation, "person_id": person}
    link = ann.client.post("/v1/person-organisation-links", {**ends, "role": "decideur"}).json["id"]
    call = {"type": "phone", "subject": "Premier appel", "occurred_at": "2026-01-01T10:00:00Z", **ends}
    interaction = ann.client.post("/v1/interactions", call).json["id"]
    ann.client.patch(f"/v1/organisations/{organisation}", {"pipeline_stage": "signe"})

    assert (
        deliver(
            creation("person_organisation_link", link),
            creation("interaction", interaction),
            change("organisation", organisation, pipeline_stage="prospect"),
        )
        == []
    )

    told = {each["type"]: each for each in inbox(bob)}
    assert told.keys() == {"new_contact", "interaction_new", "deal_won"}
    assert told["new_contact"]["params"] == {
        "person": "Dupont",
        "role": "decideur",
        "organisation": "ACME",
        "actor": "Ann Lee",
    }
    assert (told["new_contact"]["kind"], told["new_contact"]["record_id"]) == ("person", person)
    assert told["interaction_new"]["params"] == {
        "subject": "Premier appel",
        "type": "phone",
        "organisation": "ACME",
        "person": "Dupont",
        "actor": "Ann Lee",
    }
    assert (told["deal_won"]["priority"], told["deal_won"]["params"]["to"]) == ("high", "signe")


def test_nobody_is_told_of_a_record_they_may_not_see(application, ann):
    team = ann.client.post("/v1/teams", {"name": "Other"}).json["id"]
    blind = application.sign_in("x", Grants(permissions=frozenset({"organisations:read"})))
    far = application.sign_in("sales", team_id=team)
    for receiver in (blind, far):
        deliver(creation("task", task_for(ann, receiver)))
    organisation = ann.client.post("/v1/organisations", {"name": "Secret", "owner_id": ann.user.id}).json["id"]
    about = task_for(ann, far, organisation_id=organisation)

    deliver(creation("task", about))

    assert inbox(blind) == []
    assert [each["params"].get("organisation") for each in inbox(far)] == [None, None]


def test_rights_count_as_they_are_when_it_is_told(application, ann, bob):
    event = creation("task", task_for(ann, bob))
    assert ann.client.patch(f"/v1/users/{bob.user.id}", {"is_active": False}).status == 200

    deliver(event)

    assert DynamoNotifications().count_unread(bob.user.id) == 0


def test_what_is_in_the_trash_meanwhile_is_not_told(ann, bob):
    id = task_for(ann, bob)
    event = creation("task", id)
    ann.client.delete(f"/v1/tasks/{id}")

    deliver(event)

    assert inbox(bob) == []


def test_a_type_that_is_switched_off_is_not_told(ann, bob):
    off = bob.client.patch("/v1/me/notification-preferences", {"types": {"task_assigned": False}})
    deliver(creation("task", task_for(ann, bob)))
    on = bob.client.put("/v1/me/notification-preferences", {"types": {"task_assigned": True}})
    deliver(creation("task", task_for(ann, bob)))

    assert (off.json["types"]["task_assigned"], on.json["types"]["task_assigned"]) == (False, True)
    assert all(value for name, value in off.json["types"].items() if name != "task_assigned")
    assert bob.client.get("/v1/me/notification-preferences").json == on.json
    assert len(inbox(bob)) == 1
    assert bob.client.patch("/v1/me/notification-preferences", {"types": {"nope": True}}).status == 422


def test_notifications_are_read_and_put_away(ann, bob):
    deliver(*(creation("task", task_for(ann, bob)) for _ in range(3)))
    first, second, third = (each["id"] for each in inbox(bob))

    read = bob.client.post(f"/v1/notifications/{first}/read").json
    archived = bob.client.post(f"/v1/notifications/{second}/archive").json

    assert (read["unread"], archived["unread"]) == (2, 1)
    assert read["notification"]["read_at"] is not None
    assert archived["notification"]["archived_at"] == archived["notification"]["read_at"] is not None
    assert [each["id"] for each in inbox(bob)] == [first, third]
    assert [each["id"] for each in inbox(bob, unread="true")] == [third]
    assert [each["id"] for each in inbox(bob, archived="true")] == [second]
    assert bob.client.post("/v1/notifications/read-all").json == {"read": 1, "unread": 0}
    assert inbox(bob, unread="true") == []
    assert bob.client.post(f"/v1/notifications/{first}/read").json["notification"] == read["notification"]


def test_one_users_notifications_are_nobody_elses(ann, bob):
    deliver(creation("task", task_for(ann, bob)))
    (own,) = inbox(bob)

    for verb in ("read", "archive"):
        assert ann.client.post(f"/v1/notifications/{own['id']}/{verb}").status == 404
    assert (inbox(ann), unread(ann), unread(bob)) == ([], 0, 1)


def test_an_api_key_reads_no_notifications(ann):
    key = ann.client.post("/v1/api-keys", {"name": "x", "scopes": ["tasks:read"]}).json["key"]
    ann.client.token = key

    assert ann.client.get("/v1/notifications").status == 403


def test_pages_hold_each_once_newest_first(application, ann, bob):
    for _ in range(5):
        application.clock.advance(seconds=1)
        deliver(creation("task", task_for(ann, bob)))
    whole = [each["id"] for each in inbox(bob)]

    first = bob.client.get("/v1/notifications", {"limit": 3}).json
    rest = bob.client.get("/v1/notifications", {"limit": 3, "cursor": first["next_cursor"]}).json

    assert [each["id"] for page in (first, rest) for each in page["items"]] == whole == sorted(whole, reverse=True)
    assert rest["next_cursor"] is None
    assert bob.client.get("/v1/notifications", {"unread": "true", "cursor": first["next_cursor"]}).status == 422


def test_they_are_forgotten_after_90_days(application, ann, bob):
    deliver(creation("task", task_for(ann, bob)))
    made = application.clock.now()
    kept = DynamoNotifications()

    def shown(after: timedelta) -> int:
        return len(kept.page(bob.user.id, Box.INBOX, 10, None, made + after).items)

    assert (shown(timedelta(days=89)), shown(timedelta(days=90))) == (1, 0)


def test_only_the_message_that_failed_is_delivered_again(ann, bob):
    events = [creation("task", task_for(ann, bob)) for _ in range(2)]
    broken = {"detail-type": "task.created", "detail": {"correlation_id": "x"}}

    assert deliver(events[0], broken, events[1]) == ["1"]
    assert len(inbox(bob)) == 2


# --- the calendar ------------------------------------------------------------------------------


REMINDER = {"detail-type": REMINDERS, "detail": {}}


def test_due_and_overdue_tasks_are_told_once(application, ann, bob):
    today = application.clock.now().date()
    for title, days in (("due", 0), ("late", -1), ("too late", -8), ("soon", 1)):
        task_for(ann, bob, title=title, due_date=(today + timedelta(days=days)).isoformat())
    finished = task_for(ann, bob, title="done", due_date=today.isoformat())
    ann.client.post(f"/v1/tasks/{finished}/complete", {})

    assert deliver(REMINDER) == deliver(REMINDER) == []

    assert {(each["type"], each["params"]["title"], each["actor_id"]) for each in inbox(bob)} == {
        ("task_due", "due", None),
        ("task_overdue", "late", None),
    }


def test_a_reminder_follows_what_is_stored_not_what_the_index_still_says(application, ann, bob):
    today = application.clock.now().date()
    id = task_for(ann, bob, due_date=today.isoformat())
    rows = ann.client.get("/v1/tasks").json["items"]
    ann.client.patch(f"/v1/tasks/{id}", {"due_date": (today + timedelta(days=5)).isoformat()})

    with patch.object(wiring.record_index(), "list", lambda *_: Page(rows, len(rows))):
        assert deliver(REMINDER) == []

    assert [row["id"] for row in rows] == [id]
    assert inbox(bob) == []


class Gateway:
    """`ConnectionGateway` in which the connection `gone` has gone."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.closed: list[str] = []

    def send(self, connection_id: str, message: str) -> bool:
        self.sent.append(connection_id)
        return connection_id != "gone"

    def close(self, connection_id: str) -> None:
        self.closed.append(connection_id)


def test_the_real_sockets_get_it_and_forget_those_that_are_gone(ann, bob):
    """To each open connection of a live session; the others are closed or forgotten."""
    store, gateway, now = DynamoConnections(), Gateway(), wiring.clock().now()
    for id, session in (("tab", bob.session.id), ("gone", bob.session.id), ("ended", "0" * 26)):
        store.open(Connection(id, bob.user.id, session, now), now + timedelta(hours=1))
    store.open(Connection("other", ann.user.id, ann.session.id, now), now + timedelta(hours=1))

    pushed = RealtimeService(store, gateway, wiring.clock()).push(bob.user.id, "{}")

    assert (pushed, sorted(gateway.sent), gateway.closed) == (1, ["gone", "tab"], ["ended"])
    assert [connection.id for connection in store.of_user(bob.user.id)] == ["tab"]

"""The access log of personal data, and the conditions of both trails, through the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.domain.access import AccessEntry
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.records import Ref
from chalicelib.handlers.access_log import handle_access_batch
from chalicelib.repositories import trails
from chalicelib.repositories.trails import DynamoTrails
from tests.support.application import Actor, Application, running_application
from tests.support.calls import record_calls
from tests.support.factories import make_id


@pytest.fixture
def application() -> Iterator[Application]:
    with running_application() as running:
        yield running


@pytest.fixture
def admin(application: Application) -> Actor:
    return application.sign_in()


@pytest.fixture
def person(admin: Actor) -> str:
    return str(admin.client.post("/v1/people", {"last_name": "Dupont"}).json["id"])


def queued(application: Application) -> list[str]:
    return application.cloud.messages(application.cloud.access_queue_url)


def record(application: Application) -> int:
    """Have the recorder store what waits in its queue; how many entries that were."""
    bodies = queued(application)
    handle_access_batch({"Records": [{"body": body} for body in bodies]})
    return len(bodies)


def log(admin: Actor, **query: Any) -> list[dict[str, Any]]:
    answer = admin.client.get("/v1/access-log", query)
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_whoever_is_shown_a_person_is_in_the_log(application, admin, person):
    reader = application.sign_in("support")
    for tail in ("", "/history", "/timeline", "/access"):
        assert reader.client.get(f"/v1/people/{person}{tail}").status == 200

    assert record(application) == 4

    entries = log(admin, actor_id=reader.user.id)
    assert {entry["route"] for entry in entries} == {
        f"GET /v1/people/{{id}}{tail}" for tail in ("", "/history", "/timeline", "/access")
    }
    assert {(e["kind"], e["record_id"], e["via"], e["ip"], e["rows"]) for e in entries} == {
        ("person", person, "session", "203.0.113.7", None)
    }
    assert all(entry["request_id"] for entry in entries)


def test_a_file_of_people_is_in_the_log_with_its_length(application, admin, person):
    assert admin.client.get("/v1/people/export").status == 200

    record(application)

    (entry,) = log(admin, route="GET /v1/people/export")
    assert (entry["record_id"], entry["rows"]) == (None, 1)


def test_what_shows_nobody_is_not_logged(application, admin, person):
    organisation = admin.client.post("/v1/organisations", {"name": "ACME"}).json["id"]
    admin.client.get("/v1/people")
    admin.client.get(f"/v1/organisations/{organisation}")
    admin.client.get(f"/v1/people/{make_id()}")

    assert queued(application) == []


def test_a_read_waits_for_the_queue_and_for_no_second_write(admin, person):
    with record_calls() as calls:
        admin.client.get(f"/v1/people/{person}")

    assert calls.operations["sqs.SendMessage"] == 1
    assert not [name for name in calls.operations if name in ("dynamodb.PutItem", "dynamodb.TransactWriteItems")]


def test_what_cannot_be_logged_is_not_shown(application, admin, person):
    class Full:
        def send(self, entry: Any) -> None:
            raise Unavailable("The access log cannot be written at the moment; please try again.")

    wiring.access_log()._queue = Full()

    answer = admin.client.get(f"/v1/people/{person}")

    assert (answer.status, answer.json["error"]["code"]) == (503, "unavailable")
    assert b"Dupont" not in answer.body


def test_a_batch_delivered_twice_is_stored_once(application, admin, person):
    admin.client.get(f"/v1/people/{person}")
    event = {"Records": [{"body": body} for body in queued(application)]}

    handle_access_batch(event)
    handle_access_batch(event)

    assert len(log(admin)) == 1


def test_entries_are_kept_for_a_year(application, admin, person):
    admin.client.get(f"/v1/people/{person}")
    (body,) = queued(application)
    at = datetime.fromisoformat(json.loads(body)["at"])
    entry = AccessEntry(make_id(at), at, admin.user.id, "GET /x", "person", Ref("person", person))

    assert trails._access_item(entry).expires_at == int((at + timedelta(days=365)).timestamp())


# --- what both trails are asked -------------------------------------------------------------------


def entries_over_days(application: Application, actors: list[str], people: list[str], days: int) -> list[AccessEntry]:
    now = application.clock.now()
    kept = [
        AccessEntry(make_id(at), at, actor, "GET /v1/people/{id}", "person", Ref("person", person))
        for n in range(days)
        for at in [now - timedelta(days=n)]
        for actor in actors
        for person in people
    ]
    DynamoTrails().keep_accesses(kept)
    return kept


def everything(admin: Actor, **query: Any) -> list[str]:
    """The ids on all pages, whose cursors are followed to the end."""
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = admin.client.get("/v1/access-log", {**query, **({"cursor": cursor} if cursor else {})})
        assert answer.status == 200, answer.body
        ids += [item["id"] for item in answer.json["items"]]
        cursor = answer.json["next_cursor"]
    return ids


def test_conditions_hold_together_and_pages_hold_each_entry_once(application, admin):
    ann, bob = make_id(), make_id()
    one, two = make_id(), make_id()
    kept = entries_over_days(application, [ann, bob], [one, two], days=20)
    first = (application.clock.now() - timedelta(days=9)).date()
    last = (application.clock.now() - timedelta(days=3)).date()

    def expected(**wanted: Any) -> list[str]:
        found = [
            e
            for e in kept
            if wanted.get("actor_id") in (None, e.actor_id)
            and wanted.get("record_id") in (None, e.ref and e.ref.id)
            and wanted.get("at__gte", first.min) <= e.at.date() <= wanted.get("at__lte", last.max)
        ]
        return sorted((e.id for e in found), reverse=True)

    for asked in (
        {},
        {"actor_id": ann},
        {"kind": "person", "record_id": one},
        {"kind": "person", "record_id": one, "actor_id": bob},
        {"at__gte": first, "at__lte": last},
        {"at__gte": first, "at__lte": last, "actor_id": ann, "kind": "person", "record_id": two},
    ):
        assert everything(admin, limit=7, **asked) == expected(**asked), asked
    assert everything(admin, kind="organisation") == []
    assert everything(admin, route="GET /v1/people/export") == []


def test_days_are_walked_a_piece_at_a_time(application, admin, monkeypatch):
    monkeypatch.setattr(trails, "MOST_DAYS", 3)
    kept = entries_over_days(application, [make_id()], [make_id()], days=12)
    since = (application.clock.now() - timedelta(days=11)).date()

    page = admin.client.get("/v1/access-log", {"at__gte": since}).json

    assert len(page["items"]) == 3
    assert everything(admin, at__gte=since) == sorted((e.id for e in kept), reverse=True)


def test_a_page_ends_where_enough_was_looked_at(application, admin, monkeypatch):
    monkeypatch.setattr(trails, "MOST_READ", 5)
    ann = make_id()
    kept = entries_over_days(application, [ann], [make_id() for _ in range(4)], days=4)
    person = kept[-1].ref
    assert person is not None
    asked = {"actor_id": ann, "route": "GET /v1/people/{id}"}

    short = admin.client.get("/v1/access-log", {**asked, "limit": 50}).json

    assert len(short["items"]) == 5
    assert short["next_cursor"] is not None
    assert len(everything(admin, **asked)) == len(kept)


@pytest.mark.parametrize("path", ["/v1/access-log", "/v1/audit"])
@pytest.mark.parametrize(
    "query",
    [
        {"record_id": "x"},
        {"at__gte": "2026-02-02", "at__lte": "2026-02-01"},
        {"actor_id": "nobody"},
        {"at__gte": "yesterday"},
        {"nope": "x"},
    ],
)
def test_questions_without_sense_are_refused(admin, path, query):
    assert admin.client.get(path, query).status == 422


def test_the_audit_trail_is_asked_by_action_outcome_user_record_and_days(application, admin):
    viewer = application.sign_in("viewer")
    organisation = admin.client.post("/v1/organisations", {"name": "ACME"}).json["id"]
    admin.client.patch(f"/v1/organisations/{organisation}", {"city": "Lyon"})
    viewer.client.post("/v1/organisations", {"name": "x"})
    today = application.clock.now().date()

    def audit(**query: Any) -> list[str]:
        return [item["action"] for item in admin.client.get("/v1/audit", query).json["items"]]

    assert audit(action="organisation.update") == ["organisation.update"]
    assert audit(outcome="denied") == audit(actor_id=viewer.user.id) == ["POST /v1/organisations"]
    assert set(audit(kind="organisation", record_id=organisation)) == {"organisation.create", "organisation.update"}
    assert audit(kind="organisation", record_id=organisation, actor_id=viewer.user.id) == []
    assert audit(at__lte=(today - timedelta(days=1)).isoformat()) == []
    assert audit(at__gte=today.isoformat(), action="organisation.create") == ["organisation.create"]
    assert audit(actor_id="system") == []

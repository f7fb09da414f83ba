"""A8: one-time tickets, allowed origins, connections that end with their session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.handlers.realtime import handle_realtime
from chalicelib.repositories.connections import DynamoConnections
from chalicelib.services.realtime import RealtimeService
from tests.integration.identity.people import FIRST_PARTY, Identity, Person

OURS = "https://crm.test"


@dataclass
class RecordedGateway:
    """`ConnectionGateway` that remembers; `gone` connections do not answer."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def send(self, connection_id: str, message: str) -> bool:
        if connection_id in self.gone:
            return False
        self.sent.append((connection_id, message))
        return True

    def close(self, connection_id: str) -> None:
        self.closed.append(connection_id)


@pytest.fixture
def gateway(app: Identity) -> Iterator[RecordedGateway]:
    recorded = RecordedGateway()
    service = RealtimeService(DynamoConnections(), recorded, app.clock)
    with wiring.override(**{**wiring._built, "realtime": service}):
        yield recorded


def ticket(person: Person) -> str:
    answer = person.browser.post("/v1/realtime/tickets")
    assert answer.status == 201, answer.body
    assert answer.json["expires_in"] <= 30
    return str(answer.json["ticket"])


def event(route: str, connection_id: str = "c1", **fields: Any) -> dict[str, Any]:
    return {"requestContext": {"routeKey": route, "connectionId": connection_id}, **fields}


def connect(ticket: str | None, origin: str | None = OURS, connection_id: str = "c1") -> int:
    headers = {"Origin": origin} if origin is not None else {}
    query = {"ticket": ticket} if ticket is not None else None
    answer = handle_realtime(event("$connect", connection_id, headers=headers, queryStringParameters=query), None)
    return int(answer["statusCode"])


def send(body: str, connection_id: str = "c1") -> int:
    return int(handle_realtime(event("$default", connection_id, body=body), None)["statusCode"])


def connections(person: Person) -> list[str]:
    return [connection.id for connection in DynamoConnections().of_user(person.user.id)]


def test_ticket_opens_one_connection(app: Identity, gateway: RecordedGateway):
    person = app.logged_in()
    once = ticket(person)

    assert connect(once) == 200
    assert connect(once, connection_id="c2") == 401
    assert connections(person) == ["c1"]


@pytest.mark.parametrize("origin", [None, "", "null", "https://evil.test", "http://crm.test", f"{OURS}.evil.test"])
def test_foreign_origin_is_refused(app: Identity, gateway: RecordedGateway, origin: str | None):
    person = app.logged_in()
    good = ticket(person)

    assert connect(good, origin) == 403
    assert connections(person) == []
    assert connect(good) == 200


@pytest.mark.parametrize("made_up", [None, "", "x", "x" * 43])
def test_connection_needs_a_ticket(app: Identity, gateway: RecordedGateway, made_up: str | None):
    assert connect(made_up) == 401


def test_access_token_is_no_ticket(app: Identity, gateway: RecordedGateway):
    assert connect(app.logged_in().browser.token) == 401


def test_ticket_lives_thirty_seconds(app: Identity, gateway: RecordedGateway):
    late = ticket(app.logged_in())
    app.clock.advance(seconds=30)

    assert connect(late) == 401


def test_ticket_is_stored_hashed(app: Identity, gateway: RecordedGateway):
    assert ticket(app.logged_in()) not in str(app.all_items())


def test_ticket_of_an_ended_session_opens_nothing(app: Identity, gateway: RecordedGateway):
    person = app.logged_in()
    held = ticket(person)
    person.browser.post("/v1/auth/logout", **FIRST_PARTY)

    assert connect(held) == 401


def test_ping_is_answered(app: Identity, gateway: RecordedGateway):
    connect(ticket(app.logged_in()))

    assert send('{"action":"ping"}') == 200
    assert gateway.sent == [("c1", '{"type":"pong"}')]


@pytest.mark.parametrize("body", ["", "x", "[]", '{"action":"subscribe","user":"other"}'])
def test_any_other_message_is_refused(app: Identity, gateway: RecordedGateway, body: str):
    connect(ticket(app.logged_in()))

    assert send(body) == 400
    assert gateway.sent == []


def test_message_of_a_connection_nobody_opened_closes_it(app: Identity, gateway: RecordedGateway):
    assert send('{"action":"ping"}', "stray") == 401
    assert gateway.closed == ["stray"]


def test_message_after_the_session_has_ended_closes_the_connection(app: Identity, gateway: RecordedGateway):
    person = app.logged_in()
    connect(ticket(person))
    person.browser.post("/v1/auth/logout", **FIRST_PARTY)

    assert send('{"action":"ping"}') == 401
    assert gateway.closed == ["c1"]
    assert connections(person) == []


def test_disabled_users_message_closes_the_connection(app: Identity, gateway: RecordedGateway):
    admin, person = app.logged_in("admin"), app.logged_in()
    connect(ticket(person))
    admin.browser.patch(f"/v1/users/{person.user.id}", {"is_active": False})

    assert send('{"action":"ping"}') == 401


def test_connections_of_one_session_or_of_all_are_closed(app: Identity, gateway: RecordedGateway):
    person, bystander = app.logged_in(), app.logged_in()
    session_id = person.browser.get("/v1/me").json["session_id"]
    connect(ticket(person), connection_id="first")
    person.login()
    connect(ticket(person), connection_id="second")
    connect(ticket(bystander), connection_id="other")

    assert wiring.realtime().close_connections(person.user.id, session_id) == 1
    assert gateway.closed == ["first"]
    assert wiring.realtime().close_connections(person.user.id) == 1
    assert gateway.closed == ["first", "second"]
    assert connections(bystander) == ["other"]


def test_disconnected_connection_is_forgotten(app: Identity, gateway: RecordedGateway):
    person = app.logged_in()
    connect(ticket(person))

    handle_realtime(event("$disconnect"), None)
    handle_realtime(event("$disconnect"), None)

    assert connections(person) == []
    assert DynamoConnections().find("c1") is None

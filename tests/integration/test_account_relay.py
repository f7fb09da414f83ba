"""From a stored token to the event that brings its mail, from an ended session to its closed sockets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from chalicelib.domain.events import AccountEvent, BusEvent
from chalicelib.handlers.streams import handle_stream
from tests.support.application import Actor, Application, running_application
from tests.support.streams import StreamReader


class Bus:
    def __init__(self) -> None:
        self.events: list[BusEvent] = []

    def publish(self, events: Sequence[BusEvent]) -> None:
        self.events += events

    @property
    def mails(self) -> list[AccountEvent]:
        return [event for event in self.events if isinstance(event, AccountEvent)]


class Sockets:
    """Notes whose connections were closed: (user, session or None for all)."""

    def __init__(self) -> None:
        self.closed: list[tuple[str, str | None]] = []

    def close_connections(self, user_id: str, session_id: str | None = None) -> int:
        self.closed.append((user_id, session_id))
        return 0


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def sockets() -> Sockets:
    return Sockets()


@pytest.fixture
def application(bus: Bus, sockets: Sockets) -> Iterator[Application]:
    with running_application(event_bus=bus, realtime=sockets) as running:
        yield running


@pytest.fixture
def admin(application: Application) -> Actor:
    return application.sign_in()


@pytest.fixture
def stream(application: Application, admin: Actor) -> StreamReader:
    return StreamReader(application.cloud.table_name)


def test_forgotten_password_is_an_event_without_the_address(
    application: Application, admin: Actor, stream: StreamReader, bus: Bus
) -> None:
    answer = application.anonymous.post("/v1/auth/forgot-password", {"email": admin.user.email})

    handle_stream({"Records": stream.read()})

    (event,) = bus.mails
    assert (event.name, event.user_id) == ("password_reset.requested", admin.user.id)
    assert event.correlation_id == answer.header("X-Request-Id")
    assert admin.user.email not in event.model_dump_json()


def test_unknown_address_is_no_event(application: Application, stream: StreamReader, bus: Bus) -> None:
    application.anonymous.post("/v1/auth/forgot-password", {"email": "nobody@example.com"})

    handle_stream({"Records": stream.read()})

    assert bus.mails == []


def test_new_user_is_an_invitation_once(application: Application, admin: Actor, stream: StreamReader, bus: Bus) -> None:
    application.sign_in("viewer")  # the role is stored
    made = admin.client.post("/v1/users", {"email": "new@example.com", "username": "newcomer", "role": "viewer"})
    records = stream.read()

    handle_stream({"Records": records})
    handle_stream({"Records": records})

    assert {(event.id, event.name, event.user_id) for event in bus.mails} == {
        (bus.mails[0].id, "user.invited", made.json["id"])
    }


def test_ended_session_closes_its_sockets(
    application: Application, admin: Actor, stream: StreamReader, sockets: Sockets
) -> None:
    admin.client.post("/v1/auth/logout-everywhere")

    handle_stream({"Records": stream.read()})

    assert sockets.closed == [(admin.user.id, admin.session.id)]


@pytest.mark.parametrize("how", ["deactivated", "deleted"])
def test_locked_out_user_loses_all_sockets(
    application: Application, admin: Actor, stream: StreamReader, sockets: Sockets, how: str
) -> None:
    user = application.sign_in("viewer").user
    one = f"/v1/users/{user.id}"
    answer = admin.client.delete(one) if how == "deleted" else admin.client.patch(one, {"is_active": False})
    assert answer.status == 200, answer.body

    handle_stream({"Records": stream.read()})

    assert (user.id, None) in sockets.closed
    assert admin.user.id not in {closed for closed, _ in sockets.closed}

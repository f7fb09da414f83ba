"""What follows from changes of identity: mails for new one-time tokens, closed sockets for who must be out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.events import AccountEvent, BusEvent
from chalicelib.domain.identity import EVENTS, OneTimeToken, Session
from chalicelib.domain.types import format_utc
from chalicelib.domain.users import User


class EventPublisher(Protocol):
    def publish(self, events: Sequence[BusEvent]) -> None: ...


class Connections(Protocol):
    def close_connections(self, user_id: str, session_id: str | None = None) -> int:
        """Close the user's connections, those of one session if it is given."""
        ...


class AccountRelay:
    """May be told the same thing twice: events carry the token's id, and what is closed stays closed."""

    def __init__(self, bus: EventPublisher, connections: Connections) -> None:
        self._bus = bus
        self._connections = connections

    def announce_mails(self, tokens: Sequence[OneTimeToken]) -> None:
        """Publish the event of each new token that a mail carries."""
        self._bus.publish([_event(token) for token in tokens])

    def disconnect(self, sessions: Sequence[Session], users: Sequence[User]) -> None:
        """Close the sockets of ended sessions, and all those of users who may no longer log in."""
        for session in sessions:
            self._connections.close_connections(session.user_id, session.id)
        for user in users:
            self._connections.close_connections(user.id)


def _event(token: OneTimeToken) -> AccountEvent:
    return AccountEvent(
        id=token.id,
        name=EVENTS[token.purpose],
        at=format_utc(token.created_at),
        correlation_id=token.correlation_id,
        user_id=token.user_id,
        token_id=token.id,
    )

"""WebSocket connections: opened with a one-time ticket, tied to a session, closed when it ends."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from chalicelib.domain.errors import Forbidden
from chalicelib.domain.identity import CONNECTION_LIFETIME, TICKET_LIFETIME, Connection, ConnectionStore, Ticket
from chalicelib.domain.policy import Principal
from chalicelib.domain.ports import Clock
from chalicelib.domain.tokens import digest, new_secret


class ConnectionGateway(Protocol):
    """What holds the sockets."""

    def send(self, connection_id: str, message: str) -> bool:
        """False when the connection is gone."""
        ...

    def close(self, connection_id: str) -> None:
        """Close it; one that is gone is closed."""
        ...


class RealtimeService:
    def __init__(self, store: ConnectionStore, gateway: ConnectionGateway, clock: Clock) -> None:
        self._store = store
        self._gateway = gateway
        self._clock = clock

    def issue_ticket(self, principal: Principal) -> str:
        """A ticket for one connection of the caller's session; only its hash is kept."""
        if principal.session_id is None:
            raise Forbidden("session", "Only a logged-in session can open a connection.")
        ticket = new_secret()
        expires_at = self._clock.now() + TICKET_LIFETIME
        self._store.put_ticket(Ticket(digest(ticket), principal.user_id, principal.session_id, expires_at))
        return ticket

    def connect(self, connection_id: str, ticket: str) -> bool:
        """Whether the ticket opened the connection; it is spent either way."""
        taken = self._store.take_ticket(digest(ticket))
        now = self._clock.now()
        if taken is None or taken.expires_at <= now:
            return False
        connection = Connection(connection_id, taken.user_id, taken.session_id, now)
        if not self._store.authorised(connection, now):
            return False
        self._store.open(connection, now + CONNECTION_LIFETIME)
        return True

    def disconnect(self, connection_id: str) -> None:
        connection = self._store.find(connection_id)
        if connection is not None:
            self._store.close(connection)

    def answer_ping(self, connection_id: str, pong: str) -> bool:
        """Answer a ping of a connection whose session is alive; close any other, and say False."""
        connection = self._store.find(connection_id)
        if connection is None or not self._store.authorised(connection, self._clock.now()):
            self._close(connection_id, connection)
            return False
        return self._gateway.send(connection_id, pong)

    def push(self, user_id: str, message: str) -> int:
        """Send to every open connection of the user whose session is alive; answers how many got it."""
        now = self._clock.now()
        return sum(1 for connection in self._store.of_user(user_id) if self._send(connection, message, now))

    def close_connections(self, user_id: str, session_id: str | None = None) -> int:
        """Close the user's connections, those of one session if it is given; answers how many there were."""
        wanted = [c for c in self._store.of_user(user_id) if session_id in (None, c.session_id)]
        for connection in wanted:
            self._close(connection.id, connection)
        return len(wanted)

    def _send(self, connection: Connection, message: str, now: datetime) -> bool:
        if not self._store.authorised(connection, now):
            self._close(connection.id, connection)
            return False
        if self._gateway.send(connection.id, message):
            return True
        self._store.close(connection)
        return False

    def _close(self, connection_id: str, connection: Connection | None) -> None:
        self._gateway.close(connection_id)
        if connection is not None:
            self._store.close(connection)

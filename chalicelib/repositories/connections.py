"""WebSocket tickets and connections."""

from __future__ import annotations

from datetime import datetime

from pynamodb.exceptions import DeleteError

from chalicelib.domain.identity import Connection, Ticket
from chalicelib.repositories import keys
from chalicelib.repositories.identity_items import items_of_user, seconds_of, session_of, text_of, time_of
from chalicelib.repositories.items import Item
from chalicelib.repositories.records import CONDITION_FAILED, get_item, reading
from chalicelib.repositories.transactions import Transaction, no_failure


class DynamoConnections:
    """`ConnectionStore`: a connection is kept twice, to be found by its own id and by its user."""

    def put_ticket(self, ticket: Ticket) -> None:
        data = {
            "user_id": ticket.user_id,
            "session_id": ticket.session_id,
            "expires_at": text_of(ticket.expires_at),
        }
        item = Item(*keys.ticket(ticket.hash), kind="ticket", data=data, expires_at=seconds_of(ticket.expires_at) + 1)
        with reading():
            item.save(Item.pk.does_not_exist())

    def take_ticket(self, hash: str) -> Ticket | None:
        item = get_item(keys.ticket(hash))
        if item is None:
            return None
        with reading():
            try:
                item.delete(Item.pk.exists())
            except DeleteError as error:
                if error.cause_response_code == CONDITION_FAILED:
                    return None
                raise
        data = item.data or {}
        return Ticket(hash, data["user_id"], data["session_id"], time_of(data["expires_at"]))

    def open(self, connection: Connection, until: datetime) -> None:
        data = {
            "id": connection.id,
            "user_id": connection.user_id,
            "session_id": connection.session_id,
            "opened_at": text_of(connection.opened_at),
        }
        transaction = Transaction()
        for key in (keys.connection(connection.id), keys.user_connection(connection.user_id, connection.id)):
            item = Item(*key, kind="connection", data=data, expires_at=seconds_of(until))
            transaction.put(item, None, no_failure)
        transaction.commit()

    def close(self, connection: Connection) -> None:
        transaction = Transaction()
        for key in (keys.connection(connection.id), keys.user_connection(connection.user_id, connection.id)):
            transaction.delete(key, None, no_failure)
        transaction.commit()

    def find(self, connection_id: str) -> Connection | None:
        item = get_item(keys.connection(connection_id))
        return _connection(item) if item else None

    def of_user(self, user_id: str) -> list[Connection]:
        return [_connection(item) for item in items_of_user(user_id, keys.CONNECTION_PREFIX)]

    def authorised(self, connection: Connection, now: datetime) -> bool:
        session = get_item(keys.session(connection.user_id, connection.session_id))
        if session is None or not session_of(session).live(now):
            return False
        user = get_item(keys.record("user", connection.user_id))
        data = (user.data or {}) if user else {}
        return bool(data.get("is_active")) and not data.get("deleted_at")


def _connection(item: Item) -> Connection:
    data = item.data or {}
    return Connection(data["id"], data["user_id"], data["session_id"], time_of(data["opened_at"]))

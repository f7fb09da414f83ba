"""Every key of the table. PK and SK address an item; GSI1 and GSI2 are the timelines of organisations and people,
GSI1 also a record's audit trail; GSI3 groups by day or by collection."""

from __future__ import annotations

from typing import NamedTuple

RECORD = "RECORD"
VERSION_PREFIX = "VERSION#"
AUDIT_PREFIX = "AUDIT#"
TIME_PREFIX = "TIME#"
LINK_PREFIX = "LINK#"
SESSION_PREFIX = "SESSION#"
API_KEY_PREFIX = "APIKEY#"
CONNECTION_PREFIX = "CONNECTION#"


class Key(NamedTuple):
    pk: str
    sk: str


def record_pk(kind: str, id: str) -> str:
    return f"{kind}#{id}"


def record(kind: str, id: str) -> Key:
    return Key(record_pk(kind, id), RECORD)


def version(kind: str, id: str, number: int) -> Key:
    return Key(record_pk(kind, id), f"{VERSION_PREFIX}{number:010d}")


def unique(kind: str, field: str, value: str) -> Key:
    return Key(f"UNIQUE#{kind}#{field}#{value}", "UNIQUE")


def audit(actor_id: str, id: str) -> Key:
    return Key(f"ACTOR#{actor_id}", f"{AUDIT_PREFIX}{id}")


def audit_day(day: str) -> str:
    return f"AUDIT#{day}"


def idempotency(actor_id: str, key: str) -> Key:
    return Key(f"ACTOR#{actor_id}", f"IDEMPOTENCY#{key}")


def moment(at: str, kind: str, id: str) -> str:
    """The sort key of an entry on a timeline."""
    return f"{TIME_PREFIX}{at}#{kind}#{id}"


def link(kind: str, id: str, link_id: str) -> Key:
    """Where an organisation or a person finds a link; with an empty `link_id` the prefix of all."""
    return Key(record_pk(kind, id), f"{LINK_PREFIX}{link_id}")


def session(user_id: str, session_id: str) -> Key:
    return Key(record_pk("user", user_id), f"{SESSION_PREFIX}{session_id}")


def api_key(user_id: str, key_id: str) -> Key:
    return Key(record_pk("user", user_id), f"{API_KEY_PREFIX}{key_id}")


def credentials(user_id: str) -> Key:
    return Key(record_pk("user", user_id), "CREDENTIALS")


def one_time_token(token_id: str) -> Key:
    return Key(f"TOKEN#{token_id}", "TOKEN")


def attempts(key: str) -> Key:
    return Key(f"ATTEMPTS#{key}", "ATTEMPTS")


def window(key: str, start: int) -> Key:
    return Key(f"WINDOW#{key}#{start}", "WINDOW")


def counter(name: str) -> Key:
    return Key(f"COUNTER#{name}", "COUNTER")


def ticket(hash: str) -> Key:
    return Key(f"TICKET#{hash}", "TICKET")


def connection(connection_id: str) -> Key:
    return Key(f"{CONNECTION_PREFIX}{connection_id}", "CONNECTION")


def user_connection(user_id: str, connection_id: str) -> Key:
    return Key(record_pk("user", user_id), f"{CONNECTION_PREFIX}{connection_id}")


def mail(id: str) -> Key:
    return Key(f"MAIL#{id}", "MAIL")

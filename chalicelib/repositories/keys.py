"""Every key of the table. PK and SK address an item; GSI1 and GSI2 are the timelines of organisations and people,
GSI1 also a record's audit trail and access log and a user's notifications; GSI3 groups by day or by collection."""

from __future__ import annotations

from typing import NamedTuple

RECORD = "RECORD"
VERSION_PREFIX = "VERSION#"
AUDIT_PREFIX = "AUDIT#"
ACCESS_PREFIX = "ACCESS#"
NOTIFICATION_PREFIX = "NOTIFICATION#"
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


def actor_pk(actor_id: str) -> str:
    return f"ACTOR#{actor_id}"


def audit(actor_id: str, id: str) -> Key:
    return Key(actor_pk(actor_id), f"{AUDIT_PREFIX}{id}")


def access(actor_id: str, id: str) -> Key:
    return Key(actor_pk(actor_id), f"{ACCESS_PREFIX}{id}")


def trail_day(trail: str, day: str) -> str:
    """A day of the audit trail or of the access log, which their prefixes name."""
    return f"{trail}{day}"


def idempotency(actor_id: str, key: str) -> Key:
    return Key(actor_pk(actor_id), f"IDEMPOTENCY#{key}")


def notification(user_id: str, id: str) -> Key:
    return Key(record_pk("user", user_id), f"{NOTIFICATION_PREFIX}{id}")


def notification_box(user_id: str, box: str) -> str:
    """Where a user's notifications are found by whether they are archived (GSI1), and those not read yet (GSI3)."""
    return f"{NOTIFICATION_PREFIX}{user_id}#{box}"


def notification_preferences(user_id: str) -> Key:
    return Key(record_pk("user", user_id), "NOTIFICATIONPREFERENCES")


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

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


def link(id: str) -> str:
    """The sort key under which an organisation or a person finds a link."""
    return f"{LINK_PREFIX}{id}"


def session(user_id: str, session_id: str) -> Key:
    return Key(record_pk("user", user_id), f"{SESSION_PREFIX}{session_id}")


def api_key(key_id: str) -> Key:
    return Key(f"{API_KEY_PREFIX}{key_id}", "APIKEY")


def credentials(user_id: str) -> Key:
    return Key(record_pk("user", user_id), "CREDENTIALS")

"""Sessions, credentials, API keys and one-time tokens as items of the table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.identity import EVENTS, ApiKey, Credentials, OneTimeToken, Purpose, SecondFactor, Session
from chalicelib.domain.types import format_utc
from chalicelib.repositories import keys
from chalicelib.repositories.items import Item
from chalicelib.repositories.records import reading


def session_item(session: Session) -> Item:
    data = {
        "id": session.id,
        "user_id": session.user_id,
        "token_hash": session.token_hash,
        "created_at": text_of(session.created_at),
        "last_used_at": text_of(session.last_used_at),
        "expires_at": text_of(session.expires_at),
        "ip": session.ip,
        "user_agent": session.user_agent,
    }
    key = keys.session(session.user_id, session.id)
    return Item(*key, kind="session", data=data, expires_at=seconds_of(session.expires_at))


def session_of(item: Item) -> Session:
    data = item.data or {}
    return Session(
        id=data["id"],
        user_id=data["user_id"],
        token_hash=data.get("token_hash", ""),
        previous_hash=data.get("previous_hash"),
        created_at=time_of(data["created_at"]),
        last_used_at=time_of(data["last_used_at"]),
        expires_at=time_of(data["expires_at"]),
        rotated_at=maybe_time_of(data.get("rotated_at")),
        revoked_at=maybe_time_of(data.get("revoked_at")),
        ip=data["ip"],
        user_agent=data["user_agent"],
    )


def credentials_of(user_id: str, data: Mapping[str, Any]) -> Credentials:
    factor = data.get("second_factor")
    return Credentials(user_id, data.get("password"), _second_factor(factor) if factor else None)


def _second_factor(data: Mapping[str, Any]) -> SecondFactor:
    return SecondFactor(data["nonce"], data["confirmed"], data["last_step"], frozenset(data["recovery"]))


def second_factor_data(factor: SecondFactor) -> dict[str, Any]:
    return {
        "nonce": factor.nonce,
        "confirmed": factor.confirmed,
        "last_step": factor.last_step,
        "recovery": {code: True for code in sorted(factor.recovery)},
    }


def api_key_item(key: ApiKey) -> Item:
    data = {
        "id": key.id,
        "user_id": key.user_id,
        "name": key.name,
        "secret_hash": key.secret_hash,
        "scopes": sorted(key.scopes),
        "created_at": text_of(key.created_at),
        "expires_at": text_of(key.expires_at),
    }
    return Item(*keys.api_key(key.user_id, key.id), kind="api_key", data=data)


def api_key_of(item: Item) -> ApiKey:
    data = item.data or {}
    return ApiKey(
        id=data["id"],
        user_id=data["user_id"],
        name=data["name"],
        secret_hash=data["secret_hash"],
        scopes=frozenset(data["scopes"]),
        created_at=time_of(data["created_at"]),
        expires_at=maybe_time_of(data.get("expires_at")),
        revoked_at=maybe_time_of(data.get("revoked_at")),
    )


def token_item(token: OneTimeToken) -> Item:
    """One that brings a mail carries a change id: that is what the relay listens to."""
    event = EVENTS.get(token.purpose) if token.user_id else None
    data = {
        "id": token.id,
        "purpose": token.purpose.value,
        "event": event,
        "user_id": token.user_id,
        "bound_to": token.bound_to,
        "email": token.email,
        "locale": token.locale,
        "name": token.name,
        "correlation_id": token.correlation_id,
        "created_at": text_of(token.created_at),
        "expires_at": text_of(token.expires_at),
    }
    return Item(
        *keys.one_time_token(token.id),
        kind="one_time_token",
        data=data,
        change_id=token.id if event else None,
        expires_at=seconds_of(token.expires_at) + 1,
    )


def new_token_of_image(new: Mapping[str, Any] | None, old: Mapping[str, Any] | None) -> OneTimeToken | None:
    """The token in a stream image, if it has just been made and a mail is to carry it."""
    item = _item_of_image(new, "one_time_token") if not old else None
    return token_of(item) if item is not None and item.change_id else None


def ended_session_of_image(new: Mapping[str, Any] | None) -> Session | None:
    """The session in a stream image, if it was ended."""
    item = _item_of_image(new, "session")
    session = session_of(item) if item is not None else None
    return session if session is not None and session.revoked_at is not None else None


def _item_of_image(image: Mapping[str, Any] | None, kind: str) -> Item | None:
    if not image or image.get("kind", {}).get("S") != kind:
        return None
    item = Item()
    item.deserialize(dict(image))
    return item


def token_of(item: Item) -> OneTimeToken:
    data = item.data or {}
    return OneTimeToken(
        id=data["id"],
        purpose=Purpose(data["purpose"]),
        user_id=data["user_id"],
        created_at=time_of(data["created_at"]),
        expires_at=time_of(data["expires_at"]),
        bound_to=data["bound_to"],
        email=data["email"],
        locale=data["locale"],
        name=data["name"],
        correlation_id=data["correlation_id"],
    )


def text_of(instant: datetime | None) -> str | None:
    return format_utc(instant) if instant else None


def maybe_time_of(text: str | None) -> datetime | None:
    return time_of(text) if text else None


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def seconds_of(instant: datetime) -> int:
    return int(instant.timestamp())


def items_of_user(user_id: str, prefix: str) -> list[Item]:
    with reading():
        return list(Item.query(keys.record_pk("user", user_id), Item.sk.startswith(prefix), consistent_read=True))

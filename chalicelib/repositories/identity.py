"""Who may come in: sessions, credentials, one-time tokens, API keys, and attempts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.changes import AuditEntry, Change
from chalicelib.domain.errors import Conflict
from chalicelib.domain.identity import ApiKey, AuthenticationState, Credentials, Effect, OneTimeToken, Session
from chalicelib.domain.throttling import Attempts, Window
from chalicelib.domain.types import format_utc
from chalicelib.domain.users import Role, User
from chalicelib.repositories import keys
from chalicelib.repositories.identity_effects import add_effect
from chalicelib.repositories.identity_items import (
    api_key_of,
    credentials_of,
    items_of_user,
    maybe_time_of,
    seconds_of,
    session_of,
    text_of,
    token_of,
)
from chalicelib.repositories.items import Item
from chalicelib.repositories.records import (
    CONDITION_FAILED,
    DynamoRecords,
    audit_item,
    get_item,
    get_items,
    idempotency_record,
    reading,
)
from chalicelib.repositories.transactions import Transaction, no_failure


class DynamoIdentity:
    """`IdentityStore` on the one table, sharing transactions with the records."""

    def __init__(self, records: DynamoRecords) -> None:
        self._records = records

    def authentication(
        self,
        user_id: str,
        session_id: str | None = None,
        api_key_id: str | None = None,
        role: str | None = None,
        idempotency_key: str | None = None,
    ) -> AuthenticationState:
        wanted = (
            keys.record("user", user_id),
            keys.session(user_id, session_id) if session_id else None,
            keys.api_key(user_id, api_key_id) if api_key_id else None,
            keys.record("role", role) if role else None,
            keys.idempotency(user_id, idempotency_key) if idempotency_key else None,
        )
        found = get_items(key for key in wanted if key)
        user, session, api_key, role_item, kept = (found.get(key) if key else None for key in wanted)
        return AuthenticationState(
            user=cast(User, self._records.entity(user)) if user else None,
            session=session_of(session) if session else None,
            api_key=api_key_of(api_key) if api_key else None,
            role=cast(Role, self._records.entity(role_item)) if role_item else None,
            kept=idempotency_record(kept.pk, kept.sk, kept.data or {}, int(kept.expires_at or 0)) if kept else None,
        )

    def role(self, slug: str) -> Role | None:
        return cast(Role | None, self._records.get("role", slug))

    def account(self, user_id: str) -> tuple[User | None, Credentials]:
        user_key, credentials_key = keys.record("user", user_id), keys.credentials(user_id)
        found = get_items((user_key, credentials_key))
        user, credentials = found.get(user_key), found.get(credentials_key)
        return (
            cast(User, self._records.entity(user)) if user else None,
            credentials_of(user_id, credentials.data or {}) if credentials else Credentials(user_id),
        )

    def session(self, user_id: str, session_id: str) -> Session | None:
        item = get_item(keys.session(user_id, session_id))
        return session_of(item) if item else None

    def sessions(self, user_id: str) -> list[Session]:
        return [session_of(item) for item in items_of_user(user_id, keys.SESSION_PREFIX)]

    def rotate(self, session: Session, token_hash: str, at: datetime) -> bool:
        now = format_utc(at)
        actions = [
            Item.data["token_hash"].set(token_hash),
            Item.data["previous_hash"].set(session.token_hash),
            Item.data["rotated_at"].set(now),
            Item.data["last_used_at"].set(now),
        ]
        current = Item.data["token_hash"] == session.token_hash
        return _update(keys.session(session.user_id, session.id), actions, current)

    def token(self, token_id: str) -> OneTimeToken | None:
        item = get_item(keys.one_time_token(token_id))
        return token_of(item) if item and not (item.data or {}).get("used_at") else None

    def api_keys(self, user_id: str) -> list[ApiKey]:
        return [api_key_of(item) for item in items_of_user(user_id, keys.API_KEY_PREFIX)]

    def commit(self, change: Change, effects: Sequence[Effect] = ()) -> None:
        transaction = self._records.transaction(change)
        for effect in effects:
            add_effect(effect, transaction)
        transaction.commit()

    def attempts(self, key: str) -> Attempts:
        item = get_item(keys.attempts(key))
        if item is None:
            return Attempts()
        data = item.data or {}
        return Attempts(
            data["count"],
            maybe_time_of(data["blocked_until"]),
            maybe_time_of(data["last"]),
            int(item.version or 0),
        )

    def reserve(self, key: str, before: Attempts, after: Attempts, memory: timedelta, audit: AuditEntry | None) -> bool:
        last = after.last or after.blocked_until
        item = Item(
            *keys.attempts(key),
            kind="attempts",
            version=after.revision,
            data={
                "count": after.count,
                "blocked_until": text_of(after.blocked_until),
                "last": text_of(after.last),
            },
            expires_at=seconds_of(last + memory) + 1 if last else None,
        )
        unchanged = Item.version == before.revision if before.revision else Item.pk.does_not_exist()
        transaction = Transaction()
        transaction.put(item, unchanged, lambda _: Conflict("Another attempt was counted meanwhile."))
        if audit:
            transaction.put(audit_item(audit), Item.pk.does_not_exist(), no_failure)
        try:
            transaction.commit()
        except Conflict:
            return False
        return True

    def count(self, key: str, window: Window, now: datetime, amount: int = 1) -> bool:
        start = window.start(now)
        expires = start + 2 * int(window.length.total_seconds())
        actions = [Item.tally.add(amount), Item.kind.set("window"), Item.expires_at.set(expires)]
        room = Item.tally.does_not_exist() | (Item.tally < window.limit) if amount > 0 else Item.tally > 0
        return _update(keys.window(key, start), actions, room)


def _update(key: keys.Key, actions: Sequence[Action], condition: Condition) -> bool:
    """False when the condition failed."""
    with reading():
        try:
            Item(*key).update(list(actions), condition)
        except UpdateError as error:
            if error.cause_response_code == CONDITION_FAILED:
                return False
            raise
    return True

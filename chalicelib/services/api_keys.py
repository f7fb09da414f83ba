"""API keys: for integrations that act as their owner, within scopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ulid import ULID

from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change
from chalicelib.domain.errors import Conflict, Detail, Forbidden, InvalidInput, NotFound
from chalicelib.domain.identity import ApiKey, Effect, IdentityStore, PutApiKey, ReplaceApiKey
from chalicelib.domain.ports import Clock
from chalicelib.domain.records import Ref
from chalicelib.domain.tokens import ApiKeyToken, digest, new_secret
from chalicelib.services.records import audit_entry

LIVE_KEYS = 20


class ApiKeyService:
    """A user's own keys."""

    def __init__(self, store: IdentityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list(self, by: Caller) -> list[ApiKey]:
        """The caller's keys that have not been revoked, newest first."""
        kept = [key for key in self._store.api_keys(by.principal.user_id) if key.revoked_at is None]
        return sorted(kept, key=lambda key: key.id, reverse=True)

    def get(self, by: Caller, id: str) -> ApiKey:
        for key in self.list(by):
            if key.id == id:
                return key
        raise NotFound("There is no such key.")

    def create(self, by: Caller, name: str, scopes: frozenset[str], expires_at: datetime | None) -> tuple[ApiKey, str]:
        """The new key, and its text, which is never shown again."""
        _require_held(by, scopes)
        now = self._clock.now()
        if expires_at is not None and expires_at <= now:
            raise InvalidInput("The key would never be valid.", [Detail("expires_at", "must be in the future")])
        if len(self.list(by)) >= LIVE_KEYS:
            raise Conflict(f"You have {LIVE_KEYS} keys; revoke one first.")
        token = ApiKeyToken(by.principal.user_id, str(ULID.from_datetime(now)), new_secret())
        key = ApiKey(token.key_id, token.user_id, name, digest(token.secret), scopes, now, expires_at)
        self._commit(by, "api_key.create", key, PutApiKey(key), {"scopes": [None, sorted(scopes)]})
        return key, str(token)

    def update(self, by: Caller, id: str, changes: Mapping[str, Any]) -> ApiKey:
        """Change name or scopes."""
        before = self.get(by, id)
        scopes = frozenset(changes.get("scopes", before.scopes))
        _require_held(by, scopes - before.scopes)
        after = replace(before, name=changes.get("name", before.name), scopes=scopes)
        diff = {"scopes": [sorted(before.scopes), sorted(scopes)]}
        self._commit(by, "api_key.update", after, ReplaceApiKey(after), diff)
        return after

    def revoke(self, by: Caller, id: str) -> None:
        key = replace(self.get(by, id), revoked_at=self._clock.now())
        self._commit(by, "api_key.revoke", key, ReplaceApiKey(key), {})

    def _commit(self, by: Caller, action: str, key: ApiKey, effect: Effect, changes: Mapping[str, Any]) -> None:
        about = Ref("user", key.user_id)
        audit = audit_entry(self._clock, by, action, "done", "users", about, {"key": [None, key.id], **changes})
        self._store.commit(Change(audit.id, (), (audit,)), [effect])


def _require_held(by: Caller, scopes: frozenset[str]) -> None:
    """Nobody gives a key what they do not hold."""
    missing = sorted(scopes - by.principal.grants.permissions)
    if missing:
        raise Forbidden(missing[0], "You can only give a key permissions you hold yourself.")

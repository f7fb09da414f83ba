"""Counts attempts before they are made, so that parallel clients together get no more than one would."""

from __future__ import annotations

import math
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from chalicelib.domain.callers import Caller
from chalicelib.domain.errors import TooManyRequests
from chalicelib.domain.identity import IdentityStore
from chalicelib.domain.ports import Clock
from chalicelib.domain.records import Ref
from chalicelib.domain.throttling import FOR_EVERYONE, PER_ADDRESS, Backoff
from chalicelib.domain.tokens import digest
from chalicelib.services.records import audit_entry

_CONTENDED_TRIES = 40


class Throttle:
    """Raises `TooManyRequests` when an attempt may not be made now."""

    def __init__(self, store: IdentityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def admit(self, ip: str) -> None:
        """Count an attempt from the address and one for everyone."""
        now = self._clock.now()
        if not self._store.count(_address_key(ip), PER_ADDRESS, now):
            raise _later(PER_ADDRESS.remaining(now))
        if not self._store.count("everyone", FOR_EVERYONE, now):
            raise _later(FOR_EVERYONE.remaining(now))

    def give_back(self, ip: str) -> None:
        """The attempt was a good one: it does not count against the address."""
        self._store.count(_address_key(ip), PER_ADDRESS, self._clock.now(), -1)

    def attempt(self, by: Caller, action: str, key: str, rule: Backoff) -> None:
        """Count an attempt under the key; the one that makes the next one wait is audited in the same transaction."""
        for _ in range(_CONTENDED_TRIES):
            now = self._clock.now()
            before = self._store.attempts(key)
            wait = rule.wait(before, now)
            if wait is not None:
                raise _later(wait)
            after = rule.attempted(before, now)
            audit = None
            if rule.delays(after):
                seconds = int(rule.delay(after.count).total_seconds())
                about = Ref("user", by.principal.user_id) if by.principal.via == "session" else None
                changes = {"attempts": [before.count, after.count], "delay_seconds": [None, seconds]}
                audit = audit_entry(self._clock, by, action, "throttled", "users", about, changes)
            if self._store.reserve(key, before, after, rule.memory, audit):
                return
        raise _later(timedelta(seconds=1))


def _address_key(ip: str) -> str:
    """Addresses are counted by hash; IPv6 by its /64, which one subscriber has whole."""
    try:
        address = ip_address(ip)
    except ValueError:
        return f"ip:{digest(ip)}"
    network = str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else ip
    return f"ip:{digest(network)}"


def _later(wait: timedelta) -> TooManyRequests:
    return TooManyRequests(max(1, math.ceil(wait.total_seconds())))

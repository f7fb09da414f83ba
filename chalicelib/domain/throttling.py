"""How often something may be tried: exponential delays per account, counted windows per address and for everyone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts under one key that no success has followed. `revision` tells concurrent writers apart."""

    count: int = 0
    blocked_until: datetime | None = None
    last: datetime | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Backoff:
    """`free` attempts at once, then a delay that doubles from `base` to `longest`; forgotten after `memory` of quiet.

    The delay is bounded, so nobody can lock a stranger's account for good.
    """

    free: int
    base: timedelta
    longest: timedelta
    memory: timedelta

    def wait(self, attempts: Attempts, now: datetime) -> timedelta | None:
        """How long until the next attempt; None when it may be made now."""
        if attempts.blocked_until is None or attempts.blocked_until <= now:
            return None
        return attempts.blocked_until - now

    def attempted(self, attempts: Attempts, now: datetime) -> Attempts:
        """The state after one more attempt."""
        quiet = attempts.last is None or attempts.last + self.memory <= now
        count = 1 if quiet else attempts.count + 1
        return Attempts(count, now + self.delay(count), now, attempts.revision + 1)

    def delay(self, count: int) -> timedelta:
        """How long the next attempt must wait after this many."""
        if count < self.free:
            return timedelta(0)
        doublings: int = min(count - self.free, 32)
        return min(self.base * (1 << doublings), self.longest)

    def delays(self, attempts: Attempts) -> bool:
        """Whether the state makes the next attempt wait."""
        return attempts.count >= self.free


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` within each `length`."""

    limit: int
    length: timedelta

    def start(self, now: datetime) -> int:
        """The window's first second (epoch)."""
        seconds = int(self.length.total_seconds())
        return int(now.timestamp()) // seconds * seconds

    def remaining(self, now: datetime) -> timedelta:
        return timedelta(seconds=self.start(now) + self.length.total_seconds() - now.timestamp())


PASSWORD_ATTEMPTS = Backoff(5, timedelta(seconds=1), timedelta(hours=1), timedelta(days=1))
CODE_ATTEMPTS = Backoff(5, timedelta(seconds=2), timedelta(hours=1), timedelta(days=1))
MAIL_REQUESTS = Backoff(3, timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
PER_ADDRESS = Window(60, timedelta(minutes=10))
FOR_EVERYONE = Window(600, timedelta(minutes=1))

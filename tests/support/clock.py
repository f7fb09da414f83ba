"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


class SettableClock:
    """Implements the `Clock` port."""

    def __init__(self, start: datetime = START) -> None:
        self.set(start)

    def now(self) -> datetime:
        return self._now

    def set(self, instant: datetime) -> None:
        if instant.utcoffset() != timedelta(0):
            raise ValueError("the clock shows UTC")
        self._now = instant

    def advance(self, step: timedelta | None = None, /, **parts: float) -> datetime:
        """Move on by `step`, or by `timedelta(**parts)`, and answer the new time."""
        self._now += step if step is not None else timedelta(**parts)
        return self._now

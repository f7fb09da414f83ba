"""The system clock."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.domain.types import to_milliseconds


class SystemClock:
    def now(self) -> datetime:
        return to_milliseconds(datetime.now(UTC))

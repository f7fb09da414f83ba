"""Is everything the core needs there, and is the read model keeping up?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from chalicelib.domain.errors import DomainError
from chalicelib.domain.ports import Clock, RecordStore

MAX_LAG_SECONDS = 120
_PROBE = "00000000000000000000000000"


class IndexStatus(Protocol):
    def version(self) -> int: ...

    def published_at(self) -> int | None:
        """Epoch seconds of the newest publication of the index; None before the first."""
        ...


class ChangeLog(Protocol):
    def first_change_after(self, instant: datetime, now: datetime) -> datetime | None:
        """When the first record was changed after the instant, on that day (UTC) or today."""
        ...


class QueueDepth(Protocol):
    def depth(self) -> int: ...


class HealthService:
    """Each check answers or is reported as failed; none can hang longer than its client's timeouts."""

    def __init__(
        self,
        store: RecordStore,
        changes: ChangeLog,
        queue: QueueDepth,
        index: IndexStatus,
        clock: Clock,
        failures: tuple[type[Exception], ...],
    ) -> None:
        self._store = store
        self._changes = changes
        self._queue = queue
        self._index = index
        self._clock = clock
        self._failures: tuple[type[Exception], ...] = (DomainError, *failures)

    def check(self) -> dict[str, Any]:
        """{status, checks: {table, queue, index: {ok, detail}}}; the index lags only while something is queued."""
        depth: list[int] = []
        checks = {
            "table": self._run(self._table),
            "queue": self._run(lambda: self._depth(depth)),
            "index": self._run(lambda: self._lag(depth)),
        }
        return {
            "status": "ok" if all(check["ok"] for check in checks.values()) else "degraded",
            "checks": checks,
        }

    def _run(self, probe: Callable[[], tuple[bool, Mapping[str, Any]]]) -> dict[str, Any]:
        try:
            ok, detail = probe()
        except self._failures as error:
            return {"ok": False, "detail": {"error": type(error).__name__}}
        return {"ok": ok, "detail": dict(detail)}

    def _table(self) -> tuple[bool, Mapping[str, Any]]:
        self._store.get("user", _PROBE)
        return True, {}

    def _depth(self, seen: list[int]) -> tuple[bool, Mapping[str, Any]]:
        seen.append(self._queue.depth())
        return True, {"depth": seen[0]}

    def _lag(self, seen: list[int]) -> tuple[bool, Mapping[str, Any]]:
        """The age of the oldest change the index does not show; none while nothing is queued."""
        version, published_at = self._index.version(), self._index.published_at() or 0
        waiting = bool(seen and seen[0])
        now = self._clock.now()
        oldest = self._changes.first_change_after(datetime.fromtimestamp(published_at, UTC), now) if waiting else None
        lag = (now - oldest).total_seconds() if oldest else 0.0
        return lag <= MAX_LAG_SECONDS, {"lag_seconds": round(lag, 1), "version": version}

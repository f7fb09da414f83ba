"""From a write to its appearance in another user's list, on a local cloud of its own: through the table's stream, the
relay, the index queue, the indexer, the bucket, and the copy of the function that answers."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from bench.harness import Report
from tests.support.local_cloud import running_local_cloud

WRITES = 40
LIMIT_SECONDS = 3.0
POLL_SECONDS = 0.05
GIVE_UP_SECONDS = 60.0
WRITER = ("user@alforis.com", "user123")
READER = ("admin@alforis.com", "admin123")


class NeverVisible(Exception):
    """A record did not appear in the other user's list in time."""


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder, running_local_cloud(Path(folder) / "data") as cloud:
        writer, reader = _Caller(cloud.origin, *WRITER), _Caller(cloud.origin, *READER)
        _write_and_wait(writer, reader, "warm-up")
        dice = random.Random(1)
        lags = []
        for n in range(WRITES):
            # A replica looks once a second: start at any point in between, not right after a look.
            time.sleep(dice.uniform(0, 1))
            lags.append(_write_and_wait(writer, reader, f"Visible {n}"))
        own = [_own_write_is_listed(writer, f"Own {n}") for n in range(WRITES)]
    report.show("write_to_visible_p50", statistics.median(lags), "s")
    report.at_most("write_to_visible_p95", statistics.quantiles(lags, n=20)[18], "s", LIMIT_SECONDS)
    report.at_least("own_writes_listed_at_once", sum(own) / len(own), "", 1.0)


class _Caller:
    def __init__(self, origin: str, login: str, password: str) -> None:
        self._origin, self._session = origin, requests.Session()
        answer = self.post("/v1/auth/login", {"login": login, "password": password})
        self._session.headers["Authorization"] = f"Bearer {answer['access_token']}"
        self._number = 0

    def post(self, path: str, body: dict[str, Any]) -> Any:
        headers = {"Idempotency-Key": f"{random.getrandbits(128):032x}"}
        answer = self._session.post(f"{self._origin}/api{path}", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def named(self, name: str) -> list[dict[str, Any]]:
        """The organisations of this name that the caller's list shows."""
        answer = self._session.get(f"{self._origin}/api/v1/organisations", params={"name": name}, timeout=30)
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def _write_and_wait(writer: _Caller, reader: _Caller, name: str) -> float:
    """Seconds from before the write until the reader's list shows it."""
    started = time.perf_counter()
    writer.post("/v1/organisations", {"name": name})
    while not reader.named(name):
        if time.perf_counter() - started > GIVE_UP_SECONDS:
            raise NeverVisible(name)
        time.sleep(POLL_SECONDS)
    return time.perf_counter() - started


def _own_write_is_listed(writer: _Caller, name: str) -> bool:
    """Whether the writer's very next list shows the record."""
    writer.post("/v1/organisations", {"name": name})
    return bool(writer.named(name))

"""How long the local cloud takes to start, and how much of the last writes a `kill -9` of everything costs."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.harness import Report
from tests.support.local_cloud import LocalCloud, free_port, start_local_cloud

SECOND_START_SECONDS = 20.0
LOST_SECONDS = 10.0
SECONDS_OF_WRITES = 15.0
LOGIN = {"login": "admin@alforis.com", "password": "admin123"}


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        port, data_dir = free_port(), Path(folder) / "data"
        first, seconds = _start(data_dir, port)
        report.show("first_start", seconds, "s")
        first.interrupt()
        second, seconds = _start(data_dir, port)
        report.at_most("second_start", seconds, "s", SECOND_START_SECONDS)
        writes = _write(second)
        killed_at = time.perf_counter()
        _kill_everything(second)
        third, seconds = _start(data_dir, port)
        try:
            report.show("start_after_kill", seconds, "s")
            lost = _lost(third, writes)
        finally:
            third.interrupt()
    report.show("writes_before_kill", len(writes))
    report.show("writes_lost_by_kill", len(lost))
    report.at_most(
        "seconds_lost_by_kill", max((killed_at - write.at for write in lost), default=0.0), "s", LOST_SECONDS
    )


@dataclass(frozen=True)
class _Write:
    id: str
    at: float


def _start(data_dir: Path, port: int) -> tuple[LocalCloud, float]:
    """The running cloud, and the seconds until it said that it is ready."""
    started = time.perf_counter()
    cloud = start_local_cloud(data_dir, port)
    cloud.wait_until_ready()
    return cloud, time.perf_counter() - started


def _kill_everything(cloud: LocalCloud) -> None:
    ministack = cloud.cloud_process()
    cloud.process.kill()
    os.kill(ministack, signal.SIGKILL)
    cloud.process.wait(timeout=10)


def _session(cloud: LocalCloud) -> requests.Session:
    session = requests.Session()
    answer = session.post(f"{cloud.origin}/api/v1/auth/login", json=LOGIN, timeout=30)
    answer.raise_for_status()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session


def _write(cloud: LocalCloud) -> list[_Write]:
    """Writes through the API, one after the other, each with the moment of its acknowledgement."""
    session = _session(cloud)
    writes: list[_Write] = []
    until = time.perf_counter() + SECONDS_OF_WRITES
    while time.perf_counter() < until:
        headers = {"Idempotency-Key": f"{random.getrandbits(128):032x}"}
        body = {"name": f"Written {len(writes)}"}
        answer = session.post(f"{cloud.origin}/api/v1/organisations", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        writes.append(_Write(answer.json()["id"], time.perf_counter()))
    return writes


def _lost(cloud: LocalCloud, writes: list[_Write]) -> list[_Write]:
    session = _session(cloud)
    return [write for write in writes if not _is_there(session, cloud, write.id)]


def _is_there(session: requests.Session, cloud: LocalCloud, id: str) -> bool:
    answer = session.get(f"{cloud.origin}/api/v1/organisations/{id}", timeout=30)
    if answer.status_code != requests.codes.not_found:
        answer.raise_for_status()
    return bool(answer.status_code == requests.codes.ok)

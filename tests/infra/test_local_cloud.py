"""What `make run` promises: one clear sentence when it cannot start, and no data lost whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from infra.package import ROOT
from tests.support.local_cloud import LocalCloud, free_port, running_local_cloud, start_local_cloud, wait_until

pytestmark = pytest.mark.e2e

MOST_SECONDS_LOST = 10
MOST_SECONDS_TO_START_AGAIN = 20


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with running_local_cloud(tmp_path_factory.mktemp("cloud") / "data") as running:
        yield running


@pytest.fixture
def table(cloud: LocalCloud) -> str:
    return cloud.api_settings()["TABLE_NAME"]


def write(cloud: LocalCloud, table: str, key: str) -> None:
    cloud.client("dynamodb").put_item(TableName=table, Item={"PK": {"S": "survival"}, "SK": {"S": key}})


def is_there(cloud: LocalCloud, table: str, key: str) -> bool:
    answer = cloud.client("dynamodb").get_item(TableName=table, Key={"PK": {"S": "survival"}, "SK": {"S": key}})
    return "Item" in answer


def api_answers(cloud: LocalCloud) -> bool:
    try:
        return requests.get(f"{cloud.origin}/api/openapi.json", timeout=30).status_code == 200
    except requests.ConnectionError:
        return False


def run_again(port: int, data_dir: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PORT": str(port), "DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "infra.local", "run"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_ready_message_names_urls_logins_and_mailbox(cloud: LocalCloud) -> None:
    for part in (cloud.origin, f"{cloud.origin}/mailbox", "admin@alforis.com / admin123", "user@alforis.com / user123"):
        assert part in cloud.output()


def test_one_origin_serves_api_mailbox_and_front_page(cloud: LocalCloud) -> None:
    assert requests.get(f"{cloud.origin}/api/health", timeout=30).json()["checks"]
    assert "Mailbox" in requests.get(f"{cloud.origin}/mailbox", timeout=30).text
    assert "Alforis CRM" in requests.get(f"{cloud.origin}/", timeout=30).text


def test_path_nobody_serves_answers_404_in_our_shape(cloud: LocalCloud) -> None:
    answer = requests.get(f"{cloud.origin}/api/v1/nothing-of-the-kind", timeout=30)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_second_start_in_the_same_directory_says_who_is_there(cloud: LocalCloud) -> None:
    second = run_again(free_port(), cloud.layout.data_dir)

    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert f"already running from {cloud.layout.data_dir} (process {cloud.process.pid})" in second.stderr


def test_busy_port_is_named(cloud: LocalCloud, tmp_path: Path) -> None:
    second = run_again(cloud.layout.port, tmp_path / "other")

    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert f"Port {cloud.layout.port} is taken" in second.stderr


def test_killed_cloud_comes_back_with_what_was_written_ten_seconds_ago(cloud: LocalCloud, table: str) -> None:
    write(cloud, table, "before-the-kill")
    written_at = time.time_ns()
    wait_until(lambda: cloud.snapshot_begun_at() > written_at, MOST_SECONDS_LOST, "a snapshot after the write")

    os.kill(cloud.cloud_process(), signal.SIGKILL)

    wait_until(lambda: "The local cloud is back." in cloud.output(), 60, "the return of the cloud")
    assert is_there(cloud, table, "before-the-kill")
    wait_until(lambda: api_answers(cloud), 30, "an answer of the API")


def test_killed_function_is_replaced(cloud: LocalCloud) -> None:
    wait_until(lambda: api_answers(cloud), 30, "an answer of the API")
    marker = "ministack-lambda-alforis-crm-local-api"
    workers = [int(p.name) for p in Path("/proc").glob("[0-9]*") if marker in _command(p)]
    assert workers

    for worker in workers:
        os.kill(worker, signal.SIGKILL)

    wait_until(lambda: api_answers(cloud), 30, "an answer of the API")


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text()
    except OSError:  # it ended meanwhile
        return ""


@pytest.mark.parametrize("end", [LocalCloud.kill, LocalCloud.interrupt], ids=["kill -9", "Ctrl-C"])
def test_nothing_is_lost_when_the_process_behind_make_run_ends(
    tmp_path: Path, end: Callable[[LocalCloud], None]
) -> None:
    port, data_dir = free_port(), tmp_path / "data"
    first = start_local_cloud(data_dir, port)
    try:
        first.wait_until_ready()
        table = first.api_settings()["TABLE_NAME"]
        write(first, table, "just-before-the-end")
        end(first)
        started = time.monotonic()
        second = start_local_cloud(data_dir, port)
        try:
            second.wait_until_ready()
            took = time.monotonic() - started
            assert is_there(second, table, "just-before-the-end")
        finally:
            second.interrupt()
    finally:
        if first.process.poll() is None:
            first.interrupt()

    assert took < MOST_SECONDS_TO_START_AGAIN

"""Nothing that was acknowledged ten seconds before a process died is lost, whichever process it was."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests

from infra.package import BUILD, ROOT
from tests.e2e.caller import Caller
from tests.e2e.conftest import ADMIN
from tests.support.local_cloud import LocalCloud, free_port, start_local_cloud, wait_until

pytestmark = pytest.mark.e2e

MOST_SECONDS_LOST = 10.0


class Machine:
    """A data directory, the cloud that runs from it now, and a caller that is logged in."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir, self._port = data_dir, free_port()
        self.cloud = self._start()
        self.caller = Caller(self.cloud.origin, [])
        self.log_in()

    def start_again(self) -> None:
        self.cloud = self._start()
        self.log_in()

    def stop(self) -> None:
        self.caller.close()
        if self.cloud.process.poll() is None:
            self.cloud.interrupt()

    def log_in(self) -> None:
        assert self.caller.login(*ADMIN).status_code == HTTPStatus.OK

    def _start(self) -> LocalCloud:
        cloud = start_local_cloud(self._data_dir, self._port)
        cloud.wait_until_ready()
        return cloud


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    running = Machine(tmp_path_factory.mktemp("durability") / "data")
    yield running
    running.stop()


class Writer:
    """Creates organisations one after the other and notes when each was acknowledged (id to monotonic seconds)."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.acknowledged: dict[str, float] = {}

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def older_than(self, moment: float) -> set[str]:
        return {id for id, at in self.acknowledged.items() if at < moment}

    def _write(self) -> None:
        while not self._stop.is_set():
            try:
                answer = self._caller.post("/v1/organisations", {"name": f"Durable {len(self.acknowledged)}"})
            except requests.ConnectionError:
                return  # the kill came
            if answer.status_code != HTTPStatus.CREATED:
                return
            self.acknowledged[answer.json()["id"]] = time.monotonic()


def listed(caller: Caller) -> set[str]:
    found: set[str] = set()
    query: dict[str, Any] = {"limit": 200, "name__prefix": "Durable"}
    while True:
        page = caller.get("/v1/organisations", query).json()
        found |= {row["id"] for row in page["items"]}
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def stored(caller: Caller, ids: set[str]) -> set[str]:
    return {id for id in ids if caller.get(f"/v1/organisations/{id}").status_code == HTTPStatus.OK}


def write_until(machine: Machine, kill: Callable[[], None], most_seconds_lost: float) -> tuple[set[str], set[str]]:
    """Write for a while, then kill; answers what must have survived, and all that was acknowledged."""
    with Writer(machine.caller) as writer:
        started = time.monotonic()
        wait_until(lambda: time.monotonic() - started > most_seconds_lost + 3, 60, "enough writes")
        killed_at = time.monotonic()
        kill()
    safe = writer.older_than(killed_at - most_seconds_lost)
    assert safe, "no write is old enough to say anything"
    return safe, set(writer.acknowledged)


def assert_survived(machine: Machine, safe: set[str], acknowledged: set[str]) -> None:
    survivors = stored(machine.caller, acknowledged)
    assert safe <= survivors
    # Table and index are of one instant: the lists show what is there and no ghosts.
    wait_until(lambda: listed(machine.caller) & acknowledged == survivors, 30, "lists that agree with the table")


def test_killed_cloud_loses_ten_seconds_at_most(machine: Machine) -> None:
    safe, acknowledged = write_until(
        machine, lambda: os.kill(machine.cloud.cloud_process(), signal.SIGKILL), MOST_SECONDS_LOST
    )

    wait_until(lambda: "The local cloud is back." in machine.cloud.output(), 60, "the return of the cloud")
    machine.log_in()
    assert_survived(machine, safe, acknowledged)


def test_killed_supervisor_loses_nothing(machine: Machine) -> None:
    """The gateway lives in it. MiniStack notices, saves and ends."""
    safe, acknowledged = write_until(machine, machine.cloud.kill, 0)

    machine.start_again()
    assert_survived(machine, safe, acknowledged)


def test_both_killed_at_once_lose_ten_seconds_at_most(machine: Machine) -> None:
    def kill_both() -> None:
        cloud_process = machine.cloud.cloud_process()
        machine.cloud.process.kill()
        os.kill(cloud_process, signal.SIGKILL)
        machine.cloud.process.wait(timeout=10)

    safe, acknowledged = write_until(machine, kill_both, MOST_SECONDS_LOST)

    machine.start_again()
    assert_survived(machine, safe, acknowledged)


def test_clean_stop_keeps_everything_and_the_session(machine: Machine) -> None:
    made = machine.caller.create("/v1/organisations", name="Durable dernière")
    refresh_cookie = dict(machine.caller.cookies)

    machine.cloud.interrupt()
    machine.cloud = start_local_cloud(machine.cloud.layout.data_dir, machine.cloud.layout.port)
    machine.cloud.wait_until_ready()

    assert machine.caller.get(f"/v1/organisations/{made['id']}").json() == made
    assert made["id"] in listed(machine.caller)
    machine.caller.cookies = refresh_cookie
    assert machine.caller.refresh().status_code == HTTPStatus.OK


def test_changed_code_is_taken_over_by_a_redeploy(machine: Machine, tmp_path: Path) -> None:
    """A copy of the project, changed, is deployed into the running cloud; the data stays."""
    machine.log_in()
    made = machine.caller.create("/v1/organisations", name="Durable avant le changement")
    copy = copy_of_the_project(tmp_path / "project")
    source = copy / "chalicelib/handlers/http.py"
    old, new = 'raise errors.NotFound("There is no such record.")', 'raise errors.NotFound("Changed code answers.")'
    assert old in source.read_text()
    source.write_text(source.read_text().replace(old, new))

    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "PORT": str(machine.cloud.layout.port),
        "DATA_DIR": str(machine.cloud.layout.data_dir),
    }
    command = [sys.executable, "-m", "infra.local", "redeploy"]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=180, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    wait_until(
        lambda: "Changed code answers." in machine.caller.get("/v1/organisations/unknown").text, 30, "the new answer"
    )
    assert machine.caller.get(f"/v1/organisations/{made['id']}").json() == made


def copy_of_the_project(target: Path) -> Path:
    """What packaging needs, with the resolved requirements and the built front end, so that nothing is made again."""
    leave_out = shutil.ignore_patterns("__pycache__", "node_modules", "test-results")
    for folder in ("chalicelib", "infra", ".chalice", "frontend", "build/frontend"):
        shutil.copytree(ROOT / folder, target / folder, ignore=leave_out)
    for file in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / file, target / file)
    shutil.copytree(BUILD / "cache", target / "build" / "cache", copy_function=os.link)
    return target


def run_make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "requirements-dev.txt", folder)
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")  # what a make that runs these tests would tell this one
    found = {name: value for name, value in os.environ.items() if name not in outer} | environment
    return subprocess.run(
        ["make", "run", *arguments], cwd=folder, env=found, capture_output=True, text=True, timeout=60, check=False
    )


def test_missing_python_is_one_clear_sentence(tmp_path: Path) -> None:
    done = run_make(tmp_path, "PYTHON=no-such-python")

    assert done.returncode != 0
    assert done.stdout == "no-such-python is missing: install Python 3.11 or later.\n"


def test_missing_npm_is_one_clear_sentence(tmp_path: Path) -> None:
    """The documentation viewers come from npm; a fresh copy has none of them yet."""
    copy = copy_of_the_project(tmp_path / "project")
    shutil.rmtree(copy / "chalicelib/static", ignore_errors=True)
    bare = {"PATH": str(tmp_path / "nothing"), "PORT": str(free_port()), "DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-m", "infra.local", "run"]

    done = subprocess.run(command, cwd=copy, env=bare, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode != 0
    assert done.stderr.startswith("Node.js 20.19 or later is missing and PyPI's could not be installed")
    assert done.stderr.count("\n") == 1


def test_impossible_port_is_one_clear_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "PORT": "eighty", "DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-m", "infra.local", "run"]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode != 0
    assert done.stderr == "PORT must be a number between 1 and 65534, not 'eighty'.\n"

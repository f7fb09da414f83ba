"""A local cloud of the tests' own, on free ports and with its data in a temporary directory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local.layout import Layout
from infra.names import LOCAL_STAGE, function_name
from infra.package import ROOT

READY = "Alforis CRM is ready"
_START_TIMEOUT = 240.0


def free_port() -> int:
    """A port that is free together with the one after it, which the cloud behind the gateway takes."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def wait_until(condition: Callable[[], Any], timeout: float, what: str) -> Any:
    """The first truthy answer of `condition`; an `AssertionError` naming `what` when there is none in time."""
    deadline = time.monotonic() + timeout
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what} did not happen within {timeout:.0f} s"
        time.sleep(0.05)
    return answer


@dataclass
class LocalCloud:
    """One running `make run`; its output goes to `log`."""

    layout: Layout
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def origin(self) -> str:
        return self.layout.origin

    def output(self) -> str:
        return self.log.read_text()

    def wait_until_ready(self) -> None:
        def ready_or_ended() -> bool:
            return READY in self.output() or self.process.poll() is not None

        wait_until(ready_or_ended, _START_TIMEOUT, "the start")
        assert READY in self.output(), self.output()

    def cloud_process(self) -> int:
        """The process id of MiniStack, the supervisor's only child."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        (child,) = path.read_text().split()
        return int(child)

    def snapshot_begun_at(self) -> int:
        """When the current snapshot was begun, in nanoseconds since the epoch: it holds all that was written before."""
        return int(os.readlink(self.layout.cloud / "snapshots" / "current"))

    def client(self, service: str) -> Any:
        """An AWS client with the cloud's root credentials."""
        environment = self.layout.aws_environment()
        return boto3.client(
            service,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            region_name=environment["AWS_REGION"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    def api_settings(self) -> dict[str, str]:
        """The environment of the deployed API function."""
        name = function_name(LOCAL_STAGE, "api")
        configuration = self.client("lambda").get_function_configuration(FunctionName=name)
        variables: dict[str, str] = configuration["Environment"]["Variables"]
        return variables

    def interrupt(self) -> None:
        """What Ctrl-C does; returns when everything has ended."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)

    def kill(self) -> None:
        """What `kill -9` of the process behind `make run` does."""
        self.process.kill()
        self.process.wait(timeout=10)


def start_local_cloud(data_dir: Path, port: int, *, record_calls: bool = False) -> LocalCloud:
    """Start it without waiting; `running_local_cloud` is what most tests want."""
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / f"run-{time.time_ns()}.log"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {
        **inherited,
        "PORT": str(port),
        "DATA_DIR": str(data_dir),
        "RECORD_AWS_CALLS": "1" if record_calls else "0",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local", "run"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    return LocalCloud(Layout(port, data_dir, record_calls), process, log)


@contextmanager
def running_local_cloud(data_dir: Path, *, record_calls: bool = False) -> Iterator[LocalCloud]:
    """A ready local cloud with demo data; it is interrupted at the end and leaves `data_dir` as it is."""
    cloud = start_local_cloud(data_dir, free_port(), record_calls=record_calls)
    try:
        cloud.wait_until_ready()
        yield cloud
    finally:
        if cloud.process.poll() is None:
            cloud.interrupt()

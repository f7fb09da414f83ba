"""DynamoDB Local: Amazon's own engine, in memory, on a free port of 127.0.0.1, for what moto cannot prove
(races, transactions, request tokens, capacity). One server per test process."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config

from tests.support import faults
from tests.support.aws import create_table
from tests.support.tools import DYNAMODB_LOCAL, dynamodb_local_folder, missing_for_java

START_SECONDS = 60


class MissingTool(Exception):
    """This machine cannot run DynamoDB Local; the text says what to install."""


@dataclass(frozen=True)
class DynamoDbLocal:
    """A running server."""

    endpoint_url: str

    def client(self, **config: Any) -> Any:
        """A boto3 client with room for many threads; `config` goes to `botocore.config.Config`."""
        settings = Config(**{"max_pool_connections": 50, **config})
        return boto3.client("dynamodb", endpoint_url=self.endpoint_url, config=settings)

    @contextmanager
    def fresh_table(self) -> Iterator[LocalTable]:
        """A table of its own for one test, made from the infra template and dropped afterwards."""
        table = LocalTable(f"t-{uuid4().hex}", self)
        client = self.client()
        create_table(client, table.name)
        try:
            yield table
        finally:
            client.delete_table(TableName=table.name)


@dataclass(frozen=True)
class LocalTable:
    """One table on DynamoDB Local; PynamoDB's host or AWS_ENDPOINT_URL_DYNAMODB must be `endpoint_url`."""

    name: str
    server: DynamoDbLocal

    @property
    def endpoint_url(self) -> str:
        return self.server.endpoint_url


@contextmanager
def running_dynamodb_local() -> Iterator[DynamoDbLocal]:
    """Start the server and stop it at the end of the block; it also ends when this process dies.

    Raises `MissingTool` without Java or the npm package, `RuntimeError` (with the server's output) when it
    does not start.
    """
    if (missing := missing_for_java()) is not None:
        raise MissingTool(missing)
    faults.install()
    folder = dynamodb_local_folder()
    command = [
        "java",
        "-Xmx512m",
        f"-Djava.library.path={folder}/DynamoDBLocal_lib",
        "-cp",
        f"{folder}/DynamoDBLocal.jar:{folder}/DynamoDBLocal_lib/*",
        str(DYNAMODB_LOCAL / "LoopbackDynamoDb.java"),
    ]
    with subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        # The server goes on writing: keep its pipe from filling up.
        drain = threading.Thread(target=_drain, args=[process])
        try:
            port = _await_port(process)
            drain.start()
            yield DynamoDbLocal(f"http://127.0.0.1:{port}")
        finally:
            _stop(process)
            if drain.is_alive():
                drain.join()


def _await_port(process: subprocess.Popen[str]) -> int:
    """The port the server prints once it listens; a watchdog ends a server that stays silent."""
    assert process.stdout is not None
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    lines: list[str] = []
    try:
        for line in process.stdout:
            if line.startswith("port="):
                return int(line.removeprefix("port="))
            lines.append(line)
    finally:
        watchdog.cancel()
    raise RuntimeError("DynamoDB Local did not start:\n" + "".join(lines[-20:]))


def _drain(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for _ in process.stdout:
        pass


def _stop(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

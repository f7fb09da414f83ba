"""Fixtures every test may use. The environment is set before anything makes an AWS client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.support.environment import apply_environment

apply_environment()

from chalicelib import wiring  # noqa: E402
from chalicelib.settings import get_settings  # noqa: E402
from tests.support.aws import Cloud, in_process_cloud  # noqa: E402
from tests.support.clock import SettableClock  # noqa: E402
from tests.support.dynamodb_local import DynamoDbLocal, LocalTable, running_dynamodb_local  # noqa: E402
from tests.support.http import Gateway  # noqa: E402

pytest_plugins = ["tests.support.left_out"]


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """AWS in process (moto), settings that point at it, and nothing built yet by the wiring."""
    with in_process_cloud() as created, _wired(created, monkeypatch):
        yield created


@pytest.fixture
def cloud_on_dynamodb_local(local_table: LocalTable, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """As `cloud`, with the table on DynamoDB Local. A test that uses it carries the marker `java`."""
    with in_process_cloud() as created:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", local_table.endpoint_url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", local_table.endpoint_url)
        mixed = replace(created, table_name=local_table.name)
        with _wired(mixed, monkeypatch):
            yield mixed


@contextmanager
def _wired(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with wiring.override():
        yield
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def gateway() -> Gateway:
    """The application behind its gateway; use it together with `cloud`."""
    from app import app

    return Gateway(app)


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[DynamoDbLocal]:
    """One server per test process. A test that uses it carries the marker `java`."""
    with running_dynamodb_local() as server:
        yield server


@pytest.fixture
def local_table(dynamodb_local: DynamoDbLocal) -> Iterator[LocalTable]:
    """A fresh table on DynamoDB Local. A test that uses it carries the marker `java`."""
    with dynamodb_local.fresh_table() as table:
        yield table

"""Fixtures every test may use. The environment is set before anything makes an AWS client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.environment import apply_environment

apply_environment()

from tests.support.clock import SettableClock  # noqa: E402
from tests.support.dynamodb_local import DynamoDbLocal, LocalTable, running_dynamodb_local  # noqa: E402

pytest_plugins = ["tests.support.left_out"]


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


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

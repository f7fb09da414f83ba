"""The application and the matrix in front of it, once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.rbac.matrix import Matrix
from tests.rbac.oracle import Holder, holders
from tests.support.application import Application, running_application


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    with running_application() as running:
        yield running


@pytest.fixture(scope="module")
def everyone() -> Sequence[Holder]:
    return list(holders())


@pytest.fixture(scope="module")
def matrix(application: Application, everyone: Sequence[Holder]) -> Iterator[Matrix]:
    matrix = Matrix(everyone)
    with matrix.running():
        yield matrix

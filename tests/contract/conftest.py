"""The application the contract tests talk to; one a module, so that a module's tests share its table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.application import Actor, Application, running_application


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    with running_application() as running:
        yield running


@pytest.fixture(scope="module")
def admin(application: Application) -> Actor:
    return application.sign_in()

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from chalicelib import wiring
from chalicelib.domain.passwords import Passwords
from chalicelib.domain.policy import BUILT_IN_ROLES
from tests.integration.identity.people import Identity
from tests.support.application import running_application
from tests.support.clock import SettableClock


def cheap_passwords() -> Passwords:
    """The real thing with small parameters: most tests are not about the hash."""
    return Passwords(lambda: wiring.secrets().pepper, memory_kib=64, iterations=1)


@pytest.fixture
def app() -> Iterator[Identity]:
    clock = SettableClock(datetime.now(UTC).replace(microsecond=0))
    with running_application(clock, passwords=cheap_passwords()) as application:
        for slug, grants in BUILT_IN_ROLES.items():
            application.role(slug, grants)
        yield Identity(application)

"""One local cloud for the whole run; its functions' AWS calls are recorded."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.caller import Caller, Exchanges, NewCaller
from tests.e2e.mailbox import await_mail, token_of
from tests.support.local_cloud import LocalCloud, running_local_cloud

ADMIN = ("admin@alforis.com", "admin123")
SALES = ("user@alforis.com", "user123")
PASSWORD = "Quatre chevaux verts, 1 lanterne"

_FIRST = ("test_tour.py",)
"""What counts the demo records looks at them before other tests add their own."""
_LAST = ("test_logs.py", "test_every_answer.py", "test_function_permissions.py", "test_durability.py")
"""What judges the whole run comes after it."""

Invite = Callable[[str], Caller]

_numbers = itertools.count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    places = [number for number, item in enumerate(items) if here in item.path.parents]
    ordered = sorted((items[place] for place in places), key=_turn)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def _turn(item: pytest.Item) -> int:
    name = item.path.name
    if name in _FIRST:
        return -1
    return 1 + _LAST.index(name) if name in _LAST else 0


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with running_local_cloud(tmp_path_factory.mktemp("e2e") / "data", record_calls=True) as running:
        yield running


@pytest.fixture(scope="session")
def origin(cloud: LocalCloud) -> str:
    return cloud.origin


@pytest.fixture(scope="session")
def exchanges() -> Exchanges:
    """Every answer the callers of this run were given."""
    return []


@pytest.fixture(scope="session")
def new_caller(origin: str, exchanges: Exchanges) -> Iterator[NewCaller]:
    made: list[Caller] = []

    def make() -> Caller:
        made.append(Caller(origin, exchanges))
        return made[-1]

    yield make
    for caller in made:
        caller.close()


def _logged_in(new_caller: NewCaller, credentials: tuple[str, str]) -> Caller:
    caller = new_caller()
    answer = caller.login(*credentials)
    assert answer.status_code == 200, answer.text
    return caller


@pytest.fixture(scope="module")
def admin(new_caller: NewCaller) -> Caller:
    """The demo administrator, with an access token that outlives the module's tests."""
    return _logged_in(new_caller, ADMIN)


@pytest.fixture(scope="module")
def sales(new_caller: NewCaller) -> Caller:
    """The demo salesperson, of the same team as the administrator."""
    return _logged_in(new_caller, SALES)


@pytest.fixture(scope="module")
def invite(admin: Caller, new_caller: NewCaller, origin: str) -> Invite:
    """Makes a user with the role, who accepted the invitation and logged in with `PASSWORD`."""

    def invite_user(role: str) -> Caller:
        user = create_user(admin, role)
        caller = new_caller()
        token = token_of(await_mail(origin, user["email"], "invitation"))
        accepted = caller.post("/v1/auth/accept-invitation", {"token": token, "password": PASSWORD})
        assert accepted.status_code == 204, accepted.text
        assert caller.login(user["email"], PASSWORD).status_code == 200
        return caller

    return invite_user


def create_user(admin: Caller, role: str) -> dict[str, Any]:
    """A new user in the administrator's team; the name is used in no other test of this run or another."""
    name = f"e2e-{os.getpid()}-{next(_numbers)}"
    fields = {"email": f"{name}@example.com", "username": name, "role": role, "team_id": admin.user["team_id"]}
    return admin.create("/v1/users", first_name="Nora", last_name="Nouvelle", locale="fr", **fields)

"""Every route as every actor does what the oracle says, and the oracle would notice if it did not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import pytest

from app import app
from chalicelib.domain import policy
from chalicelib.domain.errors import Forbidden
from chalicelib.domain.policy import Grants, Principal
from chalicelib.handlers import http
from tests.rbac.matrix import Matrix, served_routes
from tests.rbac.oracle import PUBLIC, SIGNED_IN, Holder, oracle

ROUTES = oracle().routes
PERMISSIONS = oracle().permissions


def test_the_oracle_has_every_route_that_is_served_and_no_other() -> None:
    served = {f"{method} {path}" for path, methods in app.routes.items() for method in methods}

    assert set(ROUTES) == served
    assert served_routes().keys() == served


def test_the_oracle_knows_every_permission_there_is() -> None:
    assert len(PERMISSIONS) == 17 * 7
    assert set(PERMISSIONS) == policy.PERMISSIONS


@pytest.mark.parametrize("role", sorted(oracle().roles))
def test_a_built_in_role_holds_what_the_oracle_says(role: str) -> None:
    assert policy.BUILT_IN_ROLES[role].permissions == oracle().roles[role]


def test_there_is_no_other_built_in_role() -> None:
    assert policy.BUILT_IN_ROLES.keys() == oracle().roles.keys()


def test_every_route_as_every_actor(matrix: Matrix, everyone: Sequence[Holder]) -> None:
    mismatches = matrix.mismatches(ROUTES, everyone)

    assert mismatches == []


def _by_permission() -> dict[str, dict[str, str]]:
    grouped: dict[str, dict[str, str]] = {permission: {} for permission in PERMISSIONS}
    for key, permission in ROUTES.items():
        if permission not in (PUBLIC, SIGNED_IN):
            grouped[permission][key] = permission
    return grouped


@pytest.mark.parametrize("key", [key for key, permission in ROUTES.items() if permission not in (PUBLIC, SIGNED_IN)])
def test_a_route_without_its_permission_check_is_noticed(matrix: Matrix, key: str) -> None:
    """The mutant: this route's permission is granted to whoever asks, at the gate and below it."""
    permission = ROUTES[key]
    lacking = [Holder(f"all but {permission}", frozenset(PERMISSIONS) - {permission})]

    assert matrix.mismatches({key: permission}, lacking) == []
    with _granted_to_everyone(permission):
        assert len(matrix.mismatches({key: permission}, lacking)) == 1


@pytest.mark.parametrize("key", [key for key, permission in ROUTES.items() if permission == SIGNED_IN])
def test_a_route_that_forgets_to_authenticate_is_noticed(matrix: Matrix, key: str) -> None:
    anonymous = [Holder("anonymous", None)]

    with patch.object(http, "_authenticate", lambda *_: (None, None)):
        assert len(matrix.mismatches({key: SIGNED_IN}, anonymous)) == 1


def test_a_route_behind_the_wrong_permission_is_noticed(matrix: Matrix, everyone: Sequence[Holder]) -> None:
    for key, permission in (("GET /v1/people", "tasks:read"), ("DELETE /v1/teams/{id}", "teams:update")):
        assert matrix.mismatches({key: permission}, everyone)


def policy_mismatches() -> list[str]:
    """Each permission asked of each single-permission caller, at the policy itself."""
    callers = {held: _caller(held) for held in PERMISSIONS}
    return [
        f"{asked} as holder of {held}"
        for asked in PERMISSIONS
        for held, caller in callers.items()
        if _permits(caller, asked) != (asked == held)
    ]


def test_the_policy_tells_every_permission_from_every_other() -> None:
    assert policy_mismatches() == []


def test_each_permission_that_is_not_checked_is_noticed(matrix: Matrix) -> None:
    """One mutant a permission, those included that guard no route yet: all are killed."""
    guarded = _by_permission()
    killed = 0
    for permission in PERMISSIONS:
        lacking = [Holder(f"all but {permission}", frozenset(PERMISSIONS) - {permission})]
        with _granted_to_everyone(permission):
            at_routes = matrix.mismatches(guarded[permission], lacking)
            assert bool(at_routes) == bool(guarded[permission]), permission
            killed += bool(at_routes or policy_mismatches_of(permission))

    assert killed == len(PERMISSIONS) == 119


def policy_mismatches_of(permission: str) -> list[str]:
    return [held for held in PERMISSIONS if held != permission and _permits(_caller(held), permission)]


def _caller(*held: str) -> Principal:
    return Principal(user_id="0" * 26, role="custom", grants=Grants(permissions=frozenset(held)))


def _permits(caller: Principal, permission: str) -> bool:
    try:
        policy.require(caller, permission)
    except Forbidden:
        return False
    return True


def _granted_to_everyone(permission: str) -> Any:
    real = policy.can
    return patch.object(policy, "can", lambda principal, asked: asked == permission or real(principal, asked))

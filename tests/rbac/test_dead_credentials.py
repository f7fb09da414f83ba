"""Credentials that were good and are no longer open nothing, on any route, from the next request on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.domain.callers import Caller
from chalicelib.domain.policy import BUILT_IN_ROLES, Grants, Principal
from chalicelib.domain.tokens import ACCESS_LIFETIME
from tests.rbac.matrix import Matrix
from tests.rbac.oracle import PUBLIC, oracle
from tests.support.application import Actor, Application
from tests.support.factories import next_version, replacing

GUARDED = [key for key, permission in oracle().routes.items() if permission != PUBLIC]
SAMPLE = GUARDED[::8]
"""Authentication comes before anything a route does; the commonest ends are tried on every route, the rest on these."""


@pytest.fixture(scope="module")
def requests(application: Application) -> Matrix:
    del application
    return Matrix([])


@pytest.fixture(autouse=True)
def clock_put_back(application: Application) -> Iterator[None]:
    now = application.clock.now()
    yield
    application.clock.set(now)


def _change_user(application: Application, actor: Actor, **changes: Any) -> None:
    application.records.commit(replacing(actor.user, next_version(actor.user, **changes)))


def _disable_user(application: Application, actor: Actor) -> None:
    _change_user(application, actor, is_active=False)


def _delete_user(application: Application, actor: Actor) -> None:
    _change_user(application, actor, deleted_at=application.clock.now(), deleted_by="test")


def _give_a_role_there_is_not(application: Application, actor: Actor) -> None:
    _change_user(application, actor, role="nothing")


def _delete_role(application: Application, actor: Actor) -> None:
    role = application.stored("role", actor.user.role)
    application.records.commit(replacing(role, next_version(role, deleted_at=application.clock.now())))


def _let_time_pass(application: Application, actor: Actor) -> None:
    del actor
    application.clock.advance(ACCESS_LIFETIME)


def _end_sessions(application: Application, actor: Actor) -> None:
    del application
    wiring.accounts().end_all_sessions(_caller(actor))


ENDS: dict[str, Callable[[Application, Actor], None]] = {
    "disabled user": _disable_user,
    "deleted user": _delete_user,
    "role there is not": _give_a_role_there_is_not,
    "deleted role": _delete_role,
    "expired token": _let_time_pass,
    "ended session": _end_sessions,
}


@pytest.mark.parametrize("name", ENDS)
def test_an_access_token_opens_nothing_any_more(application: Application, requests: Matrix, name: str) -> None:
    actor = application.sign_in("everything", BUILT_IN_ROLES["admin"])
    authorization = f"Bearer {actor.client.token}"
    assert requests.send("GET /v1/me", authorization)["statusCode"] == 200

    ENDS[name](application, actor)

    everywhere = ("disabled user", "deleted role", "expired token")
    assert _opened(requests, authorization, GUARDED if name in everywhere else SAMPLE) == []


def _revoke_key(application: Application, actor: Actor, key_id: str) -> None:
    del application
    wiring.api_keys().revoke(_caller(actor), key_id)


def _let_key_expire(application: Application, actor: Actor, key_id: str) -> None:
    del actor, key_id
    application.clock.advance(days=31)


def _disable_owner(application: Application, actor: Actor, key_id: str) -> None:
    del key_id
    _disable_user(application, actor)


KEY_ENDS: dict[str, Callable[[Application, Actor, str], None]] = {
    "revoked": _revoke_key,
    "expired": _let_key_expire,
    "owner disabled": _disable_owner,
}


@pytest.mark.parametrize("name", KEY_ENDS)
def test_an_api_key_opens_nothing_any_more(application: Application, requests: Matrix, name: str) -> None:
    actor = application.sign_in("everything", BUILT_IN_ROLES["admin"])
    until = application.clock.now().replace(microsecond=0) + ACCESS_LIFETIME * 6 * 24 * 30
    key, text = wiring.api_keys().create(_caller(actor), "Key", BUILT_IN_ROLES["admin"].permissions, until)
    authorization = f"Bearer {text}"
    assert requests.send("GET /v1/tasks", authorization)["statusCode"] == 200

    KEY_ENDS[name](application, actor, key.id)

    assert _opened(requests, authorization, SAMPLE) == []


def test_an_api_key_can_do_what_its_scopes_and_its_owner_both_allow(application: Application, requests: Matrix) -> None:
    held = frozenset({"tasks:read", "people:read"})
    actor = application.sign_in("two", Grants(permissions=held))
    _, text = wiring.api_keys().create(_caller(actor), "Key", frozenset({"tasks:read"}), None)

    statuses = {key: requests.send(key, f"Bearer {text}")["statusCode"] for key in ("GET /v1/tasks", "GET /v1/people")}

    assert statuses == {"GET /v1/tasks": 200, "GET /v1/people": 403}


def test_a_permission_taken_from_a_role_is_gone_at_the_next_request(application: Application, requests: Matrix) -> None:
    actor = application.sign_in("reader", Grants(permissions=frozenset({"tasks:read"})))
    authorization = f"Bearer {actor.client.token}"
    assert requests.send("GET /v1/tasks", authorization)["statusCode"] == 200

    role = application.stored("role", actor.user.role)
    application.records.commit(replacing(role, next_version(role, permissions=["people:read"])))

    assert requests.send("GET /v1/tasks", authorization)["statusCode"] == 403
    assert requests.send("GET /v1/people", authorization)["statusCode"] == 200


def _opened(requests: Matrix, authorization: str, routes: Sequence[str]) -> list[str]:
    """Those of the routes that do not answer 401."""
    answers = {key: requests.send(key, authorization) for key in routes}
    return [
        key
        for key, answer in answers.items()
        if answer["statusCode"] != 401 or json.loads(answer["body"])["error"]["code"] != "unauthenticated"
    ]


def _caller(actor: Actor) -> Caller:
    principal = Principal(
        user_id=actor.user.id,
        role=actor.user.role,
        grants=BUILT_IN_ROLES["admin"],
        session_id=actor.session.id,
    )
    return Caller(principal, request_id="test")

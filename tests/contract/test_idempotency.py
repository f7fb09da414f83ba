"""Idempotency-Key: a request that is repeated is done once and answered the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

import app  # noqa: F401 - registers every route
from chalicelib import wiring
from chalicelib.domain.changes import IdempotencyRecord
from chalicelib.domain.policy import Principal
from chalicelib.handlers.http import ROUTES
from tests.contract.test_errors import assert_refused
from tests.support.application import Actor, Application
from tests.support.clock import SettableClock
from tests.support.factories import make_id
from tests.support.http import Answer

PATH = "/v1/organisations"


@pytest.fixture
def key() -> str:
    return make_id()


def _total(actor: Actor) -> int:
    total: int = actor.client.get(PATH).json["total"]
    return total


def assert_same(first: Answer, second: Answer) -> None:
    assert (second.status, second.json) == (first.status, first.json)
    assert second.header("ETag") == first.header("ETag")
    assert (first.header("Idempotent-Replayed"), second.header("Idempotent-Replayed")) == (None, "true")


def test_a_repeated_request_is_done_once_and_answered_the_same(admin: Actor, key):
    before = _total(admin)

    first = admin.client.post(PATH, {"name": "ACME"}, idempotency_key=key)
    second = admin.client.post(PATH, {"name": "ACME"}, idempotency_key=key)

    assert first.status == 201
    assert_same(first, second)
    assert _total(admin) == before + 1


def test_the_kept_answer_stays_what_it_was(admin: Actor, key):
    first = admin.client.post(PATH, {"name": "ACME"}, idempotency_key=key)
    admin.client.patch(f"{PATH}/{first.json['id']}", {"name": "Beta"})

    assert_same(first, admin.client.post(PATH, {"name": "ACME"}, idempotency_key=key))


OTHERS = [(PATH, {"name": "Beta"}), (PATH, {"name": "ACME "}), ("/v1/people", {"name": "ACME"})]


@pytest.mark.parametrize(("path", "body"), OTHERS)
def test_the_same_key_for_another_request_is_a_conflict(admin: Actor, key, path, body):
    admin.client.post(PATH, {"name": "ACME"}, idempotency_key=key)
    before = _total(admin)

    answer = admin.client.post(path, body, idempotency_key=key)

    assert_refused(answer, 409, "idempotency_mismatch")
    assert _total(admin) == before


def test_a_key_belongs_to_its_caller(application: Application, admin: Actor, key):
    other = application.sign_in()

    first = admin.client.post(PATH, {"name": "ACME"}, idempotency_key=key)
    second = other.client.post(PATH, {"name": "ACME"}, idempotency_key=key)

    assert second.status == 201
    assert second.json["id"] != first.json["id"]


def test_a_request_that_lost_the_race_against_its_twin_is_answered_like_it(admin: Actor, key):
    """Both were authenticated before either had an answer; the second one learns of it when it commits."""
    first = admin.client.post(PATH, {"name": "ACME"}, idempotency_key=key)
    before = _total(admin)

    with _authenticated_before_the_answer():
        second = admin.client.post(PATH, {"name": "ACME"}, idempotency_key=key)
        third = admin.client.post(PATH, {"name": "Beta"}, idempotency_key=key)

    assert_same(first, second)
    assert_refused(third, 409, "idempotency_mismatch")
    assert _total(admin) == before


@pytest.fixture
def later(application: Application) -> Iterator[SettableClock]:
    """The application's clock, put back after the test."""
    now = application.clock.now()
    yield application.clock
    application.clock.set(now)


def test_a_key_is_forgotten_after_24_hours(application: Application, later, key):
    actor = application.sign_in()
    first = actor.client.post(PATH, {"name": "ACME"}, idempotency_key=key)

    later.advance(hours=23, minutes=59)
    actor.client.token = application.access_token(actor.user, actor.session)
    still_kept = actor.client.post(PATH, {"name": "ACME"}, idempotency_key=key)
    later.advance(minutes=2)
    forgotten = actor.client.post(PATH, {"name": "ACME"}, idempotency_key=key)

    assert_same(first, still_kept)
    assert forgotten.status == 201
    assert forgotten.json["id"] != first.json["id"]


def test_a_refusal_is_not_kept(admin: Actor, key):
    assert_refused(admin.client.post(PATH, {"name": ""}, idempotency_key=key), 422, "invalid_input")

    assert admin.client.post(PATH, {"name": "ACME"}, idempotency_key=key).status == 201


@pytest.mark.parametrize("bad", ["", " ", "a b", "é", "x" * 201])
def test_a_key_of_the_wrong_shape_is_malformed(admin: Actor, bad):
    answer = admin.client.post(PATH, {"name": "ACME"}, idempotency_key=bad)

    assert "Idempotency-Key" in assert_refused(answer, 400, "malformed_request")


def test_a_bulk_request_is_done_once(admin: Actor, key):
    body = {"items": [{"name": "One"}, {"name": ""}, {"name": "Two"}]}
    invalid = {"items": [{"name": "One"}, {"name": "Two", "owner_id": make_id()}]}
    before = _total(admin)

    assert_refused(admin.client.post(f"{PATH}/bulk/create", body, idempotency_key=key), 422, "invalid_input")
    first = admin.client.post(f"{PATH}/bulk/create", invalid, idempotency_key=key)
    second = admin.client.post(f"{PATH}/bulk/create", invalid, idempotency_key=key)

    assert (first.json["succeeded"], first.json["failed"]) == (1, 1)
    assert_same(first, second)
    assert _total(admin) == before + 1


def test_an_action_on_a_record_is_done_once(admin: Actor, key):
    at = f"{PATH}/{admin.client.post(PATH, {'name': 'ACME'}).json['id']}"
    admin.client.delete(at)

    first = admin.client.post(f"{at}/restore", idempotency_key=key)
    admin.client.delete(at)
    second = admin.client.post(f"{at}/restore", idempotency_key=key)

    assert_same(first, second)
    assert_refused(admin.client.get(at), 404, "not_found")


def test_an_answer_that_carries_credentials_is_never_kept(admin: Actor, key):
    body = {"name": "Integration", "scopes": ["organisations:read"]}

    first = admin.client.post("/v1/api-keys", body, idempotency_key=key)
    second = admin.client.post("/v1/api-keys", body, idempotency_key=key)

    assert (first.status, second.status) == (201, 201)
    assert first.json["key"] != second.json["key"]


def test_every_post_takes_a_key_unless_it_carries_credentials():
    without = {r.path for r in ROUTES if r.method == "POST" and not r.idempotent}

    assert without == {
        "/v1/api-keys",
        "/v1/auth/accept-invitation",
        "/v1/auth/change-password",
        "/v1/auth/forgot-password",
        "/v1/auth/login",
        "/v1/auth/logout",
        "/v1/auth/refresh",
        "/v1/auth/reset-password",
        "/v1/auth/totp",
        "/v1/me/totp",
        "/v1/me/totp/confirm",
        "/v1/me/totp/disable",
        "/v1/me/totp/recovery-codes",
        "/v1/realtime/tickets",
    }


def _authenticated_before_the_answer() -> Any:
    """The state in which two copies of a request arrive at once: no answer is kept yet."""
    real = wiring.authenticator()
    authenticate = type(real).authenticate

    def early(authorization: str, idempotency_key: str | None) -> tuple[Principal, IdempotencyRecord | None]:
        del idempotency_key
        return authenticate(real, authorization, None)

    return patch.object(real, "authenticate", early)

"""API keys: their owner's rights, cut to their scopes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.domain.types import format_utc
from tests.integration.identity.people import PASSWORD, Identity, Person
from tests.support.calls import record_calls
from tests.support.http import Client


def make_key(app: Identity, person: Person, *scopes: str, **fields: Any) -> tuple[str, Client]:
    answer = person.browser.post("/v1/api-keys", {"name": "Integration", "scopes": scopes, **fields})
    assert answer.status == 201, answer.body
    client = app.browser()
    client.token = answer.json["key"]
    return answer.json["id"], client


def test_key_does_what_is_in_its_scopes_and_in_its_owners_role(app: Identity):
    _, client = make_key(app, app.logged_in("sales"), "organisations:read")

    assert client.get("/v1/organisations").status == 200
    assert client.post("/v1/organisations", {"name": "ACME", "type": "client"}).status == 403
    assert client.get("/v1/people").status == 403


def test_key_loses_what_its_owner_loses(app: Identity):
    admin, person = app.logged_in("admin"), app.logged_in("sales")
    _, client = make_key(app, person, "organisations:create", "organisations:read")
    assert client.post("/v1/organisations", {"name": "ACME", "type": "client"}).status == 201

    admin.browser.patch(f"/v1/users/{person.user.id}", {"role": "viewer"})
    assert client.post("/v1/organisations", {"name": "Beta", "type": "client"}).status == 403
    admin.browser.patch(f"/v1/users/{person.user.id}", {"is_active": False})
    assert client.get("/v1/organisations").status == 401


def test_nobody_gives_a_key_what_they_do_not_hold(app: Identity):
    person = app.logged_in("viewer")

    assert person.browser.post("/v1/api-keys", {"name": "x", "scopes": ["people:create"]}).status == 403
    key_id, _ = make_key(app, person, "people:read")
    assert person.browser.patch(f"/v1/api-keys/{key_id}", {"scopes": ["users:manage"]}).status == 403


@pytest.mark.parametrize("scopes", [[], ["people:fly"], "people:read", ["people:read"] * 201])
def test_scopes_of_wrong_shape_are_refused(app: Identity, scopes: Any):
    assert app.logged_in().browser.post("/v1/api-keys", {"name": "x", "scopes": scopes}).status == 422


def test_secret_is_shown_once_and_stored_hashed(app: Identity):
    person = app.logged_in()
    key_id, client = make_key(app, person, "people:read")
    assert client.token is not None

    shown = person.browser.get(f"/v1/api-keys/{key_id}").json

    assert "key" not in shown
    assert shown in person.browser.get("/v1/api-keys").json["items"]
    assert client.token.rpartition("_")[2] not in str(app.all_items())


def test_answer_with_a_secret_is_not_kept_for_repeated_requests(app: Identity):
    person = app.logged_in()
    body = {"name": "x", "scopes": ["people:read"]}

    first = person.browser.post("/v1/api-keys", body, idempotency_key="same")
    second = person.browser.post("/v1/api-keys", body, idempotency_key="same")

    assert first.json["key"] != second.json["key"]
    assert first.json["key"] not in str(app.all_items())


def test_revoked_key_opens_nothing(app: Identity):
    person = app.logged_in()
    key_id, client = make_key(app, person, "people:read")

    assert person.browser.delete(f"/v1/api-keys/{key_id}").status == 204

    assert client.get("/v1/people").status == 401
    assert person.browser.get("/v1/api-keys").json["items"] == []
    assert person.browser.patch(f"/v1/api-keys/{key_id}", {"name": "y"}).status == 404


def test_key_expires(app: Identity):
    person = app.logged_in()
    until = app.clock.now() + timedelta(days=1)
    _, client = make_key(app, person, "people:read", expires_at=format_utc(until))

    assert client.get("/v1/people").status == 200
    app.clock.set(until)
    assert client.get("/v1/people").status == 401


def test_changed_scopes_count_at_once(app: Identity):
    person = app.logged_in()
    key_id, client = make_key(app, person, "people:read", "organisations:read")

    changed = person.browser.patch(f"/v1/api-keys/{key_id}", {"scopes": ["organisations:read"]})

    assert changed.json["scopes"] == ["organisations:read"]
    assert client.get("/v1/people").status == 403


@pytest.mark.parametrize("change", ["last", "first", "user"])
def test_altered_key_opens_nothing(app: Identity, change: str):
    person, other = app.logged_in(), app.logged_in()
    _, client = make_key(app, person, "people:read")
    good = client.token or ""
    altered = {
        "last": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "first": good.replace("alf_", "alf-"),
        "user": good.replace(person.user.id, other.user.id),
    }
    client.token = altered[change]

    assert client.get("/v1/people").status == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/api-keys", {"name": "x", "scopes": ["people:read"]}),
        ("GET", "/v1/api-keys", None),
        ("POST", "/v1/auth/change-password", {"current_password": PASSWORD, "new_password": "another long one"}),
        ("POST", "/v1/auth/logout-everywhere", None),
        ("GET", "/v1/me/sessions", None),
        ("PATCH", "/v1/me", {"first_name": "X"}),
        ("POST", "/v1/me/totp", {"password": PASSWORD}),
        ("POST", "/v1/realtime/tickets", None),
    ],
)
def test_key_cannot_do_what_only_a_person_does(app: Identity, method: str, path: str, body: Any):
    _, client = make_key(app, app.logged_in(), "people:read")

    assert client.request(method, path, body).status == 403


@pytest.mark.parametrize("credentials", ["session", "api_key"])
def test_callers_state_is_read_in_one_round_trip(app: Identity, credentials: str):
    person = app.logged_in()
    _, client = make_key(app, person, "people:read")
    client.get("/v1/me")
    token = client.token if credentials == "api_key" else person.browser.token

    with record_calls() as log:
        principal, kept = wiring.authenticator().authenticate(f"Bearer {token}", "some-key")

    assert dict(log.operations) == {"dynamodb.BatchGetItem": 1}
    assert (principal.user_id, principal.via, kept) == (person.user.id, credentials, None)


def test_keys_are_audited(app: Identity):
    person = app.logged_in()
    key_id, _ = make_key(app, person, "people:read")
    person.browser.delete(f"/v1/api-keys/{key_id}")

    actions = [entry["action"] for entry in app.audit(person.user.id)]

    assert [action for action in actions if action.startswith("api_key")] == ["api_key.create", "api_key.revoke"]

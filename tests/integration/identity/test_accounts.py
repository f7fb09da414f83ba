"""A9, A10: changing, forgetting and resetting passwords, invitations, the own profile."""

from __future__ import annotations

import pytest

from chalicelib.domain.identity import Purpose
from tests.integration.identity.people import PASSWORD, Identity, Person

NEW = "another long password"


def forget(app: Identity, person: Person) -> str:
    """Ask for a reset, and take the newest token out of the mail."""
    assert app.browser().post("/v1/auth/forgot-password", {"email": person.user.email}).status == 202
    return app.issued(person.user, Purpose.PASSWORD_RESET)[-1]


def reset(app: Identity, token: str, password: str = NEW) -> int:
    return app.browser().post("/v1/auth/reset-password", {"token": token, "password": password}).status


def invite(app: Identity, admin: Person, **fields: str) -> tuple[dict[str, str], str]:
    body = {"email": "new@crm.test", "username": "new", "role": "sales", **fields}
    answer = admin.browser.post("/v1/users", body)
    assert answer.status == 201, answer.body
    user = app.application.stored("user", answer.json["id"])
    return answer.json, app.issued(user, Purpose.INVITATION)[-1]  # type: ignore[arg-type]


def accept(app: Identity, token: str, password: str = NEW) -> int:
    return app.browser().post("/v1/auth/accept-invitation", {"token": token, "password": password}).status


# Changing


def test_changed_password_ends_the_other_sessions_only(app: Identity):
    person, other = app.logged_in(), app.browser()
    other.login(person.user.email, PASSWORD)

    answer = person.browser.post("/v1/auth/change-password", {"current_password": PASSWORD, "new_password": NEW})

    assert answer.status == 204
    assert person.browser.get("/v1/me").status == 200
    assert other.get("/v1/me").status == 401
    assert app.browser().login(person.user.email, PASSWORD).status == 401
    assert app.browser().login(person.user.email, NEW).status == 200


def test_change_needs_the_current_password_and_guessing_it_is_slowed_down(app: Identity):
    person = app.logged_in()
    body = {"current_password": "wrong", "new_password": NEW}

    statuses = [person.browser.post("/v1/auth/change-password", body).status for _ in range(6)]

    assert statuses == [422] * 5 + [429]


@pytest.mark.parametrize("password", ["short", "password1", "iloveyou"])
def test_weak_password_is_refused_by_name(app: Identity, password: str):
    person = app.logged_in()

    answer = person.browser.post("/v1/auth/change-password", {"current_password": PASSWORD, "new_password": password})

    assert answer.status == 422
    assert [detail["field"] for detail in answer.json["error"]["details"]] == ["new_password"]
    assert app.browser().login(person.user.email, PASSWORD).status == 200


def test_change_sends_a_notice_and_is_audited(app: Identity):
    person = app.logged_in()
    person.browser.post("/v1/auth/change-password", {"current_password": PASSWORD, "new_password": NEW})

    (notice,) = app.tokens(person.user, Purpose.NOTICE)

    assert notice.email == person.user.email
    assert "password.change" in [entry["action"] for entry in app.audit(person.user.id)]
    assert reset(app, app.issued(person.user, Purpose.NOTICE)[0]) == 404


def test_no_fingerprint_of_a_request_with_passwords_is_kept(app: Identity):
    person = app.logged_in()
    body = {"current_password": PASSWORD, "new_password": NEW}

    assert person.browser.post("/v1/auth/change-password", body, idempotency_key="k-1").status == 204

    assert [item for item in app.items(f"ACTOR#{person.user.id}") if item["kind"] == "idempotency"] == []


# Forgetting


def test_reset_sets_the_password_and_ends_every_session(app: Identity):
    person = app.logged_in()

    assert reset(app, forget(app, person)) == 204

    assert person.browser.get("/v1/me").status == 401
    assert app.live_sessions(person.user) == 0
    assert app.browser().login(person.user.email, PASSWORD).status == 401
    assert app.browser().login(person.user.email, NEW).status == 200


def test_reset_token_works_once(app: Identity):
    person = app.person()
    token = forget(app, person)

    assert [reset(app, token), reset(app, token, "yet another password")] == [204, 404]
    assert app.browser().login(person.user.email, NEW).status == 200


def test_reset_token_expires_after_an_hour(app: Identity):
    token = forget(app, app.person())
    app.clock.advance(hours=1)

    assert reset(app, token) == 404


def test_older_reset_tokens_die_with_the_password(app: Identity):
    person = app.person()
    first = forget(app, person)
    app.clock.advance(seconds=1)
    second = forget(app, person)

    assert first != second
    assert reset(app, second) == 204
    assert reset(app, first, "yet another password") == 404


def test_weak_password_does_not_spend_the_token(app: Identity):
    token = forget(app, app.person())

    assert reset(app, token, "password1") == 422
    assert reset(app, token) == 204


@pytest.mark.parametrize("token", ["x", "x.y", "x." * 100])
def test_made_up_token_opens_nothing(app: Identity, token: str):
    assert reset(app, token) == 404
    assert accept(app, token) == 404
    assert app.browser().get(f"/v1/auth/invitations/{token}").status == 404


def test_token_of_one_purpose_opens_no_other(app: Identity):
    person = app.person()
    token = forget(app, person)
    _, invitation = invite(app, app.logged_in("admin"))

    assert accept(app, token) == 404
    assert reset(app, invitation) == 404


def test_forgetting_locks_nothing_and_mails_at_most_three_times_at_once(app: Identity):
    person = app.person()

    for _ in range(6):
        app.browser().post("/v1/auth/forgot-password", {"email": person.user.email})

    assert len(app.tokens(person.user, Purpose.PASSWORD_RESET)) == 3
    assert person.login().status == 200


def test_reset_lets_the_user_in_where_a_stranger_has_made_them_wait(app: Identity):
    person = app.person()
    for _ in range(12):
        app.browser().login(person.user.email, "wrong")
    assert app.browser().login(person.user.email, PASSWORD).status == 429

    reset(app, forget(app, person))

    assert app.browser().login(person.user.email, NEW).status == 200


def test_disabled_user_gets_no_reset(app: Identity):
    person = app.person(is_active=False)
    app.browser().post("/v1/auth/forgot-password", {"email": person.user.email})

    assert app.tokens(person.user, Purpose.PASSWORD_RESET) == []


def test_tokens_are_not_stored(app: Identity):
    person = app.person()
    token = forget(app, person)

    assert token not in str(app.all_items())
    assert token.partition(".")[2] not in str(app.all_items())


# Invitations


def test_invited_user_chooses_a_password_and_logs_in(app: Identity):
    row, token = invite(app, app.logged_in("admin"), first_name="Nina")

    shown = app.browser().get(f"/v1/auth/invitations/{token}")

    assert shown.json["email"] == row["email"]
    assert shown.json["first_name"] == "Nina"
    assert app.browser().login("new", NEW).status == 401
    assert accept(app, token) == 204
    assert app.browser().login("new", NEW).status == 200


def test_looking_at_an_invitation_does_not_spend_it(app: Identity):
    _, token = invite(app, app.logged_in("admin"))

    assert {app.browser().get(f"/v1/auth/invitations/{token}").status for _ in range(3)} == {200}
    assert accept(app, token) == 204


def test_invitation_works_once_and_for_seven_days(app: Identity):
    admin = app.logged_in("admin")
    _, first = invite(app, admin)
    _, late = invite(app, admin, email="late@crm.test", username="late")

    assert [accept(app, first), accept(app, first, "yet another password")] == [204, 404]
    app.clock.advance(days=7)
    assert accept(app, late) == 404


def test_invitation_can_be_sent_again_until_it_is_accepted(app: Identity):
    admin = app.logged_in("admin")
    row, first = invite(app, admin)
    app.clock.advance(seconds=1)
    user = app.application.stored("user", row["id"])

    assert admin.browser.post(f"/v1/users/{row['id']}/invitation").status == 200
    second = app.issued(user, Purpose.INVITATION)[-1]  # type: ignore[arg-type]
    assert second != first
    assert accept(app, second) == 204
    assert accept(app, first) == 404
    assert admin.browser.post(f"/v1/users/{row['id']}/invitation").status == 409


def test_no_password_can_be_given_through_the_users_api(app: Identity):
    admin = app.logged_in("admin")
    body = {"email": "new@crm.test", "username": "new", "role": "sales", "password": NEW}

    assert admin.browser.post("/v1/users", body).status == 422


# Profile


def test_profile_can_be_changed_but_not_ones_rights(app: Identity):
    person = app.logged_in()

    changed = person.browser.patch("/v1/me", {"first_name": "Zoé", "locale": "en", "timezone": "Europe/Rome"})

    assert changed.status == 200
    assert (changed.json["first_name"], changed.json["locale"], changed.json["version"]) == ("Zoé", "en", 2)
    assert changed.json["id"] == person.user.id


@pytest.mark.parametrize(
    "field",
    [
        {"role": "admin"},
        {"team_id": "01KF0E44M0Z36D69G3KHJHPZQK"},
        {"is_active": True},
        {"email": "other@crm.test"},
        {"username": "other"},
        {"id": "01KF0E44M0Z36D69G3KHJHPZQK"},
        {"totp_enabled": True},
        {"last_login_at": None},
        {"permissions": ["users:manage"]},
        {"timezone": "Mars/Olympus"},
        {"locale": "de"},
    ],
)
def test_profile_takes_nothing_else(app: Identity, field: dict[str, object]):
    person = app.logged_in()

    assert person.browser.patch("/v1/me", field).status == 422
    assert person.browser.get("/v1/me").json["user"]["version"] == 1


def test_stale_profile_is_refused(app: Identity):
    person = app.logged_in()
    person.browser.patch("/v1/me", {"first_name": "Zoé"})

    assert person.browser.patch("/v1/me", {"first_name": "Léa"}, if_match='"1"').status == 412


def test_me_shows_what_the_role_allows(app: Identity):
    person = app.logged_in("viewer")

    me = person.browser.get("/v1/me").json

    assert me["user"]["role"] == "viewer"
    assert "organisations:read" in me["permissions"]
    assert "organisations:create" not in me["permissions"]
    assert me["scopes"]["default"] == "team"

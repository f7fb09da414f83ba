"""Logging in, staying in, getting out, getting back in."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from tests.e2e.caller import FIRST_PARTY, Caller, NewCaller
from tests.e2e.conftest import ADMIN, PASSWORD, Invite, create_user
from tests.e2e.mailbox import await_mail, mails_to, token_of
from tests.support.local_cloud import wait_until

pytestmark = pytest.mark.e2e

REFRESH_COOKIE = "__Host-refresh"


@pytest.mark.parametrize("login", ["admin@alforis.com", "ADMIN@alforis.com", "admin"])
def test_login_takes_email_and_username(new_caller: NewCaller, login: str) -> None:
    caller = new_caller()

    answer = caller.login(login, ADMIN[1])

    assert answer.status_code == HTTPStatus.OK
    assert caller.get("/v1/me").json()["user"]["email"] == ADMIN[0]


def test_refresh_cookie_is_out_of_reach_of_scripts_and_other_sites(new_caller: NewCaller) -> None:
    answer = new_caller().login(*ADMIN)

    (cookie,) = (c for c in answer.raw.headers.getlist("Set-Cookie") if c.startswith(REFRESH_COOKIE))
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= attributes
    assert "refresh" not in answer.json()


def test_wrong_password_and_unknown_user_get_the_same_answer(new_caller: NewCaller) -> None:
    wrong = new_caller().login("user@alforis.com", "not the password")
    unknown = new_caller().login("nobody@example.com", "not the password")

    assert wrong.status_code == unknown.status_code == HTTPStatus.UNAUTHORIZED
    ours = [{**a.json()["error"], "request_id": ""} for a in (wrong, unknown)]
    assert ours[0] == ours[1]


def test_guessing_is_slowed_down(invite: Invite, new_caller: NewCaller) -> None:
    victim = invite("viewer").user["email"]

    answers = [new_caller().login(victim, f"guess {number}") for number in range(6)]

    assert [a.status_code for a in answers[:5]] == [HTTPStatus.UNAUTHORIZED] * 5
    assert answers[5].status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert int(answers[5].headers["Retry-After"]) >= 1


def test_refresh_gives_a_new_token_and_a_new_cookie(new_caller: NewCaller) -> None:
    caller = new_caller()
    caller.login(*ADMIN)
    first = caller.cookies[REFRESH_COOKIE]

    answer = caller.refresh()

    assert answer.status_code == HTTPStatus.OK
    assert caller.cookies[REFRESH_COOKIE] != first
    assert caller.get("/v1/me").status_code == HTTPStatus.OK


def test_refresh_needs_our_own_pages_header(new_caller: NewCaller) -> None:
    caller = new_caller()
    caller.login(*ADMIN)

    without_header = caller.post("/v1/auth/refresh")
    from_elsewhere = caller.post("/v1/auth/refresh", **FIRST_PARTY, Origin="https://evil.example")

    assert without_header.status_code == from_elsewhere.status_code == HTTPStatus.FORBIDDEN


def test_refresh_token_used_long_ago_ends_the_session(new_caller: NewCaller, origin: str) -> None:
    """Two refreshes later the first token is no lost answer any more, but a stolen one."""
    caller, thief = new_caller(), new_caller()
    caller.login(*ADMIN)
    stolen = caller.cookies[REFRESH_COOKIE]
    caller.refresh()
    caller.refresh()

    answer = thief.post("/v1/auth/refresh", **FIRST_PARTY, Cookie=f"{REFRESH_COOKIE}={stolen}")

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert caller.get("/v1/me").status_code == HTTPStatus.UNAUTHORIZED
    assert caller.refresh().status_code == HTTPStatus.UNAUTHORIZED


def test_logout_ends_the_session_at_once(new_caller: NewCaller) -> None:
    caller = new_caller()
    caller.login(*ADMIN)

    answer = caller.post("/v1/auth/logout", **FIRST_PARTY)

    assert answer.status_code == HTTPStatus.NO_CONTENT
    assert caller.get("/v1/me").status_code == HTTPStatus.UNAUTHORIZED
    assert REFRESH_COOKIE not in caller.cookies


def test_logout_everywhere_ends_the_other_sessions_too(invite: Invite, new_caller: NewCaller) -> None:
    here = invite("viewer")
    there = new_caller()
    there.login(here.user["email"], PASSWORD)

    assert here.post("/v1/auth/logout-everywhere").status_code == HTTPStatus.NO_CONTENT

    assert there.get("/v1/me").status_code == HTTPStatus.UNAUTHORIZED


def test_forgotten_password_is_reset_by_the_mailed_link_once(
    invite: Invite, new_caller: NewCaller, origin: str
) -> None:
    user = invite("sales")
    address = user.user["email"]
    new_password = "Une autre phrase, 7 mots au moins"

    asked = new_caller().post("/v1/auth/forgot-password", {"email": address})
    token = token_of(await_mail(origin, address, "reset-password"))
    anyone = new_caller()
    first = anyone.post("/v1/auth/reset-password", {"token": token, "password": new_password})
    second = anyone.post("/v1/auth/reset-password", {"token": token, "password": "Encore une autre, 3 fois"})

    assert asked.status_code == HTTPStatus.ACCEPTED
    assert first.status_code == HTTPStatus.NO_CONTENT, first.text
    assert second.status_code == HTTPStatus.NOT_FOUND
    assert user.get("/v1/me").status_code == HTTPStatus.UNAUTHORIZED
    assert new_caller().login(address, new_password).status_code == HTTPStatus.OK
    # ... and the user is told that the password was changed.
    await_mail(origin, address, "forgot-password")


def test_asking_for_an_unknown_address_sends_nothing_and_tells_nothing(new_caller: NewCaller, origin: str) -> None:
    answer = new_caller().post("/v1/auth/forgot-password", {"email": "nobody@example.com"})

    assert answer.status_code == HTTPStatus.ACCEPTED
    assert mails_to(origin, "nobody@example.com") == []


def test_invited_user_chooses_a_password_and_works(admin: Caller, new_caller: NewCaller, origin: str) -> None:
    user = create_user(admin, "sales")
    token = token_of(await_mail(origin, user["email"], "invitation"))
    caller = new_caller()

    shown = caller.get(f"/v1/auth/invitations/{token}")
    weak = caller.post("/v1/auth/accept-invitation", {"token": token, "password": "password"})
    accepted = caller.post("/v1/auth/accept-invitation", {"token": token, "password": PASSWORD})
    again = caller.post("/v1/auth/accept-invitation", {"token": token, "password": PASSWORD})

    assert shown.json()["email"] == user["email"]
    assert weak.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert accepted.status_code == HTTPStatus.NO_CONTENT
    assert again.status_code == HTTPStatus.NOT_FOUND
    assert caller.login(user["username"], PASSWORD).status_code == HTTPStatus.OK
    assert caller.get("/v1/organisations").status_code == HTTPStatus.OK
    assert caller.get("/v1/audit").status_code == HTTPStatus.FORBIDDEN


def test_deactivated_user_is_out_at_once(admin: Caller, invite: Invite) -> None:
    user = invite("sales")
    assert user.get("/v1/tasks").status_code == HTTPStatus.OK

    answer = admin.patch(f"/v1/users/{user.user['id']}", {"is_active": False})

    assert answer.status_code == HTTPStatus.OK, answer.text
    assert user.get("/v1/tasks").status_code == HTTPStatus.UNAUTHORIZED
    assert user.login(user.user["email"], PASSWORD).status_code == HTTPStatus.UNAUTHORIZED


def test_changed_role_counts_from_the_next_request(admin: Caller, invite: Invite) -> None:
    user = invite("sales")
    assert user.post("/v1/organisations", {"name": "Avant"}).status_code == HTTPStatus.CREATED

    admin.patch(f"/v1/users/{user.user['id']}", {"role": "viewer"})

    refused = user.post("/v1/organisations", {"name": "Après"})
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert "organisations:create" in refused.text


def test_api_key_opens_what_its_scopes_say_until_it_is_revoked(admin: Caller, new_caller: NewCaller) -> None:
    made = admin.create("/v1/api-keys", name="Intégration", scopes=["organisations:read"])
    integration = new_caller()
    integration.token = made["key"]

    assert integration.get("/v1/organisations").status_code == HTTPStatus.OK
    assert integration.get("/v1/people").status_code == HTTPStatus.FORBIDDEN

    assert admin.delete(f"/v1/api-keys/{made['id']}").status_code in (HTTPStatus.OK, HTTPStatus.NO_CONTENT)
    assert integration.get("/v1/organisations").status_code == HTTPStatus.UNAUTHORIZED


def test_login_is_noted_beside_the_version(admin: Caller, invite: Invite) -> None:
    user = invite("viewer").user

    stored = admin.get(f"/v1/users/{user['id']}").json()

    assert stored["last_login_at"] is not None
    wait_until(lambda: admin.items("/v1/users", username=user["username"]), 30, "the user in the list of users")

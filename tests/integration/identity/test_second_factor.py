"""The second factor: set up, asked at login, spent once."""

from __future__ import annotations

import json

import pytest

from chalicelib.domain.identity import Purpose
from chalicelib.domain.policy import PERMISSIONS, Grants, Scope
from tests.integration.identity.people import PASSWORD, Identity, Person, refresh
from tests.support.http import Answer, Client


def challenge(browser: Client, person: Person) -> str:
    answer = browser.login(person.user.email, PASSWORD)
    assert answer.json["status"] == "totp_required"
    return str(answer.json["challenge"])


def complete(browser: Client, challenge: str, code: str) -> Answer:
    return browser.post("/v1/auth/totp", {"challenge": challenge, "code": code})


def test_login_asks_for_a_code_and_hands_out_nothing_before(app: Identity):
    person, browser = app.with_second_factor(), app.browser()

    answer = browser.login(person.user.email, PASSWORD)

    assert answer.status == 200
    assert set(answer.json) == {"status", "challenge"}
    assert answer.all_headers("Set-Cookie") == []
    assert complete(browser, answer.json["challenge"], app.code(person)).status == 200
    assert "__Host-refresh" in browser.cookies


def test_wrong_password_does_not_tell_that_a_code_is_needed(app: Identity):
    person = app.with_second_factor()

    assert app.browser().login(person.user.email, "wrong").json["error"]["code"] == "unauthenticated"


def test_code_opens_one_session_only(app: Identity):
    person = app.with_second_factor()
    code = app.code(person)
    first, second = challenge(app.browser(), person), challenge(app.browser(), person)

    assert complete(app.browser(), first, code).status == 200
    assert complete(app.browser(), second, code).status == 401
    app.clock.advance(seconds=30)
    assert complete(app.browser(), second, app.code(person)).status == 200


def test_code_before_one_that_was_used_is_worth_nothing(app: Identity):
    person = app.with_second_factor()
    old = app.code(person)
    app.clock.advance(seconds=30)
    complete(app.browser(), challenge(app.browser(), person), app.code(person))

    assert complete(app.browser(), challenge(app.browser(), person), old).status == 401


def test_challenge_completes_one_login(app: Identity):
    person = app.with_second_factor()
    spent = challenge(app.browser(), person)
    assert complete(app.browser(), spent, app.code(person)).status == 200
    app.clock.advance(seconds=30)

    assert complete(app.browser(), spent, app.code(person)).status == 401


def test_challenge_expires(app: Identity):
    person = app.with_second_factor()
    begun = challenge(app.browser(), person)
    app.clock.advance(minutes=5)

    assert complete(app.browser(), begun, app.code(person)).status == 401


def test_made_up_challenge_is_refused(app: Identity):
    person = app.with_second_factor()

    assert complete(app.browser(), "abc.def", app.code(person)).status == 401


def test_challenge_dies_with_the_password(app: Identity):
    person = app.with_second_factor()
    begun = challenge(app.browser(), person)
    body = {"current_password": PASSWORD, "new_password": "another long password"}
    assert person.browser.post("/v1/auth/change-password", body).status == 204

    assert complete(app.browser(), begun, app.code(person)).status == 401


def test_guessing_codes_is_slowed_down_across_challenges(app: Identity):
    person = app.with_second_factor()

    statuses = [complete(app.browser(), challenge(app.browser(), person), "000000").status for _ in range(7)]

    assert statuses == [401] * 5 + [429] * 2


def test_recovery_code_opens_one_login(app: Identity):
    person = app.with_second_factor()
    code = person.recovery_codes[0].upper()

    assert complete(app.browser(), challenge(app.browser(), person), code).status == 200
    assert complete(app.browser(), challenge(app.browser(), person), code).status == 401
    assert complete(app.browser(), challenge(app.browser(), person), person.recovery_codes[1]).status == 200
    factors = [e["changes"]["factor"][1] for e in app.audit(person.user.id) if e["changes"].get("factor")]
    assert factors == ["password", "recovery_code", "recovery_code"]


def test_new_recovery_codes_replace_the_old_ones(app: Identity):
    person = app.with_second_factor()
    new = person.browser.post("/v1/me/totp/recovery-codes", {"password": PASSWORD}).json["recovery_codes"]

    assert len(set(new) | set(person.recovery_codes)) == 20
    assert complete(app.browser(), challenge(app.browser(), person), person.recovery_codes[0]).status == 401
    assert complete(app.browser(), challenge(app.browser(), person), new[0]).status == 200


def test_neither_secret_nor_recovery_codes_are_stored(app: Identity):
    person = app.with_second_factor()
    assert person.totp is not None

    stored = json.dumps(app.all_items(), default=str)

    assert person.totp.secret not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in person.recovery_codes)


def test_unconfirmed_factor_is_not_asked_for(app: Identity):
    person = app.logged_in()
    person.browser.post("/v1/me/totp", {"password": PASSWORD})

    assert app.browser().login(person.user.email, PASSWORD).json["status"] == "logged_in"


def test_factor_needs_the_password_and_a_right_code(app: Identity):
    person = app.logged_in()

    assert person.browser.post("/v1/me/totp", {"password": "wrong"}).status == 422
    assert person.browser.post("/v1/me/totp/confirm", {"code": "000000"}).status == 409
    person.browser.post("/v1/me/totp", {"password": PASSWORD})
    assert person.browser.post("/v1/me/totp/confirm", {"code": "000000"}).status == 422
    assert person.browser.get("/v1/me").json["user"]["totp_enabled"] is False


def test_factor_shows_in_the_user_and_can_be_removed_with_the_password(app: Identity):
    person = app.with_second_factor()
    assert person.browser.get("/v1/me").json["user"]["totp_enabled"] is True
    assert person.browser.post("/v1/me/totp", {"password": PASSWORD}).status == 409

    assert person.browser.post("/v1/me/totp/disable", {"password": "wrong"}).status == 422
    assert person.browser.post("/v1/me/totp/disable", {"password": PASSWORD}).status == 204

    assert person.browser.get("/v1/me").json["user"]["totp_enabled"] is False
    assert app.browser().login(person.user.email, PASSWORD).json["status"] == "logged_in"
    actions = [entry["action"] for entry in app.audit(person.user.id)]
    assert [a for a in actions if a.startswith("totp")] == ["totp.setup", "totp.enable", "totp.disable"]


# Reset by an administrator


def reset(by: Person, whom: Person) -> Answer:
    return by.browser.post(f"/v1/users/{whom.user.id}/totp/reset")


def test_admin_resets_the_factor_of_a_user_who_lost_it(app: Identity):
    admin, person = app.logged_in("admin"), app.with_second_factor()
    lost = challenge(app.browser(), person)

    answer = reset(admin, person)

    assert answer.status == 200
    assert answer.json["totp_enabled"] is False
    assert "second_factor" not in app.credentials(person.user)
    assert complete(app.browser(), lost, app.code(person)).status == 401
    assert app.browser().login(person.user.email, PASSWORD).json["status"] == "logged_in"


def test_reset_ends_the_sessions_of_the_user_at_once(app: Identity):
    admin, person = app.logged_in("admin"), app.with_second_factor()
    assert app.live_sessions(person.user) == 1

    reset(admin, person)

    assert app.live_sessions(person.user) == 0
    assert person.browser.get("/v1/me").status == 401
    assert refresh(person.browser).status == 401
    assert admin.browser.get("/v1/me").status == 200


def test_reset_is_audited_and_told_to_the_user(app: Identity):
    admin, person = app.logged_in("admin"), app.with_second_factor()

    reset(admin, person)

    (entry,) = [e for e in app.audit(admin.user.id) if e["action"] == "totp.reset"]
    assert entry["ref"] == ["user", person.user.id]
    assert entry["changes"] == {"totp_enabled": [True, False]}
    (notice,) = app.tokens(person.user, Purpose.SECOND_FACTOR_RESET)
    assert notice.email == person.user.email


def test_notice_of_a_reset_opens_nothing(app: Identity):
    admin, person = app.logged_in("admin"), app.with_second_factor()
    reset(admin, person)
    (text,) = app.issued(person.user, Purpose.SECOND_FACTOR_RESET)

    for path in ("/v1/auth/reset-password", "/v1/auth/accept-invitation"):
        assert app.browser().post(path, {"token": text, "password": "another long password"}).status == 404
    assert complete(app.browser(), text, "000000").status == 401


def test_there_must_be_a_factor_and_a_user(app: Identity):
    admin, person, gone = app.logged_in("admin"), app.logged_in(), app.with_second_factor()
    admin.browser.delete(f"/v1/users/{gone.user.id}")
    person.browser.post("/v1/me/totp", {"password": PASSWORD})

    assert reset(admin, person).status == 409
    assert reset(admin, gone).status == 404
    assert admin.browser.post("/v1/users/01KF0E44M0Z36D69G3KHJHPZQK/totp/reset").status == 404
    assert person.browser.get("/v1/me").status == 200


def test_nobody_resets_their_own_factor_without_the_password(app: Identity):
    admin = app.with_second_factor("admin")

    answer = reset(admin, admin)

    assert answer.status == 403
    assert admin.browser.get("/v1/me").json["user"]["totp_enabled"] is True


@pytest.mark.parametrize("role", ["manager", "sales", "support", "viewer"])
def test_reset_takes_the_permission(app: Identity, role: str):
    person = app.with_second_factor()

    answer = reset(app.logged_in(role), person)

    assert answer.status == 403
    assert answer.json["error"]["details"][0]["field"] == "permission"
    assert app.live_sessions(person.user) == 1


def test_nobody_resets_the_factor_of_someone_who_may_do_more(app: Identity):
    helpdesk = Grants(permissions=PERMISSIONS - {"settings:manage"}, scopes={"default": Scope.ALL})
    helper = app.application.sign_in("helpdesk", helpdesk)
    admin, person = app.with_second_factor("admin"), app.with_second_factor("sales")

    refused = helper.client.post(f"/v1/users/{admin.user.id}/totp/reset")

    assert refused.status == 403
    assert refused.json["error"]["message"] == "The role admin has permissions you do not hold yourself."
    assert app.live_sessions(admin.user) == 1
    assert admin.browser.get("/v1/me").json["user"]["totp_enabled"] is True
    assert helper.client.post(f"/v1/users/{person.user.id}/totp/reset").status == 200


def test_user_outside_the_data_scope_is_not_found(app: Identity):
    near = Grants(permissions=PERMISSIONS, scopes={"default": Scope.OWN})
    helper, person = app.application.sign_in("near", near), app.with_second_factor()

    assert helper.client.post(f"/v1/users/{person.user.id}/totp/reset").status == 404
    assert app.live_sessions(person.user) == 1

"""A1, A2, A3: logging in."""

from __future__ import annotations

import json
import re
from http.cookies import SimpleCookie
from unittest.mock import patch

import pytest
from argon2.exceptions import VerifyMismatchError

from chalicelib import wiring
from chalicelib.domain.passwords import Passwords
from tests.integration.identity.people import PASSWORD, Identity
from tests.support.calls import record_calls
from tests.support.http import Answer

LOGIN = "/v1/auth/login"


def masked(answer: Answer) -> bytes:
    """The body without its request id."""
    return re.sub(rb'"request_id":"[^"]*"', b"", answer.body)


@pytest.mark.parametrize("name", ["email", "username"])
def test_login_by_email_or_username(app: Identity, name: str):
    person = app.person()

    answer = app.browser().login(getattr(person.user, name).upper(), PASSWORD)

    assert answer.status == 200
    assert answer.json["status"] == "logged_in"
    assert answer.json["user"]["id"] == person.user.id
    assert answer.json["expires_in"] <= 600


def test_access_token_opens_the_api_and_last_login_is_noted(app: Identity):
    person = app.person()
    person.login()

    me = person.browser.get("/v1/me")

    assert me.status == 200
    assert me.json["user"]["last_login_at"] == app.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert me.json["user"]["version"] == person.user.version


def test_refresh_token_comes_in_a_host_cookie_scripts_cannot_read(app: Identity):
    answer = app.person().login()

    for line in answer.all_headers("Set-Cookie"):
        ((name, cookie),) = SimpleCookie(line).items()
        assert name in ("__Host-refresh", "__Host-device")
        assert cookie["path"] == "/"
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert not cookie["domain"]
        assert cookie.value not in answer.body.decode()
    assert len(answer.all_headers("Set-Cookie")) == 2


def test_login_from_a_foreign_page_is_refused(app: Identity):
    person = app.person()
    body = {"login": person.user.email, "password": PASSWORD}

    assert app.browser().post(LOGIN, body, origin="https://evil.test").status == 403
    assert app.browser().post(LOGIN, body, origin="https://crm.test").status == 200


def test_login_is_audited_with_its_session(app: Identity):
    person = app.logged_in()

    entries = [entry for entry in app.audit(person.user.id) if entry["action"] == "user.login"]

    assert [entry["outcome"] for entry in entries] == ["done"]
    assert entries[0]["changes"]["factor"][1] == "password"
    assert entries[0]["ip"] == "203.0.113.7"


# A1


def test_stored_hash_is_argon2id_and_lies_in_the_credentials_only(app: Identity):
    person = app.logged_in()

    stored = app.credentials(person.user)["password"]

    assert stored.startswith("$argon2id$v=19$")
    holders = [item["SK"] for item in app.all_items() if "argon2" in json.dumps(item, default=str)]
    assert holders == ["CREDENTIALS"]


def test_hash_with_old_parameters_is_renewed_at_login(app: Identity):
    person = app.person()
    old = app.credentials(person.user)["password"]
    stronger = Passwords(lambda: wiring.secrets().pepper, memory_kib=128, iterations=1)

    built = {name: result for name, result in wiring._built.items() if name not in ("passwords", "authentication")}
    with wiring.override(**built, passwords=stronger):
        assert person.login().status == 200

    new = app.credentials(person.user)["password"]
    assert "m=64," in old
    assert "m=128," in new
    assert stronger.verify(PASSWORD, new)


# A3


def failures(app: Identity) -> dict[str, tuple[str, str]]:
    known, disabled, invited = app.person(), app.person(is_active=False), app.application.sign_in().user
    return {
        "wrong password": (known.user.email, "wrong"),
        "wrong password, by username": (known.user.username, "wrong"),
        "unknown address": ("nobody@crm.test", PASSWORD),
        "unknown username": ("nobody", PASSWORD),
        "no address at all": ("@", PASSWORD),
        "disabled user": (disabled.user.email, PASSWORD),
        "invited, no password yet": (invited.email, PASSWORD),
    }


def test_failures_do_not_tell_who_exists(app: Identity):
    answers, calls, verifications = set(), set(), set()
    for name, password in failures(app).values():
        with record_calls() as log, patch("argon2._password_hasher.verify_secret") as verify:
            verify.side_effect = VerifyMismatchError
            answer = app.browser().login(name, password)
        answers.add((answer.status, masked(answer), tuple(sorted(name for name, _ in answer.headers))))
        calls.add(tuple(call.operation for call in log.calls))
        verifications.add(verify.call_count)

    assert len(answers) == 1
    assert next(iter(answers))[0] == 401
    assert len(calls) == 1
    assert verifications == {1}


def test_forgot_password_does_not_tell_who_exists(app: Identity):
    known, disabled = app.person().user.email, app.person(is_active=False).user.email
    answers, calls = set(), set()

    for address in (known, disabled, "nobody@crm.test", "not an address"):
        with record_calls() as log:
            answer = app.browser().post("/v1/auth/forgot-password", {"email": address})
        answers.add((answer.status, answer.body))
        calls.add(tuple(call.operation for call in log.calls))

    assert answers == {(202, b'{"status":"accepted"}')}
    assert len(calls) == 1


# A2


def test_account_is_slowed_down_after_five_failures_and_never_locked_for_good(app: Identity):
    person = app.person()

    statuses = [person.login("wrong").status for _ in range(7)]
    refused = person.login("wrong")
    app.clock.advance(hours=1)

    assert statuses == [401] * 5 + [429] * 2
    assert int(refused.header("Retry-After") or 0) >= 1
    assert person.login().status == 200


def test_right_password_is_not_tried_while_the_account_waits(app: Identity):
    person = app.person()
    for _ in range(5):
        person.login("wrong")

    assert person.login().status == 429
    app.clock.advance(seconds=1)
    assert person.login().status == 200


def test_success_forgets_the_failures(app: Identity):
    person = app.person()
    for _ in range(4):
        person.login("wrong")
    person.login()

    assert [person.login("wrong").status for _ in range(4)] == [401] * 4


def test_unknown_names_are_slowed_down_alike(app: Identity):
    person = app.person()

    known = [app.browser().login(person.user.email, "wrong") for _ in range(8)]
    unknown = [app.browser().login("nobody@crm.test", "wrong") for _ in range(8)]

    assert [(a.status, a.header("Retry-After")) for a in known] == [
        (a.status, a.header("Retry-After")) for a in unknown
    ]


def test_failures_from_fifty_addresses_count_against_the_one_account(app: Identity):
    person = app.person()
    body = json.dumps({"login": person.user.email, "password": "wrong"})

    statuses = [app.from_address(f"198.51.100.{n}", "POST", LOGIN, body)["statusCode"] for n in range(50)]

    assert statuses == [401] * 5 + [429] * 45


def test_one_address_cannot_try_thousands_of_accounts(app: Identity):
    def attempt(number: int, ip: str = "198.51.100.1") -> int:
        body = json.dumps({"login": f"user{number}@nowhere.test", "password": "wrong"})
        return int(app.from_address(ip, "POST", LOGIN, body)["statusCode"])

    statuses = [attempt(number) for number in range(70)]

    assert statuses == [401] * 60 + [429] * 10
    assert attempt(99, "198.51.100.2") == 401
    app.clock.advance(minutes=10)
    assert attempt(100) == 401


def test_addresses_of_one_ipv6_network_are_counted_together(app: Identity):
    statuses = []
    for number in range(62):
        body = json.dumps({"login": f"user{number}@nowhere.test", "password": "wrong"})
        statuses.append(app.from_address(f"2001:db8:1:2::{number:x}", "POST", LOGIN, body)["statusCode"])

    assert statuses == [401] * 60 + [429] * 2


def test_good_logins_do_not_count_against_an_address(app: Identity):
    person = app.person()

    assert {person.login().status for _ in range(65)} == {200}


def test_stranger_cannot_keep_a_user_out_of_a_known_device(app: Identity):
    victim = app.logged_in()
    stranger = app.browser()
    for _ in range(10):
        stranger.login(victim.user.email, "wrong")

    assert stranger.login(victim.user.email, PASSWORD).status == 429
    assert victim.login().status == 200


def test_known_device_of_one_user_is_none_of_another(app: Identity):
    attacker, victim = app.logged_in(), app.person()

    statuses = [attacker.browser.login(victim.user.email, "wrong").status for _ in range(6)]

    assert statuses == [401] * 5 + [429]


def test_guessing_from_a_known_device_is_slowed_down_too(app: Identity):
    person = app.logged_in()

    assert [person.login("wrong").status for _ in range(6)] == [401] * 5 + [429]


def test_beginning_of_a_wait_is_audited(app: Identity):
    person = app.person()
    for _ in range(8):
        person.login("wrong")

    throttled = [entry for entry in app.audit(person.user.id) if entry["outcome"] == "throttled"]

    assert [entry["action"] for entry in throttled] == ["user.login"]
    assert throttled[0]["changes"]["delay_seconds"] == [None, 1]


def test_counters_hold_no_names_or_addresses(app: Identity):
    person = app.person()
    person.login("wrong")

    counters = [item for item in app.all_items() if item["kind"] in ("attempts", "window")]

    text = json.dumps(counters, default=str)
    assert len(counters) == 3
    assert person.user.email not in text
    assert person.user.username not in text
    assert "203.0.113.7" not in text
    assert all(item["expires_at"] for item in counters)

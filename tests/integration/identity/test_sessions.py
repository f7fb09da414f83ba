"""A5, A6, A7: refreshing, replaying, logging out, and rights that change at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.domain.identity import REFRESH_OVERLAP, SESSION_IDLE, SESSION_LIFETIME, Purpose
from tests.integration.identity.people import FIRST_PARTY, PASSWORD, Identity, Person, refresh
from tests.support.http import Client

COOKIE = "__Host-refresh"


def with_cookie(app: Identity, value: str) -> Client:
    browser = app.browser()
    browser.cookies[COOKIE] = value
    return browser


def test_refresh_gives_a_new_access_token_and_the_next_cookie(app: Identity):
    person = app.logged_in()
    first_cookie, first_token = person.browser.cookies[COOKIE], person.browser.token
    app.clock.advance(minutes=9)

    answer = person.refresh()

    assert answer.status == 200
    assert person.browser.cookies[COOKIE] != first_cookie
    assert answer.json["access_token"] != first_token
    assert person.browser.get("/v1/me").status == 200


def test_refresh_tokens_are_stored_hashed(app: Identity):
    person = app.logged_in()
    person.refresh()

    secret = person.browser.cookies[COOKIE].split(".")[2]

    assert secret not in str(app.all_items())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"x_requested_with": "XMLHttpRequest"}, 403),
        ({**FIRST_PARTY, "origin": "https://evil.test"}, 403),
        ({**FIRST_PARTY, "origin": "null"}, 403),
        ({**FIRST_PARTY, "origin": "https://crm.test.evil.test"}, 403),
        ({**FIRST_PARTY, "origin": "https://crm.test"}, 200),
        (FIRST_PARTY, 200),
    ],
)
def test_cookie_alone_refreshes_nothing(app: Identity, headers: dict[str, str], status: int):
    person = app.logged_in()

    assert person.browser.post("/v1/auth/refresh", **headers).status == status


def test_logout_needs_our_own_page_too(app: Identity):
    person = app.logged_in()

    assert person.browser.post("/v1/auth/logout").status == 403
    assert person.browser.get("/v1/me").status == 200


@pytest.mark.parametrize("value", ["", "a.b.c.d", "x" * 250])
def test_cookie_nobody_issued_refreshes_nothing(app: Identity, value: str):
    assert refresh(with_cookie(app, value)).status == 401


def test_previous_token_is_answered_with_the_current_one_during_the_overlap(app: Identity):
    person = app.logged_in()
    old = person.browser.cookies[COOKIE]
    person.refresh()
    app.clock.advance(REFRESH_OVERLAP - timedelta(milliseconds=1))
    late = with_cookie(app, old)

    assert refresh(late).status == 200
    assert late.cookies[COOKIE] == person.browser.cookies[COOKIE]
    assert app.live_sessions(person.user) == 1
    assert person.refresh().status == 200


def test_replay_after_the_overlap_ends_the_family(app: Identity):
    person = app.logged_in()
    old = person.browser.cookies[COOKIE]
    person.refresh()
    app.clock.advance(REFRESH_OVERLAP)

    assert refresh(with_cookie(app, old)).status == 401
    assert person.refresh().status == 401
    assert person.browser.get("/v1/me").status == 401
    assert app.live_sessions(person.user) == 0
    reasons = [entry["changes"]["reason"][1] for entry in app.audit(person.user.id) if entry["action"] == "session.end"]
    assert reasons == ["refresh_token_replayed"]


def test_token_before_the_previous_one_ends_the_family_at_once(app: Identity):
    person = app.logged_in()
    old = person.browser.cookies[COOKIE]
    person.refresh()
    person.refresh()

    assert refresh(with_cookie(app, old)).status == 401
    assert app.live_sessions(person.user) == 0


def test_replay_ends_its_own_family_only(app: Identity):
    person = app.logged_in()
    other = app.browser()
    other.login(person.user.email, PASSWORD)
    old = person.browser.cookies[COOKIE]
    person.refresh()
    app.clock.advance(minutes=1)
    refresh(with_cookie(app, old))

    assert refresh(other).status == 200


def test_session_ends_at_its_absolute_age_however_often_it_is_refreshed(app: Identity):
    person = app.logged_in()
    step = SESSION_IDLE - timedelta(days=1)
    begun = app.clock.now()

    while app.clock.now() + step < begun + SESSION_LIFETIME:
        app.clock.advance(step)
        assert person.refresh().status == 200
    app.clock.set(begun + SESSION_LIFETIME)

    assert person.refresh().status == 401


def test_session_ends_when_it_is_not_used(app: Identity):
    person = app.logged_in()
    app.clock.advance(SESSION_IDLE)

    assert person.refresh().status == 401


def test_logout_ends_the_session_and_clears_the_cookie(app: Identity):
    person = app.logged_in()

    answer = person.browser.post("/v1/auth/logout", **FIRST_PARTY)

    assert answer.status == 204
    assert "Max-Age=0" in (answer.header("Set-Cookie") or "")
    assert person.browser.get("/v1/me").status == 401
    assert app.live_sessions(person.user) == 0


def test_logout_without_a_session_is_no_error(app: Identity):
    assert app.browser().post("/v1/auth/logout", **FIRST_PARTY).status == 204


def test_logout_everywhere_ends_every_session(app: Identity):
    person = app.logged_in()
    browsers = [app.browser() for _ in range(3)]
    for browser in browsers:
        browser.login(person.user.email, PASSWORD)

    assert person.browser.post("/v1/auth/logout-everywhere").status == 204

    assert [browser.get("/v1/me").status for browser in [person.browser, *browsers]] == [401] * 4
    assert app.live_sessions(person.user) == 0


def test_own_sessions_are_listed_and_ended_one_by_one(app: Identity):
    person = app.logged_in()
    other = app.browser()
    other.login(person.user.email, PASSWORD)

    listed = person.browser.get("/v1/me/sessions").json["items"]
    (theirs,) = [row for row in listed if not row["current"]]
    ended = person.browser.delete(f"/v1/me/sessions/{theirs['id']}")

    assert len(listed) == 2
    assert ended.status == 204
    assert other.get("/v1/me").status == 401
    assert person.browser.get("/v1/me").status == 200
    assert person.browser.delete(f"/v1/me/sessions/{theirs['id']}").status == 404


def test_session_of_another_user_cannot_be_seen_or_ended(app: Identity):
    person, stranger = app.logged_in(), app.logged_in("admin")
    (row,) = person.browser.get("/v1/me/sessions").json["items"]

    assert stranger.browser.delete(f"/v1/me/sessions/{row['id']}").status == 404
    assert person.browser.get("/v1/me").status == 200


# A6


def disable(app: Identity, person: Person, admin: Person) -> None:
    assert admin.browser.patch(f"/v1/users/{person.user.id}", {"is_active": False}).status == 200


def delete(app: Identity, person: Person, admin: Person) -> None:
    assert admin.browser.delete(f"/v1/users/{person.user.id}").status == 200


def log_out(app: Identity, person: Person, admin: Person) -> None:
    Client(person.browser.gateway, None, dict(person.browser.cookies)).post("/v1/auth/logout", **FIRST_PARTY)


def reset(app: Identity, person: Person, admin: Person) -> None:
    app.browser().post("/v1/auth/forgot-password", {"email": person.user.email})
    (token,) = app.issued(person.user, Purpose.PASSWORD_RESET)
    body = {"token": token, "password": "another long password"}
    assert app.browser().post("/v1/auth/reset-password", body).status == 204


@pytest.mark.parametrize("end", [disable, delete, log_out, reset])
def test_unexpired_access_token_opens_nothing_once_access_has_ended(app: Identity, end):
    admin, person = app.logged_in("admin"), app.logged_in("sales")
    assert person.browser.get("/v1/organisations").status == 200

    end(app, person, admin)

    for path in ("/v1/organisations", "/v1/me", "/v1/me/sessions", "/v1/users", "/v1/tasks", "/v1/api-keys"):
        assert person.browser.get(path).status == 401
    assert person.refresh().status == 401


def test_new_role_counts_from_the_next_request_on(app: Identity):
    admin, person = app.logged_in("admin"), app.logged_in("sales")
    body = {"name": "ACME", "type": "client"}
    assert person.browser.post("/v1/organisations", body).status == 201

    admin.browser.patch(f"/v1/users/{person.user.id}", {"role": "viewer"})

    assert person.browser.post("/v1/organisations", body).status == 403
    assert person.browser.get("/v1/organisations").status == 200


def test_changed_permissions_of_a_role_count_from_the_next_request_on(app: Identity):
    admin, person = app.logged_in("admin"), app.logged_in("sales")
    assert person.browser.get("/v1/people").status == 200

    changed = admin.browser.patch("/v1/roles/sales", {"permissions": ["organisations:read"]})

    assert changed.status == 200
    assert person.browser.get("/v1/people").status == 403


def test_new_team_counts_from_the_next_request_on(app: Identity):
    admin, person = app.logged_in("admin"), app.logged_in("sales")
    team = admin.browser.post("/v1/teams", {"name": "Nord"}).json["id"]
    record = admin.browser.post("/v1/organisations", {"name": "ACME", "type": "client", "team_id": team}).json
    assert person.browser.get(f"/v1/organisations/{record['id']}").status == 404

    admin.browser.patch(f"/v1/users/{person.user.id}", {"team_id": team})

    assert person.browser.get(f"/v1/organisations/{record['id']}").status == 200


# A5, as a state machine


class Families(RuleBasedStateMachine):
    """A user, a thief with every cookie ever issued, and a clock; the model knows which cookie opens what."""

    app: Identity

    @initialize()
    def meet(self) -> None:
        self.person = self.app.person()
        self.families: list[list[str]] = []
        self.live: list[bool] = []
        self.rotated_at: list[datetime] = []

    @rule()
    def log_in(self) -> None:
        if len(self.families) < 3:
            browser = self.app.browser()
            assert browser.login(self.person.user.email, PASSWORD).status == 200
            self.families.append([browser.cookies[COOKIE]])
            self.live.append(True)
            self.rotated_at.append(self.app.clock.now())

    @precondition(lambda self: self.families)
    @rule(data=st.data())
    def present(self, data) -> None:
        """Present any cookie of any family: the current one, the one before, or an older one."""
        family = data.draw(st.integers(0, len(self.families) - 1))
        index = data.draw(st.integers(0, len(self.families[family]) - 1))
        cookies, newest = self.families[family], len(self.families[family]) - 1
        browser = with_cookie(self.app, cookies[index])
        status = refresh(browser).status
        if not self.live[family]:
            assert status == 401
        elif index == newest:
            assert status == 200
            cookies.append(browser.cookies[COOKIE])
            self.rotated_at[family] = self.app.clock.now()
        elif index == newest - 1 and self.app.clock.now() < self.rotated_at[family] + REFRESH_OVERLAP:
            assert status == 200
            assert browser.cookies[COOKIE] == cookies[newest]
        else:
            assert status == 401
            self.live[family] = False

    @precondition(lambda self: self.families)
    @rule(data=st.data())
    def log_out(self, data) -> None:
        family = data.draw(st.integers(0, len(self.families) - 1))
        browser = with_cookie(self.app, data.draw(st.sampled_from(self.families[family])))
        assert browser.post("/v1/auth/logout", **FIRST_PARTY).status == 204
        self.live[family] = False

    @rule(seconds=st.sampled_from([1, 9, 10, 600]))
    def wait(self, seconds: int) -> None:
        self.app.clock.advance(seconds=seconds)

    @invariant()
    def live_families_are_those_of_the_model(self) -> None:
        if hasattr(self, "families"):
            assert self.app.live_sessions(self.person.user) == sum(self.live)


def test_no_sequence_of_logins_refreshes_replays_and_waits_leaves_a_replayed_family_alive(app: Identity):
    machine = type("Families", (Families,), {"app": app})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    budget = settings(max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(machine, settings=budget)

"""Each effect is refused as it says, and a refused one takes the whole change with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib import wiring
from chalicelib.domain.changes import Change
from chalicelib.domain.errors import Conflict, DomainError, InUse, Unauthenticated
from chalicelib.domain.identity import (
    ApiKey,
    Count,
    CreateCredentials,
    Effect,
    IssueToken,
    MustBeUnused,
    OneTimeToken,
    OpenSession,
    Purpose,
    PutApiKey,
    ReplaceApiKey,
    RevokeSession,
    SecondFactor,
    SeeLogin,
    Session,
    SetPassword,
    SetSecondFactor,
    Ticket,
    UseCredentials,
    UseToken,
)
from chalicelib.domain.throttling import Attempts, Window
from chalicelib.repositories.connections import DynamoConnections
from chalicelib.repositories.mail_claims import DynamoMailClaims
from tests.integration.identity.people import Identity, Person
from tests.support.factories import make_id

REFUSED = Unauthenticated("refused")
FACTOR = SecondFactor("nonce", confirmed=True, last_step=100, recovery=frozenset({"r1", "r2"}))


def commit(*effects: Effect) -> None:
    wiring.identity().commit(Change(make_id(), ()), effects)


def refuses(error: type[DomainError], *effects: Effect) -> None:
    """The effects are refused, and so is a session that was to be opened with them."""
    session = make_session(make_id(), datetime.fromisoformat("2026-01-15T09:00:00Z"))

    with pytest.raises(error):
        commit(OpenSession(session), *effects)

    assert wiring.identity().session(session.user_id, session.id) is None


def make_session(user_id: str, now: datetime) -> Session:
    return Session(make_id(), user_id, "hash", now, now, now + timedelta(days=30))


def stored_hash(person: Person) -> str:
    hashed = wiring.identity().account(person.user.id)[1].password
    assert hashed is not None
    return hashed


def test_login_is_noted_only_for_a_user_who_may_log_in(app: Identity):
    admin, person = app.logged_in("admin"), app.person()
    path = f"/v1/users/{person.user.id}"
    commit(SeeLogin(person.user.id, app.clock.now()))

    admin.browser.patch(path, {"is_active": False})
    refuses(Unauthenticated, SeeLogin(person.user.id, app.clock.now()))
    admin.browser.patch(path, {"is_active": True})
    admin.browser.delete(path)
    refuses(Unauthenticated, SeeLogin(person.user.id, app.clock.now()))
    refuses(Unauthenticated, SeeLogin(make_id(), app.clock.now()))


def test_password_is_set_only_over_the_one_that_was_read(app: Identity):
    person, before = app.person(), "$argon2id$other"

    refuses(Conflict, SetPassword(person.user.id, "new", before))
    refuses(Conflict, SetPassword(person.user.id, "new", None))
    refuses(Conflict, SetPassword(make_id(), "new", None))
    commit(SetPassword(person.user.id, "new", stored_hash(person)))
    assert stored_hash(person) == "new"


def test_credentials_are_used_only_while_they_are_those_that_were_checked(app: Identity):
    person = app.person()

    refuses(Unauthenticated, UseCredentials(person.user.id, "other", REFUSED))
    refuses(Unauthenticated, UseCredentials(person.user.id, None, REFUSED))
    commit(UseCredentials(person.user.id, stored_hash(person), REFUSED))


def test_login_without_a_code_is_refused_once_a_second_factor_counts(app: Identity):
    person = app.person()
    hashed = stored_hash(person)
    proof = UseCredentials(person.user.id, hashed, REFUSED, without_second_factor=True)
    commit(proof)

    commit(SetSecondFactor(person.user.id, replace(FACTOR, confirmed=False), None))
    commit(proof)
    commit(SetSecondFactor(person.user.id, FACTOR, FACTOR.nonce))
    refuses(Unauthenticated, proof)


def test_time_step_is_spent_with_all_before_it(app: Identity):
    person = app.person()
    hashed = stored_hash(person)
    commit(SetSecondFactor(person.user.id, FACTOR, None))

    refuses(Unauthenticated, UseCredentials(person.user.id, hashed, REFUSED, step=100))
    refuses(Unauthenticated, UseCredentials(person.user.id, hashed, REFUSED, step=99))
    commit(UseCredentials(person.user.id, hashed, REFUSED, step=101))
    refuses(Unauthenticated, UseCredentials(person.user.id, hashed, REFUSED, step=101))


def test_recovery_code_is_spent_once_and_alone(app: Identity):
    person = app.person()
    hashed = stored_hash(person)
    commit(SetSecondFactor(person.user.id, FACTOR, None))

    refuses(Unauthenticated, UseCredentials(person.user.id, hashed, REFUSED, recovery_code="r3"))
    commit(UseCredentials(person.user.id, hashed, REFUSED, recovery_code="r1"))
    refuses(Unauthenticated, UseCredentials(person.user.id, hashed, REFUSED, recovery_code="r1"))
    factor = wiring.identity().account(person.user.id)[1].second_factor
    assert factor is not None
    assert factor.recovery == {"r2"}


def test_second_factor_is_replaced_only_over_the_one_that_was_read(app: Identity):
    person = app.person()

    refuses(Conflict, SetSecondFactor(person.user.id, FACTOR, "other"))
    commit(SetSecondFactor(person.user.id, FACTOR, None))
    refuses(Conflict, SetSecondFactor(person.user.id, replace(FACTOR, nonce="n2"), None))
    refuses(Conflict, SetSecondFactor(person.user.id, None, "other"))
    commit(SetSecondFactor(person.user.id, None, FACTOR.nonce))


def test_one_time_token_is_spent_once_and_before_it_expires(app: Identity):
    now = app.clock.now()
    token = OneTimeToken(make_id(), Purpose.PASSWORD_RESET, make_id(), now, now + timedelta(hours=1))
    commit(IssueToken(token))

    refuses(Unauthenticated, UseToken(token, now + timedelta(hours=1), REFUSED))
    commit(UseToken(token, now, REFUSED))
    refuses(Unauthenticated, UseToken(token, now, REFUSED))
    refuses(Unauthenticated, UseToken(replace(token, id=make_id()), now, REFUSED))
    assert wiring.identity().token(token.id) is None


def test_revoked_key_is_not_changed_any_more(app: Identity):
    now = app.clock.now()
    key = ApiKey(make_id(), make_id(), "name", "hash", frozenset({"people:read"}), now)
    commit(PutApiKey(key))

    commit(ReplaceApiKey(replace(key, name="renamed", revoked_at=now)))
    refuses(Conflict, ReplaceApiKey(replace(key, name="back")))
    refuses(Conflict, ReplaceApiKey(replace(key, id=make_id())))
    (stored,) = wiring.identity().api_keys(key.user_id)
    assert (stored.name, stored.revoked_at) == ("renamed", now)


def test_counter_never_falls_below_its_least_value(app: Identity):
    commit(Count("c", 2))

    commit(Count("c", -1, 1, InUse("last")))
    refuses(InUse, Count("c", -1, 1, InUse("last")))
    refuses(InUse, MustBeUnused("c", InUse("used")))
    commit(Count("c", -1))
    refuses(Conflict, Count("c", -1))
    commit(MustBeUnused("c", InUse("used")))
    commit(MustBeUnused("never counted", InUse("used")))


def test_ended_session_stays_ended_at_its_first_time_and_is_not_rotated(app: Identity):
    now = app.clock.now()
    session = make_session(make_id(), now)
    commit(OpenSession(session))

    commit(RevokeSession(session, now, "logout"))
    commit(RevokeSession(session, now + timedelta(hours=1), "again"))

    ended = wiring.identity().session(session.user_id, session.id)
    assert ended is not None
    assert ended.revoked_at == now
    assert not wiring.identity().rotate(session, "next", now)
    refuses(Conflict, RevokeSession(replace(session, id=make_id()), now, "gone"))


def test_session_is_rotated_only_from_the_token_that_was_presented(app: Identity):
    now = app.clock.now()
    session = make_session(make_id(), now)
    commit(OpenSession(session))

    assert not wiring.identity().rotate(replace(session, token_hash="older"), "next", now)
    assert wiring.identity().rotate(session, "next", now)
    assert not wiring.identity().rotate(session, "other", now)


def test_session_is_not_opened_over_another(app: Identity):
    session = make_session(make_id(), app.clock.now())
    commit(OpenSession(session))

    commit(OpenSession(replace(session, token_hash="other")))

    stored = wiring.identity().session(session.user_id, session.id)
    assert stored is not None
    assert stored.token_hash == "hash"


def test_credentials_are_not_made_over_others(app: Identity):
    user_id = make_id()
    commit(CreateCredentials(user_id, "first"))

    commit(CreateCredentials(user_id, "second"))

    assert wiring.identity().account(user_id)[1].password == "first"


def test_attempts_are_stored_only_over_those_that_were_read(app: Identity):
    store, now, day = wiring.identity(), app.clock.now(), timedelta(days=1)
    first, second = Attempts(1, now, now, 1), Attempts(2, now, now, 2)

    assert store.reserve("k", Attempts(), first, day, None)
    assert not store.reserve("k", Attempts(), first, day, None)
    assert not store.reserve("k", second, Attempts(3, now, now, 3), day, None)
    assert store.reserve("k", first, second, day, None)
    assert store.attempts("k") == second


def test_window_counts_to_its_limit_and_gives_back_no_more_than_it_has(app: Identity):
    store, window, now = wiring.identity(), Window(2, timedelta(minutes=1)), app.clock.now()

    assert [store.count("k", window, now) for _ in range(3)] == [True, True, False]
    assert [store.count("k", window, now, -1) for _ in range(3)] == [True, True, False]
    assert store.count("k", window, now)


def test_ticket_is_taken_once(app: Identity):
    ticket = Ticket("hash", make_id(), make_id(), app.clock.now())
    DynamoConnections().put_ticket(ticket)

    assert DynamoConnections().take_ticket("hash") == ticket
    assert DynamoConnections().take_ticket("hash") is None


def test_mail_is_claimed_once_unless_the_claim_is_released(app: Identity):
    claims, now, kept = DynamoMailClaims(), app.clock.now(), timedelta(days=1)

    assert claims.claim("m", now, kept)
    assert not claims.claim("m", now, kept)
    claims.settle("m", "released")
    assert claims.claim("m", now, kept)
    claims.settle("m", "sent")
    assert not claims.claim("m", now, kept)

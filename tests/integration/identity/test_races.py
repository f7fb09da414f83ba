"""A2, A5, A9, R5 under parallel clients, on DynamoDB Local."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pyotp
import pytest

from chalicelib import wiring
from chalicelib.adapters.secrets import Secrets
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, Insert
from chalicelib.domain.errors import DomainError, InvalidInput, NotFound, TooManyRequests, Unauthenticated
from chalicelib.domain.identity import REFRESH_OVERLAP, CreateCredentials, Purpose, Ticket
from chalicelib.domain.policy import BUILT_IN_ROLES, PERMISSIONS, Grants, Principal, Scope
from chalicelib.domain.records import Record
from chalicelib.domain.tokens import write_one_time_token
from chalicelib.domain.totp import shared_secret
from chalicelib.domain.users import NewRole, Role, User, UserFields
from chalicelib.repositories.connections import DynamoConnections
from chalicelib.repositories.items import Item
from chalicelib.repositories.mail_claims import DynamoMailClaims
from chalicelib.services.authentication import CodeNeeded, LoggedIn, Origin
from chalicelib.services.users import membership_counts
from tests.integration.identity.conftest import cheap_passwords
from tests.integration.identity.people import PASSWORD
from tests.support.clock import SettableClock
from tests.support.dynamodb_local import LocalTable
from tests.support.factories import make_id, make_user
from tests.support.store import records_on

pytestmark = pytest.mark.java

HERE = Origin(ip="203.0.113.7")
SYSTEM = Caller(
    Principal(
        user_id="system", role="", grants=Grants(permissions=PERMISSIONS, scopes={"default": Scope.ALL}), via="system"
    )
)


class FixedSecrets:
    def get(self) -> Secrets:
        return Secrets("k1", {"k1": b"k" * 32}, b"pepper" * 6, b"cursor" * 6)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(autouse=True)
def services(local_table: LocalTable, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("chalicelib.wiring.public_origin", lambda: "https://crm.test")
    with (
        records_on(local_table.name, local_table.endpoint_url) as records,
        wiring.override(
            records=records,
            clock=clock,
            secret_store=FixedSecrets(),
            passwords=cheap_passwords(),
            record_index=object(),
        ),
    ):
        for slug, grants in BUILT_IN_ROLES.items():
            store(Role(**envelope(slug), name=slug, permissions=sorted(grants.permissions), scopes=dict(grants.scopes)))
        for build in (wiring.authentication, wiring.accounts, wiring.users, wiring.roles, wiring.authenticator):
            build()
        yield


def envelope(id: str) -> dict[str, Any]:
    user = make_user()
    common = user.model_dump(include={"created_at", "created_by", "updated_at", "updated_by"})
    return {**common, "id": id, "change_id": make_id()}


def store(record: Record) -> None:
    wiring.records().commit(Change(record.change_id, (Insert(record),)))


def person(**fields: Any) -> User:
    user = make_user(**fields)
    credentials = CreateCredentials(user.id, wiring.passwords().hash(PASSWORD))
    change = Change(user.change_id or make_id(), (Insert(user),))
    wiring.identity().commit(change, [credentials, *membership_counts(None, user)])
    return user


def together(calls: Sequence[Callable[[], Any]], workers: int | None = None) -> list[Any]:
    """The results of the calls, all begun at the same moment; a refusal is a result."""
    count = workers or len(calls)
    start = threading.Barrier(count)
    begun = threading.Event()

    def run(call: Callable[[], Any]) -> Any:
        if not begun.is_set():
            start.wait()
            begun.set()
        try:
            return call()
        except DomainError as refusal:
            return refusal

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, calls))


def kinds(results: Sequence[Any]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def log_in(user: User) -> LoggedIn:
    outcome = wiring.authentication().login(HERE, user.email, PASSWORD)
    assert isinstance(outcome, LoggedIn)
    return outcome


def live_sessions(user: User, clock: SettableClock) -> int:
    return sum(session.live(clock.now()) for session in wiring.identity().sessions(user.id))


# A5


def test_fifty_parallel_refreshes_leave_one_live_family_and_log_nobody_out(clock: SettableClock):
    user = person()
    held = log_in(user).refresh_token

    results = together([lambda: wiring.authentication().refresh(HERE, held)] * 50)

    assert kinds(results) == {"LoggedIn": 50}
    (current,) = {result.refresh_token for result in results}
    assert live_sessions(user, clock) == 1
    assert wiring.authentication().refresh(HERE, current).session.id == results[0].session.id


def test_replay_after_fifty_parallel_refreshes_leaves_no_live_family(clock: SettableClock):
    user = person()
    held = log_in(user).refresh_token
    (current,) = {r.refresh_token for r in together([lambda: wiring.authentication().refresh(HERE, held)] * 50)}
    clock.advance(REFRESH_OVERLAP)

    results = together([lambda: wiring.authentication().refresh(HERE, held)] * 10)

    assert kinds(results) == {"Unauthenticated": 10}
    assert live_sessions(user, clock) == 0
    with pytest.raises(Unauthenticated):
        wiring.authentication().refresh(HERE, current)


def test_refreshes_that_race_a_logout_leave_no_live_family(clock: SettableClock):
    for _ in range(10):
        user = person()
        held = log_in(user).refresh_token

        together(
            [
                partial(wiring.authentication().refresh, HERE, held),
                partial(wiring.authentication().logout, HERE, held),
                partial(wiring.authentication().refresh, HERE, held),
            ]
        )

        assert live_sessions(user, clock) == 0


def test_logins_that_race_a_reset_leave_no_session_of_the_old_password(clock: SettableClock):
    for _ in range(5):
        user = person()
        wiring.accounts().forget_password(HERE, user.email)
        token = tokens(user, Purpose.PASSWORD_RESET)[0]
        logins = [partial(log_in, user)] * 3

        together([*logins, partial(wiring.accounts().reset_password, HERE, token, "another password")])
        clock.advance(hours=1)

        with pytest.raises(Unauthenticated):
            log_in(user)
        assert live_sessions(user, clock) == 0


# A2


def test_eight_parallel_clients_get_exactly_as_many_guesses_as_one(clock: SettableClock):
    user = person()

    def guess() -> Any:
        return wiring.authentication().login(HERE, user.email, "wrong")

    first = kinds(together([guess] * 40, workers=8))
    clock.advance(seconds=1)
    second = kinds(together([guess] * 16, workers=8))

    assert first == {"Unauthenticated": 5, "TooManyRequests": 35}
    assert second == {"Unauthenticated": 1, "TooManyRequests": 15}


def test_guesses_of_eight_parallel_clients_in_an_hour_are_those_of_the_rule(clock: SettableClock):
    user = person()
    accepted, end = 0, clock.now() + timedelta(hours=1)
    while clock.now() < end:
        results = together([lambda: wiring.authentication().login(Origin(ip=make_id()), user.email, "wrong")] * 8)
        accepted += kinds(results)["Unauthenticated"]
        waits = [result.retry_after for result in results if isinstance(result, TooManyRequests)]
        clock.advance(seconds=max(waits))

    assert accepted == 16


def test_window_of_an_address_is_exact_under_eight_parallel_clients():
    names = [f"user{number}@nowhere.test" for number in range(100)]

    results = together([partial(wiring.authentication().login, HERE, name, "wrong") for name in names], workers=8)

    assert kinds(results) == {"Unauthenticated": 60, "TooManyRequests": 40}


# A9 and the second factor


def tokens(user: User, purpose: Purpose) -> list[str]:
    found = []
    for item in Item.scan(Item.kind == "one_time_token"):
        data = item.data or {}
        if data["user_id"] == user.id and data["purpose"] == purpose:
            found.append(write_one_time_token(wiring.secrets(), data["id"]))
    return found


def test_reset_token_used_twice_at_once_works_once(clock: SettableClock):
    for attempt in range(10):
        clock.advance(minutes=10)
        user = person()
        wiring.accounts().forget_password(HERE, user.email)
        (token,) = tokens(user, Purpose.PASSWORD_RESET)
        chosen = [f"password number {attempt} {n}" for n in range(2)]

        results = together([partial(wiring.accounts().reset_password, HERE, token, text) for text in chosen])

        assert kinds(results)["NoneType"] == 1
        hashed = wiring.identity().account(user.id)[1].password
        assert [wiring.passwords().verify(text, hashed) for text in chosen] == [result is None for result in results]


def test_two_reset_tokens_used_at_once_work_once():
    user = person()
    for _ in range(2):
        wiring.accounts().forget_password(HERE, user.email)
    issued = tokens(user, Purpose.PASSWORD_RESET)

    results = together([partial(wiring.accounts().reset_password, HERE, t, f"password for {t[:8]}") for t in issued])

    assert len(issued) == 2
    assert kinds(results)["NoneType"] == 1


def with_second_factor(user: User, clock: SettableClock) -> tuple[str, list[str]]:
    """Sets it up; answers a code that was not used yet and the recovery codes."""
    me = Caller(Principal(user_id=user.id, role=user.role, grants=Grants()))
    secret = wiring.accounts().set_up_second_factor(me, PASSWORD).secret
    recovery = wiring.accounts().confirm_second_factor(me, pyotp.TOTP(secret).at(clock.now()))
    clock.advance(minutes=1)
    nonce = wiring.identity().account(user.id)[1].second_factor
    assert nonce is not None
    assert shared_secret(wiring.secrets(), user.id, nonce.nonce) == secret
    return pyotp.TOTP(secret).at(clock.now()), recovery


@pytest.mark.parametrize("kind", ["totp", "recovery"])
def test_code_used_many_times_at_once_opens_one_session(clock: SettableClock, kind: str):
    user = person()
    totp, recovery = with_second_factor(user, clock)
    code = totp if kind == "totp" else recovery[0]
    challenges = [wiring.authentication().login(HERE, user.email, PASSWORD) for _ in range(4)]
    texts = [outcome.challenge for outcome in challenges if isinstance(outcome, CodeNeeded)]

    results = together([partial(wiring.authentication().complete, HERE, t, code) for t in texts])

    assert len(texts) == 4
    assert kinds(results)["LoggedIn"] == 1
    assert live_sessions(user, clock) == 1


def test_ticket_taken_many_times_at_once_opens_one_connection(clock: SettableClock):
    for _ in range(10):
        hash = make_id()
        DynamoConnections().put_ticket(Ticket(hash, make_id(), make_id(), clock.now()))

        results = together([partial(DynamoConnections().take_ticket, hash)] * 8)

        assert kinds(results) == {"Ticket": 1, "NoneType": 7}


def test_mail_claimed_many_times_at_once_is_sent_once(clock: SettableClock):
    for _ in range(10):
        results = together([partial(DynamoMailClaims().claim, make_id(), clock.now(), timedelta(days=1))] * 8)

        assert sorted(results) == [False] * 7 + [True]


# R5


def test_admins_disabled_all_at_once_leave_one():
    last = person(role="admin")
    for _ in range(10):
        admins = [last, person(role="admin"), person(role="admin")]

        together([partial(wiring.users().update, SYSTEM, admin.id, {"is_active": False}) for admin in admins])

        (last,) = [user for admin in admins if (user := stored_user(admin.id)).is_active]


def stored_user(id: str) -> User:
    user, _ = wiring.identity().account(id)
    assert user is not None
    return user


def test_role_that_is_given_while_it_is_deleted_is_one_or_the_other():
    for attempt in range(10):
        slug = f"role-{attempt}"
        wiring.roles().create(SYSTEM, NewRole(slug=slug, name=slug, permissions=["people:read"]))
        fields = UserFields(email=f"x{attempt}@crm.test", username=f"user-{attempt}", role=slug)

        created, deleted = together(
            [
                partial(wiring.users().create, SYSTEM, fields),
                partial(wiring.roles().delete, SYSTEM, slug),
            ]
        )

        role = wiring.identity().role(slug)
        assert role is not None
        assert isinstance(created, User) == (role.deleted_at is None)
        assert isinstance(deleted, Role) == (role.deleted_at is not None)
        assert isinstance(created, User | InvalidInput | NotFound)

"""Logging in and staying in: who a request comes from, login with a second factor, refresh, logout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic_core import PydanticCustomError
from ulid import ULID

from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, IdempotencyRecord
from chalicelib.domain.errors import Unauthenticated
from chalicelib.domain.identity import (
    CHALLENGE_LIFETIME,
    REFRESH_OVERLAP,
    SESSION_LIFETIME,
    Credentials,
    Effect,
    Forgive,
    IdentityStore,
    IssueToken,
    OneTimeToken,
    OpenSession,
    Purpose,
    RevokeSession,
    SeeLogin,
    Session,
    UseCredentials,
    UseToken,
)
from chalicelib.domain.passwords import Passwords
from chalicelib.domain.policy import Grants, Principal
from chalicelib.domain.ports import Clock, RecordStore
from chalicelib.domain.records import Ref
from chalicelib.domain.throttling import CODE_ATTEMPTS, PASSWORD_ATTEMPTS
from chalicelib.domain.tokens import (
    AccessClaims,
    AccessTokens,
    DeviceToken,
    Keys,
    RefreshToken,
    digest,
    invalid_token,
    mac,
    new_secret,
    read_api_key,
    read_device_token,
    read_one_time_token,
    read_refresh_token,
    same,
    successor,
    write_device_token,
    write_one_time_token,
    write_refresh_token,
)
from chalicelib.domain.totp import matching_step, recovery_digest, shared_secret
from chalicelib.domain.types import normalise_email
from chalicelib.domain.users import Role, User
from chalicelib.services.records import audit_entry
from chalicelib.services.throttle import Throttle

K = TypeVar("K")
V = TypeVar("V")

_NOBODY = "0" * 26
_REMEMBERED = 500


class TokenAuthenticator:
    """`Authenticator` over access tokens and API keys. What is stored now decides, never what a token says."""

    def __init__(self, store: IdentityStore, tokens: AccessTokens, clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._clock = clock
        self._grants: dict[tuple[str, str], Grants] = {}
        self._last_roles: dict[str, str] = {}

    def authenticate(
        self, authorization: str, idempotency_key: str | None
    ) -> tuple[Principal, IdempotencyRecord | None]:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "bearer" or not credentials:
            raise Unauthenticated("Please log in: this needs an access token or an API key.")
        if credentials.startswith("alf_"):
            return self._by_api_key(credentials, idempotency_key)
        return self._by_access_token(credentials, idempotency_key)

    def _by_access_token(self, text: str, idempotency_key: str | None) -> tuple[Principal, IdempotencyRecord | None]:
        now = self._clock.now()
        claims = self._tokens.verify(text, now)
        state = self._store.authentication(
            claims.user_id, session_id=claims.session_id, role=claims.role, idempotency_key=idempotency_key
        )
        user = _active(state.user)
        if state.session is None or not state.session.live(now):
            raise invalid_token()
        grants = self._grants_of(self._current_role(user, state.role))
        principal = Principal(
            user_id=user.id, team_id=user.team_id, role=user.role, grants=grants, session_id=state.session.id
        )
        return principal, self._unexpired(state.kept)

    def _by_api_key(self, text: str, idempotency_key: str | None) -> tuple[Principal, IdempotencyRecord | None]:
        token = read_api_key(text)
        if token is None:
            raise invalid_token()
        state = self._store.authentication(
            token.user_id,
            api_key_id=token.key_id,
            role=self._last_roles.get(token.user_id),
            idempotency_key=idempotency_key,
        )
        key = state.api_key
        if key is None or not same(key.secret_hash, digest(token.secret)) or not key.live(self._clock.now()):
            raise invalid_token()
        user = _active(state.user)
        role = self._current_role(user, state.role)
        _remember(self._last_roles, user.id, user.role)
        grants = self._grants_of(role)
        cut = Grants(permissions=grants.permissions & key.scopes, scopes=grants.scopes)
        principal = Principal(
            user_id=user.id, team_id=user.team_id, role=user.role, grants=cut, api_key_id=key.id, via="api_key"
        )
        return principal, self._unexpired(state.kept)

    def _current_role(self, user: User, hinted: Role | None) -> Role:
        role = hinted if hinted is not None and hinted.id == user.role else self._store.role(user.role)
        if role is None or role.deleted_at is not None:
            raise invalid_token()
        return role

    def _grants_of(self, role: Role) -> Grants:
        """The role's grants, built once per write of the role."""
        version = (role.id, role.change_id)
        if version not in self._grants:
            built = Grants(permissions=frozenset(role.permissions), scopes=role.scopes)
            _remember(self._grants, version, built)
        return self._grants[version]

    def _unexpired(self, kept: IdempotencyRecord | None) -> IdempotencyRecord | None:
        return kept if kept is not None and kept.expires_at > self._clock.now() else None


def _remember(memory: dict[K, V], key: K, value: V) -> None:
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[key] = value


def _active(user: User | None) -> User:
    if user is None or not user.may_log_in:
        raise invalid_token()
    return user


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a login comes from: address, browser, and the device token it kept from an earlier login."""

    ip: str = ""
    user_agent: str = ""
    request_id: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A session has been opened or renewed. `device_token` is None on renewal."""

    user: User
    access_token: str
    refresh_token: str
    session: Session
    device_token: str | None = None


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The password was right; `challenge` with a code of the second factor completes the login."""

    challenge: str


class Authentication:
    """Login, refresh and logout."""

    def __init__(
        self,
        store: IdentityStore,
        records: RecordStore,
        passwords: Passwords,
        tokens: AccessTokens,
        keys: Callable[[], Keys],
        throttle: Throttle,
        clock: Clock,
    ) -> None:
        self._store = store
        self._records = records
        self._passwords = passwords
        self._tokens = tokens
        self._keys = keys
        self._throttle = throttle
        self._clock = clock

    def login(self, origin: Origin, name: str, password: str) -> LoggedIn | CodeNeeded:
        """Log in by e-mail or username.

        A wrong password, an unknown name and an inactive user are the same refusal after the same work.
        Raises `Unauthenticated`, `TooManyRequests`.
        """
        self._throttle.admit(origin.ip)
        user, credentials = self._account(name)
        counted = self._counted_under(origin, name, user)
        self._throttle.attempt(caller_of(origin, user), "user.login", counted, PASSWORD_ATTEMPTS)
        right = self._passwords.verify(password, credentials.password)
        if not right or user is None or not user.may_log_in or credentials.password is None:
            raise _refused()
        self._throttle.give_back(origin.ip)
        factor = credentials.second_factor
        rehashed = self._passwords.hash(password) if self._passwords.outdated(credentials.password) else None
        proof = UseCredentials(user.id, credentials.password, _refused(), rehashed)
        if factor is not None and factor.confirmed:
            return self._challenge(origin, user, credentials, [proof, Forgive(counted)])
        proof = replace(proof, without_second_factor=True)
        return self._open(origin, user, "password", [proof, Forgive(counted)])

    def complete(self, origin: Origin, challenge: str, code: str) -> LoggedIn:
        """Complete a login with a code of the second factor, or with a recovery code; each opens one session.

        Raises `Unauthenticated`, `TooManyRequests`.
        """
        self._throttle.admit(origin.ip)
        token_id = read_one_time_token(self._keys(), challenge)
        token = self._store.token(token_id) if token_id else None
        now = self._clock.now()
        if token is None or token.purpose is not Purpose.LOGIN_CHALLENGE or token.expires_at <= now:
            raise Unauthenticated("The login has expired; please start again.")
        counted = f"code:{token.user_id}"
        user, credentials = self._store.account(token.user_id)
        self._throttle.attempt(caller_of(origin, user), "user.login_code", counted, CODE_ATTEMPTS)
        wrong = Unauthenticated("The code is not right.")
        if user is None or not user.may_log_in or token.bound_to != bound_to(credentials):
            raise wrong
        proof = self._checked_code(credentials, code, wrong)
        self._throttle.give_back(origin.ip)
        factor = "recovery_code" if proof.recovery_code else "totp"
        return self._open(origin, user, factor, [UseToken(token, now, wrong), proof, Forgive(counted)])

    def refresh(self, origin: Origin, text: str) -> LoggedIn:
        """Exchange the refresh token for its successor and a new access token.

        The token before the current one gets the current one again for `REFRESH_OVERLAP`; any older one of ours is a
        replay and ends the session. Raises `Unauthenticated`.
        """
        token = read_refresh_token(self._keys(), text)
        if token is None:
            raise invalid_token()
        state = self._store.authentication(token.user_id, session_id=token.session_id)
        user, session, now = _active(state.user), state.session, self._clock.now()
        following = successor(self._keys(), token)
        presented, next_hash = digest(token.secret), digest(following.secret)
        if session is not None and session.live(now) and same(session.token_hash, presented):
            if self._store.rotate(session, next_hash, now):
                return self._renewed(user, session, following)
            session = self._store.session(token.user_id, token.session_id)
        if session is None or not session.live(now):
            raise invalid_token()
        overlapping = session.rotated_at is not None and now < session.rotated_at + REFRESH_OVERLAP
        if overlapping and same(session.previous_hash, presented) and same(session.token_hash, next_hash):
            return self._renewed(user, session, following)
        self._end(caller_of(origin, user), session, "refresh_token_replayed")
        raise invalid_token()

    def logout(self, origin: Origin, text: str) -> None:
        """End the session of a refresh token of ours; anything else is none to end."""
        token = read_refresh_token(self._keys(), text)
        if token is None:
            return
        state = self._store.authentication(token.user_id, session_id=token.session_id)
        if state.session is not None and state.session.revoked_at is None:
            self._end(caller_of(origin, state.user), state.session, "logout")

    def end_session(self, by: Caller, session_id: str) -> bool:
        """End one of the caller's own sessions; False when there is no such live session."""
        session = self._store.session(by.principal.user_id, session_id)
        if session is None or not session.live(self._clock.now()):
            return False
        self._end(by, session, "ended_by_user")
        return True

    # Steps

    def _account(self, name: str) -> tuple[User | None, Credentials]:
        """The live user of that e-mail or username; the reads are the same when there is none."""
        field, value = unique_name(name)
        user_id = self._records.unique_holder("user", field, value)
        user, credentials = self._store.account(user_id or _NOBODY)
        return (user, credentials) if user is not None and user.deleted_at is None else (None, Credentials(_NOBODY))

    def _counted_under(self, origin: Origin, name: str, user: User | None) -> str:
        """Each name on its own, known or not, so that counters do not tell which names there are or belong together;
        a device the user has logged in from has a counter of its own, so that a stranger cannot keep the user out."""
        device = read_device_token(self._keys(), origin.device)
        if device is not None and user is not None and device.user_id == user.id:
            return f"device:{device.device_id}"
        return f"login:{counter_of_name(self._keys(), name)}"

    def _challenge(self, origin: Origin, user: User, credentials: Credentials, effects: list[Effect]) -> CodeNeeded:
        now = self._clock.now()
        token = OneTimeToken(
            id=new_secret(),
            purpose=Purpose.LOGIN_CHALLENGE,
            user_id=user.id,
            created_at=now,
            expires_at=now + CHALLENGE_LIFETIME,
            bound_to=bound_to(credentials),
        )
        audit = audit_entry(
            self._clock, caller_of(origin, user), "user.login", "code_needed", "users", Ref("user", user.id), {}
        )
        self._store.commit(Change(audit.id, (), (audit,)), [*effects, IssueToken(token)])
        return CodeNeeded(write_one_time_token(self._keys(), token.id))

    def _checked_code(self, credentials: Credentials, code: str, wrong: Unauthenticated) -> UseCredentials:
        factor, keys = credentials.second_factor, self._keys()
        if factor is None or not factor.confirmed:
            raise wrong
        proof = UseCredentials(credentials.user_id, credentials.password, wrong)
        step = matching_step(shared_secret(keys, credentials.user_id, factor.nonce), code, self._clock.now())
        if step is not None and step > factor.last_step:
            return replace(proof, step=step)
        recovery = recovery_digest(keys, credentials.user_id, code)
        if recovery in factor.recovery:
            return replace(proof, recovery_code=recovery)
        raise wrong

    def _open(self, origin: Origin, user: User, factor: str, effects: list[Effect]) -> LoggedIn:
        now, keys = self._clock.now(), self._keys()
        token = RefreshToken(user.id, str(ULID.from_datetime(now)), new_secret())
        session = Session(
            id=token.session_id,
            user_id=user.id,
            token_hash=digest(token.secret),
            created_at=now,
            last_used_at=now,
            expires_at=now + SESSION_LIFETIME,
            ip=origin.ip,
            user_agent=origin.user_agent,
        )
        changes = {"session": [None, session.id], "factor": [None, factor]}
        audit = audit_entry(
            self._clock, caller_of(origin, user), "user.login", "done", "users", Ref("user", user.id), changes
        )
        opened = [*effects, OpenSession(session), SeeLogin(user.id, now)]
        self._store.commit(Change(audit.id, (), (audit,)), opened)
        known = read_device_token(keys, origin.device)
        device = known if known and known.user_id == user.id else DeviceToken(str(ULID.from_datetime(now)), user.id)
        logged_in = self._renewed(user.model_copy(update={"last_login_at": now}), session, token)
        return replace(logged_in, device_token=write_device_token(keys, device))

    def _renewed(self, user: User, session: Session, token: RefreshToken) -> LoggedIn:
        claims = AccessClaims(user.id, session.id, user.role)
        access = self._tokens.issue(claims, self._clock.now())
        return LoggedIn(user, access, write_refresh_token(self._keys(), token), session)

    def _end(self, by: Caller, session: Session, reason: str) -> None:
        changes = {"session": [session.id, None], "reason": [None, reason]}
        audit = audit_entry(self._clock, by, "session.end", "done", "users", Ref("user", session.user_id), changes)
        self._store.commit(Change(audit.id, (), (audit,)), [RevokeSession(session, self._clock.now(), reason)])


def bound_to(credentials: Credentials) -> str:
    """What ties a one-time token to the password at its issue."""
    return digest(credentials.password or "")


def counter_of_name(keys: Keys, name: str) -> str:
    """What attempts on a name are counted under; the table does not tell the name."""
    return mac(keys, "attempts", *unique_name(name))


def unique_name(name: str) -> tuple[str, str]:
    """The unique field a login name is a value of, and the value as it is kept."""
    plain = name.strip()
    if "@" not in plain:
        return "username", plain.lower()
    try:
        return "email", normalise_email(plain)
    except PydanticCustomError:
        return "email", plain.lower()


def caller_of(origin: Origin, user: User | None) -> Caller:
    """The one an audit entry names: the user, or nobody known."""
    if user is None:
        nobody = Principal(user_id="anonymous", role="", grants=Grants(), via="system")
        return Caller(nobody, origin.request_id, origin.ip)
    return Caller(Principal(user_id=user.id, role=user.role, grants=Grants()), origin.request_id, origin.ip)


def _refused() -> Unauthenticated:
    return Unauthenticated("The name or the password is not right.")

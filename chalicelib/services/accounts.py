"""A user's own account: password, invitation, second factor, profile, sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import ValidationError
from ulid import ULID

from chalicelib.domain import policy
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, Replace
from chalicelib.domain.errors import (
    Conflict,
    Detail,
    Forbidden,
    InvalidInput,
    NotFound,
    StaleVersion,
    TooManyRequests,
)
from chalicelib.domain.identity import (
    NOTICE_LIFETIME,
    RESET_LIFETIME,
    Credentials,
    Effect,
    Forgive,
    IdentityStore,
    IssueToken,
    OneTimeToken,
    Purpose,
    RevokeSession,
    SecondFactor,
    Session,
    SetPassword,
    SetSecondFactor,
    UseToken,
)
from chalicelib.domain.passwords import Passwords, check_password
from chalicelib.domain.ports import Clock, RecordStore
from chalicelib.domain.records import BOOKKEEPING, Cause, Ref, changed_fields
from chalicelib.domain.throttling import CODE_ATTEMPTS, MAIL_REQUESTS, PASSWORD_ATTEMPTS
from chalicelib.domain.tokens import Keys, new_secret, read_one_time_token
from chalicelib.domain.totp import (
    matching_step,
    new_nonce,
    new_recovery_codes,
    recovery_digest,
    setup_address,
    shared_secret,
)
from chalicelib.domain.users import User
from chalicelib.services.authentication import (
    Origin,
    bound_to,
    caller_of,
    counter_of_name,
    unique_name,
)
from chalicelib.services.records import audit_entry, invalid_input
from chalicelib.services.throttle import Throttle
from chalicelib.services.users import require_rank

_NOBODY = "0" * 26
_AT_ONCE = 80
"""Sessions ended in one transaction."""


class SecondFactorSetup(NamedTuple):
    """What an authenticator app is fed with."""

    secret: str
    address: str


class AccountService:
    def __init__(
        self,
        store: IdentityStore,
        records: RecordStore,
        passwords: Passwords,
        keys: Callable[[], Keys],
        throttle: Throttle,
        clock: Clock,
    ) -> None:
        self._store = store
        self._records = records
        self._passwords = passwords
        self._keys = keys
        self._throttle = throttle
        self._clock = clock

    # Passwords

    def change_password(self, by: Caller, current: str, new: str) -> None:
        """Set a new password and end all other sessions. A wrong current one is `InvalidInput`, and throttled."""
        user, credentials = self._proved(by, current, "current_password")
        check_password(new, _names(user), "new_password")
        sessions = self._live_sessions(user.id, keep=by.principal.session_id)
        effects = self._new_password(by, user, credentials, new, sessions)
        self._commit(by, "password.change", user, effects)
        self._end_rest(by, user, keep=by.principal.session_id)

    def forget_password(self, origin: Origin, email: str) -> None:
        """Send a reset token to the address if it is a user's.

        Known, unknown and too often asked addresses are told apart neither by the answer nor by the work.
        Raises `TooManyRequests` per caller's address only.
        """
        self._throttle.admit(origin.ip)
        keys = self._keys()
        user_id = self._records.unique_holder("user", "email", unique_name(email)[1])
        user, credentials = self._store.account(user_id or _NOBODY)
        reachable = user if user is not None and user.may_log_in else None
        by = caller_of(origin, reachable)
        try:
            self._throttle.attempt(by, "password.forgot", f"mail:{counter_of_name(keys, email)}", MAIL_REQUESTS)
        except TooManyRequests:
            return
        token = self._token(by, reachable, credentials, Purpose.PASSWORD_RESET, RESET_LIFETIME)
        self._commit(by, "password.forgot", reachable, [IssueToken(token)])

    def reset_password(self, origin: Origin, text: str, password: str) -> None:
        """Set a new password with a token from a reset mail and end all sessions; `NotFound` if the token is spent."""
        token, user, credentials = self._opened(origin, text, Purpose.PASSWORD_RESET)
        check_password(password, _names(user))
        now = self._clock.now()
        by = caller_of(origin, user)
        sessions = self._live_sessions(user.id, keep=None)
        effects = self._new_password(by, user, credentials, password, sessions)
        self._commit(by, "password.reset", user, [UseToken(token, now, _spent()), *effects])
        self._end_rest(by, user, keep=None)

    def invitation(self, origin: Origin, text: str) -> tuple[User, datetime]:
        """The invited user, and until when the invitation holds."""
        token, user, _ = self._opened(origin, text, Purpose.INVITATION)
        return user, token.expires_at

    def accept_invitation(self, origin: Origin, text: str, password: str) -> None:
        token, user, _ = self._opened(origin, text, Purpose.INVITATION)
        check_password(password, _names(user))
        set_password = SetPassword(user.id, self._passwords.hash(password), None)
        effects: list[Effect] = [UseToken(token, self._clock.now(), _spent()), set_password]
        self._commit(caller_of(origin, user), "invitation.accept", user, effects)

    # Second factor

    def set_up_second_factor(self, by: Caller, password: str) -> SecondFactorSetup:
        """Begin: the factor counts once a code of it has been confirmed."""
        user, credentials = self._proved(by, password, "password")
        factor = credentials.second_factor
        if factor is not None and factor.confirmed:
            raise Conflict("A second factor is set up already; remove it first.")
        begun = SecondFactor(new_nonce(), confirmed=False, last_step=0, recovery=frozenset())
        effect = SetSecondFactor(user.id, begun, factor.nonce if factor else None)
        self._commit(by, "totp.setup", user, [effect])
        secret = shared_secret(self._keys(), user.id, begun.nonce)
        return SecondFactorSetup(secret, setup_address(secret, user.email))

    def confirm_second_factor(self, by: Caller, code: str) -> list[str]:
        """Switch it on with a first code; answers the recovery codes, which are shown this once."""
        user, credentials = self._account(by)
        factor = credentials.second_factor
        if factor is None or factor.confirmed:
            raise Conflict("There is no second factor waiting to be confirmed.")
        step = self._checked_step(by, user, factor, code)
        codes, recovery = self._recovery_codes(user)
        after = SecondFactor(factor.nonce, confirmed=True, last_step=step, recovery=recovery)
        effects: list[Effect] = [SetSecondFactor(user.id, after, factor.nonce), Forgive(_code_counter(user))]
        self._change(by, "totp.enable", user, {"totp_enabled": True}, effects)
        return codes

    def renew_recovery_codes(self, by: Caller, password: str) -> list[str]:
        """New recovery codes; the old ones open nothing any more."""
        user, credentials = self._proved(by, password, "password")
        factor = credentials.second_factor
        if factor is None or not factor.confirmed:
            raise Conflict("No second factor is set up.")
        codes, recovery = self._recovery_codes(user)
        after = SecondFactor(factor.nonce, True, factor.last_step, recovery)
        self._commit(by, "totp.new_recovery_codes", user, [SetSecondFactor(user.id, after, factor.nonce)])
        return codes

    def remove_second_factor(self, by: Caller, password: str) -> None:
        user, credentials = self._proved(by, password, "password")
        factor = credentials.second_factor
        if factor is None:
            raise Conflict("No second factor is set up.")
        removed = SetSecondFactor(user.id, None, factor.nonce)
        self._change(by, "totp.disable", user, {"totp_enabled": False}, [removed])

    def reset_second_factor(self, by: Caller, user_id: str) -> User:
        """Take the second factor off another user who lost it, end their sessions, and tell them by mail.

        Nobody does it to a user who may do more than they, nor to themselves, which takes the password.
        """
        user, credentials = self._managed(by, user_id)
        factor = credentials.second_factor
        if factor is None or not factor.confirmed:
            raise Conflict("No second factor is set up.")
        now = self._clock.now()
        notice = self._token(by, user, credentials, Purpose.SECOND_FACTOR_RESET, NOTICE_LIFETIME)
        effects: list[Effect] = [
            SetSecondFactor(user.id, None, factor.nonce),
            IssueToken(notice),
            Forgive(_code_counter(user)),
            *(RevokeSession(s, now, "totp_reset") for s in self._live_sessions(user.id, keep=None)[:_AT_ONCE]),
        ]
        try:
            after = self._change(by, "totp.reset", user, {"totp_enabled": False}, effects)
        except StaleVersion as stale:
            raise Conflict("The user was changed meanwhile; please try again.") from stale
        self._end_rest(by, user, keep=None)
        return after

    # Profile and sessions

    def profile(self, by: Caller) -> User:
        return self._account(by)[0]

    def update_profile(self, by: Caller, changes: Mapping[str, Any], version: int | None) -> User:
        """Change what a user may change of themselves; the caller gives nothing else."""
        user, _ = self._account(by)
        if version is not None and version != user.version:
            raise StaleVersion(user.row(), None, changes)
        return self._change(by, "user.update_profile", user, changes)

    def sessions(self, by: Caller) -> list[Session]:
        """The caller's live sessions, newest first."""
        live = self._live_sessions(by.principal.user_id, keep=None)
        return sorted(live, key=lambda session: session.id, reverse=True)

    def end_all_sessions(self, by: Caller) -> None:
        """Log out everywhere, here included."""
        user, _ = self._account(by)
        self._end_rest(by, user, keep=None)

    # Steps

    def _account(self, by: Caller) -> tuple[User, Credentials]:
        user, credentials = self._store.account(by.principal.user_id)
        if user is None:
            raise NotFound("There is no such user.")
        return user, credentials

    def _managed(self, by: Caller, user_id: str) -> tuple[User, Credentials]:
        """Another user's account, if the caller may manage it."""
        policy.require(by.principal, "users:manage")
        user, credentials = self._store.account(user_id)
        if user is None or user.deleted_at is not None:
            raise NotFound("There is no such user.")
        policy.authorise(by.principal, "users:manage", user)
        if user.id == by.principal.user_id:
            raise Forbidden("users:manage", "Remove your own second factor in your account, with your password.")
        require_rank(self._records, by.principal, [user.role])
        return user, credentials

    def _proved(self, by: Caller, password: str, field: str) -> tuple[User, Credentials]:
        """The account of a caller who gives their password once more."""
        user, credentials = self._account(by)
        key = f"password:{user.id}"
        self._throttle.attempt(by, "password.check", key, PASSWORD_ATTEMPTS)
        if not self._passwords.verify(password, credentials.password):
            raise InvalidInput("The password is not right.", [Detail(field, "is not right")])
        self._store.commit(Change(str(ULID.from_datetime(self._clock.now())), ()), [Forgive(key)])
        return user, credentials

    def _checked_step(self, by: Caller, user: User, factor: SecondFactor, code: str) -> int:
        self._throttle.attempt(by, "totp.check", _code_counter(user), CODE_ATTEMPTS)
        secret = shared_secret(self._keys(), user.id, factor.nonce)
        step = matching_step(secret, code, self._clock.now())
        if step is None or step <= factor.last_step:
            raise InvalidInput("The code is not right.", [Detail("code", "is not right")])
        return step

    def _recovery_codes(self, user: User) -> tuple[list[str], frozenset[str]]:
        codes, keys = new_recovery_codes(), self._keys()
        return codes, frozenset(recovery_digest(keys, user.id, code) for code in codes)

    def _opened(self, origin: Origin, text: str, purpose: Purpose) -> tuple[OneTimeToken, User, Credentials]:
        """What a token from a mail opens; `NotFound` for one that is made up, spent, expired or overtaken."""
        self._throttle.admit(origin.ip)
        token_id = read_one_time_token(self._keys(), text)
        token = self._store.token(token_id) if token_id else None
        if token is None or token.purpose is not purpose or token.expires_at <= self._clock.now():
            raise _spent()
        user, credentials = self._store.account(token.user_id)
        if user is None or not user.may_log_in or token.bound_to != bound_to(credentials):
            raise _spent()
        self._throttle.give_back(origin.ip)
        return token, user, credentials

    def _new_password(
        self, by: Caller, user: User, credentials: Credentials, password: str, sessions: Sequence[Session]
    ) -> list[Effect]:
        now, keys = self._clock.now(), self._keys()
        hash = self._passwords.hash(password)
        notice = self._token(by, user, Credentials(user.id, hash), Purpose.NOTICE, NOTICE_LIFETIME)
        return [
            SetPassword(user.id, hash, credentials.password),
            IssueToken(notice),
            *(Forgive(f"login:{counter_of_name(keys, name)}") for name in (user.email, user.username)),
            *(RevokeSession(session, now, "password_changed") for session in sessions[:_AT_ONCE]),
        ]

    def _token(
        self, by: Caller, user: User | None, credentials: Credentials, purpose: Purpose, lifetime: timedelta
    ) -> OneTimeToken:
        """A token for the user; without one, an item of the same shape that opens nothing and is sent nowhere."""
        now = self._clock.now()
        return OneTimeToken(
            id=new_secret(),
            purpose=purpose,
            user_id=user.id if user else "",
            created_at=now,
            expires_at=now + lifetime,
            bound_to=bound_to(credentials),
            email=user.email if user else "",
            locale=user.locale if user else "fr",
            name=(user.first_name or user.username) if user else "",
            correlation_id=by.request_id,
        )

    def _live_sessions(self, user_id: str, keep: str | None) -> list[Session]:
        now = self._clock.now()
        return [s for s in self._store.sessions(user_id) if s.live(now) and s.id != keep]

    def _end_rest(self, by: Caller, user: User, keep: str | None) -> None:
        """End the live sessions, transaction by transaction, until none is left but the one to keep."""
        while sessions := self._live_sessions(user.id, keep)[:_AT_ONCE]:
            now = self._clock.now()
            self._commit(by, "session.end_all", user, [RevokeSession(s, now, "logout_everywhere") for s in sessions])

    def _commit(self, by: Caller, action: str, user: User | None, effects: Sequence[Effect]) -> None:
        """Store the effects and the audit entry together."""
        about = Ref("user", user.id) if user else None
        audit = audit_entry(self._clock, by, action, "done", "users", about, {})
        self._store.commit(Change(audit.id, (), (audit,)), effects)

    def _change(
        self, by: Caller, action: str, before: User, changes: Mapping[str, Any], effects: Sequence[Effect] = ()
    ) -> User:
        """Store the next version of the user, the effects and the audit entry together; answers the new version."""
        after = _next_version(before, changes, by, self._clock.now())
        diff = {name: list(pair) for name, pair in changed_fields(before.row(), after.row(), BOOKKEEPING).items()}
        if not diff and not effects:
            return before
        audit = audit_entry(self._clock, by, action, "done", "users", Ref("user", before.id), diff)
        self._store.commit(Change(after.change_id, (Replace(before, after),), (audit,)), effects)
        return after


def _next_version(user: User, changes: Mapping[str, Any], by: Caller, now: datetime) -> User:
    bookkeeping = {
        "version": user.version + 1,
        "updated_at": now,
        "updated_by": by.principal.user_id,
        "change_id": str(ULID.from_datetime(now)),
        "cause": Cause(id=by.request_id),
    }
    state = {name: getattr(user, name) for name in User.model_fields}
    try:
        return User.model_validate({**state, **changes, **bookkeeping})
    except ValidationError as error:
        raise invalid_input(error) from error


def _code_counter(user: User) -> str:
    return f"code:{user.id}"


def _names(user: User) -> tuple[str | None, ...]:
    return (user.email, user.username, user.first_name, user.last_name, user.email.partition("@")[0])


def _spent() -> NotFound:
    return NotFound("This link has been used or has expired; please ask for a new one.")

"""Sessions, credentials and keys, and what authentication hands to a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from chalicelib.domain.changes import AuditEntry, Change, IdempotencyRecord
from chalicelib.domain.errors import DomainError
from chalicelib.domain.policy import Principal
from chalicelib.domain.throttling import Attempts, Window
from chalicelib.domain.users import Role, User

SESSION_LIFETIME = timedelta(days=30)
SESSION_IDLE = timedelta(days=14)
REFRESH_OVERLAP = timedelta(seconds=10)
"""For so long the token before the current one is still answered, with the current one: a lost answer, two tabs."""
CHALLENGE_LIFETIME = timedelta(minutes=5)
RESET_LIFETIME = timedelta(hours=1)
INVITATION_LIFETIME = timedelta(days=7)
NOTICE_LIFETIME = timedelta(days=1)
TICKET_LIFETIME = timedelta(seconds=30)
CONNECTION_LIFETIME = timedelta(hours=2)


class Authenticator(Protocol):
    def authenticate(
        self, authorization: str, idempotency_key: str | None
    ) -> tuple[Principal, IdempotencyRecord | None]:
        """The caller behind an Authorization header (Bearer access token or API key), from the state stored now.

        One round trip: user, session (or API key), role and, if a key is given, the answer kept under it.
        Raises `Unauthenticated`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """A login on one device: the family of refresh tokens that followed each other. Only their hashes are kept."""

    id: str
    user_id: str
    token_hash: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    previous_hash: str | None = None
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None
    ip: str = ""
    user_agent: str = ""

    def live(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at and now < self.last_used_at + SESSION_IDLE


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """`last_step` is the newest time step a code was taken from; `recovery` holds the hashes of unused codes."""

    nonce: str
    confirmed: bool
    last_step: int
    recovery: frozenset[str]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What proves a user; kept apart from the user's record, and never in its history or the index."""

    user_id: str
    password: str | None = None
    second_factor: SecondFactor | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`scopes` are permissions; the key can do what is in both them and its owner's role."""

    id: str
    user_id: str
    name: str
    secret_hash: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Purpose(StrEnum):
    """What a one-time token opens."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - a name
    INVITATION = "invitation"
    NOTICE = "notice"
    """Opens nothing: it only carries the notice that a password was changed."""
    SECOND_FACTOR_RESET = "second_factor_reset"
    """Opens nothing: it only carries the notice that an administrator took the second factor off."""
    LOGIN_CHALLENGE = "login_challenge"


EVENTS = {
    Purpose.PASSWORD_RESET: "password_reset.requested",
    Purpose.INVITATION: "user.invited",
    Purpose.NOTICE: "password.changed",
    Purpose.SECOND_FACTOR_RESET: "second_factor.reset",
}
"""The domain event that a new token of the purpose means; it brings the mail."""


@dataclass(frozen=True, slots=True)
class OneTimeToken:
    """`email`, `locale` and `name` are those of the mail it is sent in.

    `bound_to` is a digest of the password hash at issue: once the password has changed, the token opens nothing.
    """

    id: str
    purpose: Purpose
    user_id: str
    created_at: datetime
    expires_at: datetime
    bound_to: str = ""
    email: str = ""
    locale: str = "fr"
    name: str = ""
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Opens one WebSocket connection for a session."""

    hash: str
    user_id: str
    session_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Connection:
    """An open WebSocket connection."""

    id: str
    user_id: str
    session_id: str
    opened_at: datetime


class AuthenticationState(NamedTuple):
    user: User | None
    session: Session | None
    api_key: ApiKey | None
    role: Role | None
    kept: IdempotencyRecord | None


# What a change may do to identity, beside the records it writes. Each is refused as its docstring says.


@dataclass(frozen=True, slots=True)
class OpenSession:
    session: Session


@dataclass(frozen=True, slots=True)
class RevokeSession:
    """End the session; one that has ended stays as it is."""

    session: Session
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SeeLogin:
    """Note the login beside the user's version. `Unauthenticated` if the user is no longer there and active."""

    user_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CreateCredentials:
    """The credentials of a new user; without a password until an invitation is accepted."""

    user_id: str
    password: str | None = None


@dataclass(frozen=True, slots=True)
class SetPassword:
    """`Conflict` unless the stored hash is `before`."""

    user_id: str
    hash: str
    before: str | None


@dataclass(frozen=True, slots=True)
class UseCredentials:
    """Require that the credentials are still those that were checked, and spend what may be used once.

    `password` is the stored hash that was verified, replaced by `rehashed` if given. `step` (a time step) must be newer
    than the last one used, `recovery_code` (its hash) must be there and is removed. `without_second_factor` requires
    that there is none to ask for. Else `refusal`.
    """

    user_id: str
    password: str | None
    refusal: DomainError
    rehashed: str | None = None
    step: int | None = None
    recovery_code: str | None = None
    without_second_factor: bool = False


@dataclass(frozen=True, slots=True)
class SetSecondFactor:
    """Put, replace or (None) remove the second factor; `Conflict` unless its nonce is `before`."""

    user_id: str
    after: SecondFactor | None
    before: str | None


@dataclass(frozen=True, slots=True)
class IssueToken:
    token: OneTimeToken


@dataclass(frozen=True, slots=True)
class UseToken:
    """Spend a one-time token: `refusal` if it was spent, has expired or is not there."""

    token: OneTimeToken
    at: datetime
    refusal: DomainError


@dataclass(frozen=True, slots=True)
class PutApiKey:
    key: ApiKey


@dataclass(frozen=True, slots=True)
class ReplaceApiKey:
    """Store what may change of a key: name, scopes, revocation. `Conflict` if it was revoked meanwhile."""

    key: ApiKey


@dataclass(frozen=True, slots=True)
class Count:
    """Add to a counter; `refusal` if that would leave less than `least`."""

    counter: str
    delta: int
    least: int = 0
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class MustBeUnused:
    """`refusal` unless the counter is zero."""

    counter: str
    refusal: DomainError


@dataclass(frozen=True, slots=True)
class Forgive:
    """Forget the attempts counted under the key."""

    key: str


Effect = (
    OpenSession
    | RevokeSession
    | SeeLogin
    | CreateCredentials
    | SetPassword
    | UseCredentials
    | SetSecondFactor
    | IssueToken
    | UseToken
    | PutApiKey
    | ReplaceApiKey
    | Count
    | MustBeUnused
    | Forgive
)


class IdentityStore(Protocol):
    """Where identity is kept. What is read is read consistently."""

    def authentication(
        self,
        user_id: str,
        session_id: str | None = None,
        api_key_id: str | None = None,
        role: str | None = None,
        idempotency_key: str | None = None,
    ) -> AuthenticationState:
        """What is asked for of all that one request needs, in one round trip."""
        ...

    def role(self, slug: str) -> Role | None: ...

    def account(self, user_id: str) -> tuple[User | None, Credentials]:
        """The user, live or not, and their credentials."""
        ...

    def session(self, user_id: str, session_id: str) -> Session | None: ...

    def sessions(self, user_id: str) -> list[Session]:
        """All that are kept, ended ones included."""
        ...

    def rotate(self, session: Session, token_hash: str, at: datetime) -> bool:
        """Make `token_hash` the current one if the session still has the one of `session` and is not revoked."""
        ...

    def token(self, token_id: str) -> OneTimeToken | None:
        """The token if it is unspent."""
        ...

    def api_keys(self, user_id: str) -> list[ApiKey]: ...

    def commit(self, change: Change, effects: Sequence[Effect] = ()) -> None:
        """Write records, audit entries, answer and effects together or not at all."""
        ...

    def attempts(self, key: str) -> Attempts: ...

    def reserve(self, key: str, before: Attempts, after: Attempts, memory: timedelta, audit: AuditEntry | None) -> bool:
        """Store the attempts if they are still `before`, with the audit entry; False when someone else was faster."""
        ...

    def count(self, key: str, window: Window, now: datetime, amount: int = 1) -> bool:
        """Add to the window's count unless it is at its limit; False when it is. A negative amount gives back."""
        ...


class ConnectionStore(Protocol):
    """WebSocket tickets and connections."""

    def put_ticket(self, ticket: Ticket) -> None: ...

    def take_ticket(self, hash: str) -> Ticket | None:
        """The ticket, once: whoever takes it second gets None."""
        ...

    def open(self, connection: Connection, until: datetime) -> None: ...

    def close(self, connection: Connection) -> None: ...

    def find(self, connection_id: str) -> Connection | None: ...

    def of_user(self, user_id: str) -> list[Connection]: ...

    def authorised(self, connection: Connection, now: datetime) -> bool:
        """Whether its session is alive and its user active."""
        ...

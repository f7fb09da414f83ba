"""Sessions, credentials, one-time tokens, API keys, attempts and counters; WebSocket tickets and connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import singledispatch
from typing import Any, cast

from pynamodb.exceptions import DeleteError, PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from ulid import ULID

from chalicelib.domain.changes import AuditEntry, Change
from chalicelib.domain.errors import Conflict, DomainError, Unauthenticated
from chalicelib.domain.identity import (
    EVENTS,
    ApiKey,
    AuthenticationState,
    Connection,
    Count,
    CreateCredentials,
    Credentials,
    Effect,
    Forgive,
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
from chalicelib.domain.types import format_utc
from chalicelib.domain.users import Role, User
from chalicelib.repositories import keys
from chalicelib.repositories.items import Item
from chalicelib.repositories.records import (
    DynamoRecords,
    audit_item,
    get_item,
    get_items,
    idempotency_record,
    reading,
)
from chalicelib.repositories.transactions import Transaction

_CONDITION_FAILED = "ConditionalCheckFailedException"


class DynamoIdentity:
    """`IdentityStore` on the one table, sharing transactions with the records."""

    def __init__(self, records: DynamoRecords) -> None:
        self._records = records

    def authentication(
        self,
        user_id: str,
        session_id: str | None = None,
        api_key_id: str | None = None,
        role: str | None = None,
        idempotency_key: str | None = None,
    ) -> AuthenticationState:
        wanted = (
            keys.record("user", user_id),
            keys.session(user_id, session_id) if session_id else None,
            keys.api_key(user_id, api_key_id) if api_key_id else None,
            keys.record("role", role) if role else None,
            keys.idempotency(user_id, idempotency_key) if idempotency_key else None,
        )
        found = get_items(key for key in wanted if key)
        user, session, api_key, role_item, kept = (found.get(key) if key else None for key in wanted)
        return AuthenticationState(
            user=cast(User, self._records.entity(user)) if user else None,
            session=_session(session) if session else None,
            api_key=_api_key(api_key) if api_key else None,
            role=cast(Role, self._records.entity(role_item)) if role_item else None,
            kept=idempotency_record(kept.pk, kept.sk, kept.data or {}, int(kept.expires_at or 0)) if kept else None,
        )

    def role(self, slug: str) -> Role | None:
        return cast(Role | None, self._records.get("role", slug))

    def account(self, user_id: str) -> tuple[User | None, Credentials]:
        user_key, credentials_key = keys.record("user", user_id), keys.credentials(user_id)
        found = get_items((user_key, credentials_key))
        user, credentials = found.get(user_key), found.get(credentials_key)
        return (
            cast(User, self._records.entity(user)) if user else None,
            _credentials(user_id, credentials.data or {}) if credentials else Credentials(user_id),
        )

    def session(self, user_id: str, session_id: str) -> Session | None:
        item = get_item(keys.session(user_id, session_id))
        return _session(item) if item else None

    def sessions(self, user_id: str) -> list[Session]:
        return [_session(item) for item in _of_user(user_id, keys.SESSION_PREFIX)]

    def rotate(self, session: Session, token_hash: str, at: datetime) -> bool:
        now = format_utc(at)
        actions = [
            Item.data["token_hash"].set(token_hash),
            Item.data["previous_hash"].set(session.token_hash),
            Item.data["rotated_at"].set(now),
            Item.data["last_used_at"].set(now),
        ]
        current = Item.data["token_hash"] == session.token_hash
        return _update(keys.session(session.user_id, session.id), actions, current)

    def token(self, token_id: str) -> OneTimeToken | None:
        item = get_item(keys.one_time_token(token_id))
        return _token(item) if item and not (item.data or {}).get("used_at") else None

    def api_keys(self, user_id: str) -> list[ApiKey]:
        return [_api_key(item) for item in _of_user(user_id, keys.API_KEY_PREFIX)]

    def commit(self, change: Change, effects: Sequence[Effect] = ()) -> None:
        transaction = self._records.transaction(change)
        for effect in effects:
            _add(effect, transaction)
        transaction.commit()

    def attempts(self, key: str) -> Attempts:
        item = get_item(keys.attempts(key))
        if item is None:
            return Attempts()
        data = item.data or {}
        return Attempts(data["count"], _time(data["blocked_until"]), _time(data["last"]), int(item.version or 0))

    def reserve(self, key: str, before: Attempts, after: Attempts, memory: timedelta, audit: AuditEntry | None) -> bool:
        last = after.last or after.blocked_until
        item = Item(
            *keys.attempts(key),
            kind="attempts",
            version=after.revision,
            data={"count": after.count, "blocked_until": _text(after.blocked_until), "last": _text(after.last)},
            expires_at=_seconds(last + memory) + 1 if last else None,
        )
        unchanged = Item.version == before.revision if before.revision else Item.pk.does_not_exist()
        transaction = Transaction()
        transaction.put(item, unchanged, lambda _: Conflict("Another attempt was counted meanwhile."))
        if audit:
            transaction.put(audit_item(audit), Item.pk.does_not_exist(), _no_failure)
        try:
            transaction.commit()
        except Conflict:
            return False
        return True

    def count(self, key: str, window: Window, now: datetime, amount: int = 1) -> bool:
        start = window.start(now)
        expires = start + 2 * int(window.length.total_seconds())
        actions = [Item.tally.add(amount), Item.kind.set("window"), Item.expires_at.set(expires)]
        room = Item.tally.does_not_exist() | (Item.tally < window.limit) if amount > 0 else Item.tally > 0
        return _update(keys.window(key, start), actions, room)


class DynamoConnections:
    """`ConnectionStore`: a connection is kept twice, to be found by its own id and by its user."""

    def put_ticket(self, ticket: Ticket) -> None:
        data = {"user_id": ticket.user_id, "session_id": ticket.session_id, "expires_at": _text(ticket.expires_at)}
        item = Item(*keys.ticket(ticket.hash), kind="ticket", data=data, expires_at=_seconds(ticket.expires_at) + 1)
        with reading():
            item.save(Item.pk.does_not_exist())

    def take_ticket(self, hash: str) -> Ticket | None:
        item = get_item(keys.ticket(hash))
        if item is None:
            return None
        with reading():
            try:
                item.delete(Item.pk.exists())
            except DeleteError as error:
                if error.cause_response_code == _CONDITION_FAILED:
                    return None
                raise
        data = item.data or {}
        return Ticket(hash, data["user_id"], data["session_id"], _instant(data["expires_at"]))

    def open(self, connection: Connection, until: datetime) -> None:
        data = {
            "id": connection.id,
            "user_id": connection.user_id,
            "session_id": connection.session_id,
            "opened_at": _text(connection.opened_at),
        }
        transaction = Transaction()
        for key in (keys.connection(connection.id), keys.user_connection(connection.user_id, connection.id)):
            item = Item(*key, kind="connection", data=data, expires_at=_seconds(until))
            transaction.put(item, None, _no_failure)
        transaction.commit()

    def close(self, connection: Connection) -> None:
        transaction = Transaction()
        for key in (keys.connection(connection.id), keys.user_connection(connection.user_id, connection.id)):
            transaction.delete(key, None, _no_failure)
        transaction.commit()

    def find(self, connection_id: str) -> Connection | None:
        item = get_item(keys.connection(connection_id))
        return _connection(item) if item else None

    def of_user(self, user_id: str) -> list[Connection]:
        return [_connection(item) for item in _of_user(user_id, keys.CONNECTION_PREFIX)]

    def authorised(self, connection: Connection, now: datetime) -> bool:
        session = get_item(keys.session(connection.user_id, connection.session_id))
        if session is None or not _session(session).live(now):
            return False
        user = get_item(keys.record("user", connection.user_id))
        data = (user.data or {}) if user else {}
        return bool(data.get("is_active")) and not data.get("deleted_at")


class DynamoMailClaims:
    """`MailClaims`: one item per mail, put before it is sent."""

    def claim(self, id: str, at: datetime, keep: timedelta) -> bool:
        item = Item(
            *keys.mail(id), kind="mail", data={"status": "claimed", "at": _text(at)}, expires_at=_seconds(at + keep)
        )
        free = Item.pk.does_not_exist() | (Item.data["status"] == "released")
        with reading():
            try:
                item.save(free)
            except PutError as error:
                if error.cause_response_code == _CONDITION_FAILED:
                    return False
                raise
        return True

    def settle(self, id: str, status: str) -> None:
        with reading():
            Item(*keys.mail(id)).update([Item.data["status"].set(status)], Item.pk.exists())


def _of_user(user_id: str, prefix: str) -> list[Item]:
    with reading():
        return list(Item.query(keys.record_pk("user", user_id), Item.sk.startswith(prefix), consistent_read=True))


def _update(key: keys.Key, actions: Sequence[Action], condition: Condition) -> bool:
    """False when the condition failed."""
    with reading():
        try:
            Item(*key).update(list(actions), condition)
        except UpdateError as error:
            if error.cause_response_code == _CONDITION_FAILED:
                return False
            raise
    return True


# Items


def _session_item(session: Session) -> Item:
    data = {
        "id": session.id,
        "user_id": session.user_id,
        "token_hash": session.token_hash,
        "created_at": _text(session.created_at),
        "last_used_at": _text(session.last_used_at),
        "expires_at": _text(session.expires_at),
        "ip": session.ip,
        "user_agent": session.user_agent,
    }
    key = keys.session(session.user_id, session.id)
    return Item(*key, kind="session", data=data, expires_at=_seconds(session.expires_at))


def _session(item: Item) -> Session:
    data = item.data or {}
    return Session(
        id=data["id"],
        user_id=data["user_id"],
        token_hash=data.get("token_hash", ""),
        previous_hash=data.get("previous_hash"),
        created_at=_instant(data["created_at"]),
        last_used_at=_instant(data["last_used_at"]),
        expires_at=_instant(data["expires_at"]),
        rotated_at=_time(data.get("rotated_at")),
        revoked_at=_time(data.get("revoked_at")),
        ip=data["ip"],
        user_agent=data["user_agent"],
    )


def _credentials(user_id: str, data: Mapping[str, Any]) -> Credentials:
    factor = data.get("second_factor")
    return Credentials(user_id, data.get("password"), _second_factor(factor) if factor else None)


def _second_factor(data: Mapping[str, Any]) -> SecondFactor:
    return SecondFactor(data["nonce"], data["confirmed"], data["last_step"], frozenset(data["recovery"]))


def _second_factor_data(factor: SecondFactor) -> dict[str, Any]:
    return {
        "nonce": factor.nonce,
        "confirmed": factor.confirmed,
        "last_step": factor.last_step,
        "recovery": {code: True for code in sorted(factor.recovery)},
    }


def _api_key_item(key: ApiKey) -> Item:
    data = {
        "id": key.id,
        "user_id": key.user_id,
        "name": key.name,
        "secret_hash": key.secret_hash,
        "scopes": sorted(key.scopes),
        "created_at": _text(key.created_at),
        "expires_at": _text(key.expires_at),
    }
    return Item(*keys.api_key(key.user_id, key.id), kind="api_key", data=data)


def _api_key(item: Item) -> ApiKey:
    data = item.data or {}
    return ApiKey(
        id=data["id"],
        user_id=data["user_id"],
        name=data["name"],
        secret_hash=data["secret_hash"],
        scopes=frozenset(data["scopes"]),
        created_at=_instant(data["created_at"]),
        expires_at=_time(data.get("expires_at")),
        revoked_at=_time(data.get("revoked_at")),
    )


def _token_item(token: OneTimeToken) -> Item:
    """One that brings a mail carries a change id: that is what the relay listens to."""
    event = EVENTS.get(token.purpose) if token.user_id else None
    data = {
        "id": token.id,
        "purpose": token.purpose.value,
        "event": event,
        "user_id": token.user_id,
        "bound_to": token.bound_to,
        "email": token.email,
        "locale": token.locale,
        "name": token.name,
        "correlation_id": token.correlation_id,
        "created_at": _text(token.created_at),
        "expires_at": _text(token.expires_at),
    }
    return Item(
        *keys.one_time_token(token.id),
        kind="one_time_token",
        data=data,
        change_id=token.id if event else None,
        expires_at=_seconds(token.expires_at) + 1,
    )


def new_token_of_image(new: Mapping[str, Any] | None, old: Mapping[str, Any] | None) -> OneTimeToken | None:
    """The token in a stream image, if it has just been made and a mail is to carry it."""
    item = _item_of_image(new, "one_time_token") if not old else None
    return _token(item) if item is not None and item.change_id else None


def ended_session_of_image(new: Mapping[str, Any] | None) -> Session | None:
    """The session in a stream image, if it was ended."""
    item = _item_of_image(new, "session")
    session = _session(item) if item is not None else None
    return session if session is not None and session.revoked_at is not None else None


def _item_of_image(image: Mapping[str, Any] | None, kind: str) -> Item | None:
    if not image or image.get("kind", {}).get("S") != kind:
        return None
    item = Item()
    item.deserialize(dict(image))
    return item


def _token(item: Item) -> OneTimeToken:
    data = item.data or {}
    return OneTimeToken(
        id=data["id"],
        purpose=Purpose(data["purpose"]),
        user_id=data["user_id"],
        created_at=_instant(data["created_at"]),
        expires_at=_instant(data["expires_at"]),
        bound_to=data["bound_to"],
        email=data["email"],
        locale=data["locale"],
        name=data["name"],
        correlation_id=data["correlation_id"],
    )


def _connection(item: Item) -> Connection:
    data = item.data or {}
    return Connection(data["id"], data["user_id"], data["session_id"], _instant(data["opened_at"]))


def _text(instant: datetime | None) -> str | None:
    return format_utc(instant) if instant else None


def _time(text: str | None) -> datetime | None:
    return _instant(text) if text else None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


# Effects


def _refuse(error: DomainError) -> Callable[[dict[str, Any] | None], DomainError]:
    return lambda _: error


def _no_failure(_: dict[str, Any] | None) -> None:
    return None


_CHANGED = Conflict("Your credentials were changed meanwhile; please try again.")


@singledispatch
def _add(effect: Effect, transaction: Transaction) -> None:
    """Add the writes of an effect to the transaction."""
    raise TypeError(f"{type(effect).__name__} is not an effect for {type(transaction).__name__}")


@_add.register
def _(effect: OpenSession, transaction: Transaction) -> None:
    transaction.put(_session_item(effect.session), Item.pk.does_not_exist(), _no_failure)


@_add.register
def _(effect: RevokeSession, transaction: Transaction) -> None:
    """Without a token hash no refresh can win any more."""
    session = effect.session
    revoked_at = Item.data["revoked_at"]
    actions: list[Action] = [
        revoked_at.set(revoked_at | format_utc(effect.at)),
        Item.data["reason"].set(effect.reason),
        Item.change_id.set(str(ULID.from_datetime(effect.at))),
        Item.data["token_hash"].remove(),
    ]
    gone = Conflict("The session has ended meanwhile; please try again.")
    transaction.update(keys.session(session.user_id, session.id), actions, Item.pk.exists(), _refuse(gone))


@_add.register
def _(effect: SeeLogin, transaction: Transaction) -> None:
    active = (Item.data["is_active"] == True) & Item.data["deleted_at"].does_not_exist()  # noqa: E712 - an expression
    refusal = Unauthenticated("The user is not active.")
    seen = [Item.data["last_login_at"].set(format_utc(effect.at))]
    transaction.update(keys.record("user", effect.user_id), seen, active, _refuse(refusal))


@_add.register
def _(effect: CreateCredentials, transaction: Transaction) -> None:
    data = {"password": effect.password} if effect.password else {}
    item = Item(*keys.credentials(effect.user_id), kind="credentials", data=data)
    transaction.put(item, Item.pk.does_not_exist(), _no_failure)


@_add.register
def _(effect: SetPassword, transaction: Transaction) -> None:
    transaction.update(
        keys.credentials(effect.user_id),
        [Item.data["password"].set(effect.hash)],
        _password_is(effect.before),
        _refuse(_CHANGED),
    )


def _password_is(hash: str | None) -> Condition:
    stored = Item.data["password"]
    return stored == hash if hash else Item.pk.exists() & stored.does_not_exist()


@_add.register
def _(effect: UseCredentials, transaction: Transaction) -> None:
    key = keys.credentials(effect.user_id)
    factor = Item.data["second_factor"]
    condition = _password_is(effect.password)
    actions: list[Action] = []
    if effect.rehashed:
        actions.append(Item.data["password"].set(effect.rehashed))
    if effect.step is not None:
        condition &= factor["last_step"] < effect.step
        actions.append(factor["last_step"].set(effect.step))
    if effect.recovery_code:
        condition &= factor["recovery"][effect.recovery_code].exists()
        actions.append(factor["recovery"][effect.recovery_code].remove())
    if effect.without_second_factor:
        condition &= factor.does_not_exist() | (factor["confirmed"] == False)  # noqa: E712 - an expression
    if actions:
        transaction.update(key, actions, condition, _refuse(effect.refusal))
    else:
        transaction.check(key, condition, _refuse(effect.refusal))


@_add.register
def _(effect: SetSecondFactor, transaction: Transaction) -> None:
    factor = Item.data["second_factor"]
    unchanged = factor["nonce"] == effect.before if effect.before else Item.pk.exists() & factor.does_not_exist()
    action = factor.set(_second_factor_data(effect.after)) if effect.after else factor.remove()
    transaction.update(keys.credentials(effect.user_id), [action], unchanged, _refuse(_CHANGED))


@_add.register
def _(effect: IssueToken, transaction: Transaction) -> None:
    transaction.put(_token_item(effect.token), Item.pk.does_not_exist(), _no_failure)


@_add.register
def _(effect: UseToken, transaction: Transaction) -> None:
    unspent = Item.data["used_at"].does_not_exist() & (Item.data["expires_at"] > format_utc(effect.at))
    spent = [Item.data["used_at"].set(format_utc(effect.at)), Item.data["email"].set("")]
    transaction.update(keys.one_time_token(effect.token.id), spent, unspent, _refuse(effect.refusal))


@_add.register
def _(effect: PutApiKey, transaction: Transaction) -> None:
    transaction.put(_api_key_item(effect.key), Item.pk.does_not_exist(), _no_failure)


@_add.register
def _(effect: ReplaceApiKey, transaction: Transaction) -> None:
    key = effect.key
    actions: list[Action] = [Item.data["name"].set(key.name), Item.data["scopes"].set(sorted(key.scopes))]
    if key.revoked_at:
        actions.append(Item.data["revoked_at"].set(format_utc(key.revoked_at)))
    live = Item.pk.exists() & Item.data["revoked_at"].does_not_exist()
    gone = Conflict("The key was revoked meanwhile.")
    transaction.update(keys.api_key(key.user_id, key.id), actions, live, _refuse(gone))


@_add.register
def _(effect: Count, transaction: Transaction) -> None:
    enough = Item.tally >= effect.least - effect.delta
    condition = enough if effect.delta < 0 else Item.tally.does_not_exist() | (Item.tally >= 0)
    refusal = effect.refusal or Conflict("The counter would fall below its least value.")
    actions = [Item.tally.add(effect.delta), Item.kind.set("counter")]
    transaction.update(keys.counter(effect.counter), actions, condition, _refuse(refusal))


@_add.register
def _(effect: MustBeUnused, transaction: Transaction) -> None:
    unused = Item.tally.does_not_exist() | (Item.tally == 0)
    transaction.check(keys.counter(effect.counter), unused, _refuse(effect.refusal))


@_add.register
def _(effect: Forgive, transaction: Transaction) -> None:
    transaction.delete(keys.attempts(effect.key), None, _no_failure)

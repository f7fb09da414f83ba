"""What a change does beside writing records: each effect as conditional writes of the change's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from ulid import ULID

from chalicelib.domain.errors import Conflict, DomainError, Unauthenticated
from chalicelib.domain.identity import (
    Count,
    CreateCredentials,
    Effect,
    Forgive,
    IssueToken,
    MustBeUnused,
    OpenSession,
    PutApiKey,
    ReplaceApiKey,
    RevokeSession,
    SeeLogin,
    SetPassword,
    SetSecondFactor,
    UseCredentials,
    UseToken,
)
from chalicelib.domain.types import format_utc
from chalicelib.repositories import keys
from chalicelib.repositories.identity_items import api_key_item, second_factor_data, session_item, token_item
from chalicelib.repositories.items import Item
from chalicelib.repositories.transactions import Transaction, no_failure


def _refuse(error: DomainError) -> Callable[[dict[str, Any] | None], DomainError]:
    return lambda _: error


_CHANGED = Conflict("Your credentials were changed meanwhile; please try again.")


@singledispatch
def add_effect(effect: Effect, transaction: Transaction) -> None:
    """Add the writes of an effect to the transaction."""
    raise TypeError(f"{type(effect).__name__} is not an effect for {type(transaction).__name__}")


@add_effect.register
def _(effect: OpenSession, transaction: Transaction) -> None:
    transaction.put(session_item(effect.session), Item.pk.does_not_exist(), no_failure)


@add_effect.register
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


@add_effect.register
def _(effect: SeeLogin, transaction: Transaction) -> None:
    active = (Item.data["is_active"] == True) & Item.data["deleted_at"].does_not_exist()  # noqa: E712 - an expression
    refusal = Unauthenticated("The user is not active.")
    seen = [Item.data["last_login_at"].set(format_utc(effect.at))]
    transaction.update(keys.record("user", effect.user_id), seen, active, _refuse(refusal))


@add_effect.register
def _(effect: CreateCredentials, transaction: Transaction) -> None:
    data = {"password": effect.password} if effect.password else {}
    item = Item(*keys.credentials(effect.user_id), kind="credentials", data=data)
    transaction.put(item, Item.pk.does_not_exist(), no_failure)


@add_effect.register
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


@add_effect.register
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


@add_effect.register
def _(effect: SetSecondFactor, transaction: Transaction) -> None:
    factor = Item.data["second_factor"]
    unchanged = factor["nonce"] == effect.before if effect.before else Item.pk.exists() & factor.does_not_exist()
    action = factor.set(second_factor_data(effect.after)) if effect.after else factor.remove()
    transaction.update(keys.credentials(effect.user_id), [action], unchanged, _refuse(_CHANGED))


@add_effect.register
def _(effect: IssueToken, transaction: Transaction) -> None:
    transaction.put(token_item(effect.token), Item.pk.does_not_exist(), no_failure)


@add_effect.register
def _(effect: UseToken, transaction: Transaction) -> None:
    unspent = Item.data["used_at"].does_not_exist() & (Item.data["expires_at"] > format_utc(effect.at))
    spent = [Item.data["used_at"].set(format_utc(effect.at)), Item.data["email"].set("")]
    transaction.update(keys.one_time_token(effect.token.id), spent, unspent, _refuse(effect.refusal))


@add_effect.register
def _(effect: PutApiKey, transaction: Transaction) -> None:
    transaction.put(api_key_item(effect.key), Item.pk.does_not_exist(), no_failure)


@add_effect.register
def _(effect: ReplaceApiKey, transaction: Transaction) -> None:
    key = effect.key
    actions: list[Action] = [Item.data["name"].set(key.name), Item.data["scopes"].set(sorted(key.scopes))]
    if key.revoked_at:
        actions.append(Item.data["revoked_at"].set(format_utc(key.revoked_at)))
    live = Item.pk.exists() & Item.data["revoked_at"].does_not_exist()
    gone = Conflict("The key was revoked meanwhile.")
    transaction.update(keys.api_key(key.user_id, key.id), actions, live, _refuse(gone))


@add_effect.register
def _(effect: Count, transaction: Transaction) -> None:
    enough = Item.tally >= effect.least - effect.delta
    condition = enough if effect.delta < 0 else Item.tally.does_not_exist() | (Item.tally >= 0)
    refusal = effect.refusal or Conflict("The counter would fall below its least value.")
    actions = [Item.tally.add(effect.delta), Item.kind.set("counter")]
    transaction.update(keys.counter(effect.counter), actions, condition, _refuse(refusal))


@add_effect.register
def _(effect: MustBeUnused, transaction: Transaction) -> None:
    unused = Item.tally.does_not_exist() | (Item.tally == 0)
    transaction.check(keys.counter(effect.counter), unused, _refuse(effect.refusal))


@add_effect.register
def _(effect: Forgive, transaction: Transaction) -> None:
    transaction.delete(keys.attempts(effect.key), None, no_failure)

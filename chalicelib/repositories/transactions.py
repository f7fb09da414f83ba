"""One `TransactWriteItems` call whose refusals come back as domain errors."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pynamodb.constants import ALL_OLD, RETURN_VALUES_ON_CONDITION_FAILURE
from pynamodb.exceptions import CancellationReason, PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.errors import AlreadyAnswered, Conflict, DomainError, Unavailable
from chalicelib.repositories.items import Item, connection, from_attribute
from chalicelib.repositories.keys import Key


class _Written:
    """The verdict that a condition failed against this very change."""


WRITTEN: Final = _Written()
"""A refusal's answer when the stored item proves that the change is in the table: its acknowledgement was lost."""

Refusal = Callable[[dict[str, Any] | None], DomainError | _Written | None]
"""Given the stored item (or None) that failed a condition: the error to raise, `WRITTEN`, or None for no failure."""
_ATTEMPTS = 4
_LIMIT = 100


def no_failure(_: dict[str, Any] | None) -> None:
    """The refusal of a condition that may fail: what it guards is as wanted then."""


class Transaction:
    """Collects conditional writes, each with the refusal that explains a failed condition, and commits them once."""

    def __init__(self) -> None:
        self._checks: list[tuple[Key, Condition, Refusal]] = []
        self._deletes: list[tuple[Key, Condition | None, Refusal]] = []
        self._puts: list[tuple[Item, Condition | None, Refusal]] = []
        self._updates: list[tuple[Key, list[Action], Condition, Refusal]] = []

    def check(self, key: Key, condition: Condition, refusal: Refusal) -> None:
        self._checks.append((key, condition, refusal))

    def delete(self, key: Key, condition: Condition | None, refusal: Refusal) -> None:
        self._deletes.append((key, condition, refusal))

    def put(self, item: Item, condition: Condition | None, refusal: Refusal) -> None:
        self._puts.append((item, condition, refusal))

    def update(self, key: Key, actions: Sequence[Action], condition: Condition, refusal: Refusal) -> None:
        self._updates.append((key, list(actions), condition, refusal))

    def __len__(self) -> int:
        return len(self._checks) + len(self._deletes) + len(self._puts) + len(self._updates)

    def commit(self) -> None:
        """Write everything or nothing.

        Contention between transactions is retried with jitter, then `Conflict`; a refused condition raises its
        refusal's error; anything that leaves the outcome open raises `Unavailable`.
        """
        if len(self) > _LIMIT:
            raise Conflict(f"The change touches {len(self)} items; at most {_LIMIT} can be written at once.")
        for attempt in range(_ATTEMPTS):
            try:
                self._write()
            except TransactWriteError as error:
                reasons = error.cancellation_reasons
                if not reasons:
                    raise Unavailable("The change could not be stored; please try again.") from error
                if self._stored_before(reasons):
                    return
                time.sleep(random.uniform(0.01, 0.05) * 2**attempt)
            except PynamoDBException as error:
                raise Unavailable("The change could not be stored; please try again.") from error
            else:
                return
        raise Conflict("The record is being changed by several people at once; please try again.")

    def _write(self) -> None:
        transaction = TransactWrite(connection=connection())
        for key, condition, _ in self._checks:
            transaction._condition_check_items.append(_check_arguments(key, condition))
        for key, delete_condition, _ in self._deletes:
            transaction.delete(Item(key.pk, key.sk), delete_condition)
        for item, put_condition, _ in self._puts:
            transaction.save(item, put_condition, return_values="ALL_OLD")
        for key, actions, condition, _ in self._updates:
            transaction.update(Item(key.pk, key.sk), actions, condition, return_values="ALL_OLD")
        transaction._commit()

    def _stored_before(self, reasons: Sequence[CancellationReason | None]) -> bool:
        """Whether an earlier attempt stored the change; False when it is to be tried again. Raises what was refused.

        One proof is enough, as a change is stored whole: what else failed then has happened since. A request that was
        answered meanwhile is told so rather than that it collides with its own twin.
        """
        refusals = [entry[-1] for group in (self._checks, self._deletes, self._puts, self._updates) for entry in group]
        verdicts = [
            refusal(stored(reason.raw_item))
            for refusal, reason in zip(refusals, reasons, strict=True)
            if reason is not None and reason.code == "ConditionalCheckFailed"
        ]
        if WRITTEN in verdicts:
            return True
        errors = [verdict for verdict in verdicts if isinstance(verdict, DomainError)]
        if errors:
            raise next((error for error in errors if isinstance(error, AlreadyAnswered)), errors[0])
        return all(reason is None or reason.code == "ConditionalCheckFailed" for reason in reasons)


def _check_arguments(key: Key, condition: Condition) -> dict[str, Any]:
    arguments = Item.get_operation_kwargs_from_class(key.pk, range_key=key.sk, condition=condition)
    return {**arguments, RETURN_VALUES_ON_CONDITION_FAILURE: ALL_OLD}


def stored(raw: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A raw item as plain attributes."""
    return {name: from_attribute(value) for name, value in raw.items()} if raw else None

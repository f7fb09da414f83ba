"""The caller of a use case: who, under which request, from where, and with which idempotency key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.changes import Answer
from chalicelib.domain.policy import Principal


@dataclass(slots=True)
class IdempotencyClaim:
    """The caller's key; `present` makes the endpoint's answer from the use case's result, to be kept with the change.

    `used` says that a change took the answer along, so it need not be kept on its own.
    """

    key: str
    request_hash: str
    present: Callable[[Any], Answer]
    used: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    principal: Principal
    request_id: str = ""
    ip: str = ""
    idempotency: IdempotencyClaim | None = None

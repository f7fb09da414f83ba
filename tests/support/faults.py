"""Makes chosen AWS calls fail, in process and against DynamoDB Local, at one choke point.

Every failure is drawn from a seed or named by its place, is logged, and can be replayed:

- `before`: the service refuses; nothing happened.
- `after`: the effect happened and the answer is lost (`ReadTimeoutError`), so the caller cannot know.
- `crash_before`, `crash_after`: the process dies at that point (`Crash`).

`install()` also puts one lock around moto, which is not linearizable under threads without it.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

Mode = Literal["before", "after", "crash_before", "crash_after"]


class Crash(BaseException):
    """The process died here. Not an `Exception`, so that no `except Exception` survives it."""


@dataclass(frozen=True)
class Fault:
    """One failure that took place: the `nth` call (from 1) of `call` failed in `mode`."""

    call: str
    nth: int
    mode: Mode


@dataclass
class FaultPlan:
    """Which calls fail.

    `script` names single calls, counted from 1 since the plan began:
    `{("dynamodb.TransactWriteItems", 1): "after"}`. `rate` is the chance, drawn from `seed`, that a call
    among `calls` (all when empty) fails in one of `modes`. A call is `service.Operation` as botocore's
    events name them: `dynamodb.PutItem`, `s3.PutObject`, `sesv2.SendEmail`.
    """

    script: Mapping[tuple[str, int], Mode] = field(default_factory=dict)
    rate: float = 0.0
    seed: int = 0
    modes: tuple[Mode, ...] = ("before", "after")
    calls: Collection[str] = ()
    log: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def pick(self, call: str) -> Mode | None:
        """How this call fails, if it does. With threads the order of calls, hence the draw, is theirs."""
        with self._lock:
            self._counts[call] += 1
            nth = self._counts[call]
            mode = self.script.get((call, nth)) or self._draw(call)
            if mode is not None:
                self.log.append(Fault(call, nth, mode))
            return mode

    def count(self, call: str) -> int:
        """How many times this call was made, failures included."""
        return self._counts[call]

    def _draw(self, call: str) -> Mode | None:
        if not self.rate or (self.calls and call not in self.calls) or self._random.random() >= self.rate:
            return None
        return self._random.choice(self.modes)


class _Lost(threading.local):
    """What is to happen to the answer of the request this thread sends next to a real server."""

    mode: Mode | None = None


_MOTO_LOCK = threading.RLock()
_LOST = _Lost()
_moto_call = BotocoreStubber.__call__
_network_send = URLLib3Session.send
_active: FaultPlan | None = None


def install() -> None:
    """Put the lock and the choke point in place; a second call changes nothing."""
    BotocoreStubber.__call__ = _call  # type: ignore[method-assign]
    URLLib3Session.send = _send


@contextmanager
def faults(plan: FaultPlan) -> Iterator[FaultPlan]:
    """Let `plan` decide over every AWS call of this process inside the block."""
    global _active
    if _active is not None:
        raise RuntimeError("a fault plan is active already")
    install()
    _active = plan
    try:
        yield plan
    finally:
        _active = None


def _call(self: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **kwargs: Any) -> AWSResponse | None:
    _, service, operation = event_name.split(".", 2)
    mode = _active.pick(f"{service}.{operation}") if _active is not None else None
    if mode == "before":
        return _refusal(service, request)
    if mode == "crash_before":
        raise Crash(f"before {service}.{operation}")
    with _MOTO_LOCK:
        response = _moto_call(self, event_name, request, **kwargs)
    if response is None:  # not moto's: it goes out over the network, see _send
        _LOST.mode = mode
    else:
        _lose(mode, request)
    return response


def _send(self: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
    mode, _LOST.mode = _LOST.mode, None
    response = _network_send(self, request)
    _lose(mode, request)
    return response


def _lose(mode: Mode | None, request: AWSPreparedRequest) -> None:
    if mode == "after":
        raise ReadTimeoutError(endpoint_url=request.url)
    if mode == "crash_after":
        raise Crash(f"after {request.url}")


def _refusal(service: str, request: AWSPreparedRequest) -> AWSResponse:
    """The service's own throttling answer, which the SDK may retry."""
    if service == "s3":
        body = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
        return AWSResponse(request.url, 503, {"content-type": "application/xml"}, _raw(body))
    code = "TooManyRequestsException" if service == "sesv2" else "ThrottlingException"
    body = json.dumps({"__type": code, "message": "Rate exceeded"}).encode()
    headers = {"content-type": "application/json", "x-amzn-errortype": code}
    return AWSResponse(request.url, 429 if service == "sesv2" else 400, headers, _raw(body))


def _raw(body: bytes) -> Any:
    return MockRawResponse(body)

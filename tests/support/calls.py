"""Counts what a use case asks of AWS: operations, round trips, capacity units.

Capacity is what the service reports, so it means something on DynamoDB Local and on AWS, not on moto; a
transaction's write units are computed (see `capacity`) when `price_transactions` is set. A refused write (failed
condition) consumes units that no answer reports.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from tests.support.capacity import write_units

_READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})


@dataclass(frozen=True)
class Call:
    """One AWS call as the code made it; `round_trips` counts the SDK's retries too."""

    service: str
    operation: str
    round_trips: int
    read_units: float = 0.0
    write_units: float = 0.0
    error: str | None = None


@dataclass
class CallLog:
    """The calls of one use case, in the order they ended."""

    calls: list[Call] = field(default_factory=list)

    def of(self, service: str) -> CallLog:
        return CallLog([call for call in self.calls if call.service == service])

    @property
    def operations(self) -> Counter[str]:
        """How often each `service.Operation` was called."""
        return Counter(f"{call.service}.{call.operation}" for call in self.calls)

    @property
    def round_trips(self) -> int:
        return sum(call.round_trips for call in self.calls)

    @property
    def read_units(self) -> float:
        return sum(call.read_units for call in self.calls)

    @property
    def write_units(self) -> float:
        return sum(call.write_units for call in self.calls)


_lock = threading.RLock()
_logs: list[CallLog] = []
_pricing: list[CallLog] = []
_make_api_call = BaseClient._make_api_call


@contextmanager
def record_calls(*, price_transactions: bool = False) -> Iterator[CallLog]:
    """Log every AWS call that any thread of this process makes inside the block; blocks may nest.

    `price_transactions` reads the items of each write transaction before and after it, unlogged, so use it where one
    client works alone and time is not measured.
    """
    log = CallLog()
    with _lock:
        _logs.append(log)
        if price_transactions:
            _pricing.append(log)
        BaseClient._make_api_call = _recorded_call
    try:
        yield log
    finally:
        with _lock:
            for logs in (_logs, _pricing):
                logs[:] = [other for other in logs if other is not log]
            if not _logs:
                BaseClient._make_api_call = _make_api_call


def _recorded_call(self: BaseClient, operation_name: str, api_params: dict[str, Any]) -> dict[str, Any]:
    shape = self.meta.service_model.operation_model(operation_name).input_shape
    if shape is not None and "ReturnConsumedCapacity" in shape.members:
        # Not TOTAL: with it DynamoDB Local reports transactions at half their price.
        api_params = {**api_params, "ReturnConsumedCapacity": "INDEXES"}
    priced = bool(_pricing) and operation_name == "TransactWriteItems"
    before = _read_actions(self, api_params) if priced else []
    try:
        response: dict[str, Any] = _make_api_call(self, operation_name, api_params)
    except ClientError as error:
        _note(self, operation_name, error.response, error.response["Error"]["Code"])
        raise
    except BotoCoreError as error:
        _note(self, operation_name, {}, type(error).__name__)
        raise
    if priced:
        changes = zip(before, _read_actions(self, api_params), strict=True)
        _note(self, operation_name, response, None, float(2 * sum(write_units(*change) for change in changes)))
    else:
        _note(self, operation_name, response, None)
    return response


def _read_actions(client: BaseClient, transaction: dict[str, Any]) -> list[dict[str, Any] | None]:
    """The stored item behind each action of a write transaction."""
    return [_read_item(client, *action) for entry in transaction["TransactItems"] for action in entry.items()]


def _read_item(client: BaseClient, kind: str, action: dict[str, Any]) -> dict[str, Any] | None:
    key = action["Key"] if kind != "Put" else {name: action["Item"][name] for name in ("PK", "SK")}
    arguments = {"TableName": action["TableName"], "Key": key, "ConsistentRead": True}
    item: dict[str, Any] | None = _make_api_call(client, "GetItem", arguments).get("Item")
    return item


def _note(
    client: BaseClient,
    operation: str,
    response: dict[str, Any],
    error: str | None,
    computed_units: float | None = None,
) -> None:
    units = _reported_units(response) if computed_units is None else computed_units
    reads = operation in _READS
    call = Call(
        service=client.meta.service_model.service_id.hyphenize(),
        operation=operation,
        round_trips=1 + response.get("ResponseMetadata", {}).get("RetryAttempts", 0),
        read_units=units if reads else 0.0,
        write_units=0.0 if reads else units,
        error=error,
    )
    with _lock:
        for log in _logs:
            log.calls.append(call)


def _reported_units(response: dict[str, Any]) -> float:
    capacities = response.get("ConsumedCapacity") or []
    if isinstance(capacities, dict):
        capacities = [capacities]
    return float(sum(capacity["CapacityUnits"] for capacity in capacities))

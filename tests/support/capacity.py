"""What a DynamoDB transaction costs by AWS's published rules.

DynamoDB Local reports a transaction too low (it counts actions of the same size once), so its price is computed from
the items before and after. The same rules without the transaction's factor are held against what DynamoDB Local
reports for single writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

Item = Mapping[str, Any]

INDEXES = ("GSI1", "GSI2", "GSI3")


def write_units(old: Item | None, new: Item | None) -> int:
    """The write units of one change of an item, with what it changes in the indexes (which project all attributes).

    A write costs one unit per KB begun of the larger of both images, at least one even when nothing is there.
    """
    return max(1, _kilobytes(old), _kilobytes(new)) + sum(_index_units(index, old, new) for index in INDEXES)


def item_bytes(item: Item) -> int:
    """The size of a marshalled item: its attribute names and values."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _index_units(index: str, old: Item | None, new: Item | None) -> int:
    before, after = _entry(index, old), _entry(index, new)
    if before is None or after is None:
        return _kilobytes(before) + _kilobytes(after)
    if before == after:
        return 0
    keys = (f"{index}PK", f"{index}SK")
    if all(before[key] == after[key] for key in keys):
        return max(_kilobytes(before), _kilobytes(after))
    return _kilobytes(before) + _kilobytes(after)


def _entry(index: str, item: Item | None) -> Item | None:
    """The item when the index holds it: both index keys are there."""
    return item if item is not None and f"{index}PK" in item and f"{index}SK" in item else None


def _kilobytes(item: Item | None) -> int:
    return 0 if item is None else ceil(item_bytes(item) / 1024)


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return ceil(len(content.strip("-").replace(".", "")) / 2) + 1
        case "B":
            return len(content)
        case "M":
            return 3 + item_bytes(content) + len(content)
        case "L":
            return 3 + sum(_value_bytes(part) + 1 for part in content)
        case "SS" | "NS" | "BS":
            return sum(_value_bytes({kind[0]: part}) for part in content)
        case _:  # NULL, BOOL
            return 1

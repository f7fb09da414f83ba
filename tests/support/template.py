"""Reads what the tests must share with AWS out of the infrastructure template."""

from __future__ import annotations

from functools import cache
from typing import Any

from infra.templates import load_parts

# What CreateTable takes of the resource; the rest (backup, encryption) means nothing in memory.
_CREATE_TABLE = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
_QUEUE_ATTRIBUTES = ("FifoQueue", "ContentBasedDeduplication", "VisibilityTimeout", "MessageRetentionPeriod")


@cache
def _resources() -> dict[str, Any]:
    resources: dict[str, Any] = load_parts()["Resources"]
    return resources


def resource_properties(logical_id: str) -> dict[str, Any]:
    """The properties of one resource; intrinsics are left in their long form."""
    properties: dict[str, Any] = _resources()[logical_id]["Properties"]
    return properties


def create_table_arguments(name: str) -> dict[str, Any]:
    """The arguments of `CreateTable` for the one table of the product under another name."""
    properties = resource_properties("Table")
    stream = {"StreamEnabled": True, **properties["StreamSpecification"]}
    taken = {key: properties[key] for key in _CREATE_TABLE if key in properties}
    return {"TableName": name, **taken, "StreamSpecification": stream}


def time_to_live() -> dict[str, Any]:
    """The TimeToLiveSpecification of the one table."""
    specification: dict[str, Any] = resource_properties("Table")["TimeToLiveSpecification"]
    return specification


def queue_attributes(logical_id: str) -> dict[str, str]:
    """The attributes of `CreateQueue`, without the redrive policy."""
    properties = resource_properties(logical_id)
    return {
        name: str(properties[name]).lower() if isinstance(properties[name], bool) else str(properties[name])
        for name in _QUEUE_ATTRIBUTES
        if name in properties
    }

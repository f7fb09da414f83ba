"""The one table, as PynamoDB sees it: typed keys and bookkeeping around a JSON document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pynamodb.attributes import Attribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.constants import MAP
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.repositories.keys import Key

Json = Any


def to_attribute(value: Json) -> dict[str, Any]:
    """A JSON value as a DynamoDB attribute value. Floats are refused: amounts are strings."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case Mapping():
            return {"M": {key: to_attribute(item) for key, item in value.items()}}
        case list() | tuple():
            return {"L": [to_attribute(item) for item in value]}
        case _:
            raise TypeError(f"{type(value).__name__} is not stored")


def from_attribute(attribute: Mapping[str, Any]) -> Json:
    """The JSON value of a DynamoDB attribute value."""
    ((tag, value),) = attribute.items()
    match tag:
        case "S" | "BOOL":
            return value
        case "N":
            return int(value)
        case "M":
            return {key: from_attribute(item) for key, item in value.items()}
        case "L":
            return [from_attribute(item) for item in value]
        case "NULL":
            return None
        case _:
            raise TypeError(f"attribute type {tag} is not ours")


class JsonAttribute(Attribute[dict[str, Any]]):
    """A JSON object kept as a native map, so conditions and updates can reach into it."""

    attr_type = MAP

    def serialize(self, value: dict[str, Any]) -> Any:
        return to_attribute(value)["M"]

    def deserialize(self, value: Any) -> dict[str, Any]:
        return {key: from_attribute(item) for key, item in value.items()}


class Index1(GlobalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "GSI1"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True, attr_name="GSI1PK")
    sk = UnicodeAttribute(range_key=True, attr_name="GSI1SK")


class Index2(GlobalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "GSI2"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True, attr_name="GSI2PK")
    sk = UnicodeAttribute(range_key=True, attr_name="GSI2SK")


class Index3(GlobalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "GSI3"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True, attr_name="GSI3PK")
    sk = UnicodeAttribute(range_key=True, attr_name="GSI3SK")


class Item(Model):
    """Any item. `kind` says what it is; `data` is its document; `expires_at` (epoch seconds) is the TTL."""

    class Meta:
        table_name = "unset"
        connect_timeout_seconds = 1.0
        read_timeout_seconds = 4.0
        max_retry_attempts = 2
        max_pool_connections = 10

    pk = UnicodeAttribute(hash_key=True, attr_name="PK")
    sk = UnicodeAttribute(range_key=True, attr_name="SK")
    kind = UnicodeAttribute()
    version = NumberAttribute(null=True)
    change_id = UnicodeAttribute(null=True)
    holder = UnicodeAttribute(null=True)
    tally = NumberAttribute(null=True)
    data = JsonAttribute(null=True)
    cause = JsonAttribute(null=True)
    gsi1pk = UnicodeAttribute(null=True, attr_name="GSI1PK")
    gsi1sk = UnicodeAttribute(null=True, attr_name="GSI1SK")
    gsi2pk = UnicodeAttribute(null=True, attr_name="GSI2PK")
    gsi2sk = UnicodeAttribute(null=True, attr_name="GSI2SK")
    gsi3pk = UnicodeAttribute(null=True, attr_name="GSI3PK")
    gsi3sk = UnicodeAttribute(null=True, attr_name="GSI3SK")
    expires_at = NumberAttribute(null=True)

    index1 = Index1()
    index2 = Index2()
    index3 = Index3()


def new_item(key: Key, **attributes: Any) -> Item:
    """An item under `key`, not stored yet."""
    return Item(hash_key=key.pk, range_key=key.sk, **attributes)


def use_table(name: str, prepare: Callable[[Any], None]) -> None:
    """Point every repository of this process at the table; `prepare` is given the SDK session its client is made of."""
    Item.Meta.table_name = name
    prepare(connection().session)


def connection() -> Connection:
    """The one client of the process, for transactions and batches beside the model's own calls."""
    return Item._get_connection().connection

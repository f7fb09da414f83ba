"""Points the repositories of this process at a table, on moto or on DynamoDB Local."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.adapters.aws import spare_needless_work
from chalicelib.domain.catalogue import MODELS
from chalicelib.repositories.items import Item, use_table
from chalicelib.repositories.records import DynamoRecords


@contextmanager
def records_on(table_name: str, endpoint_url: str | None = None) -> Iterator[DynamoRecords]:
    """The record store on that table, with a client of its own; the former client and table come back at the end."""
    meta = Item.Meta
    before = meta.table_name, getattr(meta, "host", None), meta.max_pool_connections, Item._connection
    meta.host = endpoint_url  # type: ignore[attr-defined]
    meta.max_pool_connections = 50
    Item._connection = None
    use_table(table_name, spare_needless_work)
    try:
        yield DynamoRecords(MODELS)
    finally:
        meta.table_name, meta.host, meta.max_pool_connections, Item._connection = before  # type: ignore[attr-defined]

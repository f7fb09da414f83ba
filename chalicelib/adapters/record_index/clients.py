"""The AWS clients of the read model."""

from __future__ import annotations

from chalicelib.adapters.aws import aws_client
from chalicelib.adapters.record_index.store import IndexStore


def published_index(bucket: str, table: str, fingerprint: str) -> IndexStore:
    """The published index of the schema with this fingerprint: files in the bucket, pointer in the table."""
    return IndexStore(aws_client("s3", read=10), aws_client("dynamodb"), bucket, table, fingerprint)

"""The AWS clients of the read model; requests wait for them, so they give up soon."""

from __future__ import annotations

from chalicelib.adapters.aws import aws_client
from chalicelib.adapters.record_index.store import IndexStore


def published_index(bucket: str, table: str, fingerprint: str) -> IndexStore:
    """The published index of the schema with this fingerprint: files in the bucket, pointer in the table."""
    s3, dynamodb = (aws_client(service, connect=1, read=3, attempts=2) for service in ("s3", "dynamodb"))
    return IndexStore(s3, dynamodb, bucket, table, fingerprint)

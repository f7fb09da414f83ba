"""The AWS clients of the read model."""

from __future__ import annotations

import boto3
from botocore.config import Config

from chalicelib.adapters.record_index.store import IndexStore

_TIMEOUTS = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 3, "mode": "standard"})


def published_index(bucket: str, table: str, fingerprint: str) -> IndexStore:
    """The published index of the schema with this fingerprint: files in the bucket, pointer in the table."""
    return IndexStore(
        boto3.client("s3", config=_TIMEOUTS), boto3.client("dynamodb", config=_TIMEOUTS), bucket, table, fingerprint
    )

"""The AWS clients of the read model."""

from __future__ import annotations

import boto3
from botocore.config import Config

from chalicelib.adapters.record_index.store import IndexStore

# A request waits for these while the index refreshes: a replica that gets no answer soon goes on with what it has.
_TIMEOUTS = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})


def published_index(bucket: str, table: str, fingerprint: str) -> IndexStore:
    """The published index of the schema with this fingerprint: files in the bucket, pointer in the table."""
    return IndexStore(
        boto3.client("s3", config=_TIMEOUTS), boto3.client("dynamodb", config=_TIMEOUTS), bucket, table, fingerprint
    )

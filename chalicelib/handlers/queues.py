"""The index queue: changed records are read again and indexed, one batch, one publication."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib import wiring
from chalicelib.domain.records import Ref
from chalicelib.observability import get_logger, watched


@watched("indexer")
def handle_index_batch(event: Mapping[str, Any]) -> dict[str, Any]:
    """Index a batch. All of it is published together, so all of it fails together."""
    messages = [json.loads(message["body"]) for message in event["Records"]]
    wiring.indexing().index_batch([Ref(message["kind"], message["id"]) for message in messages])
    requests = sorted({message["correlation_id"] for message in messages})
    get_logger().info("records_indexed", count=len(messages), requests=requests)
    return {"batchItemFailures": []}

"""Scheduled and hand-started maintenance of the read model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import wiring
from chalicelib.observability import get_logger, watched


@watched("maintenance")
def handle_maintenance(event: Mapping[str, Any]) -> dict[str, Any]:
    """`{"task": "reindex"}` rebuilds the index from the table; anything else is the nightly round.

    The nightly round rebuilds and then removes what no index refers to any more.
    """
    task = str(event.get("task", "nightly"))
    indexed = wiring.indexing().rebuild().records
    removed = 0 if task == "reindex" else wiring.indexing().collect_garbage()
    get_logger().info("index_maintained", task=task, records=indexed, removed=removed)
    return {"task": task, "records": indexed, "removed": removed}

"""The search bench at 1 000 000 records. It takes most of an hour, so it runs only when asked for:
`ALL=1 make bench`, or `make bench ONLY=search_million`."""

from __future__ import annotations

import os

from bench.harness import Report
from bench.search import measure


def run(report: Report) -> None:
    if os.environ.get("ALL") == "1" or "search_million" in os.environ.get("ONLY", "").split():
        measure(report, 1_000_000, limit_ms=50, memory_mb=None, rounds=2)
    else:
        report.show("left_out", "run it with ALL=1 or ONLY=search_million")

"""The web UI: what the first page loads, how long it takes to build, how soon a list of 100 000 shows another order."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.harness import Report
from bench.many_organisations import fill
from infra import frontend, node
from tests.support.local_cloud import running_local_cloud

RECORDS = 100_000
FIRST_PAGE = "src/features/auth/LoginPage.tsx"
FIRST_PAGE_KB = 250.0
BUILD_SECONDS = 90.0
PAINTED_MS = 300.0


def run(report: Report) -> None:
    frontend.build()
    _size(report)
    _build(report)
    with tempfile.TemporaryDirectory() as folder, running_local_cloud(Path(folder) / "data") as cloud:
        fill(cloud, RECORDS)
        measured = _script("scripts/list-latency.mjs", cloud.origin)
    report.at_least("list_records", measured["total"], "", RECORDS)
    report.show("list_sorts_timed", len(measured["sort"]))
    report.show("list_sort_to_painted_p50", statistics.median(measured["sort"]), "ms")
    report.at_most("list_sort_to_painted_p95", statistics.quantiles(measured["sort"], n=20)[18], "ms", PAINTED_MS)
    report.show("list_typing_to_painted_p50", statistics.median(measured["search"]), "ms")


def _size(report: Report) -> None:
    pages = {page["page"]: page["kilobytes"] for page in _script("scripts/size.mjs", str(frontend.DIST), "--json")}
    report.at_most("first_page", pages.pop(FIRST_PAGE), "kB gzip", FIRST_PAGE_KB)
    largest = max(pages, key=lambda page: pages[page])
    report.show(f"largest_page ({Path(largest).stem})", pages[largest], "kB gzip")


def _build(report: Report) -> None:
    """Types and bundle, from the sources and with the packages installed."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        node.run(["npm", "run", "types"], frontend.SOURCES)
        node.run(["npx", "vite", "build", "--outDir", folder, "--emptyOutDir"], frontend.SOURCES)
        report.at_most("build", time.perf_counter() - started, "s", BUILD_SECONDS)


def _script(*command: str) -> Any:
    done = subprocess.run(
        ["node", *command],
        cwd=frontend.SOURCES,
        env=node.environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)

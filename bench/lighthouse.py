"""Lighthouse's scores of the web UI's pages, signed in, on a local cloud of its own; as on a desktop computer.

The best of three visits counts, so that what else the machine does counts for nothing."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.harness import Report
from infra import frontend, node
from infra.package import ROOT
from tests.support.local_cloud import running_local_cloud

TOOL = ROOT / "tools" / "lighthouse"
GOALS = {"performance": 90.0, "accessibility": 100.0, "best-practices": 95.0}


def run(report: Report) -> None:
    frontend.build()
    frontend.install(frontend.SOURCES)
    frontend.install(TOOL)
    with tempfile.TemporaryDirectory() as folder, running_local_cloud(Path(folder) / "data") as cloud:
        pages = _scores(cloud.origin)
    for page in pages:
        for category, goal in GOALS.items():
            report.at_least(f"{page['name']}_{category}", page["points"][category], "points", goal)
        if page["lost"]:
            report.show(f"{page['name']}_lost_points_by", ", ".join(page["lost"]))


def _scores(origin: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", "scores.mjs", origin],
        cwd=TOOL,
        env=node.environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    pages: list[dict[str, Any]] = json.loads(done.stdout)
    return pages

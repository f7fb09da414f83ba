"""What a function costs before its first request: import time, memory, the size of the package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from bench.harness import Report
from tests.support.environment import AWS_ENVIRONMENT

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "build" / "package"
PROCESSES = 11
IMPORT_MILLISECONDS = 500.0
PACKAGE_MEGABYTES = 45.0
PEAK_MEGABYTES = 256.0
_PROBE = """
import resource, time
started = time.perf_counter()
import app
print((time.perf_counter() - started) * 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def run(report: Report) -> None:
    probes = [_probe() for _ in range(PROCESSES)]
    report.at_most("import.p50", median(ms for ms, _ in probes), "ms", IMPORT_MILLISECONDS)
    report.show("import.fastest", min(ms for ms, _ in probes), "ms")
    report.at_most("import.peak_memory", max(mb for _, mb in probes), "MB", PEAK_MEGABYTES)
    archives = sorted(PACKAGE.glob("*.zip"))
    if archives:
        megabytes = max(archive.stat().st_size for archive in archives) / 1_000_000
        report.at_most("package", megabytes, "MB zipped", PACKAGE_MEGABYTES)
    else:
        report.add("package", "not built", "", "make package", False)


def _probe() -> tuple[float, float]:
    """Import time in milliseconds and peak memory in MB of a fresh process (its byte code is cached)."""
    environment = {**os.environ, **AWS_ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": ""}
    answer = subprocess.run(
        [sys.executable, "-c", _PROBE], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    milliseconds, megabytes = answer.stdout.split()
    return float(milliseconds), float(megabytes)

"""What a function costs before its first request: import time, memory, the size of the package."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from statistics import median
from zipfile import ZipFile

from bench.harness import Report
from infra.package import ZIP, package

PROCESSES = 11
IMPORT_MILLISECONDS = 500.0
PACKAGE_MEGABYTES = 45.0
PEAK_MEGABYTES = 256.0
_PROBE = """
import resource, sys, time
sys.path.insert(0, sys.argv[1])
started, cpu = time.perf_counter(), time.process_time()
import app
wall, cpu = time.perf_counter() - started, time.process_time() - cpu
print(wall * 1000, cpu * 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def run(report: Report) -> None:
    """Imports the package that is deployed, in processes that see neither this environment nor these sources."""
    package()
    with tempfile.TemporaryDirectory() as folder:
        ZipFile(ZIP).extractall(folder)
        probes = [_probe(folder) for _ in range(PROCESSES)]
    report.at_most("import.p50", median(wall for wall, _, _ in probes), "ms", IMPORT_MILLISECONDS)
    report.show("import.cpu", median(cpu for _, cpu, _ in probes), "ms CPU")
    report.at_most("import.peak_memory", max(memory for _, _, memory in probes), "MB", PEAK_MEGABYTES)
    report.at_most("package", ZIP.stat().st_size / 1_000_000, "MB zipped", PACKAGE_MEGABYTES)


def _probe(folder: str) -> tuple[float, float, float]:
    """Wall and CPU milliseconds of the import, and peak memory in MB."""
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", _PROBE, folder], capture_output=True, text=True, check=True
    )
    wall, cpu, memory = map(float, answer.stdout.split())
    return wall, cpu, memory

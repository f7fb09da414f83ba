"""Runs the benches, shows what they measured, and says whether every goal was met.

A bench is a module of this package with `run(report: Report) -> None`. Each runs in a process of its own, so that
one's imports, caches and memory say nothing about another's.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import pkgutil
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bench

RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True)
class Measurement:
    """One figure. `goal` is what it is held against, None when it is shown only; `baseline` is what to compare with."""

    name: str
    value: float | int | str
    unit: str
    goal: str | None
    ok: bool
    baseline: float | int | str | None = None

    def as_json(self) -> dict[str, Any]:
        shown = {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "goal": self.goal,
            "ok": self.ok,
        }
        return shown if self.baseline is None else {**shown, "baseline": self.baseline}


@dataclass
class Report:
    """Collects the measurements of one bench, named `<bench>.<figure>`."""

    bench: str
    measurements: list[Measurement] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float | int | str,
        unit: str,
        goal: str | float | None,
        ok: bool,
        baseline: float | int | str | None = None,
    ) -> None:
        """Keep a figure whose verdict the bench has reached itself."""
        shown = None if goal is None else str(goal)
        self.measurements.append(
            Measurement(f"{self.bench}.{name}", _rounded(value), unit, shown, bool(ok), _rounded(baseline))
        )

    def at_most(
        self,
        name: str,
        value: float,
        unit: str,
        limit: float,
        baseline: float | None = None,
    ) -> None:
        """Keep a figure that must not exceed `limit`."""
        self.add(name, value, unit, f"<= {limit:g}", value <= limit, baseline)

    def at_least(
        self,
        name: str,
        value: float,
        unit: str,
        limit: float,
        baseline: float | None = None,
    ) -> None:
        """Keep a figure that must reach `limit`."""
        self.add(name, value, unit, f">= {limit:g}", value >= limit, baseline)

    def show(self, name: str, value: float | int | str, unit: str = "") -> None:
        """Keep a figure without a goal."""
        self.add(name, value, unit, None, True)


def discover() -> list[str]:
    """The names of the modules of this package that have a `run`."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__))
    return [name for name in names if _declares_run(name)]


def _declares_run(name: str) -> bool:
    source = (Path(bench.__path__[0]) / f"{name}.py").read_text("utf-8")
    return any(line.startswith("def run(report") for line in source.splitlines())


def measure(name: str) -> list[Measurement]:
    """Run one bench; one that fails yields a missed goal with the reason on standard error."""
    report = Report(name)
    try:
        runner: Callable[[Report], None] = importlib.import_module(f"bench.{name}").run
        runner(report)
    except Exception as error:
        traceback.print_exc()
        report.add("failed", type(error).__name__, "", "no error", False)
    return report.measurements


def run_all(names: Sequence[str]) -> list[Measurement]:
    """Run the named benches one after the other, each in a fresh process."""
    context = multiprocessing.get_context("spawn")
    found: list[Measurement] = []
    for name in names:
        print(f"{name} …", flush=True)
        with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
            found += pool.submit(measure, name).result()
    return found


def table(measurements: Iterable[Measurement]) -> str:
    """The measurements as aligned columns."""
    rows = [("figure", "value", "unit", "goal", "baseline", "")]
    rows += [
        (
            m.name,
            _shown(m.value),
            m.unit,
            m.goal or "",
            "" if m.baseline is None else _shown(m.baseline),
            "" if m.goal is None else "ok" if m.ok else "MISSED",
        )
        for m in measurements
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = {1, 4}
    lines = []
    for row in rows:
        cells = [c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def write_results(measurements: Sequence[Measurement]) -> None:
    """Keep the measurements of this run as JSON."""
    RESULTS.parent.mkdir(exist_ok=True)
    document = json.dumps([m.as_json() for m in measurements], indent=1, ensure_ascii=False)
    RESULTS.write_text(document + "\n", "utf-8")


def _rounded(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) and abs(value) < 10_000 else value


def _shown(value: float | int | str) -> str:
    return f"{value:,.10g}" if isinstance(value, float | int) else value

"""pytest plugin: leaves out the tests whose tools this machine lacks, and says so at the end.

On CI nothing is left out: there such a test runs and fails."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.support.tools import PROBES, in_ci

_LEFT_OUT = pytest.StashKey[dict[str, int]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_LEFT_OUT] = {}


@pytest.hookimpl(trylast=True)  # after -k and -m
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if in_ci():
        return
    missing = {marker for marker, probe in PROBES.items() if probe() is not None}
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in missing)]
    if not left_out:
        return
    markers = (marker for item in left_out for marker in missing if item.get_closest_marker(marker))
    config.stash[_LEFT_OUT].update(Counter(markers))
    config.hook.pytest_deselected(items=left_out)
    dropped = {id(item) for item in left_out}
    items[:] = [item for item in items if id(item) not in dropped]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """An xdist worker tells the controller what it left out."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash[_LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """All workers collect the same tests, so any one of their counts is the count."""
    node.config.stash[_LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    counts = config.stash[_LEFT_OUT]
    if not counts:
        return
    terminalreporter.section("tests left out on this machine", yellow=True)
    for marker, number in sorted(counts.items()):
        terminalreporter.line(f"{number} marked '{marker}': {PROBES[marker]()}")

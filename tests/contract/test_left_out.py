"""What happens to the tests whose tools a machine lacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = """
import pytest

def test_plain(): pass

@pytest.mark.java
def test_race(): pass

@pytest.mark.java
def test_token(): pass
"""


def run_without_java(folder: Path, *arguments: str, ci: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    java: x\n")
    (folder / "test_cases.py").write_text(CASES)
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.left_out", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/nowhere", "CI": ci}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["one-process", "two-workers"])
def test_tests_without_their_tool_are_left_out_and_named(tmp_path: Path, workers: tuple[str, ...]) -> None:
    result = run_without_java(tmp_path, *workers)

    assert result.returncode == 0
    assert "1 passed" in result.stdout
    assert "2 marked 'java': no Java: install a JDK" in result.stdout


def test_nothing_is_left_out_on_ci(tmp_path: Path) -> None:
    result = run_without_java(tmp_path, ci="true")

    assert "3 passed" in result.stdout
    assert "left out" not in result.stdout


def test_nothing_is_said_when_no_selected_test_needs_the_tool(tmp_path: Path) -> None:
    result = run_without_java(tmp_path, "-k", "plain")

    assert "1 passed" in result.stdout
    assert "left out" not in result.stdout

"""The README's tour, run as it stands there, gives the answers it promises."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

import pytest

from infra.package import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.jq]

_PROMISE = "# → "
_MARK = "--- end of step ---"


@dataclass(frozen=True)
class Step:
    """Commands up to the next promise or heading, and the lines they are promised to print."""

    title: str
    commands: tuple[str, ...]
    promised: tuple[str, ...]


def tour_of(readme: str) -> list[Step]:
    """The steps of the README's only bash block."""
    (block,) = re.findall(r"^```bash\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    steps: list[Step] = []
    title, commands, promised = "", list[str](), list[str]()
    for line in [*block.splitlines(), "# end"]:
        if line.startswith(_PROMISE):
            promised.append(line.removeprefix(_PROMISE))
            continue
        if promised or line.startswith("# "):
            steps.append(Step(title, tuple(commands), tuple(promised)))
            commands, promised = [], []
        if line.startswith("# "):
            title = line
        elif line:
            commands.append(line)
    return [step for step in steps if step.commands]


@pytest.fixture(scope="module")
def outputs(origin: str, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Step, list[str]]]:
    """What each step printed, in one shell, as when a reader pastes them one after the other."""
    steps = tour_of((ROOT / "README.md").read_text())
    script = "set -eo pipefail\n" + f"\necho '{_MARK}'\n".join("\n".join(step.commands) for step in steps)
    done = subprocess.run(
        ["bash", "-c", script.replace("http://localhost:8080", origin)],
        cwd=tmp_path_factory.mktemp("tour"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    printed = [part.strip("\n").split("\n") for part in done.stdout.split(f"{_MARK}\n")]
    return list(zip(steps, printed, strict=True))


def test_tour_has_its_ten_steps() -> None:
    titles = {step.title.split(".")[0] for step in tour_of((ROOT / "README.md").read_text())}

    assert {f"# {number}" for number in range(1, 11)} <= titles


def test_tour_prints_what_it_promises(outputs: list[tuple[Step, list[str]]]) -> None:
    broken = [
        f"{step.title}\n  promised: {step.promised}\n  printed: {printed}"
        for step, printed in outputs
        if not keeps(step.promised, printed)
    ]

    assert not broken, "\n".join(broken)


def keeps(promised: tuple[str, ...], printed: list[str]) -> bool:
    """Whether the promised lines were printed, in that order; `…` stands for any text."""
    rest = iter(printed)
    return all(any(_matches(promise, line) for line in rest) for promise in promised)


def _matches(promise: str, line: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in promise.split("…"))
    return re.fullmatch(pattern, line) is not None


@pytest.mark.parametrize(
    ("promised", "printed"),
    [(("2",), ["3"]), (("a", "b"), ["b", "a"]), (('["…","x"]',), ['["1","y"]'])],
)
def test_broken_promise_is_noticed(promised: tuple[str, ...], printed: list[str]) -> None:
    assert not keeps(promised, printed)

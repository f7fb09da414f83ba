"""What `make test-ui` and the size gate decide: without a Chromium the tests are left out, on CI they fail."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra import frontend, node
from tests.browser import __main__ as browser_tests


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Says whether there is one, and notes what Playwright was asked for; nothing is built or started."""
    state = SimpleNamespace(found=True, asked=[])

    @contextmanager
    def cloud(_: Path) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(origin="http://localhost:1")

    def playwright(origin: str, options: list[str]) -> int:
        state.asked.append((origin, options))
        return 3

    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(frontend, "build", lambda: False)
    monkeypatch.setattr(browser_tests, "running_local_cloud", cloud)
    monkeypatch.setattr(browser_tests, "_finds_chromium", lambda: state.found)
    monkeypatch.setattr(browser_tests, "_playwright", playwright)
    return state


def test_the_journeys_run_against_a_cloud_of_their_own(chromium: SimpleNamespace) -> None:
    assert browser_tests.main(["e2e/tasks.spec.ts"]) == 3

    assert chromium.asked == [("http://localhost:1", ["--project=journeys", "e2e/tasks.spec.ts"])]


def test_screenshots_are_a_run_of_their_own(chromium: SimpleNamespace) -> None:
    browser_tests.main(["--screenshots"])

    assert chromium.asked == [("http://localhost:1", ["--project=screenshots"])]


def test_pictures_stay_small_enough_for_a_clone(
    chromium: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontend, "ROOT", tmp_path)
    folder = tmp_path / "docs/screenshots"
    folder.mkdir(parents=True)
    (folder / "login.png").write_bytes(bytes(12_000_001))

    with pytest.raises(browser_tests.Refused, match="more than 12"):
        browser_tests.main(["--screenshots"])


def test_without_chromium_they_are_named_as_left_out(
    chromium: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    chromium.found = False

    assert browser_tests.main([]) == 0
    assert "The browser tests are left out: no Chromium: install it" in capsys.readouterr().err
    assert chromium.asked == []


def test_on_ci_chromium_must_be_there(chromium: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    chromium.found = False
    monkeypatch.setenv("CI", "true")

    with pytest.raises(browser_tests.Refused, match="no Chromium"):
        browser_tests.main([])


def test_a_front_end_that_does_not_build_is_not_tested(
    chromium: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bool:
        raise frontend.BuildFailed("unexpected token")

    monkeypatch.setattr(frontend, "build", fail)

    with pytest.raises(browser_tests.Refused, match="unexpected token"):
        browser_tests.main([])
    assert chromium.asked == []


# --- the size of the first page -----------------------------------------------------------------


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build with an entry, the frame, the texts, the first page and one more page."""
    manifest = {
        "index.html": {"file": "entry.js", "css": ["entry.css"], "imports": ["_shared.js"]},
        "_shared.js": {"file": "shared.js"},
        "src/app/shell/Shell.tsx": {"file": "shell.js"},
        "src/locales/fr/first.ts": {"file": "first.js", "imports": ["_shared.js"]},
        "src/locales/fr/index.ts": {"file": "fr.js", "imports": ["_shared.js"]},
        "src/features/auth/LoginPage.tsx": {"file": "login.js", "isDynamicEntry": True, "dynamicImports": ["_lazy.js"]},
        "src/features/help/HelpPage.tsx": {"file": "help.js", "isDynamicEntry": True},
        "_lazy.js": {"file": "lazy.js"},
    }
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite/manifest.json").write_text(json.dumps(manifest))
    for name in (
        "entry.js",
        "entry.css",
        "shared.js",
        "shell.js",
        "first.js",
        "fr.js",
        "login.js",
        "help.js",
        "lazy.js",
    ):
        (tmp_path / name).write_text("")
    return tmp_path


def size(build: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["node", "scripts/size.mjs", str(build), *options]
    return subprocess.run(
        command, cwd=frontend.SOURCES, env=node.environment(), capture_output=True, text=True, check=False
    )


def test_a_page_is_counted_with_what_it_imports_and_not_with_what_it_may_load_later(build: Path) -> None:
    pages = {page["page"]: page["files"] for page in json.loads(size(build, "--json").stdout)}

    assert pages == {
        "src/features/auth/LoginPage.tsx": len({"entry.js", "entry.css", "shared.js", "first.js", "login.js"}),
        "src/features/help/HelpPage.tsx": len(
            {"entry.js", "entry.css", "shared.js", "first.js", "fr.js", "shell.js", "help.js"}
        ),
    }


@pytest.mark.parametrize(("where", "passes"), [("login.js", False), ("entry.css", False), ("help.js", True)])
def test_the_first_page_may_load_250_kilobytes(build: Path, where: str, passes: bool) -> None:
    incompressible = random.Random(1).randbytes(300_000)
    (build / where).write_bytes(incompressible)

    done = size(build)

    assert (done.returncode == 0) is passes, done.stdout
    assert ("more than 250" in done.stderr) is not passes


def test_a_renamed_part_is_noticed(build: Path) -> None:
    manifest = json.loads((build / ".vite/manifest.json").read_text())
    del manifest["src/features/auth/LoginPage.tsx"]
    (build / ".vite/manifest.json").write_text(json.dumps(manifest))

    done = size(build)

    assert done.returncode != 0
    assert "LoginPage.tsx" in done.stderr

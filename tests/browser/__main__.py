"""The tests in a real browser: `python -m tests.browser [--screenshots] [what Playwright takes]`.

Builds the front end, starts a local cloud of its own with the demo data, and runs frontend/e2e against it. Without a
Chromium they are named as left out; on CI that is a failure.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from infra import frontend, node
from tests.support.local_cloud import running_local_cloud
from tests.support.tools import in_ci

_FRONT_END = frontend.SOURCES
_NO_CHROMIUM = (
    "no Chromium: install it (on Debian: apt-get install chromium), or run npx playwright install chromium in frontend"
)


_PICTURES_BYTES = 12_000_000


class Refused(Exception):
    """The tests cannot run, or what they left cannot stay; the message says why."""


def main(arguments: list[str]) -> int:
    project = "screenshots" if "--screenshots" in arguments else "journeys"
    passed_on = [argument for argument in arguments if argument != "--screenshots"]
    try:
        frontend.build()
    except frontend.BuildFailed as failed:
        raise Refused(str(failed)) from None
    if not _finds_chromium():
        if in_ci():
            raise Refused(_NO_CHROMIUM)
        sys.stderr.write(f"The browser tests are left out: {_NO_CHROMIUM}\n")
        return 0
    with tempfile.TemporaryDirectory() as folder, running_local_cloud(Path(folder) / "data") as cloud:
        code = _playwright(cloud.origin, [f"--project={project}", *passed_on])
    _refuse_too_many_bytes(frontend.ROOT / "docs" / "screenshots")
    return code


def _finds_chromium() -> bool:
    found = subprocess.run(
        ["node", "e2e/support/chromium.mjs"],
        cwd=_FRONT_END,
        env=node.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return bool(found.stdout)


def _refuse_too_many_bytes(folder: Path) -> None:
    """The pictures are part of every clone."""
    total = sum(picture.stat().st_size for picture in folder.glob("*.png"))
    if total > _PICTURES_BYTES:
        raise Refused(
            f"The pictures in {folder.name} have {total / 1e6:.1f} MB, more than {_PICTURES_BYTES / 1e6:.0f}."
        )


def _playwright(origin: str, options: list[str]) -> int:
    command = ["npx", "playwright", "test", *options]
    settings = {**node.environment(), "BASE_URL": origin}
    return subprocess.run(command, cwd=_FRONT_END, env=settings, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refused as reason:
        sys.exit(str(reason))

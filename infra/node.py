"""Which Node.js builds and tests the front end: the machine's where it is new enough, else one from PyPI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_OWN = _ROOT / ".venv-node"
_REQUIREMENTS = _ROOT / "requirements-node.txt"
OLDEST = (20, 19)


class NodeMissing(Exception):
    """Neither the machine nor PyPI gives a Node.js that will do; the message is one sentence for the developer."""


@cache
def environment() -> dict[str, str]:
    """The process environment with a PATH on which `node`, `npm` and `npx` are found first."""
    if _is_new_enough(shutil.which("node")) and shutil.which("npm"):
        return dict(os.environ)
    binaries = _OWN / "bin"
    if not _is_new_enough(str(binaries / "node")):
        _install()
    return {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}


def run(command: list[str], folder: Path, *, shown: bool = False) -> None:
    """Run one of Node's commands there, quietly unless its output is to be shown.

    `NodeMissing` without Node.js, `subprocess.CalledProcessError` with the command's output when it fails.
    """
    known = environment()
    program = shutil.which(command[0], path=known["PATH"]) or command[0]
    subprocess.run([program, *command[1:]], cwd=folder, env=known, capture_output=not shown, text=True, check=True)


def _is_new_enough(program: str | None) -> bool:
    if program is None:
        return False
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    version = re.match(r"v(\d+)\.(\d+)\.", said)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST


def _install() -> None:
    """Put PyPI's Node.js into a virtual environment of its own."""
    print("Installing Node.js from PyPI into .venv-node (once).", flush=True)
    shutil.rmtree(_OWN, ignore_errors=True)
    pip = [str(_OWN / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([sys.executable, "-m", "venv", _OWN], capture_output=True, text=True, check=True)
        subprocess.run([*pip, "--require-hashes", "-r", str(_REQUIREMENTS)], capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as failure:
        reason = (failure.stderr or failure.stdout).strip().splitlines()
        raise NodeMissing(_sentence(reason[-1] if reason else "no reason was given")) from None
    if not _is_new_enough(str(_OWN / "bin/node")):
        raise NodeMissing(_sentence("the one it gave does not run here"))


def _sentence(reason: str) -> str:
    oldest = ".".join(str(part) for part in OLDEST)
    return (
        f"Node.js {oldest} or later is missing and PyPI's could not be installed ({reason}): install Node.js with npm."
    )


if __name__ == "__main__":
    try:
        print(environment()["PATH"])
    except NodeMissing as missing:
        sys.exit(str(missing))

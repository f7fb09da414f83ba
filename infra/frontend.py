"""Build the front end into frontend/dist: `python -m infra.frontend`, and on the way of every `make run`.

The build goes elsewhere first. What is new is then copied over, index.html last, and only then the replaced files go:
a local cloud that serves the directory meanwhile never shows half of a build.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra import node

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "frontend"
DIST = SOURCES / "dist"

_WORK = ROOT / "build" / "frontend"
_STAMP = _WORK / "inputs.sha256"
_INPUTS = (
    "index.html",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
    "scripts/compress.mjs",
    "public",
    "src",
)
"""What a build depends on: not the tests' own configuration, not the tests."""


class BuildFailed(Exception):
    """The front end does not build; the message is what npm or Vite said."""


def build() -> bool:
    """Make frontend/dist what the sources say; false when it was already, by their content. Raises `BuildFailed`."""
    _WORK.mkdir(parents=True, exist_ok=True)
    with _exclusive(_WORK / "build.lock"):
        fingerprint = _fingerprint()
        if is_built() and _STAMP.exists() and _STAMP.read_text() == fingerprint:
            return False
        unfinished = _WORK / "dist"
        try:
            install(SOURCES)
            node.run(["npx", "vite", "build", "--outDir", str(unfinished), "--emptyOutDir"], SOURCES)
            node.run(["node", "scripts/compress.mjs", str(unfinished)], SOURCES)
        except node.NodeMissing as missing:
            raise BuildFailed(str(missing)) from None
        except subprocess.CalledProcessError as failure:
            raise BuildFailed(f"The front end does not build:\n{failure.stdout}{failure.stderr}") from None
        _STAMP.unlink(missing_ok=True)
        _publish(unfinished, DIST)
        _STAMP.write_text(fingerprint)
        return True


def is_built() -> bool:
    return (DIST / "index.html").exists()


def install(folder: Path) -> None:
    """Bring node_modules of an npm project to what its lock file says; nothing is run when it is there already."""
    if not _holds_what_is_locked(folder):
        node.run(["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"], folder)


def _holds_what_is_locked(folder: Path) -> bool:
    """Compare the lock file with the one npm leaves in node_modules when it is done."""
    installed = folder / "node_modules" / ".package-lock.json"
    if not installed.exists():
        return False
    wanted = json.loads((folder / "package-lock.json").read_text())["packages"]
    there = json.loads(installed.read_text())["packages"]
    needed = {name for name, package in wanted.items() if name and not package.get("optional")}
    return needed <= there.keys() <= wanted.keys() and all(
        package.get("integrity") == wanted[name].get("integrity") for name, package in there.items()
    )


def _publish(source: Path, target: Path) -> None:
    """Make `target` hold exactly what `source` holds, its page last but for what nobody asks for any more."""
    target.mkdir(exist_ok=True)
    files = sorted(_files(source), key=lambda path: path.name.startswith("index.html"))
    for path in files:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        arriving = place.with_name(f".{place.name}.part")
        shutil.copyfile(path, arriving)
        arriving.replace(place)
    kept = {path.relative_to(source) for path in files}
    for path in list(_files(target)):
        if path.relative_to(target) not in kept:
            path.unlink()


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def source_files() -> Iterator[Path]:
    """Every file that a build depends on."""
    for name in _INPUTS:
        path = SOURCES / name
        found = sorted(_files(path)) if path.is_dir() else [path]
        yield from (f for f in found if f.is_file() and ".test." not in f.name)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in source_files():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(SOURCES)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def check() -> None:
    """Style, types, generated types, texts and unit tests, then a build and its size; `BuildFailed` at the first."""
    try:
        install(SOURCES)
        node.run(["npm", "run", "check"], SOURCES, shown=True)
        build()
        node.run(["npm", "run", "size"], SOURCES, shown=True)
    except node.NodeMissing as missing:
        raise BuildFailed(str(missing)) from None
    except subprocess.CalledProcessError as failure:
        raise BuildFailed(f"{' '.join(failure.cmd[1:])} failed in frontend.") from None


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the front end.")
    parser.add_argument("--check", action="store_true", help="check everything about it too")
    if parser.parse_args().check:
        check()
        return
    print("Built frontend/dist." if build() else "Up to date: frontend/dist.")


if __name__ == "__main__":
    try:
        main()
    except BuildFailed as failed:
        sys.exit(str(failed))

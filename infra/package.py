"""Build what is deployed: build/package/{deployment.zip,template.json}, from Chalice's output and infra/template.

Chalice resolves the requirements into wheels for Lambda and writes the REST API; this module gives it our template
parts to merge, then rewrites its zip: only the botocore service models we call, byte code beside every module (the
package is read-only on Lambda, so Python could never keep it there), and the same bytes for the same inputs.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import marshal
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra import docs_assets
from infra.templates import TemplateError, load_parts

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PACKAGE = BUILD / "package"
ZIP = PACKAGE / "deployment.zip"
TEMPLATE = PACKAGE / "template.json"

MAX_ZIP_BYTES = 45_000_000
"""Lambda refuses a direct upload above 50 MB; our own limit keeps room for growth."""

BOTOCORE_SERVICES = frozenset(
    {
        "apigatewaymanagementapi",
        "dynamodb",
        "events",
        "lambda",
        "s3",
        "secretsmanager",
        "sesv2",
        "sqs",
        "sts",
    }
)
"""The AWS services the functions may call; a client for another one raises `UnknownServiceError` in the package."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_INPUTS = ("app.py", "requirements.txt", ".chalice/config.json", "chalicelib", "infra/template", "infra/package.py")


def package() -> bool:
    """Build the package unless it is there for the very same inputs; true when it was built."""
    BUILD.mkdir(exist_ok=True)
    with _exclusive(BUILD / "package.lock"):
        docs_assets.place()
        fingerprint = _fingerprint(_input_files())
        stamp = PACKAGE / "inputs.sha256"
        if stamp.exists() and stamp.read_text() == fingerprint and ZIP.exists() and TEMPLATE.exists():
            return False
        shutil.rmtree(PACKAGE, ignore_errors=True)
        dependencies = _dependencies()
        chalice_output = _run_chalice(requirements="")
        PACKAGE.mkdir()
        shutil.copy(dependencies, ZIP)
        _add_members(chalice_output / "deployment.zip", _is_ours, ZIP)
        _refuse_if_too_large(ZIP)
        shutil.copy(chalice_output / "sam.json", TEMPLATE)
        stamp.write_text(fingerprint)
        return True


def _dependencies() -> Path:
    """The zip of what requirements.txt resolves to; Chalice builds it once and then it is kept."""
    requirements = (ROOT / "requirements.txt").read_text()
    key = _fingerprint(iter([ROOT / "requirements.txt", Path(__file__)]))[:16]
    cached = BUILD / "cache" / f"dependencies-{key}.zip"
    if not cached.exists():
        chalice_output = _run_chalice(requirements)
        shutil.rmtree(cached.parent, ignore_errors=True)
        cached.parent.mkdir()
        unfinished = cached.with_suffix(".part")
        _add_members(chalice_output / "deployment.zip", _is_needed_dependency, unfinished)
        unfinished.rename(cached)
    return cached


def _run_chalice(requirements: str) -> Path:
    """Run `chalice package` on a project of links to ours with these requirements; answers its output directory."""
    project, output = BUILD / "project", BUILD / "chalice"
    shutil.rmtree(project, ignore_errors=True)
    (project / ".chalice").mkdir(parents=True)
    for name in ("app.py", "chalicelib", ".chalice/config.json"):
        (project / name).symlink_to(ROOT / name)
    (project / "requirements.txt").write_text(requirements)
    parts = BUILD / "parts.json"
    try:
        parts.write_text(json.dumps(load_parts()))
    except TemplateError as error:
        raise SystemExit(f"infra/template: {error}") from error
    chalice = Path(sys.executable).with_name("chalice")
    options: list[str | Path] = ["--stage", "crm", "--merge-template", parts]
    done = subprocess.run(
        [chalice, "--project-dir", project, "package", *options, output],
        cwd=ROOT,
        env={**os.environ, "AWS_DEFAULT_REGION": "eu-west-3"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"chalice package failed:\n{done.stdout}{done.stderr}")
    return output


def _refuse_if_too_large(path: Path) -> None:
    size = path.stat().st_size
    if size > MAX_ZIP_BYTES:
        raise SystemExit(f"The package has {size / 1e6:.1f} MB, more than the {MAX_ZIP_BYTES / 1e6:.0f} MB we allow.")


def _add_members(source: Path, is_wanted: Callable[[str], bool], target: Path) -> None:
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "a") as out:
        for name in sorted(m.filename for m in archive.infolist() if not m.is_dir()):
            if is_wanted(name):
                content = archive.read(name)
                _write_member(out, name, content)
                if name.endswith(".py"):
                    _write_member(out, importlib.util.cache_from_source(name), _byte_code(content, name))


def _write_member(out: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.external_attr = 0o755 << 16 if ".so" in name else 0o644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    out.writestr(info, content)


def _byte_code(source: bytes, name: str) -> bytes:
    """A `.pyc` that Python takes without looking at the source's time (PEP 552, unchecked hash)."""
    code = compile(source, name, "exec", dont_inherit=True)
    unchecked_hash = (1).to_bytes(4, "little")
    return importlib.util.MAGIC_NUMBER + unchecked_hash + importlib.util.source_hash(source) + marshal.dumps(code)


def _is_ours(name: str) -> bool:
    """Our modules and Chalice's run time, which `chalice package` adds to any project."""
    return name == "app.py" or (name.startswith(("chalicelib/", "chalice/")) and not name.endswith(".pyc"))


def _is_needed_dependency(name: str) -> bool:
    if _is_ours(name) or name.endswith((".pyc", "/RECORD")):
        return False
    parts = name.split("/")
    in_a_service = len(parts) > 3 and parts[:2] == ["botocore", "data"]
    return not in_a_service or parts[2] in BOTOCORE_SERVICES


def _input_files() -> Iterator[Path]:
    for name in _INPUTS:
        path = ROOT / name
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (f for f in found if f.is_file() and f.suffix != ".pyc")


def _fingerprint(files: Iterator[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Two starts may package at the same time; the second waits and finds the work done."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main() -> None:
    built = package()
    print(f"{'Built' if built else 'Up to date:'} {ZIP.relative_to(ROOT)}, {ZIP.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

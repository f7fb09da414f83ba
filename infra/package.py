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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra import docs_assets
from infra.templates import load_parts

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
        chalice_output = BUILD / "chalice"
        _run_chalice(chalice_output)
        PACKAGE.mkdir()
        _rewrite_zip(chalice_output / "deployment.zip", ZIP)
        shutil.copy(chalice_output / "sam.json", TEMPLATE)
        stamp.write_text(fingerprint)
        return True


def _run_chalice(output: Path) -> None:
    parts = BUILD / "parts.json"
    parts.write_text(json.dumps(load_parts()))
    chalice = Path(sys.executable).with_name("chalice")
    command: list[str | Path] = [chalice, "package", "--stage", "crm", "--merge-template", parts, output]
    environment = {"AWS_DEFAULT_REGION": "eu-west-3", **os.environ}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"chalice package failed:\n{done.stdout}{done.stderr}")


def _rewrite_zip(source: Path, target: Path) -> None:
    """Copy the dependencies (cached, they are most of the work) and add our own modules."""
    with zipfile.ZipFile(source) as archive:
        members = sorted(m.filename for m in archive.infolist() if not m.is_dir())
        own = [name for name in members if _is_ours(name)]
        foreign = [name for name in members if not _is_ours(name) and _is_needed(name)]
        checksums = "".join(f"{name} {archive.getinfo(name).CRC}\n" for name in foreign)
        key = hashlib.sha256(checksums.encode() + importlib.util.MAGIC_NUMBER).hexdigest()[:16]
        cached = BUILD / "cache" / f"dependencies-{key}.zip"
        if not cached.exists():
            shutil.rmtree(cached.parent, ignore_errors=True)
            cached.parent.mkdir()
            unfinished = cached.with_suffix(".part")
            _write_members(archive, foreign, unfinished)
            unfinished.rename(cached)
        shutil.copy(cached, target)
        _write_members(archive, own, target)
    size = target.stat().st_size
    if size > MAX_ZIP_BYTES:
        raise SystemExit(f"The package has {size / 1e6:.1f} MB, more than the {MAX_ZIP_BYTES / 1e6:.0f} MB we allow.")


def _write_members(archive: zipfile.ZipFile, names: list[str], target: Path) -> None:
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
        for name in names:
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
    return name == "app.py" or name.startswith("chalicelib/")


def _is_needed(name: str) -> bool:
    if name.endswith((".pyc", "/RECORD")):
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

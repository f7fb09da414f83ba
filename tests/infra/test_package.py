"""The deployment package: small, complete, and the same bytes for the same inputs."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import package
from tests.support.merged_template import MergedTemplate


@pytest.fixture(scope="module")
def members(template: MergedTemplate) -> list[str]:
    with zipfile.ZipFile(package.ZIP) as archive:
        return archive.namelist()


def test_it_fits(template: MergedTemplate) -> None:
    with zipfile.ZipFile(package.ZIP) as archive:
        unzipped = sum(member.file_size for member in archive.infolist())

    assert package.ZIP.stat().st_size <= package.MAX_ZIP_BYTES
    assert unzipped <= 250_000_000


def test_it_holds_each_module_once_with_its_byte_code(members: list[str]) -> None:
    modules = [name for name in members if name.endswith(".py")]

    assert len(members) == len(set(members))
    assert {"app.py", "chalicelib/settings.py", "chalicelib/static/redoc.standalone.js"} <= set(members)
    assert {importlib.util.cache_from_source(name) for name in modules} <= set(members)


def test_it_holds_the_service_models_we_call_and_no_others(members: list[str]) -> None:
    services = {name.split("/")[2] for name in members if name.startswith("botocore/data/") and name.count("/") > 2}

    assert services == package.BOTOCORE_SERVICES


def test_the_application_can_be_imported_from_it_alone(template: MergedTemplate, tmp_path: Path) -> None:
    with zipfile.ZipFile(package.ZIP) as archive:
        archive.extractall(tmp_path)
    program = "import app, boto3, sys; boto3.client('dynamodb', 'eu-west-3'); print(app.__file__, boto3.__file__)"

    done = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, env={}
    )

    assert done.returncode == 0, done.stderr
    assert all(path.startswith(str(tmp_path)) for path in done.stdout.split())


def test_the_same_inputs_give_the_same_bytes(template: MergedTemplate) -> None:
    before = hashlib.sha256(package.ZIP.read_bytes()).hexdigest()
    (package.PACKAGE / "inputs.sha256").unlink()

    assert package.package() is True

    assert hashlib.sha256(package.ZIP.read_bytes()).hexdigest() == before
    assert package.package() is False

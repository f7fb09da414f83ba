"""The documentation: one document, two viewers, everything from our own origin."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chalicelib.handlers import docs
from infra import docs_assets
from infra import openapi as openapi_file
from tests.contract.test_errors import assert_refused
from tests.support.application import Application


@pytest.fixture
def viewers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of viewers as the package has it."""
    for name in docs_assets.FILES:
        (tmp_path / name).write_text(f"/* {name} é */", encoding="utf-8")
    monkeypatch.setattr(docs, "VIEWERS", tmp_path)
    return tmp_path


def test_the_served_document_is_the_stored_one(application: Application):
    answer = application.anonymous.get("/openapi.json")

    assert answer.status == 200
    assert answer.header("Content-Type") == "application/json"
    assert answer.json == json.loads(openapi_file.PATH.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_a_viewer_loads_from_our_own_origin_and_runs_no_inline_script(application: Application, viewers, page):
    answer = application.anonymous.get(page, accept="text/html,application/xhtml+xml")

    text = answer.body.decode()
    assert (answer.status, answer.header("Content-Type")) == (200, "text/html; charset=utf-8")
    policy = dict(part.strip().split(" ", 1) for part in (answer.header("Content-Security-Policy") or "").split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"\son\w+=", text) == []
    assert "//" not in re.sub(r"<!doctype[^>]*>", "", text)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', text)
    for address in addresses:
        if address.startswith("docs/assets/"):
            assert application.anonymous.get(f"/{address}").status == 200, address
        else:
            assert address in ("data:,", "openapi.json")


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_a_viewer_that_was_not_packaged_is_unavailable(application: Application, monkeypatch, tmp_path, page):
    monkeypatch.setattr(docs, "VIEWERS", tmp_path)

    answer = application.anonymous.get(page)

    assert_refused(answer, 503, "unavailable")
    assert "openapi.json" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("swagger.js", "text/javascript; charset=utf-8"),
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("redoc.standalone.js", "text/javascript; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
    ],
)
def test_an_asset_has_its_media_type_and_may_be_kept(application: Application, viewers, name, media_type):
    answer = application.anonymous.get(f"/docs/assets/{name}", accept="*/*")

    assert (answer.status, answer.header("Content-Type")) == (200, media_type)
    assert answer.header("Cache-Control") == "public, max-age=3600"
    assert answer.header("X-Content-Type-Options") == "nosniff"


@pytest.mark.parametrize(
    "name", ["nothing.js", "swagger.html", "..%2F..%2Fsettings.py", "%2Fetc%2Fpasswd", "redoc-LICENSE.txt", "%00"]
)
def test_nothing_else_is_served(application: Application, viewers, name):
    assert_refused(application.anonymous.get(f"/docs/assets/{name}"), 404, "not_found")


def test_every_viewer_file_the_pages_need_is_packaged():
    pages = " ".join(path.read_text(encoding="utf-8") for path in docs.PAGES.iterdir())
    needed = set(re.findall(r"docs/assets/([\w.-]+)", pages))

    own = {path.name for path in docs.PAGES.iterdir()}

    assert needed <= own | docs_assets.FILES.keys()

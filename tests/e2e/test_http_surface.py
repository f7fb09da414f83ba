"""What the gateway and the function answer to what they do not serve: one error shape, whoever answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
import requests

from tests.e2e.caller import Answer, Caller, NewCaller

pytestmark = pytest.mark.e2e

JSON = {"Content-Type": "application/json"}


def error_of(answer: Answer) -> dict[str, Any]:
    """The error object, which has the shape every error has."""
    body = answer.json()
    assert body.keys() == {"error"}
    error: dict[str, Any] = body["error"]
    assert {"code", "message", "details", "request_id"} <= error.keys()
    assert error["request_id"]
    return error


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nothing-of-the-kind"),
        ("GET", "/nothing"),
        ("DELETE", "/v1/auth/login"),
        ("POST", "/v1/organisations/../../secrets"),
        ("GET", "/v1/organisations/%2e%2e%2fusers"),
    ],
)
def test_unknown_path_is_not_found(admin: Caller, method: str, path: str) -> None:
    answer = admin.request(method, path)

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert error_of(answer)["code"] == "not_found"


@pytest.mark.parametrize("path", ["/v1/organisations/unknown", "/v1/organisations/00000000000000000000000000"])
def test_record_that_does_not_exist_is_not_found(admin: Caller, path: str) -> None:
    answer = admin.get(path)

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert error_of(answer)["code"] == "not_found"


@pytest.mark.parametrize("size", [1_000_001, 3_000_000, 12_000_000])
def test_body_above_one_megabyte_is_too_large(admin: Caller, size: int) -> None:
    body = b'{"name": "' + b"x" * (size - 12) + b'"}'

    answer = admin.request("POST", "/v1/organisations", data=body, headers=dict(JSON))

    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert error_of(answer)["code"] == "payload_too_large"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", HTTPStatus.BAD_REQUEST, "malformed_request"),
        (b"{", HTTPStatus.BAD_REQUEST, "malformed_request"),
        (b'{"name": NaN}', HTTPStatus.BAD_REQUEST, "malformed_request"),
        (b'{"name": "a", "name": "b"}', HTTPStatus.BAD_REQUEST, "malformed_request"),
        (b'{"metadata":' + b'{"a":' * 40 + b"1" + b"}" * 41, HTTPStatus.BAD_REQUEST, "malformed_request"),
        (b'{"name": "x", "unknown": 1}', HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_input"),
        (b'{"name": 7}', HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_input"),
        (b'{"name": "a\\r\\nBcc: b@example.com"}', HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_input"),
    ],
)
def test_bad_body_is_refused_and_changes_nothing(admin: Caller, body: bytes, status: int, code: str) -> None:
    before = admin.get("/v1/organisations").json()["total"]

    answer = admin.request("POST", "/v1/organisations", data=body, headers=dict(JSON))

    assert answer.status_code == status
    assert error_of(answer)["code"] == code
    assert admin.get("/v1/organisations").json()["total"] == before


def test_other_media_type_is_refused(admin: Caller) -> None:
    answer = admin.request("POST", "/v1/organisations", data=b"name=x", headers={"Content-Type": "text/plain"})

    assert answer.status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    error_of(answer)


def test_forged_cursor_is_refused(admin: Caller) -> None:
    answer = admin.get("/v1/organisations", {"cursor": "bm90IG91cnM"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert error_of(answer)["details"][0]["field"] == "cursor"


@pytest.mark.parametrize("token", ["", "x", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIwIn0.", "alf_0_0_0"])
def test_forged_token_is_refused(new_caller: NewCaller, token: str) -> None:
    caller = new_caller()
    caller.token = token

    answer = caller.get("/v1/organisations")

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    error_of(answer)


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, {"Accept": "text/html,application/xhtml+xml"}])
def test_json_is_answered_whatever_the_client_accepts(admin: Caller, headers: dict[str, str]) -> None:
    answer = admin.request("GET", "/v1/organisations", headers={"Accept": "", **headers})

    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["Content-Type"] == "application/json"


def test_health_looks_at_table_queue_and_index(new_caller: NewCaller) -> None:
    answer = new_caller().get("/health")

    assert answer.status_code == HTTPStatus.OK, answer.text
    assert {name: check["ok"] for name, check in answer.json()["checks"].items()} == {
        "table": True,
        "queue": True,
        "index": True,
    }


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_documentation_pages_load_nothing_from_elsewhere(new_caller: NewCaller, origin: str, page: str) -> None:
    answer = new_caller().get(page)

    assert answer.status_code == HTTPStatus.OK
    assert "text/html" in answer.headers["Content-Type"]
    assert "http" not in answer.text.replace(origin, "")
    assert "default-src" in answer.headers["Content-Security-Policy"]


def test_openapi_document_describes_every_path_this_run_uses(new_caller: NewCaller) -> None:
    document = new_caller().get("/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    assert "/api/v1/organisations/{id}/timeline" in {
        f"{document['servers'][0]['url'].rstrip('/')}{path}" for path in document["paths"]
    }


def test_mailbox_page_shows_nothing_executable(origin: str) -> None:
    answer = requests.get(f"{origin}/mailbox", timeout=30)

    assert answer.status_code == HTTPStatus.OK
    assert "<script" not in answer.text

"""What holds for every answer, asked of all the answers of this run."""

from __future__ import annotations

import re

import pytest

from tests.e2e.caller import Answer, Caller, Exchanges

pytestmark = pytest.mark.e2e

_REQUEST_ID = re.compile(r"[0-9a-f-]{36}")
_INTERNALS = re.compile(r"Traceback|botocore|pynamodb|arn:aws|chalicelib")


@pytest.fixture(scope="module")
def answers(admin: Caller, exchanges: Exchanges) -> Exchanges:
    """Whatever other tests were selected, these are among them: one answer of each origin and kind."""
    admin.get("/v1/organisations")
    admin.get("/v1/organisations/unknown")
    admin.get("/v1/nothing-of-the-kind")
    admin.get("/health")
    return exchanges


def test_security_headers_are_on_every_answer(answers: Exchanges) -> None:
    lacking = {_shown(answer): missing for answer in answers if (missing := _missing_headers(answer))}

    assert not lacking


def _missing_headers(answer: Answer) -> list[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    kept = {
        "nosniff": answer.headers.get("X-Content-Type-Options") == "nosniff",
        "hsts of a year": _max_age(answer.headers.get("Strict-Transport-Security", "")) >= 31_536_000,
        "referrer": answer.headers.get("Referrer-Policy") == "no-referrer",
        "csp default-src": "default-src 'none'" in policy or "default-src 'self'" in policy,
        "csp frame-ancestors": "frame-ancestors 'none'" in policy,
        "no unsafe script": "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0],
        "cache": "Cache-Control" in answer.headers,
    }
    return [name for name, is_kept in kept.items() if not is_kept]


def _max_age(value: str) -> int:
    found = re.search(r"max-age=(\d+)", value)
    return int(found[1]) if found else 0


def test_data_is_never_stored_by_caches(answers: Exchanges) -> None:
    data = [answer for answer in answers if "/api/v1/" in str(answer.url)]

    assert {answer.headers["Cache-Control"] for answer in data} == {"no-store"}


def test_errors_have_one_shape_and_tell_no_internals(answers: Exchanges) -> None:
    refused = [answer for answer in answers if answer.status_code >= 400 and not answer.url.endswith("/health")]

    assert refused
    for answer in refused:
        error = answer.json()["error"]
        assert {"code", "message", "details", "request_id"} <= error.keys(), _shown(answer)
        assert _REQUEST_ID.fullmatch(error["request_id"]), _shown(answer)
        assert not _INTERNALS.search(answer.text), _shown(answer)


def test_no_request_failed_on_our_side(answers: Exchanges) -> None:
    assert [_shown(answer) for answer in answers if answer.status_code >= 500] == []


def _shown(answer: Answer) -> str:
    return f"{answer.request.method} {answer.url} -> {answer.status_code}"

"""Generated requests against the application in process: none breaks it, and every answer is the documented one.

`FUZZ_EXAMPLES=50 pytest tests/contract/test_schemathesis.py` is the long run: that many requests an operation and
phase, in all phases. `python -m infra.fuzz` does the same to a running API.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import schemathesis

from chalicelib import wiring
from chalicelib.domain.changes import IdempotencyRecord
from chalicelib.domain.errors import Unauthenticated
from chalicelib.domain.policy import BUILT_IN_ROLES, Principal
from chalicelib.handlers import http, openapi
from infra import fuzz
from tests.support.application import Application, running_application
from tests.support.factories import make_id, make_principal, make_user
from tests.support.http import wsgi_application

LONG = int(os.environ.get("FUZZ_EXAMPLES", "0"))
COVERED = re.compile(r"/v1/(audit|me|tasks/\{id\}(/snooze)?)")
"""Where the short run tries every constraint of every parameter and body field: one route of each sort."""

pytestmark = [
    # Schemathesis and Hypothesis warn about their own business: slow data, deprecated parts of each other.
    pytest.mark.filterwarnings("ignore")
]


class OneCaller:
    """An `Authenticator` with one token, which stays good: Schemathesis finds its own user's id and deletes it."""

    def __init__(self) -> None:
        self.token = "fuzz"
        self.principal = make_principal(session_id=make_id())

    def authenticate(
        self, authorization: str, idempotency_key: str | None
    ) -> tuple[Principal, IdempotencyRecord | None]:
        if authorization != f"Bearer {self.token}":
            raise Unauthenticated("Please log in.")
        kept = wiring.idempotency().find(self.principal.user_id, idempotency_key) if idempotency_key else None
        return self.principal, kept


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    caller = OneCaller()
    with running_application(authenticator=caller) as running, patch.object(http, "_observe", lambda *_: None):
        running.role("admin", BUILT_IN_ROLES["admin"])
        running.store(make_user(id=caller.principal.user_id, role="admin"))
        yield running


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    document: dict[str, Any] = fuzz.essence(json.loads(openapi.document_text()))
    return document


def _run(application: Application, document: dict[str, Any], examples: int, phases: tuple[str, ...]) -> fuzz.Report:
    config = fuzz.configuration("fuzz", examples=examples, seed=20260115, phases=phases)
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.app = wsgi_application(application.gateway)
    return fuzz.run(schema)


def test_no_generated_request_breaks_the_api_or_gets_an_undocumented_answer(application, document):
    phases = fuzz.PHASES if LONG else ("examples", "fuzzing")

    report = _run(application, document, LONG or 4, phases)

    assert report.problems == [], str(report)
    assert sum(report.sent.values()) > 4 * 100
    assert {200, 201, 404, 422} <= report.statuses.keys()
    assert report.statuses.get(401, 0) < 50, "the caller was shut out on the way"


def test_every_constraint_of_the_document_is_enforced(application, document):
    covered = {path: item for path, item in document["paths"].items() if COVERED.fullmatch(path)}

    report = _run(application, {**document, "paths": covered}, 1, ("coverage",))

    assert report.problems == [], str(report)
    assert report.statuses[422] > 200


def test_a_promised_field_that_is_not_there_is_noticed(application, document):
    wrong = _only_new_tasks(document)
    wrong["components"]["schemas"]["Task"]["required"].append("colour")

    report = _run(application, wrong, 1, ("coverage",))

    assert any("colour" in problem for problem in report.problems), str(report)


def test_a_documented_type_that_is_not_enforced_is_noticed(application, document):
    wrong = _only_new_tasks(document)
    wrong["components"]["schemas"]["TaskFields"]["properties"]["description"] = {"type": "boolean"}

    report = _run(application, wrong, 1, ("coverage",))

    assert any("Schema-violating request accepted" in problem for problem in report.problems), str(report)


def _only_new_tasks(document: dict[str, Any]) -> dict[str, Any]:
    """A copy of the document with one operation, whose body has only a title."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    copy["paths"] = {"/v1/tasks": {"post": copy["paths"]["/v1/tasks"]["post"]}}
    fields = copy["components"]["schemas"]["TaskFields"]
    fields["properties"] = {"title": fields["properties"]["title"]}
    return copy


def test_a_server_error_is_noticed(application, document):
    broken = {"/v1/permissions": document["paths"]["/v1/permissions"]}

    with patch.object(http, "_shape", side_effect=RuntimeError("broken")):
        report = _run(application, {**document, "paths": broken}, 1, ("fuzzing",))

    assert any("Server error" in problem for problem in report.problems), str(report)


def test_the_essence_keeps_one_filter_of_each_type_and_every_route(document):
    whole = json.loads(openapi.document_text())

    left_alone = {"/v1/auth/logout-everywhere", "/v1/me/sessions/{id}"}
    assert whole["paths"].keys() - document["paths"].keys() == left_alone
    assert not any(operation.get("deprecated") for item in document["paths"].values() for operation in item.values())
    kept = {p["name"] for p in document["paths"]["/v1/organisations"]["get"]["parameters"]}
    every = {p["name"] for p in whole["paths"]["/v1/organisations"]["get"]["parameters"]}
    assert {"limit", "cursor", "sort", "q", "facets", "deleted", "id", "id__prefix", "id__empty"} <= kept < every
    assert len(kept) < 35

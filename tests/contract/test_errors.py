"""What the API refuses, and how: one shape, one status per error, nothing of our insides."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from chalice.app import Blueprint

from chalicelib.domain import errors, policy
from chalicelib.handlers import http
from chalicelib.handlers.openapi_examples import sample_error
from chalicelib.services.records import RecordService
from tests.support.application import Actor, Application
from tests.support.error_classes import error_classes
from tests.support.factories import make_id
from tests.support.faults import FaultPlan, faults
from tests.support.http import Answer

EXPECTED_STATUS = {
    "already_answered": 409,
    "conflict": 409,
    "duplicate": 409,
    "error": 500,
    "forbidden": 403,
    "idempotency_mismatch": 409,
    "in_use": 409,
    "invalid_input": 422,
    "export_too_large": 413,
    "rule_broken": 422,
    "amount_due_above_total": 422,
    "contract_not_signed": 422,
    "contract_of_another_client": 422,
    "end_before_start": 422,
    "mandat_not_signed": 422,
    "mandat_status_path": 422,
    "sales_contact_role": 422,
    "support_contact_role": 422,
    "malformed_request": 400,
    "not_found": 404,
    "payload_too_large": 413,
    "stale_version": 412,
    "too_many_requests": 429,
    "unauthenticated": 401,
    "unavailable": 503,
    "unsupported_media_type": 415,
}

SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


def assert_refused(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """The one shape of every refusal; answers its details."""
    assert (answer.status, answer.json["error"]["code"]) == (status, code), answer.body
    error = answer.json["error"]
    extra = {"current", "base", "submitted"} if code == "stale_version" else set()
    assert answer.json.keys() == {"error"}
    assert error.keys() == {"code", "message", "details", "request_id"} | extra
    assert error["message"]
    assert all({"field", "message"} <= detail.keys() for detail in error["details"])
    assert error["request_id"] == answer.header("X-Request-Id")
    assert answer.header("Content-Type") == "application/json"
    assert {name: answer.header(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    return {detail["field"]: detail for detail in error["details"]}


@pytest.mark.parametrize("error", sorted(set(error_classes()), key=lambda e: str(e)))
def test_every_error_has_the_status_of_its_nearest_base(error):
    assert http.status_of(error) == EXPECTED_STATUS[error.code]

    content = http.error_content(sample_error(error), "r1") if error is not errors.AlreadyAnswered else None

    assert content is None or http.ErrorAnswer.model_validate({"error": content}).error.request_id == "r1"


def test_every_error_has_a_code_of_its_own():
    codes = [error.code for error in set(error_classes())]

    assert len(codes) == len(set(codes))


def test_an_error_without_a_line_of_its_own_takes_the_status_of_its_base():
    class Full(errors.InUse):
        code = "in_use"

    assert http.status_of(Full) == 409


def test_an_unknown_permission_fails_when_the_route_is_declared():
    with pytest.raises(ValueError, match="unknown permission: 'organisations:fly'"):
        http.endpoint(Blueprint(__name__), "GET", "/v1/birds", permission="organisations:fly")


def test_a_public_route_off_the_list_fails_when_it_is_declared():
    with pytest.raises(ValueError, match="not on the list of public routes"):
        http.endpoint(Blueprint(__name__), "GET", "/v1/secrets", permission=http.PUBLIC)


def test_the_list_of_public_routes_names_only_routes_there_are(application):
    served = {f"{route.method} {route.path}" for route in http.ROUTES}

    assert served >= http.PUBLIC_ROUTES


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic dTpw", "Bearer a.b.c", "Bearer alf_x"]
)
def test_without_valid_credentials_nothing_is_answered(application: Application, authorization):
    headers = {} if authorization is None else {"authorization": authorization}

    answer = application.anonymous.get("/v1/organisations", **headers)

    assert_refused(answer, 401, "unauthenticated")
    assert answer.header("WWW-Authenticate") == "Bearer"


def test_a_denial_names_the_missing_permission_and_is_audited(application: Application):
    viewer = application.sign_in("viewer")

    answer = viewer.client.post("/v1/organisations", {"name": "ACME"})

    details = assert_refused(answer, 403, "forbidden")
    assert details["permission"]["message"] == "organisations:create"
    (entry,) = application.audited(viewer)
    assert (entry.outcome, entry.action) == ("denied", "POST /v1/organisations")
    assert entry.changes["permission"] == "organisations:create"
    assert entry.request_id == answer.header("X-Request-Id")


def test_each_denied_item_of_a_bulk_request_is_audited(application: Application):
    owner, colleague = application.sign_in("admin"), application.sign_in("support")
    id = owner.client.post("/v1/tasks", {"title": "Call"}).json["id"]

    answer = colleague.client.post("/v1/tasks/bulk/update", {"items": [{"id": id, "title": "Mine"}]})

    assert answer.json["items"][0]["error"]["code"] == "forbidden"
    denied = [e for e in application.audited(colleague) if e.outcome == "denied"]
    assert [e.changes["permission"] for e in denied] == ["tasks:update"]


def test_a_denial_that_cannot_be_audited_is_not_answered_as_one(application: Application):
    viewer = application.sign_in("viewer")

    with faults(FaultPlan(rate=1.0, modes=("before",), calls=("dynamodb.TransactWriteItems", "dynamodb.PutItem"))):
        answer = viewer.client.post("/v1/organisations", {"name": "ACME"})

    assert_refused(answer, 503, "unavailable")


@pytest.mark.parametrize(
    "id", ["01JD8Z3W9V6Q5T4R3S2P1N0M0K", "x", "1", "%00", "..%2F..", "01JD8Z3W9V6Q5T4R3S2P1N0M0", "é", "0" * 300]
)
def test_what_is_not_there_is_not_found(admin: Actor, id):
    assert_refused(admin.client.get(f"/v1/organisations/{id}"), 404, "not_found")
    assert_refused(admin.client.patch(f"/v1/organisations/{id}", {"name": "New"}), 404, "not_found")
    assert_refused(admin.client.delete(f"/v1/organisations/{id}"), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/nothing"), ("DELETE", "/v1/organisations"), ("GET", "/")])
def test_an_unknown_path_or_method_gets_the_same_shape_from_the_gateway(admin: Actor, method, path):
    answer = admin.client.request(method, path)

    assert answer.status in (403, 404)
    assert answer.json["error"].keys() >= {"code", "message", "details", "request_id"}


def test_a_duplicate_names_the_other_record(admin: Actor):
    first = admin.client.post("/v1/people", {"last_name": "Dupont", "email": "jean@dup.test"})

    answer = admin.client.post("/v1/people", {"last_name": "Durand", "email": " JEAN@DUP.test "})

    details = assert_refused(answer, 409, "duplicate")
    assert details["email"]["id"] == first.json["id"]


def test_too_many_attempts_say_how_long_to_wait(application: Application):
    login = {"login": "nobody@crm.test", "password": "wrong"}
    answers = [application.anonymous.post("/v1/auth/login", login) for _ in range(30)]

    throttled = next(answer for answer in answers if answer.status == 429)

    assert_refused(throttled, 429, "too_many_requests")
    assert int(throttled.header("Retry-After") or 0) > 0


def test_a_silent_table_is_unavailable(admin: Actor):
    with faults(FaultPlan(rate=1.0, modes=("before",), calls=("dynamodb.BatchGetItem", "dynamodb.GetItem"))):
        answer = admin.client.get(f"/v1/organisations/{make_id()}")

    assert_refused(answer, 503, "unavailable")


def test_a_fault_of_ours_shows_nothing_of_our_insides(admin: Actor):
    with patch.object(RecordService, "get", side_effect=RuntimeError("table crm-test, key k1")):
        answer = admin.client.get(f"/v1/organisations/{make_id()}")

    assert_refused(answer, 500, "error")
    assert b"crm-test" not in answer.body
    assert b"Runtime" not in answer.body


def test_every_permission_guards_by_name():
    for permission in sorted(policy.PERMISSIONS):
        assert errors.Forbidden(permission).details[0].message == permission

"""What a request body may be: one JSON object, read strictly; anything else changes nothing."""

from __future__ import annotations

import json

import pytest

from chalicelib.handlers.http import MAX_BODY_BYTES, MAX_DEPTH
from tests.contract.test_errors import assert_refused
from tests.support.application import Actor, Application
from tests.support.lambda_events import LambdaContext, api_event

ORGANISATIONS = "/v1/organisations"


def _nested(depth: int) -> bytes:
    return b'{"name": ' + b"[" * depth + b"]" * depth + b"}"


MALFORMED = {
    "nothing": b"",
    "blank": b"   ",
    "no JSON": b"name=ACME",
    "half an object": b'{"name": "ACME"',
    "two values": b'{"name": "ACME"} {}',
    "single quotes": b"{'name': 'ACME'}",
    "trailing comma": b'{"name": "ACME",}',
    "comment": b'{"name": "ACME" /* a client */}',
    "NaN": b'{"name": "ACME", "signature_probability": NaN}',
    "Infinity": b'{"name": "ACME", "signature_probability": Infinity}',
    "-Infinity": b'{"name": "ACME", "signature_probability": -Infinity}',
    "a key twice": b'{"name": "ACME", "name": "Beta"}',
    "a key twice inside": b'{"name": "ACME", "metadata": {"a": "1", "a": "2"}}',
    "a key twice, once escaped": b'{"name": "ACME", "n\\u0061me": "Beta"}',
    "byte order mark": b'\xef\xbb\xbf{"name": "ACME"}',
    "raw control character": b'{"name": "AC\nME"}',
    "unpaired surrogate": b'{"name": "\\ud800"}',
    "unpaired surrogate as key": b'{"name": "ACME", "metadata": {"\\udfff": "1"}}',
    "one level too deep": _nested(MAX_DEPTH),
    "very deep": _nested(100_000),
    "very deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "huge number": b'{"name": "ACME", "signature_probability": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_single_strict_json_value_is_malformed(admin: Actor, body):
    before = admin.client.get(ORGANISATIONS).json["total"]

    answer = admin.client.request("POST", ORGANISATIONS, body)
    if body == b"":
        answer = admin.client.request("POST", ORGANISATIONS, None, content_type="application/json")

    assert_refused(answer, 400, "malformed_request")
    assert admin.client.get(ORGANISATIONS).json["total"] == before


def test_bytes_that_are_not_utf_8_are_malformed(application: Application, admin: Actor):
    from app import app

    headers = [("Authorization", f"Bearer {admin.client.token}"), ("Content-Type", "application/json")]
    event = api_event(
        "POST", ORGANISATIONS, resource=ORGANISATIONS, headers=headers, body=b'{"name": "\xe9"}', binary=True
    )

    answer = app(event, LambdaContext("api"))

    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["error"]["code"] == "malformed_request"


INVALID = {
    "null": (b"null", "body"),
    "a list": (b"[]", "body"),
    "a string": (b'"ACME"', "body"),
    "no name": (b"{}", "name"),
    "null for a required field": (b'{"name": null}', "name"),
    "blank name": (b'{"name": "  "}', "name"),
    "a number for a text": (b'{"name": 7}', "name"),
    "an unknown field": (b'{"name": "ACME", "colour": "red"}', "colour"),
    "CR and LF in a name": (b'{"name": "ACME\\r\\nBcc: x@y.z"}', "name"),
    "NUL in a name": (b'{"name": "AC\\u0000ME"}', "name"),
    "text too long": (json.dumps({"name": "x" * 201}).encode(), "name"),
    "notes too long": (json.dumps({"name": "ACME", "notes": "x" * 20_001}).encode(), "notes"),
    "a text for a number": (b'{"name": "ACME", "signature_probability": "50"}', "signature_probability"),
    "a fraction for an integer": (b'{"name": "ACME", "signature_probability": 50.5}', "signature_probability"),
    "a boolean for an integer": (b'{"name": "ACME", "signature_probability": true}', "signature_probability"),
    "a number out of range": (b'{"name": "ACME", "signature_probability": 101}', "signature_probability"),
    "a number for a boolean": (b'{"name": "ACME", "is_active": 1}', "is_active"),
    "a word for a boolean": (b'{"name": "ACME", "is_active": "yes"}', "is_active"),
    "a float for an amount": (b'{"name": "ACME", "aum": 12.5}', "aum"),
    "an amount with three decimals": (b'{"name": "ACME", "aum": "1.234"}', "aum"),
    "a negative amount": (b'{"name": "ACME", "aum": "-1"}', "aum"),
    "seconds for a time": (b'{"name": "ACME", "email_consent_at": "1700000000"}', "email_consent_at"),
    "a time without zone": (b'{"name": "ACME", "email_consent_at": "2026-01-01T10:00:00"}', "email_consent_at"),
    "a time before our calendar": (
        b'{"name": "ACME", "email_consent_at": "0001-01-01T00:00:00+23:00"}',
        "email_consent_at",
    ),
    "a day that is not": (b'{"name": "ACME", "aum_date": "2026-02-30"}', "aum_date"),
    "a day beyond our calendar": (b'{"name": "ACME", "aum_date": "9999-12-31"}', "aum_date"),
    "an unknown choice": (b'{"name": "ACME", "pipeline_stage": "won"}', "pipeline_stage"),
    "a wrong check digit": (b'{"name": "ACME", "lei": "529900T8BM49AURSDO56"}', "lei"),
    "no address": (b'{"name": "ACME", "email": "acme"}', "email"),
    "no phone": (b'{"name": "ACME", "phone": "call me"}', "phone"),
    "a script as website": (b'{"name": "ACME", "website": "javascript:alert(1)"}', "website"),
    "an owner there is not": (b'{"name": "ACME", "owner_id": "01JD8Z3W9V6Q5T4R3S2P1N0M0K"}', "owner_id"),
    "an object for a list": (b'{"name": "ACME", "tags": {"a": 1}}', "tags"),
    "too many tags": (json.dumps({"name": "ACME", "tags": [str(n) for n in range(51)]}).encode(), "tags"),
    "deep but allowed": (_nested(MAX_DEPTH - 1), "name"),
}


@pytest.mark.parametrize(("body", "field"), INVALID.values(), ids=INVALID)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(admin: Actor, body, field):
    before = admin.client.get(ORGANISATIONS).json["total"]

    answer = admin.client.request("POST", ORGANISATIONS, body)

    details = assert_refused(answer, 422, "invalid_input")
    assert any(name == field or name.startswith(f"{field}.") for name in details), details
    assert admin.client.get(ORGANISATIONS).json["total"] == before


def test_a_refusal_does_not_repeat_what_was_sent(admin: Actor):
    answer = admin.client.post(ORGANISATIONS, {"name": "ACME", "email": "secret-value", "colour": "secret-value"})

    assert_refused(answer, 422, "invalid_input")
    assert b"secret-value" not in answer.body


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data", "application/jsonp", "*/*", ""]
)
def test_another_media_type_is_refused(admin: Actor, content_type):
    answer = admin.client.request("POST", ORGANISATIONS, b'{"name": "ACME"}', content_type=content_type)

    assert_refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken_however_it_is_spelt(admin: Actor, content_type):
    answer = admin.client.request("POST", ORGANISATIONS, b'{"name": "ACME"}', content_type=content_type)

    assert answer.status == 201


def test_a_body_over_the_limit_is_too_large(admin: Actor):
    at_limit = b'{"name": "ACME"}'.ljust(MAX_BODY_BYTES)

    assert admin.client.request("POST", ORGANISATIONS, at_limit).status == 201
    assert_refused(admin.client.request("POST", ORGANISATIONS, at_limit + b" "), 413, "payload_too_large")


@pytest.mark.parametrize(
    "field", ["id", "version", "created_at", "created_by", "updated_at", "deleted_at", "change_id", "audience"]
)
def test_the_envelope_of_a_record_is_not_for_callers_to_write(admin: Actor, field):
    answer = admin.client.post(ORGANISATIONS, {"name": "ACME", field: "2026-01-01T00:00:00Z"})

    assert field in assert_refused(answer, 422, "invalid_input")


UNKNOWN_QUERIES = [
    *("colour=red", "limit=0", "limit=201", "limit=x", "sort=colour", "sort=--name", "facets=colour", "cursor=x"),
    *("deleted=perhaps", "is_active=2", "name__like=x", "name__gte=a", "name__empty=x", "potential_amount__gte=x"),
    *(
        "potential_amount__prefix=1",
        "id__prefix=",
        "name__prefix=%20",
        "signature_date__lte=tomorrow",
        "sort=" + ",".join(["name"] * 6),
    ),
    *("q=" + "x" * 201, "name=" + "x" * 201),
]


@pytest.mark.parametrize("query", UNKNOWN_QUERIES)
def test_a_wrong_query_parameter_is_refused_by_name(admin: Actor, query):
    admin.client.post(ORGANISATIONS, {"name": "ACME"})

    details = assert_refused(admin.client.request("GET", f"{ORGANISATIONS}?{query}"), 422, "invalid_input")

    assert details


@pytest.mark.parametrize("path", ["/v1/me", "/health", "/openapi.json"])
def test_a_route_without_parameters_refuses_any(admin: Actor, path):
    assert "a" in assert_refused(admin.client.request("GET", f"{path}?a=1"), 422, "invalid_input")

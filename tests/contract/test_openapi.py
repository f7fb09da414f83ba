"""The OpenAPI document: valid, complete, true, and the same wherever it can be read."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta
from openapi_spec_validator import OpenAPIV31SpecValidator

import app
from chalicelib.domain import catalogue, errors, policy
from chalicelib.handlers import openapi
from chalicelib.handlers.crud import ListParameters, SortParameters
from chalicelib.handlers.http import PUBLIC, ROUTES, SIGNED_IN, STATUS, Route
from chalicelib.handlers.openapi_examples import sample_error
from infra import openapi as openapi_file
from tests.support.error_classes import error_classes

Json = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Json:
    return json.loads(openapi.document_text())


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def _operation(document: Json, route: Route) -> Json:
    return document["paths"][route.path][route.method.lower()]


def _resolved(document: Json, value: Json) -> Json:
    if "$ref" not in value:
        return value
    found: Any = document
    for part in value["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found


def _validator(document: Json, name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return Draft202012Validator(schema, validate_formats=True)


def test_document_is_valid_openapi(document):
    OpenAPIV31SpecValidator(document).validate()

    for schema in document["components"]["schemas"].values():
        meta.validate(schema)


def test_document_has_every_route_of_the_application_and_no_other(document):
    served = {(method, path) for path, methods in app.app.routes.items() for method in methods}

    described = {(method, path) for method, path, _ in _operations(document)}

    assert described == served


def test_operation_ids_are_unique(document):
    ids = [operation["operationId"] for _, _, operation in _operations(document)]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in ids)


def test_every_operation_names_its_permission_and_who_may_call_it(document):
    for method, path, operation in _operations(document):
        permission = operation["x-permission"]
        assert permission in {PUBLIC, SIGNED_IN, *policy.PERMISSIONS}, (method, path)
        assert bool(operation["security"]) == (permission != PUBLIC), (method, path)
        assert operation["tags"], (method, path)
        assert operation["summary"], (method, path)


def test_every_path_parameter_is_described(document):
    for method, path, operation in _operations(document):
        described = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert described == set(re.findall(r"\{(\w+)\}", path)), (method, path)


def test_put_has_the_parameters_body_and_answers_of_patch(document):
    for route in (route for route in ROUTES if route.method == "PATCH"):
        patch, put = document["paths"][route.path]["patch"], document["paths"][route.path]["put"]
        same = {name: patch[name] for name in ("parameters", "requestBody", "responses") if name in patch}
        assert {name: put[name] for name in same} == same


def test_every_body_has_an_example_that_the_server_takes(document):
    for route in (route for route in ROUTES if route.body):
        content = _operation(document, route)["requestBody"]["content"]["application/json"]
        example = _resolved(document, content["examples"]["example"])["value"]
        assert route.body is not None
        assert route.body.model_validate_json(json.dumps(example), strict=True) is not None, route.path


def test_every_example_fits_its_schema(document):
    for name, example in document["components"]["examples"].items():
        schema = "ErrorAnswer" if name.startswith("error.") else name
        problems = [error.message for error in _validator(document, schema).iter_errors(example["value"])]
        assert problems == [], name


def test_every_refusal_has_the_error_schema_and_an_example_per_code(document):
    for method, path, operation in _operations(document):
        for status, answer in operation["responses"].items():
            if int(status) < 400:
                continue
            content = _resolved(document, answer)["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/ErrorAnswer"}, (method, path, status)
            for code, example in content["examples"].items():
                assert _resolved(document, example)["value"]["error"]["code"] == code


def test_every_operation_describes_what_the_endpoint_decorator_may_refuse(document):
    for route in ROUTES:
        statuses = set(_operation(document, route)["responses"])
        expected = {"422", "500", "503"}
        expected |= {"401"} if route.permission != PUBLIC else set()
        expected |= {"403"} if route.permission in policy.PERMISSIONS else set()
        expected |= {"400", "413", "415"} if route.body else set()
        expected |= {"412"} if route.versioned else set()
        expected |= {"404"} if "{" in route.path else set()
        assert expected <= statuses, (route.method, route.path, expected - statuses)


def test_every_error_a_route_declares_is_described(document):
    for route in ROUTES:
        for cause in route.errors:
            status = next(STATUS[base] for base in cause.__mro__ if base in STATUS)
            answer = _resolved(document, _operation(document, route)["responses"][str(status)])
            described = answer["content"]["application/json"].get("examples", {})
            assert cause.code in described or route.answer is not None, (route.path, cause)


def test_every_error_has_an_example_instance():
    for cause in error_classes():
        assert sample_error(cause).code == cause.code


def test_a_throttled_route_says_how_long_to_wait(document):
    throttled = [r for r in ROUTES if any(issubclass(e, errors.TooManyRequests) for e in r.errors)]

    assert throttled
    for route in throttled:
        answer = _resolved(document, _operation(document, route)["responses"]["429"])
        assert "Retry-After" in answer["headers"]


def test_versioned_routes_take_if_match_and_records_carry_an_etag(document):
    for route in ROUTES:
        operation = _operation(document, route)
        names = {p["name"] for p in operation.get("parameters", [])}
        assert ("If-Match" in names) == route.versioned, route.path
        assert ("Idempotency-Key" in names) == route.idempotent, route.path
        record = openapi.is_record(route.answer)
        assert ("ETag" in operation["responses"][str(route.status)]["headers"]) == record, route.path
        if route.method == "GET":
            assert ("If-None-Match" in names) == record, route.path
            assert ("304" in operation["responses"]) == record, route.path


@pytest.mark.parametrize("kind", sorted(catalogue.LISTED))
def test_lists_describe_a_filter_for_every_listed_field_and_every_sort_key(document, kind):
    listed = catalogue.LISTED[kind]
    lists = [r for r in ROUTES if (found := openapi.listed_kind(r)) and found.kind == kind]

    queries = [(route, route.query) for route in lists if route.query is not None]
    assert any(issubclass(query, ListParameters) for _, query in queries), f"no route lists {kind}"
    for route, query in queries:
        parameters = {p["name"]: p for p in _operation(document, route)["parameters"] if p["in"] == "query"}
        for field in listed.fields.values():
            suffixes = ("__prefix",) if field.type in ("keyword", "text") else ("__gte", "__lte")
            assert {field.name + s for s in ("", "__ne", "__empty", *suffixes)} <= parameters.keys()
        assert "q" in parameters
        if issubclass(query, SortParameters):
            keys = {sign + name for name in listed.fields for sign in ("", "-")}
            assert set(parameters["sort"]["schema"]["items"]["enum"]) == keys
        if not issubclass(query, ListParameters):
            continue
        assert set(parameters["facets"]["schema"]["items"]["enum"]) == {
            f.name for f in listed.fields.values() if f.facet
        }
        assert {"limit", "cursor"} <= parameters.keys()


def test_answers_of_records_require_every_field_and_allow_no_other(document):
    for kind in catalogue.KINDS.values():
        schema = document["components"]["schemas"].get(kind.model.__name__)
        assert schema is not None, kind.name
        assert set(schema["required"]) == set(schema["properties"]), kind.name
        assert schema["additionalProperties"] is False, kind.name
        assert not {"change_id", "cause"} & schema["properties"].keys(), kind.name


def test_version_of_the_document_is_that_of_the_project(document):
    project = tomllib.loads((openapi_file.PATH.parent.parent / "pyproject.toml").read_text())["project"]

    assert document["info"]["version"] == project["version"]
    assert document["servers"] == [{"url": "/api"}]


def test_stored_document_has_not_drifted():
    stored = openapi_file.PATH.read_text(encoding="utf-8")

    assert openapi_file.drift(stored, openapi_file.document_text()) == "", "run `make openapi`"


def test_drift_names_what_changed():
    current = openapi_file.document_text()

    difference = openapi_file.drift(current.replace('"Create a record."', '"Something else."', 1), current)

    assert '-    "summary": "Something else."' in difference.replace("     ", "    ")

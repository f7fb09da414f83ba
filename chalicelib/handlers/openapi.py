"""The OpenAPI 3.1 document, built from the routes that the endpoint decorator registered.

It is built on first use and kept: no other request pays for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, Literal, get_args

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from chalicelib.domain import catalogue, errors
from chalicelib.domain.listing import ListedField, ListedKind
from chalicelib.domain.records import Record
from chalicelib.domain.types import ULID_PATTERN
from chalicelib.handlers.crud import FILTER_VALUE_LENGTH, FILTER_VALUES, SORT_KEYS, FilterParameters, ListParameters
from chalicelib.handlers.http import JSON, PUBLIC, ROUTES, ErrorAnswer, Route, error_content, status_of
from chalicelib.handlers.openapi_examples import EXAMPLE_REQUEST_ID, example_of, sample_error

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]

VERSION: Final = "0.1.0"
_REF = "#/components/schemas/{model}"
_DESCRIPTION = """A CRM for a financial-distribution team.

Send an access token (`POST /v1/auth/login`) or an API key in the `Authorization` header. Every operation names the
permission it needs in `x-permission`: `public`, `signed_in` (any user, on their own account) or `resource:action`.

Lists take `limit`, `cursor`, `sort`, `q`, `facets` and a filter for every listed field. Every POST may carry an
`Idempotency-Key`: the same key and request get the same answer for 24 hours. Changes take the version you saw in
`If-Match` (or `version` in the body); a stale one is answered by 412 with the current, base and submitted values.
"""

_STATUS_TEXT: Mapping[int, str] = {
    200: "Done.",
    201: "Created.",
    202: "Accepted.",
    204: "Done; there is nothing to answer.",
    304: "Not changed since the version named by If-None-Match.",
    400: "The request is malformed.",
    401: "No valid credentials.",
    403: "The caller lacks the permission named in `details`.",
    404: "There is no such record, or the caller may not know that there is.",
    409: "The request collides with what is stored.",
    412: "The record was changed since the version the caller saw.",
    413: "The body, or what would be answered, is too large.",
    415: "The body is not application/json.",
    422: "A value is not valid; `details` names the fields.",
    429: "Too many attempts.",
    500: "Something went wrong on our side.",
    503: "A dependency did not answer; safe to retry.",
}


@cache
def document() -> Json:
    """The whole document, for every route there is now. Import `app` first, so that they are all there."""
    return build(ROUTES)


def document_text() -> str:
    """The document as it is written to a file: stable, readable in a diff."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def build(routes: Iterable[Route]) -> Json:
    ordered = sorted(routes, key=lambda route: (route.path, route.method))
    return _Builder(ordered).document()


class _Schemas(GenerateJsonSchema):
    """Records answer with every field they have, so all of them are required in answers.

    A default of null only says that a field may be left out, which `required` says already. Of a model's docstring the
    first paragraph is for callers.
    """

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Json:
        found = super().default_schema(schema)
        return {name: value for name, value in found.items() if (name, value) != ("default", None)}

    def model_schema(self, schema: core_schema.ModelSchema) -> Json:
        found = super().model_schema(schema)
        if self.mode == "serialization" and issubclass(schema["cls"], Record):
            found["required"] = list(found["properties"])
        if "description" in found:
            found["description"] = found["description"].partition("\n\n")[0]
        return found


class _Builder:
    """Collects the components while the operations are made."""

    def __init__(self, routes: list[Route]) -> None:
        self._routes = routes
        self._responses: dict[str, Json] = {}
        self._examples: dict[str, Json] = {}
        self._by_type, self._schemas = _json_schemas(routes)

    def document(self) -> Json:
        paths: dict[str, Json] = {}
        for route in self._routes:
            for method in (route.method, *route.aliases):
                paths.setdefault(route.path, {})[method.lower()] = self._operation(route, method)
        queries = {_ref_name(self._by_type[route.query, "validation"]) for route in self._routes if route.query}
        schemas = {name: schema for name, schema in sorted(self._schemas.items()) if name not in queries}
        return {
            "openapi": "3.1.0",
            "info": {"title": "Alforis CRM", "version": VERSION, "description": _DESCRIPTION},
            "servers": [{"url": "/api"}],
            "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in self._routes)],
            "paths": paths,
            "components": {
                "schemas": schemas,
                "responses": dict(sorted(self._responses.items())),
                "examples": dict(sorted(self._examples.items())),
                "headers": _HEADERS,
                "securitySchemes": _SECURITY_SCHEMES,
            },
        }

    def _operation(self, route: Route, method: str) -> Json:
        summary, _, rest = route.summary.partition("\n")
        operation: Json = {
            "operationId": _operation_id(route, method),
            "tags": [route.tag],
            "summary": summary.strip(),
            "x-permission": route.permission,
            "security": [] if route.permission == PUBLIC else [{"accessToken": []}, {"apiKey": []}],
        }
        if rest.strip():
            operation["description"] = re.sub(r"\s*\n\s*", " ", rest.strip())
        if method != route.method:
            operation |= {"deprecated": True, "description": f"The same as {route.method}, for earlier clients."}
        if parameters := self._parameters(route):
            operation["parameters"] = parameters
        if route.body is not None:
            operation["requestBody"] = {"required": True, "content": self._content(route.body, "validation")}
        operation["responses"] = self._answers(route)
        return operation

    def _parameters(self, route: Route) -> list[Json]:
        return [
            *(_path_parameter(name) for name in re.findall(r"\{(\w+)\}", route.path)),
            *(self._query_parameters(route) if route.query else ()),
            *(_request_headers(route)),
        ]

    def _query_parameters(self, route: Route) -> Iterator[Json]:
        schema = self._schemas[_ref_name(self._by_type[route.query, "validation"])]
        kind = listed_kind(route)
        own = {
            name: _without_null(value) for name, value in schema["properties"].items() if not kind or name != "facets"
        }
        for name, value in own.items():
            if kind and name == "sort":
                yield _sort_parameter(kind)
            else:
                yield _query_parameter(name, value, required=name in schema.get("required", ()))
        if kind:
            if "facets" in schema["properties"]:
                yield _facets_parameter(kind)
            for field in kind.fields.values():
                if field.name not in own:
                    yield from _filter_parameters(field)

    def _answers(self, route: Route) -> Json:
        headers: Json = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
        if is_record(route.answer):
            headers["ETag"] = {"$ref": "#/components/headers/ETag"}
        for name, description in route.headers.items():
            headers[name] = {"description": description, "schema": {"type": "string"}}
        answers: Json = {str(route.status): {"description": _STATUS_TEXT[route.status], "headers": headers}}
        if route.answer is not None:
            answers[str(route.status)]["content"] = self._content(route.answer, "serialization")
        elif route.status != 204:
            text = {"type": "object"} if route.media_type == JSON else {"type": "string"}
            answers[str(route.status)]["content"] = {route.media_type: {"schema": text}}
        if route.method == "GET" and is_record(route.answer):
            answers["304"] = {"description": _STATUS_TEXT[304], "headers": headers}
        for status, causes in _refusals(route).items():
            if str(status) in answers:
                continue
            answers[str(status)] = {"$ref": f"#/components/responses/{self._refusal(status, causes)}"}
        return dict(sorted(answers.items()))

    def _refusal(self, status: int, causes: list[type[errors.DomainError]]) -> str:
        """The name of the component for a status with these causes."""
        codes = sorted({cause.code for cause in causes})
        name = "-".join([str(status), *codes])
        for cause in causes:
            self._examples[f"error.{cause.code}"] = {
                "value": {"error": error_content(sample_error(cause), EXAMPLE_REQUEST_ID)}
            }
        headers: Json = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
        if status == 429:
            headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
        if status == 401:
            headers["WWW-Authenticate"] = {"$ref": "#/components/headers/WwwAuthenticate"}
        self._responses[name] = {
            "description": _STATUS_TEXT[status],
            "headers": headers,
            "content": {
                JSON: {
                    "schema": {"$ref": _REF.format(model="ErrorAnswer")},
                    "examples": {code: {"$ref": f"#/components/examples/error.{code}"} for code in codes},
                }
            },
        }
        return name

    def _content(self, model: Any, mode: Mode) -> Json:
        schema = self._by_type[model, mode]
        example = example_of(schema, self._schemas)
        if "$ref" not in schema:
            return {JSON: {"schema": schema, "example": example}}
        name = _ref_name(schema)
        self._examples.setdefault(name, {"value": example})
        return {JSON: {"schema": schema, "examples": {"example": {"$ref": f"#/components/examples/{name}"}}}}


def _json_schemas(routes: Iterable[Route]) -> tuple[dict[tuple[Any, Mode], Json], dict[str, Json]]:
    """The schema of each model by (type, mode), and the definitions those refer to."""
    wanted: dict[tuple[Any, Mode], TypeAdapter[Any]] = {}
    for route in routes:
        for model in (route.body, route.query):
            if model is not None:
                wanted[model, "validation"] = TypeAdapter(model)
        if route.answer is not None:
            wanted[route.answer, "serialization"] = TypeAdapter(route.answer)
    wanted[ErrorAnswer, "serialization"] = TypeAdapter(ErrorAnswer)
    inputs = [(model, mode, adapter) for (model, mode), adapter in wanted.items()]
    found, definitions = TypeAdapter.json_schemas(inputs, ref_template=_REF, schema_generator=_Schemas)
    return dict(found), definitions.get("$defs", {})


def _ref_name(schema: Json) -> str:
    return str(schema["$ref"].rpartition("/")[2])


def is_record(answer: Any) -> bool:
    return isinstance(answer, type) and issubclass(answer, Record)


def _operation_id(route: Route, method: str) -> str:
    stem = f"{route.tag}_{route.name}".replace("-", "_")
    return stem if method == route.method else f"{stem}_{method.lower()}"


# Parameters


def _path_parameter(name: str) -> Json:
    schema = {"type": "string", "pattern": ULID_PATTERN} if name.endswith("id") else {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameter(name: str, schema: Json, *, required: bool = False) -> Json:
    given = dict(schema)
    parameter: Json = {"name": name, "in": "query", "schema": given}
    if required:
        parameter["required"] = True
    if "description" in given:
        parameter["description"] = given.pop("description")
    given.pop("title", None)
    return parameter


def _without_null(schema: Json) -> Json:
    """A query parameter is given or not; it is never null."""
    if "anyOf" not in schema:
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    given = [option for option in schema["anyOf"] if option != {"type": "null"}]
    return {**rest, **given[0]} if len(given) == 1 else {**rest, "anyOf": given}


def listed_kind(route: Route) -> ListedKind | None:
    """The kind whose fields a route filters by: named by its query model, or the kind of the items it lists."""
    if route.query is None or not issubclass(route.query, FilterParameters):
        return None
    if not issubclass(route.query, ListParameters):
        found: ListedKind = route.query.listed  # type: ignore[attr-defined]
        return found
    (item,) = get_args(route.answer.model_fields["items"].annotation)
    return catalogue.LISTED[item.kind]


def _sort_parameter(kind: ListedKind) -> Json:
    keys = [sign + name for name in kind.fields for sign in ("", "-")]
    schema = {"type": "array", "items": {"type": "string", "enum": keys}, "maxItems": SORT_KEYS}
    parameter = _query_parameter("sort", {**schema, "description": "By these fields in turn; - means descending."})
    return {**parameter, "style": "form", "explode": False}


def _facets_parameter(kind: ListedKind) -> Json:
    names = [field.name for field in kind.fields.values() if field.facet]
    schema = {"type": "array", "items": {"type": "string", "enum": names}}
    return _query_parameter("facets", {**schema, "description": "Fields to count by value."})


_FILTER_VALUES: Mapping[str, Json] = {
    "keyword": {"type": "string", "maxLength": FILTER_VALUE_LENGTH},
    "text": {"type": "string", "maxLength": FILTER_VALUE_LENGTH},
    "integer": {"type": "integer"},
    "money": {"type": "string", "pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,6})?$"},
    "decimal": {"type": "string", "pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,6})?$"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]},
    "boolean": {"type": "boolean"},
}


def _filter_parameters(field: ListedField) -> Iterator[Json]:
    """Repeated values are alternatives; ranges take one value."""
    value = _FILTER_VALUES[field.type]
    several = {"type": "array", "items": value, "minItems": 1, "maxItems": FILTER_VALUES}
    yield _query_parameter(field.name, several)
    yield _query_parameter(f"{field.name}__ne", several)
    if field.type in ("keyword", "text"):
        longest = 32 if field.type == "text" else FILTER_VALUE_LENGTH
        yield _query_parameter(f"{field.name}__prefix", {"type": "string", "minLength": 1, "maxLength": longest})
    else:
        yield _query_parameter(f"{field.name}__gte", value)
        yield _query_parameter(f"{field.name}__lte", value)
    yield _query_parameter(f"{field.name}__empty", {"type": "boolean"})


def _request_headers(route: Route) -> Iterator[Json]:
    if route.versioned:
        yield _header(
            "If-Match",
            "The ETag you saw; a stale one is answered by 412.",
            r'^((W/)?"[1-9][0-9]{0,9}"|[1-9][0-9]{0,9}|\*)$',
        )
    if route.method == "GET" and is_record(route.answer):
        yield _header("If-None-Match", "The ETag you have; 304 when it is still current.", None)
    if route.idempotent:
        description = "Your key for this request; repeated within 24 hours it gets the same answer."
        yield _header("Idempotency-Key", description, r"^[!-~]{1,200}$")


def _header(name: str, description: str, pattern: str | None) -> Json:
    schema = {"type": "string", **({"pattern": pattern} if pattern else {})}
    return {"name": name, "in": "header", "description": description, "schema": schema}


# Answers


_HEADERS: Json = {
    "RequestId": {"description": "Names the request in our logs.", "schema": {"type": "string"}},
    "ETag": {"description": "The record's version in quotes.", "schema": {"type": "string"}, "example": '"3"'},
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}, "example": 30},
    "WwwAuthenticate": {"description": "Bearer.", "schema": {"type": "string"}},
}

_SECURITY_SCHEMES: Json = {
    "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Bearer ` and an API key made by `POST /v1/api-keys`.",
    },
}


def _refusals(route: Route) -> dict[int, list[type[errors.DomainError]]]:
    """What the route itself declares, and what the endpoint decorator refuses for every route like it."""
    found: list[type[errors.DomainError]] = [*route.errors, errors.DomainError, errors.Unavailable]
    if route.permission != PUBLIC:
        found += [errors.Unauthenticated, errors.Forbidden]
    if "{" in route.path:
        found.append(errors.NotFound)
    if route.body is not None:
        found += [errors.MalformedRequest, errors.InvalidInput, errors.UnsupportedMediaType, errors.PayloadTooLarge]
    if route.versioned:
        found += [errors.MalformedRequest, errors.InvalidInput, errors.StaleVersion]
    if route.idempotent:
        found += [errors.MalformedRequest, errors.IdempotencyMismatch]
    found.append(errors.InvalidInput)  # unknown query parameters
    if route.method != "GET":
        found += [errors.PayloadTooLarge, errors.Conflict]
    by_status: dict[int, list[type[errors.DomainError]]] = {}
    for cause in dict.fromkeys(found):
        by_status.setdefault(status_of(cause), []).append(cause)
    return dict(sorted(by_status.items()))

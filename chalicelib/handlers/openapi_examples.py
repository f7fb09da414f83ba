"""Examples for the API's documentation: a value for every schema, and an instance of every error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from chalicelib.domain import errors

Json = dict[str, Any]

EXAMPLE_ID: Final = "01JD8Z3W9V6Q5T4R3S2P1N0M0K"
EXAMPLE_REQUEST_ID: Final = "8f0e5c1a-3a51-4a57-9a53-0d8f3d7f2b11"
_INSTANT = "2026-01-15T09:30:00.000Z"

_BY_NAME: Mapping[str, Any] = {
    # A tuple holds alternatives: the first one that fits the schema is taken.
    "address": "12 rue de la Paix",
    "assigned_to": EXAMPLE_ID,
    "category": "Institution",
    "changes": {"city": ["Lyon", "Paris"]},
    "city": "Paris",
    "code": ("not_found", "123456"),
    "content": "Presented the new fund.",
    "country_code": "FR",
    "created_by": EXAMPLE_ID,
    "current_password": "correct horse battery",
    "deleted_at": None,
    "deleted_by": None,
    "description": "Send the term sheet.",
    "email": "jean.dupont@example.com",
    "date_fin": "2028-12-31",
    "end_at": "2026-06-18T21:00:00.000Z",
    "end_date": "2026-12-31",
    "error": None,
    "facets": {"city": {"Paris": 3, "Lyon": 1}},
    "first_name": "Jean",
    "full_name": "Jean Dupont",
    "id": (EXAMPLE_ID, "account-manager"),
    "ip": "203.0.113.7",
    "isin": "FR0000120271",
    "job_title": "Directeur Investissements",
    "kind": "organisation",
    "language": "fr",
    "last_name": "Dupont",
    "lei": "529900T8BM49AURSDO55",
    "linkedin_url": "https://www.linkedin.com/in/jean-dupont",
    "locale": "fr",
    "login": "jean.dupont@example.com",
    "metadata": {"segment": "private banking"},
    "mobile": "+33612345678",
    "name": "ACME Investments",
    "new_password": "a longer staple battery",
    "next_cursor": None,
    "notes": "Met at the spring conference.",
    "organisation_name": "ACME Investments",
    "owners": [EXAMPLE_ID],
    "participants": ["Jean Dupont"],
    "password": "correct horse battery",
    "permissions": ["organisations:read"],
    "person_name": "Jean Dupont",
    "personal_email": "jean@example.org",
    "phone": "+33142685300",
    "postal_code": "75002",
    "registration_number": "552 100 554",
    "role": "sales",
    "scopes": ({"default": "team"}, ["organisations:read"]),
    "slug": "account-manager",
    "start_at": "2026-06-18T17:00:00.000Z",
    "start_date": "2026-01-01",
    "strategies": ["Actions"],
    "subject": "Presentation of the new fund",
    "tags": ["priority"],
    "teams": [EXAMPLE_ID],
    "timezone": "Europe/Paris",
    "title": "Send the term sheet",
    "updated_by": EXAMPLE_ID,
    "url": "https://www.example.com/term-sheet.pdf",
    "username": "jean.dupont",
    "website": "https://www.example.com",
    "work_email": "j.dupont@acme.example.com",
    "work_phone": "+33142685301",
}

_BY_FORMAT: Mapping[str, Any] = {"date": "2026-03-31", "date-time": _INSTANT}


def example_of(schema: Mapping[str, Any], definitions: Mapping[str, Any], name: str = "") -> Any:
    """A value that fits the schema, realistic where the field's name tells what it holds."""
    if "$ref" in schema:
        return example_of(definitions[schema["$ref"].rpartition("/")[2]], definitions, name)
    if "examples" in schema:
        return schema["examples"][0]
    for chosen in ("const", "enum"):
        if chosen in schema:
            return schema[chosen][0] if chosen == "enum" else schema[chosen]
    named = _BY_NAME.get(name, ())
    for value in named if isinstance(named, tuple) else (named,):
        if _fits(value, schema):
            return value
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], definitions, name)
    return _BY_TYPE[schema.get("type", "object")](schema, definitions, name)


_JSON_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Is the value what the schema takes, as far as its type and pattern tell?"""
    if "anyOf" in schema:
        return any(_fits(value, option) for option in schema["anyOf"])
    if "$ref" in schema or "$ref" in schema.get("items", {}):
        return False
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        return False
    return "type" not in schema or isinstance(value, _JSON_TYPES[schema["type"]])


def _string(schema: Mapping[str, Any], _: Mapping[str, Any], name: str) -> str:
    if name.endswith("_at"):
        return _INSTANT
    if name.endswith("_id"):
        return EXAMPLE_ID
    return str(_BY_FORMAT.get(schema.get("format", ""), "example"))


def _number(schema: Mapping[str, Any], _: Mapping[str, Any], __: str) -> int:
    return int(schema.get("minimum", 1)) or 1


def _array(schema: Mapping[str, Any], definitions: Mapping[str, Any], name: str) -> list[Any]:
    if "prefixItems" in schema:
        return [example_of(item, definitions) for item in schema["prefixItems"]]
    return [example_of(schema.get("items", {}), definitions, name.removesuffix("s"))]


def _object(schema: Mapping[str, Any], definitions: Mapping[str, Any], _: str) -> Json:
    properties: Mapping[str, Any] = schema.get("properties", {})
    return {name: example_of(value, definitions, name) for name, value in properties.items()}


_BY_TYPE: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], str], Any]] = {
    "string": _string,
    "integer": _number,
    "number": _number,
    "boolean": lambda *_: True,
    "null": lambda *_: None,
    "array": _array,
    "object": _object,
}


_STALE = {"id": EXAMPLE_ID, "version": 3, "name": "ACME Investments", "city": "Paris"}

_SAMPLES: tuple[errors.DomainError, ...] = (
    errors.DomainError("Something went wrong on our side."),
    errors.Duplicate("email", EXAMPLE_ID),
    errors.ExportTooLarge(48_211, 10_000),
    errors.Forbidden("organisations:update"),
    errors.IdempotencyMismatch("This Idempotency-Key was used for another request."),
    errors.InvalidInput("The request is not valid.", [errors.Detail("email", "must be an e-mail address")]),
    errors.MalformedRequest("The body is not valid JSON."),
    errors.NotFound("There is no such record."),
    errors.PayloadTooLarge("The body is larger than 1000000 bytes."),
    errors.StaleVersion(current=_STALE, base={**_STALE, "version": 2, "city": "Lyon"}, submitted={"city": "Marseille"}),
    errors.TooManyRequests(30),
    errors.Unauthenticated("The access token is missing, wrong or expired."),
    errors.Unavailable("The data store did not answer; please try again."),
    errors.UnsupportedMediaType("The body must be application/json."),
)


def sample_error(error: type[errors.DomainError]) -> errors.DomainError:
    """An instance of the error as a caller may meet it."""
    known = next((sample for sample in _SAMPLES if type(sample) is error), None)
    return known or error(error.code.replace("_", " ").capitalize() + ".")

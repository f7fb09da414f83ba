"""The caller's API keys."""

from __future__ import annotations

from typing import Annotated, Any

from chalice.app import Blueprint
from pydantic import BaseModel, Field

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.identity import ApiKey
from chalicelib.domain.policy import Permission
from chalicelib.domain.records import Fields
from chalicelib.domain.types import Name, Timestamp
from chalicelib.handlers.auth import require_session
from chalicelib.handlers.http import SIGNED_IN, Call, Result, endpoint

blueprint = Blueprint(__name__)

Scopes = Annotated[list[Permission], Field(min_length=1, max_length=200)]


class ApiKeyFields(Fields):
    name: Name
    scopes: Scopes


class NewApiKey(ApiKeyFields):
    expires_at: Timestamp | None = None


class ApiKeyChanges(BaseModel):
    model_config = Fields.model_config

    name: Name | None = None
    scopes: Scopes | None = None


class ApiKeyRow(BaseModel):
    """`scopes` are permissions; the key can do what is in both them and its owner's role."""

    id: str
    name: str
    scopes: list[str]
    created_at: Timestamp
    expires_at: Timestamp | None


class NewApiKeyRow(ApiKeyRow):
    """`key` is shown this once."""

    key: str


class ApiKeys(BaseModel):
    items: list[ApiKeyRow]


@endpoint(blueprint, "GET", "/v1/api-keys", permission=SIGNED_IN, answer=ApiKeys, tag="api-keys")
def list_api_keys(call: Call) -> Any:
    """The caller's keys."""
    require_session(call)
    return ApiKeys(items=[_row(key) for key in wiring.api_keys().list(call.caller)])


@endpoint(
    blueprint,
    "POST",
    "/v1/api-keys",
    permission=SIGNED_IN,
    body=NewApiKey,
    answer=NewApiKeyRow,
    status=201,
    raises=(errors.InvalidInput, errors.Forbidden, errors.Conflict),
    idempotent=False,
)
def create_api_key(call: Call) -> Any:
    """Make a key; its text is in this answer only."""
    require_session(call)
    body: NewApiKey = call.body
    key, text = wiring.api_keys().create(call.caller, body.name, frozenset(body.scopes), body.expires_at)
    return NewApiKeyRow(**_row(key).model_dump(), key=text)


@endpoint(blueprint, "GET", "/v1/api-keys/{id}", permission=SIGNED_IN, answer=ApiKeyRow, raises=(errors.NotFound,))
def get_api_key(call: Call) -> Any:
    """One key."""
    require_session(call)
    return _row(wiring.api_keys().get(call.caller, call.path["id"]))


@endpoint(
    blueprint,
    "PATCH",
    "/v1/api-keys/{id}",
    permission=SIGNED_IN,
    body=ApiKeyChanges,
    answer=ApiKeyRow,
    raises=(errors.NotFound, errors.Forbidden, errors.Conflict),
)
def update_api_key(call: Call) -> Any:
    """Change name or scopes."""
    require_session(call)
    given = {name: value for name, value in call.changes.items() if value is not None}
    return _row(wiring.api_keys().update(call.caller, call.path["id"], given))


@endpoint(blueprint, "DELETE", "/v1/api-keys/{id}", permission=SIGNED_IN, status=204, raises=(errors.NotFound,))
def revoke_api_key(call: Call) -> Any:
    """Revoke a key; it opens nothing from the next request on."""
    require_session(call)
    wiring.api_keys().revoke(call.caller, call.path["id"])
    return Result(None)


def _row(key: ApiKey) -> ApiKeyRow:
    return ApiKeyRow(
        id=key.id, name=key.name, scopes=sorted(key.scopes), created_at=key.created_at, expires_at=key.expires_at
    )

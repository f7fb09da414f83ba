"""Roles and the permissions there are."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint
from pydantic import BaseModel

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.policy import ACTIONS, PERMISSIONS, RESOURCES, Scope
from chalicelib.domain.users import ROLES, NewRole, Role
from chalicelib.handlers.crud import crud_routes
from chalicelib.handlers.http import Call, endpoint

blueprint = Blueprint(__name__)

crud_routes(
    blueprint,
    ROLES,
    wiring.roles,
    only=frozenset({"list", "get", "update", "delete", "restore", "history", "access"}),
    key="slug",
)


class Permissions(BaseModel):
    """What a role can be made of."""

    permissions: list[str]
    resources: list[str]
    actions: list[str]
    scopes: list[Scope]


@endpoint(
    blueprint,
    "POST",
    "/v1/roles",
    permission="roles:create",
    body=NewRole,
    answer=Role,
    status=201,
    raises=(errors.InvalidInput, errors.Conflict),
)
def create_role(call: Call) -> Any:
    """Create a role; its slug becomes its id."""
    return wiring.roles().create(call.caller, call.body)


@endpoint(blueprint, "GET", "/v1/permissions", permission="roles:read", answer=Permissions, tag="roles")
def list_permissions(_: Call) -> Any:
    """The permissions, and the data scopes they can have."""
    return Permissions(
        permissions=sorted(PERMISSIONS), resources=list(RESOURCES), actions=list(ACTIONS), scopes=list(Scope)
    )

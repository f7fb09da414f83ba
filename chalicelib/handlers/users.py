"""Users; creating one sends an invitation."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.users import USERS, User
from chalicelib.handlers.crud import crud_routes
from chalicelib.handlers.http import Call, endpoint

blueprint = Blueprint(__name__)

crud_routes(blueprint, USERS, wiring.users)


@endpoint(
    blueprint,
    "POST",
    "/v1/users/{id}/invitation",
    permission="users:update",
    answer=User,
    raises=(errors.NotFound, errors.Conflict),
)
def invite_again(call: Call) -> Any:
    """Send the invitation once more to a user who has not accepted it."""
    return wiring.users().invite_again(call.caller, call.path["id"])


@endpoint(
    blueprint,
    "POST",
    "/v1/users/{id}/totp/reset",
    permission="users:manage",
    answer=User,
    raises=(errors.NotFound, errors.Conflict),
)
def reset_second_factor(call: Call) -> Any:
    """Take the second factor off a user who lost it; ends their sessions and tells them by mail."""
    return wiring.accounts().reset_second_factor(call.caller, call.path["id"])

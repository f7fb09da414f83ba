"""The caller's own account: profile, sessions, second factor."""

from __future__ import annotations

from typing import Annotated, Any

from chalice.app import Blueprint
from pydantic import BaseModel, StringConstraints

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.policy import Scope
from chalicelib.domain.records import patch_model
from chalicelib.domain.types import Timestamp
from chalicelib.domain.users import ProfileFields, User
from chalicelib.handlers.auth import Body, Password, require_session
from chalicelib.handlers.http import SIGNED_IN, Call, Result, endpoint

blueprint = Blueprint(__name__)


class Me(BaseModel):
    """The caller, and what they may do. Behind an API key, `permissions` are cut to its scopes."""

    user: User
    permissions: list[str]
    scopes: dict[str, Scope]
    session_id: str | None


class SessionRow(BaseModel):
    id: str
    created_at: Timestamp
    last_used_at: Timestamp
    expires_at: Timestamp
    ip: str
    user_agent: str
    current: bool


class Sessions(BaseModel):
    items: list[SessionRow]


class PasswordBody(Body):
    password: Password


class ConfirmBody(Body):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class SecondFactorAnswer(BaseModel):
    """`secret` (base32) and `address` (otpauth:) are what an authenticator app takes."""

    secret: str
    address: str


class RecoveryCodes(BaseModel):
    """Each opens one login in place of a code; shown this once."""

    recovery_codes: list[str]


@endpoint(blueprint, "GET", "/v1/me", permission=SIGNED_IN, answer=Me)
def get_me(call: Call) -> Any:
    """Who am I, and what may I do."""
    grants = call.principal.grants
    me = Me(
        user=wiring.accounts().profile(call.caller),
        permissions=sorted(grants.permissions),
        scopes=dict(grants.scopes),
        session_id=call.principal.session_id,
    )
    return Result(me.model_dump(mode="json"), version=me.user.version)


@endpoint(
    blueprint,
    "PATCH",
    "/v1/me",
    permission=SIGNED_IN,
    body=patch_model(ProfileFields),
    answer=User,
    versioned=True,
    raises=(errors.InvalidInput, errors.StaleVersion),
)
def update_me(call: Call) -> Any:
    """Change the own profile; never role, team, address or activity."""
    require_session(call)
    return wiring.accounts().update_profile(call.caller, call.changes, call.version)


@endpoint(blueprint, "GET", "/v1/me/sessions", permission=SIGNED_IN, answer=Sessions)
def list_sessions(call: Call) -> Any:
    """Where the caller is logged in."""
    require_session(call)
    rows = [
        SessionRow(
            id=session.id,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.expires_at,
            ip=session.ip,
            user_agent=session.user_agent,
            current=session.id == call.principal.session_id,
        )
        for session in wiring.accounts().sessions(call.caller)
    ]
    return Sessions(items=rows)


@endpoint(blueprint, "DELETE", "/v1/me/sessions/{id}", permission=SIGNED_IN, status=204, raises=(errors.NotFound,))
def end_session(call: Call) -> Any:
    """End one of the caller's sessions."""
    require_session(call)
    if not wiring.authentication().end_session(call.caller, call.path["id"]):
        raise errors.NotFound("There is no such session.")
    return Result(None)


_REFUSALS = (errors.InvalidInput, errors.Conflict, errors.TooManyRequests)


@endpoint(
    blueprint,
    "POST",
    "/v1/me/totp",
    permission=SIGNED_IN,
    body=PasswordBody,
    answer=SecondFactorAnswer,
    raises=_REFUSALS,
    idempotent=False,
)
def set_up_second_factor(call: Call) -> Any:
    """Begin to set up a second factor; it counts once a code has been confirmed."""
    require_session(call)
    setup = wiring.accounts().set_up_second_factor(call.caller, call.body.password)
    return SecondFactorAnswer(secret=setup.secret, address=setup.address)


@endpoint(
    blueprint,
    "POST",
    "/v1/me/totp/confirm",
    permission=SIGNED_IN,
    body=ConfirmBody,
    answer=RecoveryCodes,
    raises=_REFUSALS,
    idempotent=False,
)
def confirm_second_factor(call: Call) -> Any:
    """Switch the second factor on; answers the recovery codes."""
    require_session(call)
    return RecoveryCodes(recovery_codes=wiring.accounts().confirm_second_factor(call.caller, call.body.code))


@endpoint(
    blueprint,
    "POST",
    "/v1/me/totp/recovery-codes",
    permission=SIGNED_IN,
    body=PasswordBody,
    answer=RecoveryCodes,
    raises=_REFUSALS,
    idempotent=False,
)
def renew_recovery_codes(call: Call) -> Any:
    """Replace the recovery codes."""
    require_session(call)
    return RecoveryCodes(recovery_codes=wiring.accounts().renew_recovery_codes(call.caller, call.body.password))


@endpoint(
    blueprint,
    "POST",
    "/v1/me/totp/disable",
    permission=SIGNED_IN,
    body=PasswordBody,
    status=204,
    raises=_REFUSALS,
    idempotent=False,
)
def remove_second_factor(call: Call) -> Any:
    """Remove the second factor."""
    require_session(call)
    wiring.accounts().remove_second_factor(call.caller, call.body.password)
    return Result(None)

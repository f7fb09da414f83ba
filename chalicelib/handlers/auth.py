"""Login, second factor, refresh, logout, and what a mail's token opens. The refresh token lives in a cookie only."""

from __future__ import annotations

from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Any, Final, Literal

from chalice.app import Blueprint
from pydantic import BaseModel, ConfigDict, StringConstraints

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.identity import SESSION_LIFETIME
from chalicelib.domain.tokens import ACCESS_LIFETIME
from chalicelib.domain.types import Timestamp
from chalicelib.domain.users import User
from chalicelib.handlers.http import PUBLIC, SIGNED_IN, Call, Result, endpoint
from chalicelib.services.authentication import CodeNeeded, LoggedIn, Origin

blueprint = Blueprint(__name__)

REFRESH_COOKIE: Final = "__Host-refresh"
DEVICE_COOKIE: Final = "__Host-device"
_DEVICE_SECONDS = 365 * 24 * 3600
_FIRST_PARTY = "alforis"

Password = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class LoginBody(Body):
    """`login` is the e-mail or the username."""

    login: Annotated[str, StringConstraints(min_length=1, max_length=254)]
    password: Password


class CodeBody(Body):
    """`code` is one of the authenticator app, or a recovery code."""

    challenge: Token
    code: Annotated[str, StringConstraints(min_length=6, max_length=40)]


class ForgotBody(Body):
    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]


class NewPasswordBody(Body):
    token: Token
    password: Password


class ChangePasswordBody(Body):
    current_password: Password
    new_password: Password


class Tokens(BaseModel):
    """`expires_in` counts seconds. The refresh token comes as an HttpOnly cookie."""

    status: Literal["logged_in"] = "logged_in"
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme
    expires_in: int
    user: User


class CodeRequired(BaseModel):
    """The password was right; send `challenge` with a code to `/v1/auth/totp` within five minutes."""

    status: Literal["totp_required"] = "totp_required"
    challenge: str


class Invitation(BaseModel):
    email: str
    username: str
    first_name: str | None
    last_name: str | None
    locale: str
    expires_at: Timestamp


class Accepted(BaseModel):
    status: Literal["accepted"] = "accepted"


_REFUSALS = (errors.Unauthenticated, errors.Forbidden, errors.TooManyRequests)


@endpoint(
    blueprint,
    "POST",
    "/v1/auth/login",
    permission=PUBLIC,
    body=LoginBody,
    answer=Tokens | CodeRequired,
    raises=_REFUSALS,
)
def log_in(call: Call) -> Any:
    """Log in by e-mail or username."""
    _refuse_foreign_origin(call)
    outcome = wiring.authentication().login(_origin(call), call.body.login, call.body.password)
    return CodeRequired(challenge=outcome.challenge) if isinstance(outcome, CodeNeeded) else _logged_in(outcome)


@endpoint(blueprint, "POST", "/v1/auth/totp", permission=PUBLIC, body=CodeBody, answer=Tokens, raises=_REFUSALS)
def complete_login(call: Call) -> Any:
    """Complete a login with a code of the second factor or a recovery code."""
    _refuse_foreign_origin(call)
    return _logged_in(wiring.authentication().complete(_origin(call), call.body.challenge, call.body.code.strip()))


@endpoint(
    blueprint,
    "POST",
    "/v1/auth/refresh",
    permission=PUBLIC,
    answer=Tokens,
    raises=(errors.Unauthenticated, errors.Forbidden),
)
def refresh(call: Call) -> Any:
    """Exchange the refresh cookie for a new access token and the next refresh cookie.

    Needs the header `X-Requested-With: alforis`.
    """
    _require_first_party(call)
    return _logged_in(wiring.authentication().refresh(_origin(call), _cookie(call, REFRESH_COOKIE)))


@endpoint(blueprint, "POST", "/v1/auth/logout", permission=PUBLIC, status=204, raises=(errors.Forbidden,))
def log_out(call: Call) -> Any:
    """End the session of the refresh cookie. Needs the header `X-Requested-With: alforis`."""
    _require_first_party(call)
    wiring.authentication().logout(_origin(call), _cookie(call, REFRESH_COOKIE))
    return Result(None, cookies=(_forget(REFRESH_COOKIE),))


@endpoint(blueprint, "POST", "/v1/auth/logout-everywhere", permission=SIGNED_IN, status=204, raises=(errors.Forbidden,))
def log_out_everywhere(call: Call) -> Any:
    """End all sessions of the caller, this one included."""
    require_session(call)
    wiring.accounts().end_all_sessions(call.caller)
    return Result(None, cookies=(_forget(REFRESH_COOKIE),))


@endpoint(
    blueprint,
    "POST",
    "/v1/auth/change-password",
    permission=SIGNED_IN,
    body=ChangePasswordBody,
    status=204,
    raises=(errors.InvalidInput, errors.TooManyRequests),
    idempotent=False,
)
def change_password(call: Call) -> Any:
    """Set a new password; all other sessions end."""
    require_session(call)
    wiring.accounts().change_password(call.caller, call.body.current_password, call.body.new_password)
    return Result(None)


@endpoint(
    blueprint,
    "POST",
    "/v1/auth/forgot-password",
    permission=PUBLIC,
    body=ForgotBody,
    answer=Accepted,
    status=202,
    raises=(errors.TooManyRequests,),
)
def forget_password(call: Call) -> Any:
    """Have a link to set a new password sent, if the address is a user's; the answer does not tell."""
    wiring.accounts().forget_password(_origin(call), call.body.email)
    return Accepted()


@endpoint(
    blueprint,
    "POST",
    "/v1/auth/reset-password",
    permission=PUBLIC,
    body=NewPasswordBody,
    status=204,
    raises=(errors.InvalidInput, errors.NotFound, errors.TooManyRequests),
)
def reset_password(call: Call) -> Any:
    """Set a new password with the token of the mail; all sessions end."""
    wiring.accounts().reset_password(_origin(call), call.body.token, call.body.password)
    return Result(None)


@endpoint(
    blueprint,
    "GET",
    "/v1/auth/invitations/{token}",
    permission=PUBLIC,
    answer=Invitation,
    raises=(errors.NotFound, errors.TooManyRequests),
)
def get_invitation(call: Call) -> Any:
    """Whom an invitation is for."""
    user, expires_at = wiring.accounts().invitation(_origin(call), call.path["token"])
    return _invitation(user, expires_at)


@endpoint(
    blueprint,
    "POST",
    "/v1/auth/accept-invitation",
    permission=PUBLIC,
    body=NewPasswordBody,
    status=204,
    raises=(errors.InvalidInput, errors.NotFound, errors.TooManyRequests),
)
def accept_invitation(call: Call) -> Any:
    """Choose the first password."""
    wiring.accounts().accept_invitation(_origin(call), call.body.token, call.body.password)
    return Result(None)


def require_session(call: Call) -> None:
    """Some things only a person does: an API key may not."""
    if call.principal.session_id is None:
        raise errors.Forbidden("session", "An API key cannot do this; log in.")


def _invitation(user: User, expires_at: datetime) -> Invitation:
    return Invitation(
        email=user.email,
        username=user.username,
        first_name=user.first_name,
        last_name=user.last_name,
        locale=user.locale,
        expires_at=expires_at,
    )


def _logged_in(outcome: LoggedIn) -> Result:
    lifetime = int(ACCESS_LIFETIME.total_seconds())
    tokens = Tokens(access_token=outcome.access_token, expires_in=lifetime, user=outcome.user)
    cookies = [_remember(REFRESH_COOKIE, outcome.refresh_token, int(SESSION_LIFETIME.total_seconds()))]
    if outcome.device_token:
        cookies.append(_remember(DEVICE_COOKIE, outcome.device_token, _DEVICE_SECONDS))
    return Result(tokens.model_dump(mode="json"), cookies=tuple(cookies))


def _remember(name: str, value: str, seconds: int) -> str:
    """Browsers take a `__Host-` cookie only with Secure, Path=/ and no Domain."""
    return f"{name}={value}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Strict"


def _forget(name: str) -> str:
    return _remember(name, "", 0)


def _cookie(call: Call, name: str) -> str:
    try:
        found = SimpleCookie(call.headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _origin(call: Call) -> Origin:
    return Origin(
        ip=call.caller.ip,
        user_agent="".join(c for c in call.headers.get("user-agent", "") if c.isprintable())[:200],
        request_id=call.caller.request_id,
        device=_cookie(call, DEVICE_COOKIE),
    )


def _refuse_foreign_origin(call: Call) -> None:
    origin = call.headers.get("origin")
    if origin is not None and origin != wiring.public_origin():
        raise errors.Forbidden("same_origin", "This can only be called from our own pages.")


def _require_first_party(call: Call) -> None:
    """The cookie alone must not do: a header no form can send, and our own origin where the browser names one."""
    _refuse_foreign_origin(call)
    if call.headers.get("x-requested-with") != _FIRST_PARTY:
        raise errors.Forbidden("same_origin", f"Send the header X-Requested-With: {_FIRST_PARTY}.")

"""The tokens we hand out: signed access tokens, and sealed opaque ones whose secret is stored only as a hash.

An opaque token names what it opens, carries a random secret, and is sealed with a MAC, so that a made-up one is refused
before anything is read and cannot be taken for a replayed one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import jwt
from ulid import ULID

from chalicelib.domain.errors import Unauthenticated
from chalicelib.domain.types import ULID_PATTERN

ACCESS_LIFETIME = timedelta(minutes=10)
_AUDIENCE = "alforis-crm"
_ALGORITHM = "HS256"
_HEADER = frozenset({"alg", "kid", "typ"})
_REQUIRED = ("exp", "iat", "sub", "aud", "iss", "jti", "typ", "sid", "role")
_CLOCK_SKEW_SECONDS = 60
_KEY_BYTES = 32
_ULID = re.compile(ULID_PATTERN)
_SLUG = re.compile(r"[a-z][a-z0-9_-]{1,49}")
_API_KEY = re.compile(r"alf_([0-9A-Z]{26})([0-9A-Z]{26})_([A-Za-z0-9_-]{43})")


class Keys(Protocol):
    """The secrets tokens are made with; read anew for each use, so that a rotation takes effect."""

    @property
    def current(self) -> str: ...

    @property
    def signing_keys(self) -> Mapping[str, bytes]: ...

    @property
    def pepper(self) -> bytes: ...


class AccessClaims(NamedTuple):
    """What an access token says. `role` is a hint: the stored user decides."""

    user_id: str
    session_id: str
    role: str


class AccessTokens:
    """JWTs of one algorithm, issuer, audience and type."""

    def __init__(self, keys: Callable[[], Keys], issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer

    def issue(self, claims: AccessClaims, now: datetime) -> str:
        keys = self._keys()
        payload = {
            "sub": claims.user_id,
            "sid": claims.session_id,
            "role": claims.role,
            "typ": "access",
            "iss": self._issuer,
            "aud": _AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFETIME).timestamp()),
            "jti": str(ULID.from_datetime(now)),
        }
        return jwt.encode(payload, _strong(keys.signing_keys[keys.current]), _ALGORITHM, headers={"kid": keys.current})

    def verify(self, token: str, now: datetime) -> AccessClaims:
        """The claims of a token we issued and that is valid now; raises `Unauthenticated`."""
        try:
            key = self._keys().signing_keys.get(_key_named(token.partition(".")[0]))
            if key is None:
                raise invalid_token()
            payload = jwt.decode(
                token,
                _strong(key),
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=self._issuer,
                options={"require": list(_REQUIRED), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except (jwt.InvalidTokenError, UnicodeError) as error:
            raise invalid_token() from error
        return _checked(payload, now)


@lru_cache(maxsize=64)
def _key_named(header: str) -> str:
    """The key a token's first part names, "" if it is not a header of ours. All tokens of one key share that part."""
    try:
        fields = json.loads(base64.urlsafe_b64decode(header.encode("ascii") + b"=" * (-len(header) % 4)))
    except (ValueError, RecursionError):
        return ""
    ours = isinstance(fields, dict) and fields.keys() <= _HEADER and fields.get("alg") == _ALGORITHM
    return str(fields.get("kid")) if ours else ""


def _checked(payload: Mapping[str, Any], now: datetime) -> AccessClaims:
    """Times are compared with our own clock; identifiers must have the shape of ours."""
    issued, expires = payload["iat"], payload["exp"]
    if type(issued) is not int or type(expires) is not int:
        raise invalid_token()
    instant = now.timestamp()
    lifetime = ACCESS_LIFETIME.total_seconds()
    if not (issued - _CLOCK_SKEW_SECONDS <= instant < expires <= issued + lifetime) or "nbf" in payload:
        raise invalid_token()
    user_id, session_id, role = payload["sub"], payload["sid"], payload["role"]
    texts = (user_id, session_id, role, payload["jti"])
    if payload["typ"] != "access" or not all(isinstance(text, str) for text in texts):
        raise invalid_token()
    if not (_ULID.fullmatch(user_id) and _ULID.fullmatch(session_id) and _SLUG.fullmatch(role)):
        raise invalid_token()
    return AccessClaims(user_id, session_id, role)


def _strong(key: bytes) -> bytes:
    if len(key) < _KEY_BYTES:
        raise ValueError(f"a signing key needs at least {_KEY_BYTES} bytes")
    return key


def invalid_token() -> Unauthenticated:
    return Unauthenticated("The credentials are not valid; please log in again.")


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """How a random secret is stored. It has 256 bits, so a plain hash keeps it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(left: str | None, right: str | None) -> bool:
    """Constant-time equality; nothing equals a missing value."""
    return left is not None and right is not None and hmac.compare_digest(left.encode(), right.encode())


def mac(keys: Keys, purpose: str, *parts: str) -> str:
    """A MAC over the parts, for one purpose."""
    message = b"\0".join(part.encode() for part in (purpose, *parts))
    return base64.urlsafe_b64encode(hmac.digest(keys.pepper, message, hashlib.sha256)).decode().rstrip("=")


class RefreshToken(NamedTuple):
    """What a refresh cookie opens, and its secret."""

    user_id: str
    session_id: str
    secret: str


def write_refresh_token(keys: Keys, token: RefreshToken) -> str:
    return ".".join((*token, mac(keys, "refresh", *token)))


def read_refresh_token(keys: Keys, text: str) -> RefreshToken | None:
    """The token if we issued it, whenever that was; None otherwise."""
    *parts, seal = text.split(".")
    if len(parts) != 3 or not same(seal, mac(keys, "refresh", *parts)):
        return None
    return RefreshToken(*parts)


def successor(keys: Keys, token: RefreshToken) -> RefreshToken:
    """The token that follows: only we can tell it, and asked twice we tell the same."""
    return token._replace(secret=mac(keys, "refresh-successor", token.session_id, token.secret))


class DeviceToken(NamedTuple):
    """Says that the user has logged in from this device before."""

    device_id: str
    user_id: str


def write_device_token(keys: Keys, token: DeviceToken) -> str:
    return ".".join((*token, mac(keys, "device", *token)))


def read_device_token(keys: Keys, text: str) -> DeviceToken | None:
    *parts, seal = text.split(".")
    if len(parts) != 2 or not same(seal, mac(keys, "device", *parts)):
        return None
    return DeviceToken(*parts)


def write_one_time_token(keys: Keys, token_id: str) -> str:
    """Nothing secret is stored: who knows the id and the key can tell the token."""
    return f"{token_id}.{mac(keys, 'one-time', token_id)}"


def read_one_time_token(keys: Keys, text: str) -> str | None:
    """The id of a token we issued; None for anything else."""
    token_id, _, seal = text.partition(".")
    return token_id if same(seal, mac(keys, "one-time", token_id)) else None


@dataclass(frozen=True, slots=True)
class ApiKeyToken:
    """The visible part names owner and key, so that both are read at once."""

    user_id: str
    key_id: str
    secret: str

    def __str__(self) -> str:
        return f"alf_{self.user_id}{self.key_id}_{self.secret}"


def read_api_key(text: str) -> ApiKeyToken | None:
    match = _API_KEY.fullmatch(text)
    if match is None or not (_ULID.fullmatch(match[1]) and _ULID.fullmatch(match[2])):
        return None
    return ApiKeyToken(*match.groups())

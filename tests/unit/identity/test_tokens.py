"""A4, A5: what we hand out, and the forgeries that must not pass."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import Unauthenticated
from chalicelib.domain.tokens import (
    ACCESS_LIFETIME,
    AccessClaims,
    AccessTokens,
    ApiKeyToken,
    DeviceToken,
    RefreshToken,
    digest,
    new_secret,
    read_api_key,
    read_device_token,
    read_one_time_token,
    read_refresh_token,
    successor,
    write_device_token,
    write_one_time_token,
    write_refresh_token,
)
from tests.support.clock import START
from tests.support.factories import make_id

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
ISSUER = "https://crm.test"
USER, SESSION = make_id(), make_id()
CLAIMS = AccessClaims(USER, SESSION, "sales")


@dataclass(frozen=True)
class TestKeys:
    __test__ = False

    current: str = "k1"
    signing_keys: dict[str, bytes] = field(default_factory=lambda: {"k1": KEY})
    pepper: bytes = b"pepper" * 6


KEYS = TestKeys()


def tokens(keys: TestKeys = KEYS) -> AccessTokens:
    return AccessTokens(lambda: keys, ISSUER)


def payload(**changes: Any) -> dict[str, Any]:
    """The claims of a good token, changed; None removes one."""
    issued = int(START.timestamp())
    good = {
        "sub": USER,
        "sid": SESSION,
        "role": "sales",
        "typ": "access",
        "iss": ISSUER,
        "aud": "alforis-crm",
        "iat": issued,
        "exp": issued + 600,
        "jti": make_id(),
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(
    claims: dict[str, Any], key: bytes = KEY, algorithm: str = "HS256", headers: dict[str, Any] | None = None
) -> str:
    return jwt.encode(claims, key, algorithm, headers={"kid": "k1", **(headers or {})})


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def hand_made(header: dict[str, Any], claims: dict[str, Any], key: bytes | None = KEY) -> str:
    body = f"{part(header)}.{part(claims)}"
    seal = hmac.digest(key, body.encode(), hashlib.sha256) if key else b""
    return f"{body}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def resealed(token: str, change: Callable[[str, str, str], str]) -> str:
    return change(*token.split("."))


GOOD_HEADER = {"alg": "HS256", "kid": "k1", "typ": "JWT"}
HOUR = 3600
NOW = int(START.timestamp())

FORGERIES = {
    "empty": "",
    "not a token": "abc",
    "two parts": "a.b",
    "binary": "\udcff.\udcff.\udcff",
    "alg none": hand_made({"alg": "none", "kid": "k1", "typ": "JWT"}, payload(), None),
    "alg None in capitals": hand_made({"alg": "NONE", "kid": "k1"}, payload(), None),
    "alg none but signed": hand_made({"alg": "none", "kid": "k1"}, payload()),
    "no alg": hand_made({"kid": "k1", "typ": "JWT"}, payload()),
    "HS384": signed(payload(), KEY * 2, "HS384"),
    "HS512": signed(payload(), KEY * 2, "HS512"),
    "RS256 named, HMAC made": hand_made({"alg": "RS256", "kid": "k1"}, payload()),
    "signature of another key": signed(payload(), OTHER_KEY),
    "signature with an empty key": hand_made(GOOD_HEADER, payload(), b""),
    "signature removed": resealed(signed(payload()), lambda h, p, _: f"{h}.{p}."),
    "signature cut": signed(payload())[:-4],
    "payload exchanged": resealed(signed(payload()), lambda h, _, s: f"{h}.{part(payload(role='admin'))}.{s}"),
    "header exchanged": resealed(signed(payload()), lambda _, p, s: f"{part({**GOOD_HEADER, 'x': 1})}.{p}.{s}"),
    "no kid": hand_made({"alg": "HS256", "typ": "JWT"}, payload()),
    "unknown kid": signed(payload(), headers={"kid": "k9"}),
    "kid as a path": signed(payload(), headers={"kid": "../../dev/null"}),
    "jku": signed(payload(), headers={"jku": "https://evil.test/keys"}),
    "x5u": signed(payload(), headers={"x5u": "https://evil.test/cert"}),
    "jwk": signed(payload(), headers={"jwk": {"kty": "oct", "k": "AA"}}),
    "x5c": signed(payload(), headers={"x5c": ["AA"]}),
    "crit": hand_made({**GOOD_HEADER, "crit": ["exp"]}, payload()),
    "no exp": signed(payload(exp=None)),
    "no iat": signed(payload(iat=None)),
    "no sub": signed(payload(sub=None)),
    "no aud": signed(payload(aud=None)),
    "no iss": signed(payload(iss=None)),
    "no jti": signed(payload(jti=None)),
    "no typ": signed(payload(typ=None)),
    "no sid": signed(payload(sid=None)),
    "no role": signed(payload(role=None)),
    "refresh as access": signed(payload(typ="refresh")),
    "other audience": signed(payload(aud="other")),
    "other issuer": signed(payload(iss="https://evil.test")),
    "expired": signed(payload(iat=NOW - HOUR, exp=NOW - 1)),
    "expires now": signed(payload(iat=NOW - 600, exp=NOW)),
    "issued in the future": signed(payload(iat=NOW + HOUR, exp=NOW + HOUR + 600)),
    "lives too long": signed(payload(exp=NOW + HOUR)),
    "exp as text": hand_made(GOOD_HEADER, payload(exp=str(NOW + 600))),
    "exp as boolean": hand_made(GOOD_HEADER, payload(exp=True)),
    "exp as float": hand_made(GOOD_HEADER, payload(exp=NOW + 599.5)),
    "nbf": signed(payload(nbf=NOW)),
    "sub is no id": signed(payload(sub="admin")),
    "sub reaches for another item": signed(payload(sub=f"{USER}#RECORD")),
    "sid is no id": signed(payload(sid="*")),
    "role is no slug": signed(payload(role="admin#x")),
    "header nested without end": f"{base64.urlsafe_b64encode(b'[' * 6000).decode()}.e30.e30",
    "header is a list": f"{base64.urlsafe_b64encode(b'[]').decode()}.e30.e30",
    "claims are a list": hand_made(GOOD_HEADER, [payload()]),  # type: ignore[arg-type]
}


def test_forgeries_are_enough():
    assert len(FORGERIES) >= 25


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_token_is_refused(name: str):
    with pytest.raises(Unauthenticated):
        tokens().verify(FORGERIES[name], START)


def test_good_token_that_the_forgeries_start_from_is_accepted():
    assert tokens().verify(signed(payload()), START) == CLAIMS
    assert tokens().verify(hand_made(GOOD_HEADER, payload()), START) == CLAIMS


def test_access_token_lives_until_its_last_second():
    token = tokens().issue(CLAIMS, START)

    assert timedelta(minutes=10) >= ACCESS_LIFETIME
    assert tokens().verify(token, START + ACCESS_LIFETIME - timedelta(seconds=1)) == CLAIMS
    with pytest.raises(Unauthenticated):
        tokens().verify(token, START + ACCESS_LIFETIME)


def test_rotated_key_is_valid_while_it_is_kept():
    old = tokens().issue(CLAIMS, START)
    both = TestKeys(current="k2", signing_keys={"k1": KEY, "k2": OTHER_KEY})

    assert tokens(both).verify(old, START) == CLAIMS
    assert jwt.get_unverified_header(tokens(both).issue(CLAIMS, START))["kid"] == "k2"
    with pytest.raises(Unauthenticated):
        tokens(TestKeys(current="k2", signing_keys={"k2": OTHER_KEY})).verify(old, START)


def test_short_signing_key_is_not_used():
    with pytest.raises(ValueError, match="32 bytes"):
        tokens(TestKeys(signing_keys={"k1": b"short"})).issue(CLAIMS, START)


def test_secrets_have_256_bits_and_differ():
    drawn = {new_secret() for _ in range(1000)}

    assert len(drawn) == 1000
    assert all(len(base64.urlsafe_b64decode(secret + "=")) == 32 for secret in drawn)


def test_refresh_token_is_read_back_only_as_it_was_written():
    token = RefreshToken(USER, SESSION, new_secret())
    text = write_refresh_token(KEYS, token)

    assert read_refresh_token(KEYS, text) == token
    for wrong in (text[:-1], text.replace(USER, make_id()), f"{USER}.{SESSION}.{token.secret}", "", "a.b.c.d"):
        assert read_refresh_token(KEYS, wrong) is None
    assert read_refresh_token(replace(KEYS, pepper=b"other" * 8), text) is None


def test_successor_is_the_same_each_time_and_needs_the_key():
    token = RefreshToken(USER, SESSION, new_secret())

    assert successor(KEYS, token) == successor(KEYS, token)
    assert successor(KEYS, token).secret != token.secret
    assert successor(replace(KEYS, pepper=b"other" * 8), token) != successor(KEYS, token)
    assert len(base64.urlsafe_b64decode(successor(KEYS, token).secret + "=")) == 32


def test_tokens_of_one_purpose_are_none_of_another():
    one_time = write_one_time_token(KEYS, new_secret())
    device = write_device_token(KEYS, DeviceToken(make_id(), USER))

    assert read_device_token(KEYS, device) is not None
    assert read_refresh_token(KEYS, device) is None
    assert read_device_token(KEYS, one_time) is None
    assert read_one_time_token(KEYS, device) is None


def test_one_time_token_is_read_back():
    token_id = new_secret()

    assert read_one_time_token(KEYS, write_one_time_token(KEYS, token_id)) == token_id
    assert read_one_time_token(KEYS, token_id) is None
    assert read_one_time_token(KEYS, f"{token_id}.") is None


@given(st.text(max_size=200))
def test_text_nobody_issued_opens_nothing(text: str):
    assert read_refresh_token(KEYS, text) is None
    assert read_device_token(KEYS, text) is None
    assert read_one_time_token(KEYS, text) is None
    assert read_api_key(text) is None


def test_api_key_names_owner_and_key():
    token = ApiKeyToken(USER, SESSION, new_secret())

    assert read_api_key(str(token)) == token
    assert str(token).startswith(f"alf_{USER}")
    assert read_api_key(str(token)[:-1]) is None
    assert read_api_key(str(token).replace(USER, "8" * 26)) is None


def test_digest_does_not_show_the_secret():
    secret = new_secret()

    assert secret not in digest(secret)
    assert len(digest(secret)) == 64

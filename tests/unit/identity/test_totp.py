"""The second factor's codes."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from chalicelib.domain.totp import (
    matching_step,
    new_nonce,
    new_recovery_codes,
    recovery_digest,
    setup_address,
    shared_secret,
)
from tests.support.clock import START
from tests.unit.identity.test_tokens import KEYS, USER

SECRET = shared_secret(KEYS, USER, "nonce")
STEP = int(START.timestamp()) // 30


def test_codes_are_those_of_an_authenticator_app():
    address = urlsplit(setup_address(SECRET, "jean@crm.test"))
    app = pyotp.parse_uri(address.geturl())
    assert isinstance(app, pyotp.TOTP)

    assert address.scheme == "otpauth"
    assert parse_qs(address.query)["issuer"] == ["Alforis CRM"]
    assert matching_step(SECRET, app.at(START), START) == STEP


def test_rfc_6238_vector():
    """Appendix B, SHA-1, last six of its eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert matching_step(secret, "287082", START.fromtimestamp(59, START.tzinfo)) == 1


@pytest.mark.parametrize(("drift", "step"), [(-60, None), (-30, STEP - 1), (0, STEP), (30, STEP + 1), (60, None)])
def test_one_step_of_drift_is_taken(drift: int, step: int | None):
    code = pyotp.TOTP(SECRET).at(START + timedelta(seconds=drift))

    assert matching_step(SECRET, code, START) == step


def test_secret_depends_on_user_nonce_and_key():
    secrets = {SECRET, shared_secret(KEYS, USER, new_nonce()), shared_secret(KEYS, USER[::-1], "nonce")}

    assert len(secrets) == 3
    assert shared_secret(KEYS, USER, "nonce") == SECRET


def test_recovery_codes_differ_and_are_read_as_people_type_them():
    codes = new_recovery_codes()

    assert len(set(codes)) == 10
    typed = codes[0].upper().replace("-", " ")
    assert recovery_digest(KEYS, USER, typed) == recovery_digest(KEYS, USER, codes[0])
    assert recovery_digest(KEYS, USER, codes[1]) != recovery_digest(KEYS, USER, codes[0])

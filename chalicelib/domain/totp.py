"""The second factor: time-based codes (RFC 6238) and recovery codes.

The shared secret is derived from the pepper, the user and a stored nonce, so that the table alone does not give it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp

from chalicelib.domain.tokens import Keys, mac, same

STEP_SECONDS = 30
RECOVERY_CODES = 10
_ISSUER = "Alforis CRM"
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def shared_secret(keys: Keys, user_id: str, nonce: str) -> str:
    """160 bits in base32, as authenticator apps take it."""
    message = b"\0".join((b"totp", user_id.encode(), nonce.encode()))
    return base64.b32encode(hmac.digest(keys.pepper, message, hashlib.sha256)[:20]).decode()


def setup_address(secret: str, account: str) -> str:
    """The otpauth: address behind the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=_ISSUER)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, one step of drift either way; None when it is none."""
    generator = pyotp.TOTP(secret)
    current = int(now.timestamp()) // STEP_SECONDS
    return next((s for s in (current, current - 1, current + 1) if same(generator.generate_otp(s), code)), None)


def new_recovery_codes() -> list[str]:
    """Ten codes of about 59 bits, in three groups of four that are easy to type."""
    return ["-".join(_random_text(4) for _ in range(3)) for _ in range(RECOVERY_CODES)]


def _random_text(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def recovery_digest(keys: Keys, user_id: str, code: str) -> str:
    """How a recovery code is stored; case, spaces and dashes do not count."""
    plain = "".join(character for character in code.casefold() if character.isalnum())
    return mac(keys, "recovery", user_id, plain)

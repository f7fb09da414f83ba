"""Opaque cursors: a position, signed together with the question and the caller it belongs to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from chalicelib import wiring
from chalicelib.domain.errors import Detail, InvalidInput

_TAG_BYTES = 16


def encode_cursor(position: Any, *scope: Any) -> str:
    """A cursor for `position` (JSON) that only the same `scope` (question and caller) can use."""
    payload = json.dumps(position, separators=(",", ":")).encode()
    return _text(_tag(payload, scope) + payload)


def decode_cursor(cursor: str, *scope: Any) -> Any:
    """The position; `InvalidInput` when the cursor was altered or belongs to another question or caller."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError) as error:
        raise _refused() from error
    tag, payload = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    if _text(raw) != cursor or not hmac.compare_digest(tag, _tag(payload, scope)):
        raise _refused()
    return json.loads(payload)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _tag(payload: bytes, scope: tuple[Any, ...]) -> bytes:
    question = json.dumps(scope, sort_keys=True, default=str).encode()
    return hmac.digest(wiring.secrets().cursor_key, question + b"\0" + payload, hashlib.sha256)[:_TAG_BYTES]


def _refused() -> InvalidInput:
    return InvalidInput(
        "The cursor is not valid for this list.",
        [Detail("cursor", "is not valid for this list; start again without it")],
    )

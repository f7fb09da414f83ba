"""The application's secrets, read from Secrets Manager and kept for a few minutes so that a rotation takes effect."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.aws import aws_client

_KEPT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Secrets:
    """`signing_keys` by key id (≥ 32 bytes each), `current` the id new tokens are signed with.

    `origin_secret` is what our distribution adds to each request it passes on.
    """

    current: str
    signing_keys: dict[str, bytes]
    pepper: bytes
    cursor_key: bytes
    origin_secret: str = ""


class SecretsManagerSecrets:
    """Reads the one JSON secret: {"current", "keys": {kid: base64}, "pepper", "cursor_key", "origin_secret"}."""

    def __init__(self, secret_id: str) -> None:
        self._secret_id = secret_id
        self._client: Any = None
        self._kept: Secrets | None = None
        self._read_at = 0.0

    def get(self) -> Secrets:
        if self._kept is None or time.monotonic() - self._read_at > _KEPT_SECONDS:
            self._kept = self._read()
            self._read_at = time.monotonic()
        return self._kept

    def _read(self) -> Secrets:
        if self._client is None:
            self._client = aws_client("secretsmanager", read=4)
        document = json.loads(self._client.get_secret_value(SecretId=self._secret_id)["SecretString"])
        keys = {kid: base64.b64decode(key) for kid, key in document["keys"].items()}
        return Secrets(
            current=document["current"],
            signing_keys=keys,
            pepper=document["pepper"].encode(),
            cursor_key=document["cursor_key"].encode(),
            origin_secret=document.get("origin_secret", ""),
        )

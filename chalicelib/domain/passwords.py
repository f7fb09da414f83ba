"""Passwords: what we accept, and how they are kept (argon2id over a peppered hash)."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from chalicelib.domain.errors import Detail, InvalidInput

MIN_LENGTH = 8
MAX_LENGTH = 128
MEMORY_KIB = 19 * 1024
ITERATIONS = 2
PARALLELISM = 1
"""OWASP Password Storage: argon2id with at least 19 MiB, 2 iterations, 1 lane."""

_NOBODYS = f"$argon2id$v=19$m={MEMORY_KIB},t={ITERATIONS},p={PARALLELISM}${'A' * 22}${'A' * 43}"
"""A hash no password has, with the parameters of real ones: verifying against it takes as long."""


class Passwords:
    """Hashes and verifies under a pepper that is not in the table."""

    def __init__(
        self,
        pepper: Callable[[], bytes],
        memory_kib: int = MEMORY_KIB,
        iterations: int = ITERATIONS,
        parallelism: int = PARALLELISM,
    ) -> None:
        self._pepper = pepper
        self._hasher = PasswordHasher(iterations, memory_kib, parallelism, hash_len=32, salt_len=16, type=Type.ID)

    def hash(self, password: str) -> str:
        return self._hasher.hash(self._peppered(password))

    def verify(self, password: str, stored: str | None) -> bool:
        """Whether the password is the stored one. Without a stored one the same work is done, and the answer is no."""
        try:
            self._hasher.verify(stored or _NOBODYS, self._peppered(password))
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _peppered(self, password: str) -> bytes:
        normal = unicodedata.normalize("NFKC", password)
        return hmac.digest(self._pepper(), b"password\0" + normal.encode(), hashlib.sha256)


def check_password(password: str, personal: Iterable[str | None] = (), field: str = "password") -> None:
    """Refuse (`InvalidInput`) what is too short, too long, among the common ones, or one of the user's own names."""
    reason = _refusal(password, personal)
    if reason:
        raise InvalidInput("This password cannot be used.", [Detail(field, reason)])


def _refusal(password: str, personal: Iterable[str | None]) -> str | None:
    if len(password) < MIN_LENGTH:
        return f"must have at least {MIN_LENGTH} characters"
    if len(password) > MAX_LENGTH:
        return f"must have at most {MAX_LENGTH} characters"
    plain = unicodedata.normalize("NFKC", password).casefold()
    if plain in common_passwords():
        return "is one of the most common passwords"
    if plain in {value.casefold() for value in personal if value}:
        return "is your name or address"
    return None


@cache
def common_passwords() -> frozenset[str]:
    """The 30,000 most common leaked passwords, as zxcvbn keeps them."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])

"""A1, A10: how passwords are kept, and which ones we take."""

from __future__ import annotations

import re
import unicodedata
from unittest.mock import patch

import pytest
from argon2.low_level import verify_secret
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.passwords import MAX_LENGTH, MIN_LENGTH, Passwords, check_password, common_passwords

PASSWORD = "correct horse battery"


def passwords(**parameters: int) -> Passwords:
    return Passwords(lambda: b"pepper", **parameters)


def parameters(stored: str) -> tuple[str, int, int, int]:
    match = re.fullmatch(r"\$(argon2id)\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[^$]{22}\$[^$]{43}", stored)
    assert match, stored
    return match[1], int(match[2]), int(match[3]), int(match[4])


def test_hash_has_at_least_the_parameters_of_the_policy():
    kind, memory_kib, iterations, lanes = parameters(passwords().hash(PASSWORD))

    assert kind == "argon2id"
    assert (memory_kib, iterations, lanes) >= (19 * 1024, 2, 1)


def test_equal_passwords_have_different_hashes():
    assert passwords().hash(PASSWORD) != passwords().hash(PASSWORD)


def test_password_is_verified_under_its_pepper_only():
    stored = passwords().hash(PASSWORD)

    assert passwords().verify(PASSWORD, stored)
    assert not passwords().verify(PASSWORD + "x", stored)
    assert not Passwords(lambda: b"other").verify(PASSWORD, stored)


def test_password_is_the_same_however_its_accents_were_typed():
    stored = passwords().hash(unicodedata.normalize("NFC", "crème brûlée"))

    assert passwords().verify(unicodedata.normalize("NFD", "crème brûlée"), stored)


def test_missing_password_costs_one_verification_with_real_parameters():
    with patch("argon2._password_hasher.verify_secret", wraps=verify_secret) as verifications:
        assert not passwords().verify(PASSWORD, None)

    hashes = [call.args[0].decode() for call in verifications.call_args_list]
    assert [parameters(stored) for stored in hashes] == [parameters(passwords().hash(PASSWORD))]


def test_damaged_hash_is_no_match():
    assert not passwords().verify(PASSWORD, "$argon2id$damaged")


def test_hash_with_lower_parameters_is_outdated():
    old = passwords(memory_kib=8 * 1024, iterations=1).hash(PASSWORD)

    assert passwords().outdated(old)
    assert passwords().verify(PASSWORD, old)
    assert not passwords().outdated(passwords().hash(PASSWORD))


def test_none_of_the_3000_most_common_passwords_is_taken():
    top = FREQUENCY_LISTS["passwords"][:3000]

    taken = [password for password in top if not _refused(password)]

    assert len(top) == 3000
    assert taken == []


def test_common_passwords_are_refused_in_any_case():
    long_enough = [password for password in common_passwords() if len(password) >= MIN_LENGTH]

    assert len(long_enough) > 5000
    assert all(_refused(password.upper()) for password in long_enough[:200])


@pytest.mark.parametrize(
    "password",
    [
        "abcdéfgh",
        "a" * 7 + "é",
        " " * 8 + "x",
        "lettersonlynothingelse",
        "7391826405193847",
        "x" * 64,
        "日本語のパスワード",
        "z" * MAX_LENGTH,
    ],
)
def test_password_needs_no_composition(password: str):
    check_password(password)


@pytest.mark.parametrize("password", ["", "short12", "z" * (MAX_LENGTH + 1), "password1", "admin123", "sunshine"])
def test_short_long_or_common_password_is_refused(password: str):
    assert _refused(password)


def test_own_name_is_no_password():
    with pytest.raises(InvalidInput) as refusal:
        check_password("Jean.Dupont@crm.test", ["jean.dupont@crm.test", None], "new_password")

    assert [detail.field for detail in refusal.value.details] == ["new_password"]
    assert "Dupont" not in str(refusal.value.details)


def _refused(password: str) -> bool:
    try:
        check_password(password)
    except InvalidInput:
        return True
    return False

"""The field types of the model; each constraint of the API is typed here once."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u2028\u2029]")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _one_line(value: str) -> str:
    if _CONTROL.search(value):
        raise PydanticCustomError("control_character", "must be one line without control characters")
    return unicodedata.normalize("NFC", value)


def _free_text(value: str) -> str:
    if _CONTROL_IN_TEXT.search(value):
        raise PydanticCustomError("control_character", "must not contain control characters")
    return unicodedata.normalize("NFC", value)


def _blank_to_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


_REMEMBERED = 2048
"""Addresses and numbers are parsed again at each read of a record; the latest are remembered."""


@lru_cache(_REMEMBERED)
def normalise_email(value: str) -> str:
    """Lower case, IDN domain in its ASCII form; plus-tags are kept (they are other addresses)."""
    try:
        address = validate_email(
            value.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True, strict=True
        )
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "must be an e-mail address") from error
    return f"{address.local_part.lower()}@{address.ascii_domain}"


@lru_cache(_REMEMBERED)
def normalise_phone(value: str) -> str:
    """E.164; a number without country prefix is read as French."""
    try:
        number = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException as error:
        raise PydanticCustomError("phone", "must be a phone number") from error
    if not phonenumbers.is_possible_number(number):
        raise PydanticCustomError("phone", "must be a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _http_url(value: str) -> str:
    address = value if "://" in value else f"https://{value}"
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https") or "." not in host or re.search(r"[\s\\]", address):
        raise PydanticCustomError("url", "must be an http or https address")
    return address


def _lei(value: str) -> str:
    """ISO 17442: 18 alphanumerics and two check digits, mod 97-10 as in ISO 7064."""
    code = value.replace(" ", "").upper()
    if not re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", code) or int("".join(str(int(c, 36)) for c in code)) % 97 != 1:
        raise PydanticCustomError("lei", "must be a valid LEI (20 characters, check digits)")
    return code


EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
"""The days a record may name: every sum of a day and a delay stays a date, and every year has four digits."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE)


def _instant(value: Any) -> Any:
    """Instants come in as RFC 3339 (or as datetime from our own code), never as a count of seconds."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value if _INSTANT.fullmatch(value) else "")
    except (TypeError, ValueError) as error:
        raise PydanticCustomError("datetime", "must be a time such as 2026-01-31T09:30:00Z") from error


def _day(value: Any) -> Any:
    """Days come in as YYYY-MM-DD (or as date from our own code), never as a count of seconds."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) else "")
    except ValueError as error:
        raise PydanticCustomError("date", "must be a day such as 2026-01-31") from error


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("timezone", "must carry a time zone, for example 2026-01-31T09:30:00Z")
    if not EARLIEST.year < value.year < LATEST.year:
        raise PydanticCustomError("datetime", "must be between the years 1901 and 2998")
    return to_milliseconds(value.astimezone(UTC))


def to_milliseconds(value: datetime) -> datetime:
    """Cut to the precision in which times are stored."""
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def format_utc(value: datetime) -> str:
    """`2026-01-31T09:30:00.000Z`: fixed width, so the strings sort as the times do."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


_AMOUNT = r"^[0-9]{1,14}(\.[0-9]{1,2})?$"


def _amount(value: Any) -> Any:
    """Amounts come in as decimal strings (or as Decimal from our own code); a binary float is never exact."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and re.fullmatch(_AMOUNT, value, re.ASCII):
        return Decimal(value)
    raise PydanticCustomError("amount", 'must be a decimal string such as "1250.50", not negative, at most 2 decimals')


def _isin(value: str) -> str:
    """ISO 6166: country, nine alphanumerics, and a check digit by Luhn over the letters' numbers (A = 10 … Z = 35)."""
    code = value.replace(" ", "").upper()
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{9}[0-9]", code) or _luhn("".join(str(int(c, 36)) for c in code)) % 10:
        raise PydanticCustomError("isin", "must be a valid ISIN (12 characters, check digit)")
    return code


def _luhn(digits: str) -> int:
    """ISO/IEC 7812-1: every second digit from the right counts twice, by its cross sum."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return sum(doubled) + sum(int(digit) for digit in digits[::-2])


def _not_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("type", "must not be a boolean")
    return value


ULID_PATTERN = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"

Id = Annotated[str, StringConstraints(pattern=ULID_PATTERN)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_one_line)]
LongText = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_free_text)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,49}$")]
Username = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{1,48}[a-zA-Z0-9]$"),
]
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(normalise_email)]
Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(normalise_phone)]
Url = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500),
    AfterValidator(_one_line),
    AfterValidator(_http_url),
]
Lei = Annotated[str, StringConstraints(max_length=30), AfterValidator(_lei)]
Isin = Annotated[str, StringConstraints(max_length=20), AfterValidator(_isin)]
CountryCode = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{2}$")]
LanguageCode = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[A-Za-z]{2}$")]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), AfterValidator(_one_line)]
Tags = Annotated[list[Tag], Field(max_length=50), AfterValidator(_distinct)]
Probability = Annotated[int, BeforeValidator(_not_boolean), Field(ge=0, le=100)]
Version = Annotated[int, BeforeValidator(_not_boolean), Field(ge=1)]
Money = Annotated[
    Decimal,
    BeforeValidator(_amount),
    Field(ge=0, max_digits=16, decimal_places=2, allow_inf_nan=False),
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": _AMOUNT, "examples": ["1250.50"]}),
]
Percentage = Annotated[
    Money,
    Field(le=100),
    WithJsonSchema({"type": "string", "pattern": r"^(100(\.00?)?|[0-9]{1,2}(\.[0-9]{1,2})?)$", "examples": ["1.50"]}),
]
Count = Annotated[int, BeforeValidator(_not_boolean), Field(ge=0, le=1_000_000)]
MoneyTotal = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "examples": ["1250.50"]}),
]
"""Amounts added up, of any length."""
Timestamp = Annotated[
    datetime,
    BeforeValidator(_instant),
    AfterValidator(_utc),
    PlainSerializer(format_utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST), BeforeValidator(_day)]


distinct = AfterValidator(_distinct)


T = TypeVar("T")
Maybe = Annotated[T | None, BeforeValidator(_blank_to_none)]
"""A value or nothing; a blank string counts as nothing."""

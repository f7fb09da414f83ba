"""Every field type: what it takes, how it normalises, what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.domain import types
from chalicelib.domain.types import (
    CountryCode,
    Day,
    Email,
    Id,
    LanguageCode,
    Lei,
    LongText,
    Maybe,
    Money,
    Name,
    Phone,
    Probability,
    ShortText,
    Slug,
    Tags,
    Timestamp,
    Url,
    Username,
    Version,
    format_utc,
)
from tests.support.factories import make_id

E = "é"
_OR_NOTHING: Any = Maybe
# Hypothesis wants naive bounds; the zone is drawn beside them.
EARLIEST, LATEST = datetime.fromisoformat("1902-01-01"), datetime.fromisoformat("2997-01-01")


def parsed(kind: Any, value: Any) -> Any:
    return TypeAdapter[Any](kind).validate_python(value)


def refused(kind: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        parsed(kind, value)


TAKEN: list[tuple[str, Any, Any, Any]] = [
    ("email", Email, "Jean.Dupont@ACME.FR", "jean.dupont@acme.fr"),
    ("email spaces", Email, "  a@b.fr ", "a@b.fr"),
    ("email plus tag kept", Email, "a+salon@b.fr", "a+salon@b.fr"),
    ("email idn", Email, "jean@société.fr", "jean@xn--socit-esab.fr"),
    ("email idn upper", Email, "JEAN@SOCIÉTÉ.FR", "jean@xn--socit-esab.fr"),
    ("phone french", Phone, "01 42 00 00 00", "+33142000000"),
    ("phone e164", Phone, "+33142000000", "+33142000000"),
    ("phone 00", Phone, "0033 1 42 00 00 00", "+33142000000"),
    ("phone dots", Phone, "06.12.34.56.78", "+33612345678"),
    ("phone foreign", Phone, "+44 20 7946 0958", "+442079460958"),
    ("phone us", Phone, "+1 (202) 456-1111", "+12024561111"),
    ("lei", Lei, "529900T8BM49AURSDO55", "529900T8BM49AURSDO55"),
    ("lei lower spaced", Lei, "5299 00t8bm49aurs do55", "529900T8BM49AURSDO55"),
    ("money", Money, "500000.00", Decimal("500000.00")),
    ("money no decimals", Money, "500000", Decimal("500000")),
    ("money zero", Money, "0", Decimal(0)),
    ("money largest", Money, "99999999999999.99", Decimal("99999999999999.99")),
    ("name trimmed", Name, "  ACME  ", "ACME"),
    ("name composed", Name, "e\u0301", E),
    ("name emoji", Name, "Société \U0001f600", "Société \U0001f600"),
    ("long text lines", LongText, "a\nb\tc\r\nd", "a\nb\tc\r\nd"),
    ("country", CountryCode, "fr", "FR"),
    ("language", LanguageCode, "FR", "fr"),
    ("url", Url, "https://acme.example/a?b=c#d", "https://acme.example/a?b=c#d"),
    ("url without scheme", Url, "acme.example", "https://acme.example"),
    ("tags distinct in order", Tags, ["b", " a ", "b"], ["b", "a"]),
    ("probability", Probability, 0, 0),
    ("probability top", Probability, 100, 100),
    ("username lower", Username, " Jean.Dupont ", "jean.dupont"),
    ("slug", Slug, "team-lead_2", "team-lead_2"),
    ("day", Day, "2024-02-29", date(2024, 2, 29)),
    ("timestamp", Timestamp, "2026-01-31T09:30:00Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
    ("timestamp offset", Timestamp, "2026-01-31T09:30:00+02:00", datetime(2026, 1, 31, 7, 30, tzinfo=UTC)),
    (
        "timestamp cut to milliseconds",
        Timestamp,
        "2026-01-31T09:30:00.123999Z",
        datetime(2026, 1, 31, 9, 30, 0, 123000, tzinfo=UTC),
    ),
    ("blank is nothing", _OR_NOTHING[Email], "  ", None),
    ("null is nothing", _OR_NOTHING[Phone], None, None),
]


@pytest.mark.parametrize(("kind", "given", "expected"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_taken_and_normalised(kind, given, expected):
    assert parsed(kind, given) == expected


REFUSED: list[tuple[Any, Any]] = [
    *[
        (Email, value)
        for value in (
            "",
            "a",
            "@b.fr",
            "a@",
            "a@b",
            "a@@b.fr",
            "a b@c.fr",
            "a@b..fr",
            ".a@b.fr",
            "a.@b.fr",
            "a..b@c.fr",
            "a@-b.fr",
            "a@b-.fr",
            "a@b.fr\r\nBcc: x@y.fr",
            "a@b.fr,c@d.fr",
            "<a@b.fr>",
            "a@[127.0.0.1]",
            "x" * 65 + "@b.fr",
            "a@" + "b" * 250 + ".fr",
            None,
            5,
        )
    ],
    *[(Phone, value) for value in ("", "abc", "12", "+33", "+33 1 42", "+999 1234567890", "0" * 41, None, 33142000000)],
    *[
        (Lei, value)
        for value in (
            "",
            "529900T8BM49AURSDO54",
            "529900T8BM49AURSDO5",
            "529900T8BM49AURSDO555",
            "529900T8BM49AURSDOÉ5",
            "925900T8BM49AURSDO55",
        )
    ],
    *[
        (Money, value)
        for value in (
            "",
            "-1",
            "1.234",
            "1e3",
            "NaN",
            "Infinity",
            "1,50",
            " 1",
            "1 ",
            "٣",
            1,
            1.5,
            True,
            None,
            "100000000000000",
        )
    ],
    *[(Name, value) for value in ("", "   ", "a\nb", "a\r\nb", "a\x00b", "a\x7fb", "a\u2028b", "x" * 201, None, 5)],
    *[(LongText, value) for value in ("a\x00", "a\x0b", "a\x1b[31m", "x" * 20_001)],
    *[(Id, value) for value in ("", "x", "0" * 25, "8" + "0" * 25, "I" * 26, "01KF0E44M0K9V4ZPV4XEDKYFEP\n", None)],
    *[(CountryCode, value) for value in ("", "F", "FRA", "F1", "ÉÉ")],
    *[
        (Url, value)
        for value in (
            "",
            "javascript:alert(1)",
            "ftp://a.fr",
            "https://",
            "https://localhost",
            "https://a b.fr",
            "https://a.fr\\@b.fr",
            "data:text/html,x",
            "https://[::1",
            "https://a.fr\r\nx",
        )
    ],
    *[(Probability, value) for value in (-1, 101, 1.5, True, "a")],
    *[(Version, value) for value in (0, -1, True)],
    *[(Tags, value) for value in ([""], ["x" * 51], [str(n) for n in range(51)], "a", [None])],
    *[(Username, value) for value in ("", "ab", ".ab", "ab.", "a b c", "é" * 3, "x" * 51)],
    *[(Slug, value) for value in ("", "a", "A-b", "1ab", "a b", "x" * 51)],
    *[(Day, value) for value in ("2023-02-29", "1899-12-31", "3000-01-01", "tomorrow", "")],
    *[
        (Timestamp, value)
        for value in (
            "2026-01-31T09:30:00",
            "2026-01-31",
            "",
            1_700_000_000,
            "1700000000",
            "2026-13-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        )
    ],
]


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_refused(kind, value):
    refused(kind, value)


def mod_97(code: str) -> int:
    """ISO 7064 by the book: digit by digit, letters as 10 to 35."""
    rest = 0
    for character in code:
        for digit in str(int(character, 36)):
            rest = (rest * 10 + int(digit)) % 97
    return rest


stems = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18)


@given(stems)
def test_every_lei_with_right_check_digits_is_taken_and_its_neighbours_are_not(stem):
    check = 98 - mod_97(stem + "00")
    code = f"{stem}{check:02d}"

    assert parsed(Lei, code) == code
    refused(Lei, f"{stem}{(check + 1) % 97:02d}" if (check + 1) % 97 != check else code + "0")


@given(stems, st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_character_breaks_a_lei(stem, at, other):
    code = f"{stem}{98 - mod_97(stem + '00'):02d}"
    wrong = code[:at] + other + code[at + 1 :]

    if wrong != code and mod_97(wrong) != 1:
        refused(Lei, wrong)


@given(st.text(max_size=60))
@example("a\u0000b")
@example("\r\nBcc: a@b.fr")
def test_no_one_line_field_ever_lets_a_line_break_or_control_character_through(text):
    for kind in (Name, ShortText, Email, Url, Phone, Username):
        try:
            value = parsed(kind, text)
        except ValidationError:
            continue
        assert not any(ord(c) < 32 and c != "\t" for c in value)
        assert not {"\x7f", "\u2028", "\u2029"} & set(value)


@given(
    st.text(max_size=60),
    st.sampled_from([Name, ShortText, LongText, Email, Phone, Url, Lei, CountryCode, LanguageCode]),
)
@example("ſ@b.fr", Email)
@example("a@ß.fr", Email)
@example("İ@b.fr", Email)
def test_normalising_is_final(text, kind):
    """What was stored passes again unchanged: every read validates."""
    try:
        value = parsed(kind, text)
    except ValidationError:
        return

    assert parsed(kind, value) == value


@given(st.from_regex(r"[a-zA-Z0-9.+_-]{1,20}@[a-zA-Zéàü0-9-]{1,15}\.(fr|com)", fullmatch=True))
def test_an_address_is_the_same_in_any_case_and_stays_it(address):
    try:
        value = parsed(Email, address)
    except ValidationError:
        return

    assert parsed(Email, value) == value == parsed(Email, address.upper())
    assert value.isascii()


@given(st.decimals(min_value=0, max_value=Decimal("99999999999999.99"), places=2))
def test_money_keeps_every_cent(amount):
    adapter = TypeAdapter(Money)
    text = adapter.dump_python(adapter.validate_python(f"{amount:.2f}"), mode="json")

    assert text == f"{amount:.2f}"


@given(
    st.datetimes(min_value=EARLIEST, max_value=LATEST),
    st.integers(-14 * 60, 14 * 60),
)
def test_instants_keep_their_milliseconds_and_sort_as_text(naive, minutes):
    instant = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    value = parsed(Timestamp, instant.isoformat())

    text = format_utc(value)
    assert parsed(Timestamp, text) == value
    assert abs(value - instant) < timedelta(milliseconds=1)
    assert len(text) == 24
    assert (format_utc(value + timedelta(milliseconds=1)) > text) is True


def test_ids_sort_by_time_and_are_taken():
    early, late = make_id(datetime(2026, 1, 1, tzinfo=UTC)), make_id(datetime(2026, 1, 2, tzinfo=UTC))

    assert early < late
    assert parsed(Id, early) == early


def test_cutting_to_milliseconds_never_rounds_up():
    instant = datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)

    assert types.to_milliseconds(instant).microsecond == 999_000

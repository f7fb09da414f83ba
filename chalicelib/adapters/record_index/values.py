"""How the value of a listed field becomes what the index stores: a folded text key, or a 64-bit integer."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any, NamedTuple

from chalicelib.domain.errors import Detail, InvalidInput
from chalicelib.domain.listing import FieldType, ListedField
from chalicelib.domain.matching import fold

SMALLEST, LARGEST = -(2**63), 2**63 - 1
TEXTUAL: frozenset[FieldType] = frozenset({"keyword", "text"})
KEY_CHARACTERS: Mapping[str, int] = {"keyword": 200, "text": 32}
SCALES: Mapping[str, Decimal] = {"money": Decimal(100), "decimal": Decimal(1_000_000)}
# An id's letters count odd, anything between two letters even: what follows it is then left out of the integer.
_ID_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_RANKS = {letter: 2 * n + 1 for n, letter in enumerate(_ID_ALPHABET)}
_ID_BASE = 2 * len(_ID_ALPHABET) + 1
_ID_CHARACTERS = 10
_INTEGER_BITS = 62
_MOST_CODED = 26
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BOOLEANS = {"true": 1, "false": 0}


class Span(NamedTuple):
    """The integers that a filter value stands for, both ends included; `low > high` stands for none."""

    low: int
    high: int


def is_textual(field: ListedField) -> bool:
    return field.type in TEXTUAL


def text_key(field: ListedField, value: str) -> str:
    """What a text is compared and sorted by: folded; a long one cut, with a digest of the whole behind the cut."""
    folded = fold(value)
    width = KEY_CHARACTERS[field.type]
    if len(folded) <= width:
        return folded
    digest = blake2b(folded.encode(), digest_size=8).hexdigest()
    return f"{folded[:width]}\x00{digest}"


def sort_codes(key: str) -> tuple[int, ...]:
    """One or two integers that stand for a text when it is sorted: in the order of the texts, odd where more follows.

    Even integers hold the whole text, so that two texts never share them; the second one goes on where the first ends.
    Together they hold 24 letters. Texts whose integers are all equal and odd begin alike.
    """
    bits = "".join(map(_CHARACTERS.__getitem__, key[:_MOST_CODED]))
    first = _sort_code(bits)
    return (first, _sort_code(bits[_INTEGER_BITS:])) if first % 2 else (first,)


def _sort_code(bits: str) -> int:
    return int(bits[:_INTEGER_BITS].ljust(_INTEGER_BITS, "0"), 2) << 1 | (len(bits) > _INTEGER_BITS)


class _CharacterCodes(dict[str, str]):
    """Bits for each character, in the order of the characters: none begins another's, and none is all zeros.

    Letters are shortest, for they are the most frequent. Of other groups the bits of the group come first.
    """

    def __missing__(self, character: str) -> str:
        bits = self[character] = self._bits(character, ord(character))
        return bits

    def _bits(self, character: str, point: int) -> str:
        if "a" <= character <= "z":
            return f"{point - ord('a') + 5:05b}"
        if "0" <= character <= "9":
            return f"{point - ord('0') + 6:07b}"
        if character == " ":
            return "000001"
        if point < ord(" "):
            return f"0000001{point:05b}"
        if point < ord("0"):
            return f"000010{point - ord(' '):04b}"
        if point < ord("a"):
            return f"001000{point - ord('9'):06b}"
        if point < 0x800:
            return f"111110{point:011b}"
        return f"1111110{point:016b}" if point < 0x10000 else f"1111111{point:021b}"


_CHARACTERS = _CharacterCodes()


def id_abbreviation(id: str) -> int:
    """Like `abbreviation`, of the first 10 characters as far as they are those of a ULID: the time it was made."""
    code = 0
    for n in range(_ID_CHARACTERS):
        rank = _ID_RANKS.get(id[n : n + 1])
        if rank is None:
            between = bisect(_ID_ALPHABET, id[n]) if n < len(id) else 0
            return int((code * _ID_BASE + 2 * between) * _ID_BASE ** (_ID_CHARACTERS - n - 1))
        code = code * _ID_BASE + rank
    return code


def number(field: ListedField, value: Any) -> int:
    """The integer that the index keeps for a value of a row: cents, days, microseconds, 0 and 1, clamped to 64 bits."""
    return _clamp(_NUMBERS[field.type](value))


def filter_span(field: ListedField, value: str) -> Span:
    """The integers a filter's text covers; raises `InvalidInput` naming the field if the text is ill-typed."""
    try:
        low, high = _SPANS[field.type](value.strip())
    except (ValueError, InvalidOperation, OverflowError, KeyError) as error:
        message = f"{value[:40]!r} is not a valid {field.type}."
        raise InvalidInput(message, [Detail(field.name, message)]) from error
    return Span(_clamp(low), _clamp(high))


def row_values(field: ListedField, row: Mapping[str, Any]) -> list[Any]:
    """The distinct values a row holds for a field, in order; null, "" and [] hold none."""
    value = row.get(field.name)
    if value is None or value == "":
        return []
    if not isinstance(value, list | tuple):
        return [value]
    return list(dict.fromkeys(v for v in value if v is not None and v != ""))


def sort_value(field: ListedField, row: Mapping[str, Any]) -> str | int | None:
    """What a row is sorted by under a field: the key of its (first) value, None if it has none."""
    values = row_values(field, row)
    if not values:
        return None
    return text_key(field, str(values[0])) if is_textual(field) else number(field, values[0])


def _clamp(value: int) -> int:
    return max(SMALLEST, min(LARGEST, value))


def _scaled(kind: str) -> Callable[[Any], int]:
    return lambda value: int((Decimal(str(value)) * SCALES[kind]).to_integral_value(ROUND_HALF_EVEN))


def _scaled_span(kind: str) -> Callable[[str], tuple[int, int]]:
    def span(text: str) -> tuple[int, int]:
        amount = Decimal(text)
        if not amount.is_finite() or amount.adjusted() > 30:
            raise ValueError(text)
        exact = amount * SCALES[kind]
        return int(exact.to_integral_value(ROUND_CEILING)), int(exact.to_integral_value(ROUND_FLOOR))

    return span


def _day(text: Any) -> int:
    return date.fromisoformat(str(text)).toordinal()


def _microseconds(instant: datetime) -> int:
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def _instant_span(text: str) -> tuple[int, int]:
    """An instant is itself; a date is its whole UTC day."""
    start = _microseconds(datetime.fromisoformat(text))
    return (start, start + 86_400_000_000 - 1) if len(text) == 10 else (start, start)


def _integer(text: str) -> int:
    if len(text) > 20:
        raise ValueError(text)
    return int(text)


def _same(parse: Callable[[str], int]) -> Callable[[str], tuple[int, int]]:
    def span(text: str) -> tuple[int, int]:
        found = parse(text)
        return found, found

    return span


_NUMBERS: Mapping[str, Callable[[Any], int]] = {
    "integer": int,
    "money": _scaled("money"),
    "decimal": _scaled("decimal"),
    "date": _day,
    "datetime": lambda value: _microseconds(datetime.fromisoformat(str(value))),
    "boolean": int,
}
_SPANS: Mapping[str, Callable[[str], tuple[int, int]]] = {
    "integer": _same(_integer),
    "money": _scaled_span("money"),
    "decimal": _scaled_span("decimal"),
    "date": _same(_day),
    "datetime": _instant_span,
    "boolean": _same(lambda text: _BOOLEANS[text.lower()]),
}

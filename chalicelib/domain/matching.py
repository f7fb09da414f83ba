"""How text is compared: without case and accents, word by word, forgiving a typo. Pure functions on strings."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_QUERY_CHARACTERS = 256
MAX_QUERY_WORDS = 8
LONGEST_EDGE = 4
SHORTEST_FORGIVEN_PREFIX = 6

_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_PHONE = re.compile(r"[+\d\s().\-/]{4,}")
# Letters that Unicode does not decompose into a base letter and a mark.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def fold(text: str) -> str:
    """The text in lower case without accents and ligatures: `Œuvre Générale` becomes `oeuvre generale`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LIGATURES)
    return well_formed(plain)


def well_formed(text: str) -> str:
    """The text with `?` for what UTF-8 cannot carry: the halves of surrogate pairs that JSON lets through."""
    return text.encode("utf-8", "replace").decode()


def words(text: str) -> list[str]:
    """The folded words of a text, in order; anything but letters and digits separates them."""
    return _WORD.findall(fold(text))


def query_words(text: str) -> list[str]:
    """The words that a user's text asks for: distinct, at most `MAX_QUERY_WORDS`, whatever the input's size."""
    return list(dict.fromkeys(words(text[:MAX_QUERY_CHARACTERS])))[:MAX_QUERY_WORDS]


def compact(text: str) -> str:
    """The folded text without spaces and control characters: what substrings of an e-mail are looked for in."""
    return "".join(c for c in fold(text) if c.isprintable() and not c.isspace())


def phone_digits(text: str) -> str:
    """The digits of a phone number without its international or national lead, `""` if the text is no phone number."""
    if not _PHONE.fullmatch(text):
        return ""
    digits = "".join(_DIGIT.findall(text))
    return digits.removeprefix("00").removeprefix("0")


def trigrams(text: str) -> list[str]:
    """The overlapping runs of three characters; empty for a shorter text."""
    return [text[i : i + 3] for i in range(len(text) - 2)]


def edges(texts: Sequence[str]) -> list[str]:
    """The distinct beginnings of 2 to `LONGEST_EDGE` characters of these words."""
    return list(dict.fromkeys(w[:n] for w in texts for n in range(2, min(len(w), LONGEST_EDGE) + 1)))


def allowed_typos(word: str) -> int:
    """How many edits away a word may be found: 0 below 3 letters, 1 up to 5, then 2."""
    if len(word) < 3:
        return 0
    return 1 if len(word) < 6 else 2


@lru_cache(maxsize=20_000)
def edit_distance(left: str, right: str, limit: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two words; above `limit`, `limit + 1`."""
    if left == right:
        return 0
    if abs(len(left) - len(right)) > limit or len(set(left).difference(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row = row, [i] + [0] * len(right)
        for j, b in enumerate(right, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row[j] = cost
        if min(row) > limit:
            return limit + 1
        before = previous
    return min(row[-1], limit + 1)


def prefix_distance(word: str, text: str, limit: int) -> int:
    """The smallest edit distance between `word` and a beginning of `text`, or `limit + 1`."""
    if len(set(word).difference(text[: len(word) + limit])) > limit:
        return limit + 1
    lengths = range(max(1, len(word) - limit), min(len(text), len(word) + limit) + 1)
    return min((edit_distance(word, text[:n], limit) for n in lengths), default=limit + 1)


@dataclass(frozen=True, slots=True)
class Needle:
    """One word of a query: found in a text exactly, by its stem, as a prefix, or within some typos."""

    word: str
    stem: str
    prefix: bool
    typos: int

    @property
    def forgiving_prefix(self) -> bool:
        """Whether a typo is forgiven in a beginning too: in a short one, almost every word would match."""
        return self.prefix and self.typos > 0 and len(self.word) >= SHORTEST_FORGIVEN_PREFIX

    def distance(self, candidate: str, stem: Callable[[str], str]) -> int | None:
        """How far a folded word of the text is from this needle; None if it does not match."""
        if candidate == self.word or (self.prefix and candidate.startswith(self.word)):
            return 0
        if stem(candidate) == self.stem:
            return 0
        if not self.typos:
            return None
        found = edit_distance(self.word, candidate, self.typos)
        if found <= self.typos:
            return found
        return 1 if self.forgiving_prefix and prefix_distance(self.word, candidate, 1) == 1 else None


class Highlighter:
    """Marks in texts what the needles of one search found; each distinct word is judged once."""

    def __init__(self, needles: Sequence[Needle], stem: Callable[[str], str], width: int = 160) -> None:
        self._matches = _Verdicts(needles, stem)
        self._width = width

    def mark(self, text: str) -> str | None:
        """The text around its first match, HTML-escaped, `<mark>` around each matched word; None if nothing matches."""
        matches = self._matches
        if not any(map(matches.__getitem__, _WORD.findall(text))):
            return None
        spans = [match.span() for match in _WORD.finditer(text) if matches[match.group()]]
        start, end = _fragment(text, spans[0], self._width)
        parts: list[str] = ["…"] if start else []
        at = start
        for left, right in spans:
            if right > end:
                break
            parts += [html.escape(text[at:left]), "<mark>", html.escape(text[left:right]), "</mark>"]
            at = right
        parts.append(html.escape(text[at:end]))
        if end < len(text):
            parts.append("…")
        return "".join(parts)


class _Verdicts(dict[str, bool]):
    """Whether some needle matches a word as it stands in a text."""

    def __init__(self, needles: Sequence[Needle], stem: Callable[[str], str]) -> None:
        super().__init__()
        self._needles, self._stem = needles, stem

    def __missing__(self, word: str) -> bool:
        verdict = self[word] = any(
            needle.distance(candidate, self._stem) is not None for candidate in words(word) for needle in self._needles
        )
        return verdict


def _fragment(text: str, span: tuple[int, int], width: int) -> tuple[int, int]:
    if len(text) <= width:
        return 0, len(text)
    start = max(0, min(span[0] - width // 3, len(text) - width))
    return start, max(span[1], start + width)

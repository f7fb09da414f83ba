"""What the search benches ask: lists as screens ask them, and searches whose right answer is known."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bench.search_records import CITIES, KINDS, OWNERS, SEED, STAGES, TEAMS, documents
from chalicelib.domain.listing import Filter, IndexDocument, ListQuery, SearchQuery, Sort
from chalicelib.domain.matching import edges, fold, words
from chalicelib.domain.policy import PERMISSIONS, Grants, Principal, Scope, visibility

FACETS = ("pipeline_stage", "category", "type", "tags", "is_active")
SEARCHES = 60
RECALL_CASES = 40
TITLES = {kind.kind: kind.title for kind in KINDS.values()}
_PLURALS = {
    "Gestion": "gestions",
    "Assurances": "assurance",
    "Conseil": "conseils",
    "Finances": "finance",
    "Capital": "capital",
}


class Case(NamedTuple):
    """A search and the folded title that must be among the first ten of its kind; records of one name are one."""

    text: str
    kind: str
    title: str


def callers() -> list[Principal]:
    """An administrator who sees all, a manager who sees a team, a salesperson who sees own and team records."""
    everything = Grants(permissions=PERMISSIONS, scopes={"default": Scope.ALL})
    team = Grants(permissions=PERMISSIONS, scopes={"default": Scope.TEAM})
    return [
        Principal(user_id=OWNERS[0], role="admin", grants=everything),
        Principal(user_id=OWNERS[1], team_id=TEAMS[0], role="manager", grants=team),
        Principal(user_id=OWNERS[2], team_id=TEAMS[3], role="sales", grants=team),
    ]


def list_questions() -> list[Callable[[], ListQuery]]:
    """120 lists: ten screens, four variants each, for each caller. Making the query includes asking the policy."""
    dice = random.Random(SEED)
    return [_question(by, dict(screen)) for by in callers() for _ in range(4) for screen in _screens(dice)]


def deep_questions(size: int) -> list[Callable[[], ListQuery]]:
    """Pages far into the administrator's list of organisations, a fifth and a third of all records down."""
    by, *_ = callers()
    sorts = [
        (Sort(name, down),) for name in ("name", "email", "created_at", "potential_amount") for down in (False, True)
    ]
    return [
        _question(by, {"sort": sort, "offset": size // part, "facets": facets})
        for sort in sorts
        for part in (5, 3)
        for facets in ((), FACETS)
    ]


def search_questions(known: Sequence[IndexDocument]) -> dict[str, list[Callable[[], SearchQuery]]]:
    """Searches by what the user does, over every kind, by each caller in turn."""
    dice = random.Random(SEED + 1)
    names = [_distinctive(document) for document in dice.sample(list(known), min(len(known), 4 * SEARCHES))]
    long_names = [name for name in names if len(name) >= 5]
    typed = {
        "search_word": names,
        "search_two_words": [f"{name} {dice.choice(('gestion', 'capital', 'conseil'))}" for name in names],
        "search_typo": [_mistyped(name, 1, dice) for name in long_names],
        "autocomplete": [name[: dice.choice((2, 3, 4))] for name in names],
    }
    return {
        use: [_search(text, callers()[n % 3], use == "autocomplete") for n, text in enumerate(texts[:SEARCHES])]
        for use, texts in typed.items()
    }


def recall_cases(known: Sequence[IndexDocument]) -> dict[str, list[Case]]:
    """By kind of mistake or abbreviation, searches with the record they must find."""
    dice = random.Random(SEED + 2)
    makers: dict[str, Callable[[IndexDocument], str | None]] = {
        "without_accents": lambda d: _without_accents(_title(d)),
        "one_typo": lambda d: _typo(d, 1, 4, dice),
        "two_typos": lambda d: _typo(d, 2, 8, dice),
        "swapped_letters": lambda d: _swapped(d, dice),
        "beginning": _beginning,
        "other_number": _other_number,
        "email": lambda d: str((d.row or {}).get("email") or "") or None,
    }
    return {name: _cases(make, known, dice) for name, make in makers.items()}


def sample(size: int, count: int = 3_000) -> list[IndexDocument]:
    """Live records spread over the first `size`."""
    step = max(1, size // count)
    return [d for n, d in enumerate(documents(size)) if n % step == 0 and not d.deleted]


def _screens(dice: random.Random) -> list[dict[str, object]]:
    stages = tuple(dice.sample(STAGES, 2))
    cities, amount, year = (
        tuple(dice.sample(CITIES, 3)),
        str(dice.randrange(10_000, 500_000)),
        dice.randrange(2023, 2027),
    )
    stage, city = Filter("pipeline_stage", "eq", stages), Filter("city", "eq", cities)
    since, until = Filter("created_at", "gte", (f"{year}-02-01",)), Filter("created_at", "lte", (f"{year}-11-30",))
    at_least, active = Filter("potential_amount", "gte", (amount,)), Filter("is_active", "eq", ("true",))
    word = dice.choice(("capital", "gestion", "partners", "conseil"))
    return [
        {"facets": FACETS},
        {"sort": (Sort("name"),)},
        {"sort": (Sort("created_at", True),), "facets": FACETS},
        {"filters": (stage, city, at_least), "sort": (Sort("potential_amount", True),), "facets": FACETS},
        {"filters": (active,), "sort": (Sort("pipeline_stage"), Sort("name")), "facets": FACETS},
        {"filters": (stage,), "sort": (Sort("name"),), "offset": 50 * dice.randrange(1, 6), "facets": FACETS},
        {"filters": (since, until), "sort": (Sort("created_at", True),), "facets": FACETS},
        {"filters": (city,), "sort": (Sort("city"), Sort("potential_amount", True)), "facets": FACETS},
        {
            "filters": (Filter("name", "prefix", (dice.choice("bcdfglmnprst") + dice.choice("aeiou"),)),),
            "sort": (Sort("name"),),
        },
        {"text": word, "filters": (stage,), "sort": (Sort("created_at", True),), "facets": FACETS},
    ]


def _question(by: Principal, screen: dict[str, object]) -> Callable[[], ListQuery]:
    return lambda: ListQuery("organisation", visibility(by, "organisations:read"), **screen)  # type: ignore[arg-type]


def _search(text: str, by: Principal, autocomplete: bool) -> Callable[[], SearchQuery]:
    def ask() -> SearchQuery:
        seen = {kind.kind: visibility(by, f"{kind.resource}:read") for kind in KINDS.values()}
        return SearchQuery(text, seen, autocomplete=autocomplete)

    return ask


def _cases(
    make: Callable[[IndexDocument], str | None], known: Sequence[IndexDocument], dice: random.Random
) -> list[Case]:
    cases: list[Case] = []
    for document in dice.sample(list(known), len(known)):
        text = make(document)
        if text:
            cases.append(Case(text, document.kind, fold(_title(document))))
        if len(cases) == RECALL_CASES:
            break
    return cases


def _title(document: IndexDocument) -> str:
    return str((document.row or {})[TITLES[document.kind]])


def _distinctive(document: IndexDocument) -> str:
    """The name's word that is drawn from a large vocabulary."""
    return words(_title(document))[0 if document.kind == "organisation" else 1]


def _without_accents(title: str) -> str | None:
    return None if title.isascii() else fold(title).upper()


def _typo(document: IndexDocument, edits: int, shortest: int, dice: random.Random) -> str | None:
    name = _distinctive(document)
    if len(name) < shortest:
        return None
    return " ".join(_mistyped(w, edits, dice) if w == name else w for w in words(_title(document)))


def _swapped(document: IndexDocument, dice: random.Random) -> str | None:
    name = _distinctive(document)
    places = [n for n in range(1, len(name) - 1) if name[n] != name[n + 1]]
    if len(name) < 4 or not places:
        return None
    at = dice.choice(places)
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return " ".join(swapped if w == name else w for w in words(_title(document)))


def _mistyped(word: str, edits: int, dice: random.Random) -> str:
    """The word with letters added, left out, replaced or swapped, never the first one."""
    for _ in range(edits):
        at = dice.randrange(1, len(word) - 1)
        letter = dice.choice("abcdefghijklmnopqrstuvwxyz")
        word = dice.choice(
            (
                word[:at] + letter + word[at:],
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            )
        )
    return word


def _beginning(document: IndexDocument) -> str | None:
    """All words but the last, and three quarters of that one."""
    *first, last = words(_title(document))
    return (
        " ".join([*first, edges([last])[-1] if len(last) < 6 else last[: len(last) * 3 // 4]])
        if len(last) > 3
        else None
    )


def _other_number(document: IndexDocument) -> str | None:
    """A singular for a plural or the other way round."""
    title = _title(document)
    changed = [_PLURALS.get(word, word) for word in title.split()]
    return " ".join(changed) if changed != title.split() else None

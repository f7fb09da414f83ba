"""Kinds and records small enough to reason about, with ties, gaps, accents and lists in every field type."""

from __future__ import annotations

import random
from typing import Any

from chalicelib.domain.listing import IndexDocument, ListedField, ListedKind

FIELDS = (
    ListedField("id", "keyword"),
    ListedField("name", "keyword", search="name"),
    ListedField("email", "keyword", search="email"),
    ListedField("phone", "keyword", search="phone"),
    ListedField("city", "keyword", search="text"),
    ListedField("stage", "keyword", facet=True),
    ListedField("tags", "keyword", many=True, facet=True, search="text"),
    ListedField("amount", "money"),
    ListedField("rank", "integer"),
    ListedField("scores", "integer", many=True),
    ListedField("rate", "decimal"),
    ListedField("signed_on", "date"),
    ListedField("seen_at", "datetime"),
    ListedField("is_active", "boolean", facet=True),
    ListedField("notes", "text", search="notes"),
)
KINDS = {
    "company": ListedKind("company", "companies", {f.name: f for f in FIELDS}),
    "person": ListedKind("person", "people", {f.name: f for f in FIELDS if f.name not in ("stage", "rate")}),
}
CITIES = ("Lyon", "lyon", "Évry", "evry", "Paris", "Œuilly", "Zürich", None, "")
STAGES = ("prospect", "signe", "perdu")
TAGS = ("Été", "vip", "à revoir", "Actions")
TEAMS = ("team:a", "team:b", "team:c")
GIVEN = ("Élodie", "Jean", "Hélène", "Bertrand", "Zoé", "jean")
FAMILY = ("Dupont", "Dupond", "Négociation", "Lefèvre", "Martin", "Saint-Rémy")


def make_document(id: str, kind: str = "company", **overrides: Any) -> IndexDocument:
    """A document whose row holds the id and the given fields; envelope attributes go by their own names."""
    envelope = {
        "version": overrides.pop("version", 1),
        "audience": frozenset(overrides.pop("audience", ("team:a",))),
        "deleted": overrides.pop("deleted", False),
    }
    return IndexDocument(kind=kind, id=id, row={"id": id, **overrides}, **envelope)


def purged(document: IndexDocument, version: int) -> IndexDocument:
    return IndexDocument(document.kind, document.id, version, frozenset(), True, None)


def random_document(dice: random.Random, id: str, version: int = 1) -> IndexDocument:
    kind = dice.choice(("company", "company", "company", "person"))
    name = f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}"
    row: dict[str, Any] = {
        "name": name,
        "email": dice.choice((None, f"{id.lower()}@exemple.fr", "contact@dupont.fr")),
        "phone": dice.choice((None, "+33612345678", "+3314200" + str(dice.randrange(10_000)))),
        "city": dice.choice(CITIES),
        "tags": dice.sample(TAGS, dice.randrange(4)),
        "amount": dice.choice((None, "0.00", "1500.10", f"{dice.randrange(10_000)}.{dice.randrange(100):02d}")),
        "rank": dice.choice((None, 0, 1, 2, -5)),
        "scores": [dice.randrange(5) for _ in range(dice.randrange(3))],
        "signed_on": dice.choice((None, "2026-01-31", "1999-12-31", "2026-11-21")),
        "seen_at": dice.choice((None, "2026-01-31T09:30:00.000Z", f"2026-02-0{dice.randrange(1, 9)}T00:00:00.000Z")),
        "is_active": dice.choice((True, False)),
        "notes": dice.choice((None, "", "Rappeler après la négociation. " * dice.randrange(1, 4))),
    }
    if kind == "company":
        row |= {"stage": dice.choice(STAGES), "rate": dice.choice((None, "0.5", "1.25"))}
    audience = dice.sample(TEAMS, dice.randrange(3))
    return make_document(id, kind, version=version, audience=audience, deleted=dice.random() < 0.15, **row)

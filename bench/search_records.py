"""Seeded records of a financial-distribution CRM for the search benches: the first n of a longer run are those of a
shorter one. Names are built from syllables, so that the vocabulary keeps growing with the number of records."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.domain.listing import IndexDocument, ListedKind
from chalicelib.domain.matching import words
from chalicelib.domain.organisations import ORGANISATIONS
from chalicelib.domain.people import PEOPLE
from chalicelib.domain.policy import audience_of
from chalicelib.domain.tasks import TASKS

KINDS: Mapping[str, ListedKind] = {kind.name: kind.listed for kind in (ORGANISATIONS, PEOPLE, TASKS)}
SEED = 20_261_121
TEAMS = tuple(f"01TEAM{n:020d}" for n in range(8))
OWNERS = tuple(f"01WNER{n:020d}" for n in range(200))
CITIES = (
    "Paris",
    "Lyon",
    "Marseille",
    "Bordeaux",
    "Nantes",
    "Strasbourg",
    "Lille",
    "Rennes",
    "Besançon",
    "Saint-Étienne",
    "Orléans",
    "Nîmes",
    "Angers",
    "Genève",
    "Luxembourg",
    "Bruxelles",
    "Évry",
    "Chambéry",
    "Béziers",
    "Dunkerque",
)
STAGES = ("prospect", "qualification", "proposition", "negociation", "signe", "perdu", "inactif")
CATEGORIES = ("Institution", "Wholesale", "SDG", "CGPI", "Startup", "Corporation", "Autres")
TYPES = ("client", "client", "client", "fournisseur", "distributeur", "emetteur", "autre")
STRATEGIES = ("Actions", "Obligations", "Alternative", "Private Equity", "Immobilier", "Monétaire")
TAGS = ("vip", "à relancer", "salon 2025", "newsletter", "partenaire", "chaud", "froid", "événement")
GIVEN = (
    "Jean",
    "Marie",
    "Pierre",
    "Hélène",
    "Élodie",
    "François",
    "Zoé",
    "André",
    "Chloé",
    "Mathieu",
    "Camille",
    "Benoît",
    "Aurélie",
    "Jérôme",
    "Cécile",
    "Noémie",
    "Thomas",
    "Sophie",
    "Nicolas",
    "Inès",
    "Gaël",
    "Maëlle",
    "Étienne",
    "Léa",
)
LEGAL = (
    "Gestion",
    "Capital",
    "Investissements",
    "Partners",
    "Patrimoine",
    "Conseil",
    "Assurances",
    "Finance",
    "Finances",
)
TITLES = (
    "Directeur Investissements",
    "Analyste Senior",
    "Gérante de portefeuille",
    "Responsable conformité",
    "Associé",
)
PHRASES = (
    "Rappeler après la négociation des frais de gestion.",
    "Souhaite recevoir les rapports trimestriels du fonds.",
    "Intéressé par les obligations vertes et les hôtelleries de montagne.",
    "Réunion prévue avec le comité d'investissement.",
    "Contrat envoyé, signature attendue au printemps.",
    "A quitté la société, contact à remplacer.",
)
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ONSETS = ("b", "br", "c", "ch", "d", "f", "g", "gr", "l", "m", "n", "p", "pr", "r", "s", "t", "tr", "v", "qu", "h")
_VOWELS = ("a", "e", "i", "o", "u", "ou", "ai", "é", "è", "au", "eu", "an", "on", "in")
_ENDS = ("", "n", "r", "t", "s", "ne", "lle", "x", "rd", "nt", "ier", "eau", "ault")


def surname(dice: random.Random) -> str:
    """A French-sounding word; a few are common, as family names are."""
    if dice.random() < 0.3:
        dice = random.Random(dice.randrange(400))
    parts = [dice.choice(_ONSETS) + dice.choice(_VOWELS) for _ in range(dice.choice((1, 2, 2, 2, 3)))]
    return ("".join(parts) + dice.choice(_ENDS)).capitalize()


def documents(count: int) -> Iterator[IndexDocument]:
    """The first `count` records: organisations 38 %, people 47 %, tasks 15 %; 3 % are in the trash."""
    dice = random.Random(SEED)
    makers = (("organisation", _organisation), ("person", _person), ("task", _task))
    for n in range(count):
        kind, make = dice.choices(makers, (38, 47, 15))[0]
        id = _ulid(1_750_000_000_000 + n * 1_700, dice)
        owner, team = dice.choice(OWNERS), dice.choice(TEAMS)
        day = f"202{dice.randrange(3, 7)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"
        at = f"{day}T{dice.randrange(24):02d}:00:00.000Z"
        deleted = dice.random() < 0.03
        row = {
            "id": id,
            "version": 1,
            "created_at": at,
            "created_by": owner,
            "updated_at": at,
            "updated_by": owner,
            "deleted_at": at if deleted else None,
            "deleted_by": owner if deleted else None,
            "owner_id": owner,
            "team_id": team,
            **make(dice, n),
        }
        yield IndexDocument(kind, id, 1, audience_of([owner], [team]), deleted, row)


def _ulid(milliseconds: int, dice: random.Random) -> str:
    number = milliseconds << 80 | dice.getrandbits(80)
    return "".join(_BASE32[number >> shift & 31] for shift in range(125, -1, -5))


def _organisation(dice: random.Random, n: int) -> dict[str, Any]:
    name = f"{surname(dice)} {dice.choice((surname(dice), dice.choice(LEGAL), dice.choice(LEGAL)))}"
    domain = "-".join(words(name)) + f"{n % 97}.example"
    signed = dice.random() < 0.4
    return {
        "name": name,
        "type": dice.choice(TYPES),
        "roles": [],
        "category": dice.choice(CATEGORIES),
        "email": f"contact@{domain}" if dice.random() < 0.8 else None,
        "phone": f"+331{dice.randrange(10**8):08d}",
        "website": f"https://www.{domain}",
        "address": f"{dice.randrange(1, 200)} rue {surname(dice)}",
        "city": dice.choice(CITIES),
        "postal_code": f"{dice.randrange(1_000, 98_000):05d}",
        "country_code": "FR",
        "language": "fr",
        "pipeline_stage": dice.choice(STAGES),
        "potential_amount": f"{dice.randrange(1_000, 900_000)}.00" if dice.random() < 0.7 else None,
        "signature_probability": dice.randrange(0, 101, 10),
        "signature_date": "2026-03-01" if signed else None,
        "aum": f"{dice.randrange(10**6, 10**9)}.00" if dice.random() < 0.3 else None,
        "aum_date": None,
        "strategies": dice.sample(STRATEGIES, dice.randrange(3)),
        "lei": None,
        "registration_number": str(dice.randrange(10**9)),
        "tags": dice.sample(TAGS, dice.randrange(3)),
        "notes": " ".join(dice.sample(PHRASES, dice.randrange(3))) or None,
        "is_active": dice.random() < 0.9,
        "email_consent": None,
        "email_consent_at": None,
        "email_consent_source": None,
        "metadata": {},
        "last_activity_at": None,
    }


def _person(dice: random.Random, n: int) -> dict[str, Any]:
    first, last = dice.choice(GIVEN), surname(dice)
    local = ".".join((*words(first), *words(last)))
    return {
        "full_name": f"{first} {last}",
        "first_name": first,
        "last_name": last,
        "email": f"{local}{n % 89}@{surname(dice).lower()}.example",
        "personal_email": None,
        "phone": None,
        "mobile": f"+336{dice.randrange(10**8):08d}",
        "title": dice.choice(TITLES),
        "role": None,
        "linkedin_url": None,
        "country_code": "FR",
        "language": "fr",
        "tags": dice.sample(TAGS, dice.randrange(3)),
        "notes": " ".join(dice.sample(PHRASES, dice.randrange(3))) or None,
        "last_activity_at": None,
    }


def _task(dice: random.Random, n: int) -> dict[str, Any]:
    return {
        "title": f"{dice.choice(('Relancer', 'Appeler', 'Préparer', 'Envoyer'))} {surname(dice)} {dice.choice(LEGAL)}",
        "description": dice.choice(PHRASES),
        "status": dice.choice(("todo", "doing", "done", "cancelled")),
        "priority": dice.choice(("low", "normal", "high", "urgent")),
        "category": None,
        "due_date": f"2026-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}",
        "tags": [],
        "number": n,
    }

"""The commercial demo data: four organisations, their people, and what happened with them; then a market around them,
and products, mandates, contracts and events.

Ids follow from names, so seeding again adds only what is missing and never touches what a user has changed since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ulid import ULID

from chalicelib.domain.changes import Change, Insert, Rely
from chalicelib.domain.errors import Conflict
from chalicelib.domain.interactions import Interaction
from chalicelib.domain.organisations import Organisation
from chalicelib.domain.people import Link, Person
from chalicelib.domain.ports import Clock, RecordStore
from chalicelib.domain.records import Cause, Record
from chalicelib.domain.tasks import Task
from chalicelib.services.people import snapshot
from infra.demo_agency import agency_records
from infra.demo_market import market_records

_ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)

_ORGANISATIONS: dict[str, dict[str, Any]] = {
    "acme": {
        "name": "ACME Investments",
        "type": "client",
        "category": "Institution",
        "city": "Paris",
        "country_code": "FR",
        "language": "fr",
        "email": "contact@acme-investments.com",
        "phone": "+33142000001",
        "website": "https://www.acme-investments.com",
        "pipeline_stage": "qualification",
        "potential_amount": "500000",
        "signature_probability": 40,
        "tags": ["prioritaire"],
        "notes": "Recherche une solution de gestion diversifiée pour sa trésorerie longue.",
    },
    "beta": {
        "name": "Beta Capital",
        "type": "client",
        "category": "Wholesale",
        "city": "Lyon",
        "country_code": "FR",
        "language": "fr",
        "email": "info@beta-capital.com",
        "phone": "+33472000002",
        "pipeline_stage": "prospect",
        "potential_amount": "250000",
        "signature_probability": 15,
        "notes": "Rencontrée au salon Patrimonia.",
    },
    "alforis-am": {
        "name": "Alforis Asset Management",
        "type": "fournisseur",
        "category": "SDG",
        "city": "Paris",
        "country_code": "FR",
        "language": "fr",
        "email": "contact@alforis-am.com",
        "pipeline_stage": "signe",
        "aum": "1500000000",
        "strategies": ["Actions", "Obligations"],
    },
    "globalfund": {
        "name": "GlobalFund Managers",
        "type": "fournisseur",
        "category": "SDG",
        "city": "Luxembourg",
        "country_code": "LU",
        "language": "en",
        "email": "contact@globalfund-managers.com",
        "pipeline_stage": "signe",
        "aum": "850000000",
        "strategies": ["Alternative", "Private Equity"],
    },
}

_PEOPLE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "jean-dupont": (
        "acme",
        "decideur",
        {
            "first_name": "Jean",
            "last_name": "Dupont",
            "email": "jean.dupont@acme-investments.com",
            "phone": "+33142000011",
            "title": "Directeur Investissements",
            "language": "fr",
        },
    ),
    "marie-martin": (
        "beta",
        "contact_principal",
        {
            "first_name": "Marie",
            "last_name": "Martin",
            "email": "marie.martin@beta-capital.com",
            "mobile": "+33612000012",
            "title": "Analyste Senior",
            "language": "fr",
        },
    ),
    "pierre-bernard": (
        "alforis-am",
        "contact_principal",
        {
            "first_name": "Pierre",
            "last_name": "Bernard",
            "email": "pierre.bernard@alforis-am.com",
            "title": "Portfolio Manager",
            "language": "fr",
        },
    ),
}

_INTERACTIONS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("call-acme", "acme", "jean-dupont", {"type": "phone", "subject": "Premier appel de qualification", "days": 12}),
    (
        "visio-acme",
        "acme",
        "jean-dupont",
        {"type": "visio", "subject": "Présentation de la gamme diversifiée", "days": 5},
    ),
    ("mail-beta", "beta", "marie-martin", {"type": "email", "subject": "Envoi de la documentation", "days": 3}),
)

_TASKS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("offer-acme", "acme", {"title": "Préparer la proposition commerciale", "priority": "high", "days": 2}),
    ("call-beta", "beta", {"title": "Rappeler Marie Martin", "priority": "normal", "days": 0}),
    ("due-diligence", "globalfund", {"title": "Mettre à jour la due diligence", "priority": "low", "days": 6}),
)


def seed_commercial_data(
    store: RecordStore, clock: Clock, owner_id: str, team_id: str | None, colleague_id: str | None = None
) -> int:
    """Store what is missing of the demo data, owned by the given user and team; answers how many records were added.

    The colleague, where there is one, owns a part of the market.
    """
    now = clock.now()
    common = {
        "version": 1,
        "created_at": now,
        "created_by": owner_id,
        "updated_at": now,
        "updated_by": owner_id,
        "owner_id": owner_id,
        "team_id": team_id,
        "cause": Cause(type="seed"),
    }
    market = market_records(common, now, (owner_id, colleague_id or owner_id), _id)
    records = [*_records(common, now, owner_id), *market, *agency_records(common, now, owner_id, _id)]
    return sum(_insert(store, record) for record in records)


def _records(common: dict[str, Any], now: datetime, owner_id: str) -> Iterable[Record]:
    organisations = {
        key: Organisation.model_validate({**common, **fields, "id": _id(key)}) for key, fields in _ORGANISATIONS.items()
    }
    people = {
        key: Person.model_validate({**common, **fields, "id": _id(key)}) for key, (_, _, fields) in _PEOPLE.items()
    }
    yield from organisations.values()
    yield from people.values()
    for key, (organisation, role, _) in _PEOPLE.items():
        ends = {"organisation_id": _id(organisation), "person_id": _id(key)}
        repeated = snapshot(organisations[organisation], people[key])
        own = {"id": _id(f"link/{key}"), "role": role, "is_primary": True}
        yield Link.model_validate({**common, **own, **ends, **repeated}, extra="ignore")
    for key, organisation, person, fields in _INTERACTIONS:
        about = {
            "organisation_id": _id(organisation),
            "person_id": _id(person),
            "id": _id(key),
            "assignee_id": owner_id,
        }
        occurred = {"occurred_at": now - timedelta(days=fields["days"]), "status": "done"}
        yield Interaction.model_validate({**common, **fields, **about, **occurred}, extra="ignore")
    for key, organisation, fields in _TASKS:
        about = {"organisation_id": _id(organisation), "id": _id(key), "assigned_to": owner_id}
        due = {"due_date": (now + timedelta(days=fields["days"])).date()}
        yield Task.model_validate({**common, **fields, **about, **due}, extra="ignore")


def _insert(store: RecordStore, record: Record) -> bool:
    """What a record relies on may have changed since it was seeded, so one that is there is left alone."""
    if record.reliances and store.get(record.kind, record.id) is not None:
        return False
    stamped = record.model_copy(update={"change_id": str(ULID())})
    relied_on = (Rely(reliance) for reliance in stamped.reliances)
    try:
        store.commit(Change(stamped.change_id, (Insert(stamped), *relied_on)))
    except Conflict:
        return False
    return True


def _id(name: str) -> str:
    """A ULID that is always the same for the same name."""
    entropy = hashlib.sha256(name.encode()).digest()[:10]
    return str(ULID.from_bytes(int(_ORIGIN.timestamp() * 1000).to_bytes(6, "big") + entropy))

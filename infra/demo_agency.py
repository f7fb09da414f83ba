"""Demo data of the distribution and the events side: products, mandates, contracts and events, all invented."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.client_events import ClientEvent
from chalicelib.domain.contracts import Contract
from chalicelib.domain.mandats import Mandat
from chalicelib.domain.produits import Produit
from chalicelib.domain.records import Record

_PRODUITS: Mapping[str, dict[str, Any]] = {
    "actions-europe": {
        "name": "Alforis Actions Europe",
        "isin": "FR0014001AB0",
        "type": "OPCVM",
        "aum": "420000000",
        "strategies": ["Actions"],
        "issuer": "alforis-am",
    },
    "obligations-euro": {
        "name": "Alforis Obligations Euro",
        "isin": "FR0014001CD2",
        "type": "SICAV",
        "aum": "310000000",
        "strategies": ["Obligations"],
        "issuer": "alforis-am",
    },
    "private-equity": {
        "name": "GlobalFund Private Equity IV",
        "isin": "LU2400005XY0",
        "type": "FondsAlternatif",
        "aum": "180000000",
        "strategies": ["Private Equity"],
        "status": "en_attente",
        "issuer": "globalfund",
    },
}

_MANDATS: Mapping[str, dict[str, Any]] = {
    "acme-allocation": {
        "name": "Allocation diversifiée ACME",
        "organisation": "acme",
        "status": "actif",
        "produits": ("actions-europe", "obligations-euro"),
        "begins": -400,
        "ends": 60,
        "commission_percentage": "0.75",
    },
    "beta-obligations": {
        "name": "Poche obligataire Beta",
        "organisation": "beta",
        "status": "propose",
        "produits": (),
        "begins": 30,
        "ends": 760,
        "commission_percentage": "0.40",
    },
}

_CONTRACTS: Mapping[str, dict[str, Any]] = {
    "acme-convention": {
        "name": "Convention investisseurs ACME",
        "organisation": "acme",
        "contact": "jean-dupont",
        "total_amount": "48000.00",
        "amount_due": "18000.00",
        "signed": True,
    },
    "beta-soiree": {
        "name": "Soirée clients Beta Capital",
        "organisation": "beta",
        "contact": "marie-martin",
        "total_amount": "12500.00",
        "amount_due": "12500.00",
        "signed": False,
    },
}

_EVENTS: Mapping[str, dict[str, Any]] = {
    "convention-paris": {
        "name": "Convention investisseurs, Paris",
        "contract": "acme-convention",
        "location": "Palais Brongniart, Paris",
        "attendees": 180,
        "in_days": 21,
    },
    "atelier-lyon": {
        "name": "Atelier gérants, Lyon",
        "contract": "acme-convention",
        "location": "Lyon Confluence",
        "attendees": 25,
        "in_days": -14,
    },
}


def agency_records(
    common: Mapping[str, Any], now: datetime, seller_id: str, id_of: Callable[[str], str]
) -> Iterable[Record]:
    """Products before the mandates that hold them, contracts before their events."""
    for key, fields in _PRODUITS.items():
        own = {"id": id_of(f"produit/{key}"), "issuer_id": id_of(fields["issuer"]), "aum_date": now.date()}
        yield Produit.model_validate({**common, **fields, **own}, extra="ignore")
    for key, fields in _MANDATS.items():
        begins, ends = (now.date() + timedelta(days=fields[name]) for name in ("begins", "ends"))
        produits = [id_of(f"produit/{produit}") for produit in fields["produits"]]
        own = {"id": id_of(f"mandat/{key}"), "organisation_id": id_of(fields["organisation"]), "produit_ids": produits}
        dates = {"date_debut": begins, "date_fin": ends, "date_signature": begins if produits else None}
        yield Mandat.model_validate({**common, **fields, **own, **dates}, extra="ignore")
    for key, fields in _CONTRACTS.items():
        client = {"organisation_id": id_of(fields["organisation"]), "client_contact_id": id_of(fields["contact"])}
        own = {"id": id_of(f"contract/{key}"), "sales_contact_id": seller_id}
        signed = {"signed_at": now - timedelta(days=30) if fields["signed"] else None}
        yield Contract.model_validate({**common, **fields, **own, **client, **signed}, extra="ignore")
    for key, fields in _EVENTS.items():
        contract = _CONTRACTS[fields["contract"]]
        client = {"organisation_id": id_of(contract["organisation"]), "client_contact_id": id_of(contract["contact"])}
        start = (now + timedelta(days=fields["in_days"])).replace(hour=16, minute=0, second=0, microsecond=0)
        times = {"start_at": start, "end_at": start + timedelta(hours=4)}
        own = {"id": id_of(f"event/{key}"), "contract_id": id_of(f"contract/{fields['contract']}")}
        yield ClientEvent.model_validate({**common, **fields, **own, **client, **times}, extra="ignore")

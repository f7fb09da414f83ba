"""Produits: the financial products that are distributed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from chalicelib.domain.listing import ListedKind, listed_fields
from chalicelib.domain.records import Fields, Kind, OwnedRecord
from chalicelib.domain.types import Day, Id, Isin, LongText, Maybe, Money, Name, Tags


class ProduitType(StrEnum):
    OPCVM = "OPCVM"
    FCP = "FCP"
    SICAV = "SICAV"
    ETF = "ETF"
    FONDS_ALTERNATIF = "FondsAlternatif"
    SCPI = "SCPI"
    AUTRE = "Autre"


class ProduitStatus(StrEnum):
    ACTIF = "actif"
    INACTIF = "inactif"
    EN_ATTENTE = "en_attente"


class ProduitFields(Fields):
    name: Name
    isin: Maybe[Isin] = None
    type: ProduitType = ProduitType.OPCVM
    status: ProduitStatus = ProduitStatus.ACTIF
    aum: Money | None = None
    aum_date: Day | None = None
    strategies: Tags = Field(default_factory=list)
    issuer_id: Id | None = None
    tags: Tags = Field(default_factory=list)
    notes: Maybe[LongText] = None
    owner_id: Id | None = None
    team_id: Id | None = None


class Produit(ProduitFields, OwnedRecord):
    """`issuer_id` is the organisation that issues it."""

    kind: ClassVar[str] = "produit"

    @property
    def unique_values(self) -> Mapping[str, str]:
        return {"isin": self.isin} if self.isin else {}


PRODUITS: Kind[Any] = Kind(
    name="produit",
    resource="produits",
    model=Produit,
    fields=ProduitFields,
    listed=ListedKind(
        "produit",
        "produits",
        listed_fields(
            Produit, search={"name": "name", "isin": "text", "strategies": "text", "tags": "text", "notes": "notes"}
        ),
    ),
    references=(("issuer_id", "organisation"),),
)

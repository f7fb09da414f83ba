"""Mandats: what a client has entrusted the team with, and the products under it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.domain.errors import EndBeforeStart, MandatNotSigned, MandatStatusPath
from chalicelib.domain.listing import Filter, ListedKind, listed_fields
from chalicelib.domain.records import Fields, Kind, OwnedRecord
from chalicelib.domain.types import Day, Id, LongText, Maybe, Name, Percentage, Tags, distinct


class MandatStatus(StrEnum):
    PROPOSE = "propose"
    SIGNE = "signe"
    ACTIF = "actif"
    TERMINE = "termine"


IN_FORCE = (MandatStatus.SIGNE, MandatStatus.ACTIF)
NEXT: Mapping[MandatStatus, tuple[MandatStatus, ...]] = {
    MandatStatus.PROPOSE: (MandatStatus.SIGNE, MandatStatus.ACTIF, MandatStatus.TERMINE),
    MandatStatus.SIGNE: (MandatStatus.ACTIF, MandatStatus.TERMINE),
    MandatStatus.ACTIF: (MandatStatus.TERMINE,),
    MandatStatus.TERMINE: (),
}
"""A mandate goes forward only; one that has ended is followed by a new one."""
EXPIRING_SOON = timedelta(days=90)
MAX_PRODUITS = 50


class MandatFields(Fields):
    name: Name
    organisation_id: Id
    produit_ids: Annotated[list[Id], Field(max_length=MAX_PRODUITS), distinct] = Field(
        default_factory=list, description="The products under it; adding one needs a mandate that is signe or actif."
    )
    status: MandatStatus = MandatStatus.PROPOSE
    date_signature: Day | None = None
    date_debut: Day | None = None
    date_fin: Day | None = None
    commission_percentage: Percentage | None = None
    tags: Tags = Field(default_factory=list)
    notes: Maybe[LongText] = None
    owner_id: Id | None = None
    team_id: Id | None = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.date_debut and self.date_fin and self.date_fin < self.date_debut:
            raise PydanticCustomError(
                EndBeforeStart.code, "date_fin must not be before date_debut", {"field": "date_fin"}
            )
        return self


class Mandat(MandatFields, OwnedRecord):
    kind: ClassVar[str] = "mandat"

    @property
    def timelines(self) -> tuple[str | None, str | None]:
        return self.organisation_id, None


def refuse_misuse(before: Mandat | None, after: Mandat) -> None:
    """Refuse a step back on the path of statuses, and a product put under a mandate that is not in force."""
    if before is not None and after.status is not before.status and after.status not in NEXT[before.status]:
        raise MandatStatusPath
    added = set(after.produit_ids) - set(before.produit_ids if before else ())
    if added and after.status not in IN_FORCE:
        raise MandatNotSigned


def expiring_filters(today: date) -> tuple[Filter, ...]:
    """Mandates in force that end within 90 days from `today` on."""
    return (
        Filter("status", "eq", tuple(IN_FORCE)),
        Filter("date_fin", "gte", (today.isoformat(),)),
        Filter("date_fin", "lte", ((today + EXPIRING_SOON).isoformat(),)),
    )


MANDATS: Kind[Any] = Kind(
    name="mandat",
    resource="mandats",
    model=Mandat,
    fields=MandatFields,
    listed=ListedKind(
        "mandat",
        "mandats",
        listed_fields(Mandat, search={"name": "name", "tags": "text", "notes": "notes"}),
    ),
    references=(("organisation_id", "organisation"), ("produit_ids", "produit")),
)

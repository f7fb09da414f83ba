"""Organisations: the companies a team sells to or distributes for; an organisation's pipeline is its deal."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import Field

from chalicelib.domain.listing import ListedKind, listed_fields
from chalicelib.domain.records import Fields, Kind, OwnedRecord
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
    Tag,
    Tags,
    Timestamp,
    Url,
    distinct,
)


class OrganisationType(StrEnum):
    CLIENT = "client"
    FOURNISSEUR = "fournisseur"
    DISTRIBUTEUR = "distributeur"
    EMETTEUR = "emetteur"
    AUTRE = "autre"


class PipelineStage(StrEnum):
    PROSPECT = "prospect"
    QUALIFICATION = "qualification"
    PROPOSITION = "proposition"
    NEGOCIATION = "negociation"
    SIGNE = "signe"
    PERDU = "perdu"
    INACTIF = "inactif"


class OrganisationFields(Fields):
    name: Name
    type: OrganisationType = OrganisationType.CLIENT
    roles: Annotated[list[OrganisationType], Field(max_length=5), distinct] = Field(
        default_factory=list, description="Further roles it holds besides its type."
    )
    category: Maybe[ShortText] = Field(
        default=None, examples=["Institution", "Wholesale", "SDG", "CGPI", "Startup", "Corporation", "Autres"]
    )
    email: Maybe[Email] = None
    phone: Maybe[Phone] = None
    website: Maybe[Url] = None
    address: Maybe[ShortText] = None
    city: Maybe[ShortText] = None
    postal_code: Maybe[ShortText] = None
    country_code: Maybe[CountryCode] = None
    language: Maybe[LanguageCode] = None
    pipeline_stage: PipelineStage = PipelineStage.PROSPECT
    potential_amount: Money | None = None
    signature_probability: Probability | None = None
    signature_date: Day | None = None
    aum: Money | None = None
    aum_date: Day | None = None
    strategies: Tags = Field(default_factory=list)
    lei: Maybe[Lei] = None
    registration_number: Maybe[ShortText] = None
    tags: Tags = Field(default_factory=list)
    notes: Maybe[LongText] = None
    owner_id: Id | None = None
    team_id: Id | None = None
    is_active: bool = True
    email_consent: bool | None = Field(default=None, description="Agreed to marketing e-mail; null when never asked.")
    email_consent_at: Timestamp | None = None
    email_consent_source: Maybe[ShortText] = None
    metadata: Annotated[dict[Tag, ShortText], Field(max_length=50)] = Field(default_factory=dict)


class Organisation(OrganisationFields, OwnedRecord):
    kind: ClassVar[str] = "organisation"
    last_activity_at: Timestamp | None = None

    @property
    def unique_values(self) -> dict[str, str]:
        return {"lei": self.lei} if self.lei else {}

    @property
    def timelines(self) -> tuple[str | None, str | None]:
        return self.id, None


ORGANISATIONS: Kind[Any] = Kind(
    name="organisation",
    resource="organisations",
    model=Organisation,
    fields=OrganisationFields,
    listed=ListedKind(
        "organisation",
        "organisations",
        listed_fields(
            Organisation,
            search={
                "name": "name",
                "email": "email",
                "phone": "phone",
                "city": "text",
                "category": "text",
                "website": "text",
                "lei": "text",
                "registration_number": "text",
                "tags": "text",
                "strategies": "text",
                "notes": "notes",
            },
        ),
    ),
)

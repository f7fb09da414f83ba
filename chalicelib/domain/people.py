"""People, and their links to organisations (N-N, with attributes on the link)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.domain.errors import EndBeforeStart
from chalicelib.domain.listing import ListedField, ListedKind, listed_fields
from chalicelib.domain.policy import audience_of
from chalicelib.domain.records import Fields, Kind, OwnedRecord, Record
from chalicelib.domain.types import (
    CountryCode,
    Day,
    Email,
    Id,
    LanguageCode,
    LongText,
    Maybe,
    Name,
    Phone,
    ShortText,
    Tags,
    Timestamp,
    Url,
)


class PersonFields(Fields):
    first_name: Maybe[ShortText] = None
    last_name: Name
    email: Maybe[Email] = None
    personal_email: Maybe[Email] = None
    phone: Maybe[Phone] = None
    mobile: Maybe[Phone] = None
    title: Maybe[ShortText] = None
    role: Maybe[ShortText] = None
    linkedin_url: Maybe[Url] = None
    country_code: Maybe[CountryCode] = None
    language: Maybe[LanguageCode] = None
    notes: Maybe[LongText] = None
    tags: Tags = Field(default_factory=list)
    marketing_consent: bool | None = Field(
        default=None, description="Agreed to marketing e-mail; null when never asked."
    )
    marketing_consent_at: Timestamp | None = None
    marketing_consent_source: Maybe[ShortText] = None
    owner_id: Id | None = None
    team_id: Id | None = None


def _show_full_name(schema: dict[str, Any]) -> None:
    """Documents what `Person.row` adds to the stored fields."""
    schema["properties"]["full_name"] = {"type": "string", "readOnly": True}


class Person(PersonFields, OwnedRecord):
    model_config = ConfigDict(json_schema_extra=_show_full_name)
    kind: ClassVar[str] = "person"
    last_activity_at: Timestamp | None = None

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.first_name else self.last_name

    @property
    def unique_values(self) -> dict[str, str]:
        return {"email": self.email} if self.email else {}

    @property
    def timelines(self) -> tuple[str | None, str | None]:
        return None, self.id

    def row(self) -> dict[str, Any]:
        return {**super().row(), "full_name": self.full_name}


class LinkRole(StrEnum):
    CONTACT_PRINCIPAL = "contact_principal"
    CONTACT_SECONDAIRE = "contact_secondaire"
    DECIDEUR = "decideur"
    TECHNIQUE = "technique"
    ADMINISTRATIF = "administratif"
    AUTRE = "autre"


class LinkFields(Fields):
    person_id: Id
    organisation_id: Id
    role: LinkRole = LinkRole.AUTRE
    is_primary: bool = Field(default=False, description="The organisation's primary contact; at most one.")
    job_title: Maybe[ShortText] = None
    work_email: Maybe[Email] = None
    work_phone: Maybe[Phone] = None
    start_date: Day | None = None
    end_date: Day | None = None
    notes: Maybe[LongText] = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise PydanticCustomError(
                EndBeforeStart.code, "end_date must not be before start_date", {"field": "end_date"}
            )
        return self


class Link(LinkFields, Record):
    """`owners` and `teams` are those of both ends, copied when the link is made: who sees an end sees the link."""

    kind: ClassVar[str] = "person_organisation_link"
    owners: list[Id] = Field(default_factory=list)
    teams: list[Id] = Field(default_factory=list)
    person_name: str = ""
    organisation_name: str = ""

    @property
    def audience(self) -> frozenset[str]:
        return audience_of(self.owners, self.teams)

    @property
    def unique_values(self) -> dict[str, str]:
        pair = {"person_id": f"{self.organisation_id}/{self.person_id}"}
        return {**pair, "is_primary": self.organisation_id} if self.is_primary else pair

    @property
    def timelines(self) -> tuple[str | None, str | None]:
        return self.organisation_id, self.person_id


PEOPLE: Kind[Any] = Kind(
    name="person",
    resource="people",
    model=Person,
    fields=PersonFields,
    listed=ListedKind(
        "person",
        "people",
        {"full_name": ListedField("full_name", "keyword", search="name")}
        | listed_fields(
            Person,
            search={
                "email": "email",
                "personal_email": "email",
                "phone": "phone",
                "mobile": "phone",
                "title": "text",
                "role": "text",
                "tags": "text",
                "notes": "notes",
            },
        ),
        title="full_name",
    ),
    personal=True,
)

LINKS: Kind[Any] = Kind(
    name="person_organisation_link",
    resource="people",
    model=Link,
    fields=LinkFields,
    listed=ListedKind(
        "person_organisation_link",
        "people",
        listed_fields(Link, search={}, hidden=("owners", "teams")),
        title="person_name",
    ),
    references=(("organisation_id", "organisation"), ("person_id", "person")),
)

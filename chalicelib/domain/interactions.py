"""Interactions: what happened, or is to happen, between the team and its contacts; the timeline's main entries."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.domain.listing import ListedKind, listed_fields
from chalicelib.domain.policy import audience_of
from chalicelib.domain.records import Fields, Kind, OwnedRecord
from chalicelib.domain.types import (
    Id,
    LongText,
    Maybe,
    Name,
    ShortText,
    Tags,
    Timestamp,
    Url,
    distinct,
    format_utc,
)


class InteractionType(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    MEETING = "meeting"
    VISIO = "visio"
    NOTE = "note"
    LINKEDIN = "linkedin"
    OTHER = "other"


class InteractionStatus(StrEnum):
    TODO = "todo"
    IN_PROGRESS = "in_progress"
    DONE = "done"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Attachment(Fields):
    name: Name
    url: Url


class InteractionFields(Fields):
    type: InteractionType
    subject: Name
    content: Maybe[LongText] = None
    occurred_at: Timestamp
    direction: Direction | None = None
    status: InteractionStatus = InteractionStatus.DONE
    assignee_id: Id | None = None
    next_action_at: Timestamp | None = None
    participants: Annotated[list[ShortText], Field(max_length=100), distinct] = Field(default_factory=list)
    attachments: Annotated[list[Attachment], Field(max_length=20)] = Field(default_factory=list)
    tags: Tags = Field(default_factory=list)
    organisation_id: Id | None = None
    person_id: Id | None = None
    owner_id: Id | None = None
    team_id: Id | None = None

    @model_validator(mode="after")
    def _about_someone(self) -> Self:
        if "occurred_at" in self.model_fields_set and not (self.organisation_id or self.person_id):
            raise PydanticCustomError("organisation_or_person", "needs an organisation_id or a person_id")
        return self


class Interaction(InteractionFields, OwnedRecord):
    kind: ClassVar[str] = "interaction"

    @property
    def audience(self) -> frozenset[str]:
        return audience_of([self.owner_id, self.assignee_id], [self.team_id])

    @property
    def timelines(self) -> tuple[str | None, str | None]:
        return self.organisation_id, self.person_id

    @property
    def occurred(self) -> str:
        return format_utc(self.occurred_at)


INTERACTIONS: Kind[Any] = Kind(
    name="interaction",
    resource="interactions",
    model=Interaction,
    fields=InteractionFields,
    listed=ListedKind(
        "interaction",
        "interactions",
        listed_fields(
            Interaction,
            search={"subject": "name", "participants": "text", "tags": "text", "content": "notes"},
        ),
        title="subject",
    ),
    references=(("organisation_id", "organisation"), ("person_id", "person"), ("assignee_id", "user")),
)

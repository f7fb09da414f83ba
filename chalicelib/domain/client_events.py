"""Events that are held for clients. (What happens inside the product are the domain events of `domain/events.py`.)"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.domain.contracts import EVENTS_HELD
from chalicelib.domain.errors import ContractNotSigned, ContractOfAnotherClient, EndBeforeStart, SupportContactRole
from chalicelib.domain.listing import Filter, ListedKind, listed_fields
from chalicelib.domain.policy import audience_of
from chalicelib.domain.records import Fields, Kind, OwnedRecord, Ref, Reliance
from chalicelib.domain.types import Count, Id, LongText, Maybe, Name, ShortText, Tags, Timestamp, format_utc
from chalicelib.domain.users import SUPPORT_CONTACT

EventView = Literal["without_support", "mine", "upcoming", "past"]


class EventFields(Fields):
    name: Name
    contract_id: Id = Field(description="A signed contract of the same client.")
    organisation_id: Id = Field(description="The client.")
    client_contact_id: Id | None = Field(default=None, description="A person at the client.")
    start_at: Timestamp
    end_at: Timestamp
    location: Maybe[ShortText] = None
    attendees: Count = 0
    support_contact_id: Id | None = Field(default=None, description="A user with the role support.")
    tags: Tags = Field(default_factory=list)
    notes: Maybe[LongText] = None
    owner_id: Id | None = None
    team_id: Id | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end_at <= self.start_at:
            raise PydanticCustomError(EndBeforeStart.code, "end_at must be after start_at")
        return self


class ClientEvent(EventFields, OwnedRecord):
    kind: ClassVar[str] = "event"

    @property
    def audience(self) -> frozenset[str]:
        return audience_of([self.owner_id, self.support_contact_id], [self.team_id])

    @property
    def timelines(self) -> tuple[str | None, str | None]:
        return self.organisation_id, self.client_contact_id

    @property
    def occurred(self) -> str:
        return format_utc(self.start_at)

    @property
    def reliances(self) -> tuple[Reliance, ...]:
        needed = (
            ("signed", True, ContractNotSigned),
            ("organisation_id", self.organisation_id, ContractOfAnotherClient),
        )
        contract = Reliance("contract_id", Ref("contract", self.contract_id), EVENTS_HELD, needed)
        if self.support_contact_id is None:
            return (contract,)
        user = Ref("user", self.support_contact_id)
        role = (("role", "support", SupportContactRole),)
        return (contract, Reliance("support_contact_id", user, SUPPORT_CONTACT, role))


def view_filters(view: EventView, now: datetime, user_id: str) -> tuple[Filter, ...]:
    """The filters of a named view; `mine` are those the user supports."""
    match view:
        case "without_support":
            return (Filter("support_contact_id", "empty", ("true",)),)
        case "mine":
            return (Filter("support_contact_id", "eq", (user_id,)),)
        case "upcoming":
            return (Filter("end_at", "gte", (format_utc(now),)),)
        case "past":
            return (Filter("end_at", "lte", (format_utc(now),)),)


EVENTS: Kind[Any] = Kind(
    name="event",
    resource="events",
    model=ClientEvent,
    fields=EventFields,
    listed=ListedKind(
        "event",
        "events",
        listed_fields(ClientEvent, search={"name": "name", "location": "text", "tags": "text", "notes": "notes"}),
    ),
    references=(
        ("contract_id", "contract"),
        ("organisation_id", "organisation"),
        ("client_contact_id", "person"),
        ("support_contact_id", "user"),
    ),
)

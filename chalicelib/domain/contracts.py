"""Contracts: what a client of the events agency has ordered, signed and paid."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.domain.errors import AmountDueAboveTotal, SalesContactRole
from chalicelib.domain.listing import Filter, ListedKind, listed_fields
from chalicelib.domain.policy import audience_of
from chalicelib.domain.records import Fields, Kind, OwnedRecord, Ref, Reliance
from chalicelib.domain.types import Id, LongText, Maybe, Money, Name, Tags, Timestamp
from chalicelib.domain.users import SALES_CONTACT

EVENTS_HELD = "events"
"""The respect in which events rely on their contract."""
ContractView = Literal["not_signed", "not_paid"]


class ContractFields(Fields):
    name: Name
    organisation_id: Id = Field(description="The client.")
    client_contact_id: Id | None = Field(default=None, description="A person at the client.")
    sales_contact_id: Id | None = Field(default=None, description="A user with the role sales.")
    total_amount: Money
    amount_due: Money = Field(default=Decimal(0), description="At most total_amount.")
    signed: bool = False
    signed_at: Timestamp | None = None
    tags: Tags = Field(default_factory=list)
    notes: Maybe[LongText] = None
    owner_id: Id | None = None
    team_id: Id | None = None

    @model_validator(mode="after")
    def _due_within_total(self) -> Self:
        if self.amount_due > self.total_amount:
            raise PydanticCustomError(AmountDueAboveTotal.code, "amount_due must not be above total_amount")
        return self


class Contract(ContractFields, OwnedRecord):
    kind: ClassVar[str] = "contract"

    @property
    def audience(self) -> frozenset[str]:
        return audience_of([self.owner_id, self.sales_contact_id], [self.team_id])

    @property
    def timelines(self) -> tuple[str | None, str | None]:
        return self.organisation_id, self.client_contact_id

    @property
    def reliances(self) -> tuple[Reliance, ...]:
        if self.sales_contact_id is None:
            return ()
        user = Ref("user", self.sales_contact_id)
        return (Reliance("sales_contact_id", user, SALES_CONTACT, (("role", "sales", SalesContactRole),)),)

    def held_against(self, after: Self) -> Mapping[str, str]:
        if after.deleted_at is not None and self.deleted_at is None:
            return {EVENTS_HELD: "The contract has events; delete or move them first."}
        if self.signed and not after.signed:
            return {EVENTS_HELD: "The contract has events, which need it to be signed."}
        if after.organisation_id != self.organisation_id:
            return {EVENTS_HELD: "The contract has events of this client."}
        return {}


def view_filters(view: ContractView) -> tuple[Filter, ...]:
    """The filters of a named view."""
    if view == "not_signed":
        return (Filter("signed", "eq", ("false",)),)
    return (Filter("amount_due", "gte", ("0.01",)),)


CONTRACTS: Kind[Any] = Kind(
    name="contract",
    resource="contracts",
    model=Contract,
    fields=ContractFields,
    listed=ListedKind(
        "contract",
        "contracts",
        listed_fields(Contract, search={"name": "name", "tags": "text", "notes": "notes"}),
    ),
    references=(
        ("organisation_id", "organisation"),
        ("client_contact_id", "person"),
        ("sales_contact_id", "user"),
    ),
)

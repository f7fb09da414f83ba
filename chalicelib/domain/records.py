"""What every record of the model shares: identity, version, ownership, soft deletion; and how kinds are declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from chalicelib.domain.errors import Detail, InvalidInput, RuleBroken
from chalicelib.domain.listing import IndexDocument, ListedKind
from chalicelib.domain.policy import audience_of
from chalicelib.domain.types import Id, Timestamp, Version, format_utc


class Fields(BaseModel):
    """The editable fields of a kind: the body of a create, and what an update may touch."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class Cause(BaseModel):
    """What brought a write about, so that chains of automation can be traced and cut."""

    model_config = ConfigDict(frozen=True)

    type: str = "request"
    id: str = ""
    depth: int = 0


class Ref(NamedTuple):
    """The address of a record."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Reliance:
    """`field` points to `ref`, which must keep each of the stored `values`, or the rule named beside it is broken.

    Reliances are counted by `ref` and `name`, so that the record they rest on can be kept from changing.
    """

    field: str
    ref: Ref
    name: str
    values: tuple[tuple[str, Any, type[RuleBroken]], ...]

    @property
    def counter(self) -> str:
        return held_counter(self.ref, self.name)

    def refusal(self, stored: Mapping[str, Any] | None) -> InvalidInput | None:
        """Why it cannot rest on a record whose stored document is `stored` (None: there is none), if it cannot."""
        if stored is None or stored.get("deleted_at"):
            return InvalidInput("A linked record does not exist.", [Detail(self.field, "there is no such record")])
        return next((rule() for name, value, rule in self.values if stored.get(name) != value), None)


def held_counter(ref: Ref, name: str) -> str:
    """The counter of the live records that rely on `ref` in the respect `name`."""
    return f"held#{ref.kind}#{ref.id}#{name}"


class Record(BaseModel):
    """The common envelope. `change_id` names the write that produced this version."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)
    kind: ClassVar[str]

    id: Id
    version: Version = 1
    created_at: Timestamp
    created_by: str
    updated_at: Timestamp
    updated_by: str
    deleted_at: Timestamp | None = None
    deleted_by: str | None = None
    change_id: str = Field(default="", exclude=True)
    cause: Cause = Field(default_factory=Cause, exclude=True)

    @property
    def audience(self) -> frozenset[str]:
        """The policy keys that may see this record under team or own scope."""
        return frozenset()

    @property
    def unique_values(self) -> Mapping[str, str]:
        """Field to normalised value, for each value that no other live record of the kind may hold."""
        return {}

    @property
    def reliances(self) -> tuple[Reliance, ...]:
        """What the record, while it is live, needs other records to stay."""
        return ()

    def held_against(self, after: Self) -> Mapping[str, str]:
        """Respects in which no record may rely on this one if it is to become `after`, each with the reason."""
        del after
        return {}

    @property
    def timelines(self) -> tuple[str | None, str | None]:
        """Ids of the organisation and the person on whose timelines the record stands."""
        return None, None

    @property
    def occurred(self) -> str:
        """The instant (formatted UTC) at which the record stands on a timeline."""
        return format_utc(self.created_at)

    def row(self) -> dict[str, Any]:
        """The JSON object the API answers with."""
        return self.model_dump(mode="json")

    def document(self) -> dict[str, Any]:
        """The JSON object that is stored: without empty fields, and validating it gives the record back."""
        return self.model_dump(mode="json", exclude_none=True)


class OwnedRecord(Record):
    """A record that belongs to a user and a team."""

    owner_id: Id | None = None
    team_id: Id | None = None

    @property
    def audience(self) -> frozenset[str]:
        return audience_of([self.owner_id], [self.team_id])


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """The declaration of a kind: its entity, its editable fields, its API resource and how lists show it."""

    name: str
    resource: str
    model: type[R]
    fields: type[Fields]
    listed: ListedKind
    references: tuple[tuple[str, str], ...] = ()
    """(field, kind) pairs: the field holds the id of a live record of that kind which the caller can read."""
    personal: bool = False
    """Whether its records are personal data, so that who is shown one is noted in the access log."""


def index_document(record: Record) -> IndexDocument:
    """The record as the read model keeps it."""
    return IndexDocument(
        kind=record.kind,
        id=record.id,
        version=record.version,
        audience=record.audience,
        deleted=record.deleted_at is not None,
        row=record.row(),
    )


@cache
def patch_model(fields: type[Fields]) -> type[Fields]:
    """The body of a partial update: every field optional to give, its constraints unchanged, plus `version`."""
    changes: dict[str, Any] = {
        name: (info.annotation, _without_default(info)) for name, info in fields.model_fields.items()
    }
    changes["version"] = (
        Version | None,
        Field(default=None, description="The version you edited; or send If-Match."),
    )
    return create_model(f"{fields.__name__}Patch", __base__=Fields, **changes)


def _without_default(info: Any) -> Any:
    relaxed = copy(info)
    relaxed.default, relaxed.default_factory = None, None
    return relaxed


def changed_fields(
    before: Mapping[str, Any], after: Mapping[str, Any], skip: Iterable[str] = ()
) -> dict[str, tuple[Any, Any]]:
    """Field to (old, new) where they differ; a missing field counts as None."""
    skipped = frozenset(skip)
    names = [name for name in (*before, *(n for n in after if n not in before)) if name not in skipped]
    return {n: (before.get(n), after.get(n)) for n in names if before.get(n) != after.get(n)}


BOOKKEEPING = frozenset({"version", "updated_at", "updated_by", "change_id", "cause"})

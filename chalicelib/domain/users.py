"""People who log in, their teams and their roles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from chalicelib.domain.listing import ListedKind, listed_fields
from chalicelib.domain.policy import Permission, Scope, ScopeTarget, audience_of
from chalicelib.domain.records import Fields, Kind, Record
from chalicelib.domain.types import (
    Email,
    Id,
    LongText,
    Maybe,
    Name,
    Phone,
    ShortText,
    Slug,
    Timestamp,
    Username,
    distinct,
)

_TIMEZONE = re.compile(r"UTC|[A-Z][A-Za-z0-9_+-]*(?:/[A-Z][A-Za-z0-9_+-]*){1,2}")


def _timezone(value: str) -> str:
    """One look-up by name, which the library keeps; listing all the names would walk its whole directory."""
    try:
        if _TIMEZONE.fullmatch(value):
            return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, OSError, ValueError):
        pass
    raise PydanticCustomError("timezone", "must be an IANA time zone such as Europe/Paris")


Timezone = Annotated[str, AfterValidator(_timezone)]


SALES_CONTACT, SUPPORT_CONTACT = "sales_contact", "support_contact"
"""The respects in which contracts and events rely on a user."""
_HELD_IN_ROLE = {"sales": SALES_CONTACT, "support": SUPPORT_CONTACT}
_HAND_OVER = {
    SALES_CONTACT: "The user is the sales contact of contracts; hand them over first.",
    SUPPORT_CONTACT: "The user is the support contact of events; hand them over first.",
}


class ProfileFields(Fields):
    """What users may change of themselves."""

    first_name: Maybe[ShortText] = None
    last_name: Maybe[ShortText] = None
    phone: Maybe[Phone] = None
    locale: Annotated[str, Field(pattern="^(fr|en)$")] = "fr"
    timezone: Timezone = "Europe/Paris"


class UserFields(ProfileFields):
    email: Email
    username: Username
    role: Slug
    team_id: Id | None = None
    is_active: bool = True


class User(UserFields, Record):
    """`last_login_at` is kept beside the version: a login is not an edit."""

    kind: ClassVar[str] = "user"
    last_login_at: Timestamp | None = None
    totp_enabled: bool = False

    @property
    def may_log_in(self) -> bool:
        return self.is_active and self.deleted_at is None

    @property
    def audience(self) -> frozenset[str]:
        return audience_of([self.id], [self.team_id])

    @property
    def unique_values(self) -> dict[str, str]:
        return {"email": self.email, "username": self.username}

    def held_against(self, after: Self) -> Mapping[str, str]:
        respect = _HELD_IN_ROLE.get(self.role)
        leaves = after.role != self.role or (after.deleted_at is not None and self.deleted_at is None)
        return {respect: _HAND_OVER[respect]} if respect and leaves else {}


class TeamFields(Fields):
    name: Name
    description: Maybe[LongText] = None


class Team(TeamFields, Record):
    kind: ClassVar[str] = "team"

    @property
    def audience(self) -> frozenset[str]:
        return audience_of([], [self.id])

    @property
    def unique_values(self) -> dict[str, str]:
        return {"name": self.name.casefold()}


class RoleFields(Fields):
    name: Name
    permissions: Annotated[list[Permission], Field(max_length=200), distinct] = Field(default_factory=list)
    scopes: dict[ScopeTarget, Scope] = Field(default_factory=dict)


class NewRole(RoleFields):
    """`slug` becomes the role's id."""

    slug: Slug


class Role(RoleFields, Record):
    """A role's id is its slug, so that users and tokens can name it.

    Its permissions are stored as one string: each request reads its caller's role, and a list of a hundred attribute
    values costs a millisecond to parse.
    """

    kind: ClassVar[str] = "role"
    id: Slug
    built_in: bool = False

    @field_validator("permissions", mode="before")
    @classmethod
    def _unpacked(cls, stored: Any) -> Any:
        return stored.split() if isinstance(stored, str) else stored

    def document(self) -> dict[str, Any]:
        return {**super().document(), "permissions": " ".join(self.permissions)}


USERS: Kind[Any] = Kind(
    name="user",
    resource="users",
    model=User,
    fields=UserFields,
    listed=ListedKind(
        "user",
        "users",
        listed_fields(User, search={"first_name": "name", "last_name": "name", "username": "name", "email": "email"}),
        title="username",
    ),
    references=(("team_id", "team"), ("role", "role")),
)
TEAMS: Kind[Any] = Kind(
    name="team",
    resource="teams",
    model=Team,
    fields=TeamFields,
    listed=ListedKind("team", "teams", listed_fields(Team, search={"name": "name"})),
)
ROLES: Kind[Any] = Kind(
    name="role",
    resource="roles",
    model=Role,
    fields=RoleFields,
    listed=ListedKind("role", "roles", listed_fields(Role, search={"name": "name"})),
)

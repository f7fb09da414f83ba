"""Who may do what: the one policy every path asks.

A role grants permissions (`resource:action`) and, per resource or per permission, a data scope. A record names the
audience that may see it (its team, its owner, its assignee) as keys; a caller holds keys; access is their overlap.
The same keys are a field of the read model, so lists, totals and facets obey the same rule as single reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from chalicelib.domain.errors import Forbidden, NotFound
from chalicelib.domain.listing import Visibility

ACTIONS = ("create", "read", "update", "delete", "export", "import", "manage")
RESOURCES = (
    "organisations",
    "people",
    "interactions",
    "tasks",
    "mandats",
    "produits",
    "contracts",
    "events",
    "campaigns",
    "workflows",
    "webhooks",
    "documents",
    "users",
    "teams",
    "roles",
    "settings",
    "reports",
)
PERMISSIONS = frozenset(f"{resource}:{action}" for resource in RESOURCES for action in ACTIONS)
COMMERCIAL = RESOURCES[:8]
PERSONAL = frozenset(f"views:{action}" for action in ("create", "read", "update", "delete"))
"""What every user may do with what is their own; no role grants it or withholds it."""
VIEWS_FOR_EVERYONE = "views:everyone"
SHARED_VIEWS = "views:shared"
"""Audience keys of saved views: the one that everybody holds, and the one of who manages the settings."""


def _known(value: str) -> str:
    if value not in PERMISSIONS:
        raise ValueError("is not a permission")
    return value


def _scope_target(value: str) -> str:
    if value != "default" and value not in RESOURCES and value not in PERMISSIONS:
        raise ValueError("must be default, a resource or a permission")
    return value


Permission = Annotated[str, AfterValidator(_known)]
ScopeTarget = Annotated[str, AfterValidator(_scope_target)]


class Scope(StrEnum):
    ALL = "all"
    TEAM = "team"
    OWN = "own"


class Grants(BaseModel):
    """What a role gives: permissions, and scopes by permission, by resource, or `default` (none: own)."""

    model_config = ConfigDict(frozen=True)

    permissions: frozenset[Permission] = frozenset()
    scopes: Mapping[ScopeTarget, Scope] = Field(default_factory=dict)

    def scope_of(self, permission: str) -> Scope:
        resource = permission.partition(":")[0]
        for target in (permission, resource, "default"):
            if target in self.scopes:
                return self.scopes[target]
        return Scope.OWN


class Principal(BaseModel):
    """The authenticated caller. `grants` are already cut down to the scopes of the API key, if one is used."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    team_id: str | None = None
    role: str
    grants: Grants
    session_id: str | None = None
    api_key_id: str | None = None
    via: Literal["session", "api_key", "system"] = "session"

    @property
    def keys(self) -> frozenset[str]:
        """The audience keys the caller holds under team scope."""
        own = user_key(self.user_id)
        return frozenset({own, team_key(self.team_id)}) if self.team_id else frozenset({own})


class Guarded(Protocol):
    """Anything with an audience."""

    @property
    def audience(self) -> frozenset[str]: ...


def user_key(user_id: str) -> str:
    return f"user:{user_id}"


def team_key(team_id: str) -> str:
    return f"team:{team_id}"


def audience_of(users: Iterable[str | None], teams: Iterable[str | None]) -> frozenset[str]:
    """The keys of those who may see a record under own or team scope."""
    return frozenset([user_key(u) for u in users if u] + [team_key(t) for t in teams if t])


def can(principal: Principal, permission: str) -> bool:
    return permission in principal.grants.permissions or permission in PERSONAL


def require(principal: Principal, permission: str) -> None:
    """Raise `Forbidden`, naming the permission, unless the caller holds it."""
    if not can(principal, permission):
        raise Forbidden(permission)


def visibility(principal: Principal, permission: str) -> Visibility:
    """The records on which the caller may use `permission`: none without it, else by data scope."""
    if not can(principal, permission):
        return Visibility()
    if permission in PERSONAL:
        return Visibility(keys=_personal_keys(principal, permission))
    scope = principal.grants.scope_of(permission)
    if scope is Scope.ALL:
        return Visibility(everything=True)
    return Visibility(keys=principal.keys if scope is Scope.TEAM else frozenset({user_key(principal.user_id)}))


def _personal_keys(principal: Principal, permission: str) -> frozenset[str]:
    """Views are read by their owner and whom they are shared with, and changed by their owner; who manages the
    settings reads and changes all that are shared."""
    managed = frozenset({SHARED_VIEWS}) if "settings:manage" in principal.grants.permissions else frozenset()
    if permission == "views:read":
        return principal.keys | {VIEWS_FOR_EVERYONE} | managed
    return managed | {user_key(principal.user_id)}


def authorise(principal: Principal, permission: str, record: Guarded) -> None:
    """Raise unless the caller may use `permission` on `record`.

    A record outside the caller's read scope is `NotFound`, exactly as a missing one; one inside it is `Forbidden`.
    """
    resource = permission.partition(":")[0]
    require(principal, permission)
    if visibility(principal, permission).admits(record.audience):
        return
    if visibility(principal, f"{resource}:read").admits(record.audience):
        raise Forbidden(permission, f"Your data scope for {permission} does not cover this record.")
    raise NotFound("There is no such record.")


def authorise_result(principal: Principal, permission: str, record: Guarded) -> None:
    """Raise `Forbidden` unless what a write leads to is still within the caller's scope for it."""
    if not visibility(principal, permission).admits(record.audience):
        raise Forbidden(permission, "Your data scope does not allow this owner or team.")


def explain(principal: Principal, permission: str, record: Guarded) -> list[str]:
    """The reasons, most specific first, why the caller holds `permission` on `record`; empty when they do not."""
    if not visibility(principal, permission).admits(record.audience):
        return []
    reasons = []
    if user_key(principal.user_id) in record.audience:
        reasons.append("owner_or_assignee")
    if (
        principal.team_id
        and team_key(principal.team_id) in record.audience
        and principal.grants.scope_of(permission) is not Scope.OWN
    ):
        reasons.append("team")
    if principal.grants.scope_of(permission) is Scope.ALL:
        reasons.append("scope_all")
    return reasons


def _grid(resources: Iterable[str], actions: Iterable[str]) -> frozenset[str]:
    wanted = tuple(actions)
    return frozenset(f"{resource}:{action}" for resource in resources for action in wanted)


_BY_ADMIN_ONLY = _grid(("users", "roles", "settings"), ("delete", "manage"))
_EVERYONE: Mapping[str, Scope] = dict.fromkeys(("users", "teams", "roles", "settings", "produits"), Scope.ALL)
"""Colleagues, teams, settings and the range of products are no team's secret: whoever may read them reads all."""

BUILT_IN_ROLES: Mapping[str, Grants] = {
    "admin": Grants(permissions=PERMISSIONS, scopes={"default": Scope.ALL}),
    "manager": Grants(permissions=PERMISSIONS - _BY_ADMIN_ONLY, scopes={"default": Scope.TEAM, **_EVERYONE}),
    "sales": Grants(
        permissions=_grid(COMMERCIAL, ("create", "read", "update", "export")) - {"contracts:create"}
        | _grid(("campaigns", "workflows", "documents", "reports", "users", "teams"), ("read",))
        | {"documents:create"},
        scopes={"default": Scope.TEAM, **_EVERYONE},
    ),
    "support": Grants(
        permissions=_grid((*COMMERCIAL, "documents", "reports", "users", "teams"), ("read",))
        | {"events:update"}
        | _grid(("tasks", "interactions"), ("create", "update")),
        scopes={"default": Scope.ALL}
        | dict.fromkeys(("events:update", "tasks:update", "interactions:update"), Scope.OWN),
    ),
    "viewer": Grants(
        permissions=_grid((*COMMERCIAL, "campaigns", "workflows", "documents", "reports", "users", "teams"), ("read",)),
        scopes={"default": Scope.TEAM, **_EVERYONE},
    ),
}

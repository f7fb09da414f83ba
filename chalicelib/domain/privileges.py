"""No privilege ladder: nobody hands out, or touches in others, more than they hold themselves."""

from __future__ import annotations

from chalicelib.domain.errors import Forbidden
from chalicelib.domain.policy import Grants, Principal, Scope
from chalicelib.domain.users import Role

ADMIN = "admin"
_WIDTH = {Scope.OWN: 0, Scope.TEAM: 1, Scope.ALL: 2}


def grants_of(role: Role) -> Grants:
    return Grants(permissions=frozenset(role.permissions), scopes=role.scopes)


def require_permissions_of(principal: Principal, role: Role) -> None:
    """Raise `Forbidden`, naming one permission, if the role has any that the caller lacks."""
    missing = sorted(frozenset(role.permissions) - principal.grants.permissions)
    if missing:
        raise Forbidden(missing[0], f"The role {role.id} has permissions you do not hold yourself.")


def require_grants_of(principal: Principal, role: Role) -> None:
    """Raise `Forbidden` if the role has a permission the caller lacks, or one with a wider data scope."""
    require_permissions_of(principal, role)
    given = grants_of(role)
    for permission in sorted(given.permissions):
        if _WIDTH[given.scope_of(permission)] > _WIDTH[principal.grants.scope_of(permission)]:
            raise Forbidden(permission, f"The role {role.id} has a wider data scope for {permission} than you.")

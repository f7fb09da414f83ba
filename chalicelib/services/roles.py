"""Roles: named by a slug; nobody gives one more than they hold, or edits their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change
from chalicelib.domain.errors import Conflict, Forbidden, InUse
from chalicelib.domain.identity import Effect, IdentityStore, MustBeUnused
from chalicelib.domain.ports import Clock, RecordIndex, RecordStore
from chalicelib.domain.privileges import ADMIN, grants_of, require_grants_of
from chalicelib.domain.records import Kind, Record, Ref
from chalicelib.domain.users import Role
from chalicelib.services.records import RecordService
from chalicelib.services.users import users_of_role


class RoleService(RecordService[Role]):
    def __init__(
        self, kind: Kind[Role], store: RecordStore, index: RecordIndex, clock: Clock, identity: IdentityStore
    ) -> None:
        super().__init__(kind, store, index, clock)
        self._identity = identity

    def derived(
        self, before: Role | None, state: Mapping[str, Any], referenced: Mapping[Ref, Record]
    ) -> Mapping[str, Any]:
        del referenced
        return {"id": state["slug"]} if before is None else {}

    def _write(self, by: Caller, before: Role | None, after: Role, change: Change) -> None:
        for role in (before, after):
            if role is not None:
                require_grants_of(by.principal, role)
        regranted = before is not None and grants_of(before) != grants_of(after)
        if (regranted or after.deleted_at) and by.principal.role == after.id:
            raise Forbidden("roles:update", "Nobody can change what their own role grants.")
        if regranted and after.id == ADMIN:
            raise Conflict("The admin role always has every permission.")
        if after.deleted_at and after.built_in:
            raise Conflict("A built-in role cannot be deleted.")
        in_use = InUse("The role has users; give them another role first.")
        effects: list[Effect] = [MustBeUnused(users_of_role(after.id), in_use)] if after.deleted_at else []
        self._identity.commit(change, effects)

"""Teams: a team with users in it cannot be deleted."""

from __future__ import annotations

from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change
from chalicelib.domain.errors import InUse
from chalicelib.domain.identity import Effect, IdentityStore, MustBeUnused
from chalicelib.domain.ports import Clock, RecordIndex, RecordStore
from chalicelib.domain.records import Kind
from chalicelib.domain.users import Team
from chalicelib.services.records import RecordService
from chalicelib.services.users import users_of_team


class TeamService(RecordService[Team]):
    def __init__(
        self, kind: Kind[Team], store: RecordStore, index: RecordIndex, clock: Clock, identity: IdentityStore
    ) -> None:
        super().__init__(kind, store, index, clock)
        self._identity = identity

    def _write(self, by: Caller, before: Team | None, after: Team, change: Change) -> None:
        del by, before
        in_use = InUse("The team has users; move them to another team first.")
        effects: list[Effect] = [MustBeUnused(users_of_team(after.id), in_use)] if after.deleted_at else []
        self._identity.commit(change, effects)

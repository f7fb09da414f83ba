"""Teams: one that users or records belong to cannot be deleted.

Users are counted exactly, by a counter that changes in their own transactions. Records are counted by the read model,
which follows the table by seconds; the caller's own writes are laid over it. So a record that somebody else gives to
the team in the seconds before its deletion may keep the name of a team in the trash: its owner and those who read
everything still see it, and restoring the team or moving the record mends it. Afterwards no record can be given to
the team, as that write requires a live one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.domain import policy
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change
from chalicelib.domain.errors import Detail, InUse
from chalicelib.domain.identity import Effect, IdentityStore, MustBeUnused
from chalicelib.domain.listing import Filter, IndexDocument, ListQuery, Visibility
from chalicelib.domain.ports import Clock, RecordIndex, RecordStore
from chalicelib.domain.records import Kind
from chalicelib.domain.users import Team
from chalicelib.services.records import RecordService, fresh_documents
from chalicelib.services.users import users_of_team


class TeamService(RecordService[Team]):
    """`belonging` are the kinds whose records may be given to a team."""

    def __init__(
        self,
        kind: Kind[Team],
        store: RecordStore,
        index: RecordIndex,
        clock: Clock,
        identity: IdentityStore,
        belonging: Sequence[Kind[Any]],
    ) -> None:
        super().__init__(kind, store, index, clock)
        self._identity = identity
        self._belonging = belonging

    def _write(self, by: Caller, before: Team | None, after: Team, change: Change) -> None:
        del before
        effects: list[Effect] = []
        if after.deleted_at:
            self._refuse_in_use(by, after.id)
            effects = [MustBeUnused(users_of_team(after.id), _in_use([]))]
        self._identity.commit(change, effects)

    def _refuse_in_use(self, by: Caller, id: str) -> None:
        fresh = fresh_documents(self.store, self.clock, by)
        found = [self._belongs(by, kind, id, fresh) for kind in self._belonging]
        if reasons := [reason for reason in found if reason]:
            raise _in_use(reasons)

    def _belongs(self, by: Caller, kind: Kind[Any], id: str, fresh: Sequence[IndexDocument]) -> Detail | None:
        """How many records of the kind the team has; of those the caller may not see, only that there are any."""
        every = self._count(kind, id, Visibility(everything=True), fresh)
        seen = self._count(kind, id, policy.visibility(by.principal, f"{kind.resource}:read"), fresh)
        if not every:
            return None
        hidden = ["others outside your view"] if seen < every else []
        who = " and ".join([*([str(seen)] if seen else []), *hidden])
        return Detail(kind.resource, f"{who} belong to the team", {"count": seen})

    def _count(self, kind: Kind[Any], id: str, visible: Visibility, fresh: Sequence[IndexDocument]) -> int:
        named = (Filter("team_id", "eq", (id,)),)
        return self.index.list(ListQuery(kind.name, visible, filters=named, limit=1), fresh).total


def _in_use(reasons: Sequence[Detail]) -> InUse:
    return InUse("The team is in use; move what belongs to it to another team first.", reasons)

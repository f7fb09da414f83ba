"""Records of which one in a group carries a flag: giving it to one takes it off the former holder."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, TypeVar

from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, Replace
from chalicelib.domain.errors import Conflict, Duplicate, StaleVersion
from chalicelib.domain.records import Record
from chalicelib.services.records import RecordService

R = TypeVar("R", bound=Record)

_ATTEMPTS = 5


class FlagService(RecordService[R]):
    """The flag is a boolean field whose unique value names the group; both records change in one commit."""

    flag: ClassVar[str]

    def restore(self, by: Caller, id: str) -> R:
        """A restored record does not take the flag back from the one that has it now."""
        try:
            return self._restored(by, id, {})
        except Duplicate as taken:
            if taken.field != self.flag:
                raise
            return self._restored(by, id, {self.flag: False})

    def _write(self, by: Caller, before: R | None, after: R, change: Change) -> None:
        """Who holds the flag is learnt from the refusal, so a record that takes it from nobody costs nothing more."""
        attempted = change
        for _ in range(_ATTEMPTS):
            try:
                return self.store.commit(attempted)
            except Duplicate as taken:
                if taken.field != self.flag or (before is not None and before.deleted_at is not None):
                    raise
                attempted = self._taking_the_flag(by, taken.other_id, after, change)
            except StaleVersion as stale:
                if stale.current["id"] == after.id:
                    raise
                attempted = self._taking_the_flag(by, stale.current["id"], after, change)
        raise Conflict(f"{self.flag} is being changed by several people at once; please try again.")

    def _taking_the_flag(self, by: Caller, former_id: str | None, after: R, change: Change) -> Change:
        former = self.store.get(self.kind.name, former_id) if former_id else None
        if former is None or not getattr(former, self.flag) or former.deleted_at is not None:
            return change
        demoted = former.model_copy(
            update={
                self.flag: False,
                "version": former.version + 1,
                "updated_at": after.updated_at,
                "updated_by": after.updated_by,
                "change_id": after.change_id,
                "cause": after.cause,
            }
        )
        audit = self._audited(by, "update", former.row(), demoted.row())
        return replace(change, writes=(*change.writes, Replace(former, demoted)), audit=(*change.audit, audit))

"""Links between people and organisations: attributes copied from both ends, and at most one primary contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, MustExist, Replace
from chalicelib.domain.errors import Conflict, Duplicate, StaleVersion
from chalicelib.domain.organisations import Organisation
from chalicelib.domain.people import Link, Person
from chalicelib.domain.records import Record, Ref
from chalicelib.services.records import RecordService

_ATTEMPTS = 5


def snapshot(organisation: Organisation, person: Person) -> dict[str, Any]:
    """What a link repeats of its two ends, so that it can be shown, and judged by the policy, without reading them."""
    return {
        "owners": [id for id in dict.fromkeys([organisation.owner_id, person.owner_id]) if id],
        "teams": [id for id in dict.fromkeys([organisation.team_id, person.team_id]) if id],
        "person_name": person.full_name,
        "organisation_name": organisation.name,
    }


class LinkService(RecordService[Link]):
    """Making a contact primary takes the flag off the former one, in the same change."""

    def derived(
        self, before: Link | None, state: Mapping[str, Any], referenced: Mapping[Ref, Record]
    ) -> Mapping[str, Any]:
        ends = [Ref("organisation", state["organisation_id"]), Ref("person", state["person_id"])]
        if before is not None and (before.organisation_id, before.person_id) == (ends[0].id, ends[1].id):
            return {}
        missing = [ref for ref in ends if ref not in referenced]
        found = {**referenced, **(self.store.get_many(missing) if missing else {})}
        return snapshot(cast(Organisation, found[ends[0]]), cast(Person, found[ends[1]]))

    def needed_to_live(self, record: Link) -> list[MustExist]:
        return [
            MustExist(Ref("organisation", record.organisation_id), "organisation_id"),
            MustExist(Ref("person", record.person_id), "person_id"),
        ]

    def restore(self, by: Caller, id: str) -> Link:
        """A restored link does not take the primary flag back from the contact that has it now."""
        try:
            return self._restored(by, id, {})
        except Duplicate as taken:
            if taken.field != "is_primary":
                raise
            return self._restored(by, id, {"is_primary": False})

    def _write(self, by: Caller, before: Link | None, after: Link, change: Change) -> None:
        """Who holds the flag is learnt from the refusal, so a link that takes it from nobody costs nothing more."""
        attempted = change
        for _ in range(_ATTEMPTS):
            try:
                return self.store.commit(attempted)
            except Duplicate as taken:
                if taken.field != "is_primary" or (before is not None and before.deleted_at is not None):
                    raise
                attempted = self._taking_the_flag(by, taken.other_id, after, change)
            except StaleVersion as stale:
                if stale.current["id"] == after.id:
                    raise
                attempted = self._taking_the_flag(by, stale.current["id"], after, change)
        raise Conflict("The primary contact is being changed by several people at once; please try again.")

    def _taking_the_flag(self, by: Caller, former_id: str | None, after: Link, change: Change) -> Change:
        former = self.store.get(self.kind.name, former_id) if former_id else None
        if not isinstance(former, Link) or not former.is_primary or former.deleted_at is not None:
            return change
        demoted = former.model_copy(
            update={
                "is_primary": False,
                "version": former.version + 1,
                "updated_at": after.updated_at,
                "updated_by": after.updated_by,
                "change_id": after.change_id,
                "cause": after.cause,
            }
        )
        audit = self._audited(by, "update", former.row(), demoted.row())
        return replace(change, writes=(*change.writes, Replace(former, demoted)), audit=(*change.audit, audit))

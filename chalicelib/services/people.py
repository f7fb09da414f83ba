"""Links between people and organisations: attributes copied from both ends, and at most one primary contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Replace, Write
from chalicelib.domain.organisations import Organisation
from chalicelib.domain.people import Link, Person
from chalicelib.domain.records import Record, Ref
from chalicelib.services.records import RecordService


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

    def companions(self, before: Link | None, after: Link) -> list[Write]:
        if not after.is_primary or (before is not None and before.is_primary):
            return []
        former_id = self.store.unique_holder(self.kind.name, "is_primary", after.organisation_id)
        former = self.store.get(self.kind.name, former_id) if former_id and former_id != after.id else None
        if not isinstance(former, Link) or not former.is_primary:
            return []
        bookkeeping = {
            "version": former.version + 1,
            "updated_at": self.clock.now(),
            "updated_by": after.updated_by,
            "change_id": after.change_id,
            "cause": after.cause,
        }
        return [Replace(former, former.model_copy(update={"is_primary": False, **bookkeeping}))]

    def restore(self, by: Caller, id: str) -> Link:
        """A restored link does not take the primary flag back from the contact that has it now."""
        link = self.store.get(self.kind.name, id)
        if isinstance(link, Link) and link.deleted_at and link.is_primary:
            holder = self.store.unique_holder(self.kind.name, "is_primary", link.organisation_id)
            return self._restored(by, id, {"is_primary": False} if holder else {})
        return self._restored(by, id, {})

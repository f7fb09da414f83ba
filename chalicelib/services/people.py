"""Links between people and organisations: attributes copied from both ends, and at most one primary contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from chalicelib.domain.changes import MustExist
from chalicelib.domain.organisations import Organisation
from chalicelib.domain.people import Link, Person
from chalicelib.domain.records import Record, Ref
from chalicelib.services.flags import FlagService


def snapshot(organisation: Organisation, person: Person) -> dict[str, Any]:
    """What a link repeats of its two ends, so that it can be shown, and judged by the policy, without reading them."""
    return {
        "owners": [id for id in dict.fromkeys([organisation.owner_id, person.owner_id]) if id],
        "teams": [id for id in dict.fromkeys([organisation.team_id, person.team_id]) if id],
        "person_name": person.full_name,
        "organisation_name": organisation.name,
    }


class LinkService(FlagService[Link]):
    """Making a contact primary takes the flag off the former one, in the same change."""

    flag: ClassVar[str] = "is_primary"

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

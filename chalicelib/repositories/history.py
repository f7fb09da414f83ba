"""What the relay keeps beside the records: versions, link look-ups, last activity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynamodb.exceptions import UpdateError

from chalicelib.domain.events import Transition
from chalicelib.domain.records import Record, Ref
from chalicelib.domain.types import format_utc
from chalicelib.repositories import keys
from chalicelib.repositories.items import Index1, Index2, Item, new_item
from chalicelib.repositories.records import reading


class DynamoHistory:
    """`HistoryStore` on the one table."""

    def keep_versions(self, transitions: Sequence[Transition]) -> None:
        """Put one item per version; writing it again changes nothing."""
        with reading(), Item.batch_write() as batch:
            for transition in transitions:
                batch.save(version_item(transition))

    def links_of(self, ref: Ref) -> list[Ref]:
        index, sort_key = (Item.index2, Index2.sk) if ref.kind == "person" else (Item.index1, Index1.sk)
        with reading():
            found = list(index.query(keys.record_pk(*ref), sort_key.startswith(keys.LINK_PREFIX)))
        return [Ref(item.kind, item.pk.partition("#")[2]) for item in found]

    def touch_activity(self, ref: Ref, at: str) -> None:
        last = Item.data["last_activity_at"]
        try:
            with reading():
                new_item(keys.record(*ref)).update(
                    actions=[last.set(at)], condition=Item.pk.exists() & (last.does_not_exist() | (last < at))
                )
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise


def version_item(transition: Transition) -> Item:
    after = transition.after
    at = format_utc(after.updated_at)
    data = {
        "version": after.version,
        "at": at,
        "by": after.updated_by,
        "action": transition.verb,
        "changes": {name: list(pair) for name, pair in transition.changes.items()},
        "data": after.row(),
        "audience": sorted(after.audience),
        "change_id": after.change_id,
    }
    return new_item(
        keys.version(after.kind, after.id, after.version),
        kind="version",
        data=data,
        **_timeline_keys(after, at),
    )


def _timeline_keys(record: Record, at: str) -> dict[str, Any]:
    """Changes of organisations, people and their links stand on timelines; interactions and tasks do so themselves."""
    if record.kind not in ("organisation", "person", "person_organisation_link"):
        return {}
    organisation, person = record.timelines
    moment = keys.moment(at, f"{record.kind}.{record.version}", record.id)
    on_organisation = {"gsi1pk": keys.record_pk("organisation", organisation), "gsi1sk": moment} if organisation else {}
    on_person = {"gsi2pk": keys.record_pk("person", person), "gsi2sk": moment} if person else {}
    return on_organisation | on_person

"""What the relay keeps beside the records: versions, link look-ups, last activity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynamodb.exceptions import UpdateError

from chalicelib.domain.events import Transition
from chalicelib.domain.people import Link
from chalicelib.domain.records import Record, Ref
from chalicelib.domain.types import format_utc
from chalicelib.repositories import keys
from chalicelib.repositories.items import Item, new_item
from chalicelib.repositories.records import CONDITION_FAILED, VERSIONS_ON_TIMELINES, reading


class DynamoHistory:
    """`HistoryStore` on the one table."""

    def keep_versions(self, transitions: Sequence[Transition]) -> None:
        """Put one item per version, and two per link under its ends; writing them again changes nothing."""
        kept = [item for transition in transitions for item in (version_item(transition), *_end_items(transition))]
        with reading(), Item.batch_write() as batch:
            for item in {(item.pk, item.sk): item for item in kept}.values():
                batch.save(item)

    def links_of(self, ref: Ref) -> list[Ref]:
        first = keys.link(*ref, "")
        with reading():
            found = list(Item.query(first.pk, Item.sk.startswith(first.sk), consistent_read=True))
        return [Ref("person_organisation_link", item.sk.removeprefix(first.sk)) for item in found]

    def touch_activity(self, ref: Ref, at: str) -> None:
        last = Item.data["last_activity_at"]
        try:
            with reading():
                new_item(keys.record(*ref)).update(
                    actions=[last.set(at)], condition=Item.pk.exists() & (last.does_not_exist() | (last < at))
                )
        except UpdateError as error:
            if error.cause_response_code != CONDITION_FAILED:
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


def _end_items(transition: Transition) -> list[Item]:
    """Where an organisation and a person find their links: kept beside them, because an index may lag behind."""
    link, before = transition.after, transition.before
    if not isinstance(link, Link) or (before is not None and before.timelines == link.timelines):
        return []
    ends = ("organisation", link.organisation_id), ("person", link.person_id)
    return [new_item(keys.link(kind, id, link.id), kind="link_end") for kind, id in ends]


def _timeline_keys(record: Record, at: str) -> dict[str, Any]:
    """Changes of organisations, people and their links stand on timelines; interactions and tasks do so themselves."""
    if record.kind not in VERSIONS_ON_TIMELINES:
        return {}
    organisation, person = record.timelines
    moment = keys.moment(at, f"{record.kind}.{record.version}", record.id)
    on_organisation = {"gsi1pk": keys.record_pk("organisation", organisation), "gsi1sk": moment} if organisation else {}
    on_person = {"gsi2pk": keys.record_pk("person", person), "gsi2sk": moment} if person else {}
    return on_organisation | on_person

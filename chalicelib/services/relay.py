"""The relay: from the table's stream to history, domain events, the index queue, and what records repeat of others.

Everything here may run twice for one write and ends in the same state: history items and events have ids that follow
from the record's version, follow-up writes look at what is stored before they change it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ulid import ULID

from chalicelib.domain.changes import AuditEntry, Change, Replace
from chalicelib.domain.errors import Duplicate, StaleVersion
from chalicelib.domain.events import DomainEvent, IndexRequest, Transition, event_of
from chalicelib.domain.interactions import Interaction
from chalicelib.domain.organisations import Organisation
from chalicelib.domain.people import LINKS, Link, Person
from chalicelib.domain.ports import Clock, RecordStore
from chalicelib.domain.records import BOOKKEEPING, Cause, Record, Ref, changed_fields
from chalicelib.domain.types import format_utc
from chalicelib.services.people import snapshot

SYSTEM = "system"
_ATTEMPTS = 5
_LINK_ENDS = frozenset({"organisation_id", "person_id", "deleted_at"})
_REPEATED = frozenset({"name", "full_name", "owner_id", "team_id", "deleted_at"})
"""The fields of organisations and people that their links follow."""


class HistoryStore(Protocol):
    def keep_versions(self, transitions: Sequence[Transition]) -> None:
        """Keep each version, and each link where its two ends find it; again and again with the same outcome."""
        ...

    def links_of(self, ref: Ref) -> list[Ref]:
        """The links of an organisation or a person whose versions were kept, live and in the trash, consistently."""
        ...

    def touch_activity(self, ref: Ref, at: str) -> None:
        """Raise the record's last_activity_at to `at`, beside its version."""
        ...


class EventPublisher(Protocol):
    def publish(self, events: Sequence[DomainEvent]) -> None: ...


class IndexQueue(Protocol):
    def send(self, changed: Sequence[IndexRequest]) -> None: ...


class Relay:
    """Handles a batch of transitions in stream order."""

    def __init__(
        self, store: RecordStore, history: HistoryStore, bus: EventPublisher, queue: IndexQueue, clock: Clock
    ) -> None:
        self._store = store
        self._history = history
        self._bus = bus
        self._queue = queue
        self._clock = clock

    def handle(self, transitions: Sequence[Transition]) -> None:
        """Raises if any effect failed: the batch is delivered again."""
        versions = [t for t in transitions if t.is_new_version]
        self._history.keep_versions(versions)
        for transition in versions:
            self._follow_up(transition)
        self._bus.publish([event_of(t) for t in versions])
        self._queue.send([_index_request(transition) for transition in transitions])

    def _follow_up(self, transition: Transition) -> None:
        after = transition.after
        if isinstance(after, Interaction) and after.deleted_at is None:
            for ref in _parties(after):
                self._history.touch_activity(ref, format_utc(min(after.occurred_at, after.updated_at)))
        if isinstance(after, Link) and (transition.before is None or transition.changes.keys() & _LINK_ENDS):
            self._refresh_link(Ref(after.kind, after.id), after.cause)
        if isinstance(after, Organisation | Person) and transition.changes.keys() & _REPEATED:
            for ref in self._history.links_of(Ref(after.kind, after.id)) if transition.before else ():
                self._refresh_link(ref, after.cause)

    def _refresh_link(self, ref: Ref, cause: Cause) -> None:
        """A link follows its ends: into the trash and back, and in what it repeats (names, owners, teams)."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._refresh_once(ref, cause)
            except StaleVersion:
                continue
        return self._refresh_once(ref, cause)

    def _refresh_once(self, ref: Ref, cause: Cause) -> None:
        link = self._store.get(*ref)
        if not isinstance(link, Link):
            return
        state = self._wanted(link)
        if all(getattr(link, name) == value for name, value in state.items()):
            return
        try:
            self._save(link, state, cause)
        except Duplicate as taken:
            # Linked anew while this one was in the trash: it stays there, or comes back without the primary flag.
            if taken.field == "is_primary":
                self._save(link, {**state, "is_primary": False}, cause)

    def _wanted(self, link: Link) -> dict[str, Any]:
        """The fields of the link as they follow from its ends."""
        at = Ref("organisation", link.organisation_id), Ref("person", link.person_id)
        ends = self._store.get_many(at)
        organisation, person = ends.get(at[0]), ends.get(at[1])
        if not isinstance(organisation, Organisation) or not isinstance(person, Person):
            return {}
        state = snapshot(organisation, person)
        gone = next((end for end in (organisation, person) if end.deleted_at), None)
        if gone is not None and link.deleted_at is None:
            return {**state, "deleted_at": gone.deleted_at, "deleted_by": _end_name(gone)}
        if gone is None and link.deleted_by in (_end_name(organisation), _end_name(person)):
            return {**state, "deleted_at": None, "deleted_by": None}
        return state

    def _save(self, before: Link, state: Mapping[str, Any], cause: Cause) -> None:
        now = self._clock.now()
        bookkeeping = {
            "version": before.version + 1,
            "updated_at": now,
            "updated_by": SYSTEM,
            "change_id": str(ULID.from_datetime(now)),
            "cause": Cause(type="relay", id=cause.id, depth=cause.depth + 1),
        }
        after = before.model_copy(update={**state, **bookkeeping})
        changes = changed_fields(before.row(), after.row(), skip=BOOKKEEPING)
        audit = AuditEntry(
            id=after.change_id,
            at=now,
            actor_id=SYSTEM,
            action=f"{after.kind}.follow",
            outcome="done",
            resource=LINKS.resource,
            ref=Ref(after.kind, after.id),
            changes={name: list(pair) for name, pair in changes.items()},
            via=SYSTEM,
            request_id=cause.id,
        )
        self._store.commit(Change(after.change_id, (Replace(before, after),), (audit,)))


def _end_name(end: Record) -> str:
    """Who puts a link into the trash that follows its end there."""
    return f"{end.kind}/{end.id}"


def _index_request(transition: Transition) -> IndexRequest:
    after = transition.after
    return IndexRequest(Ref(after.kind, after.id), transition.sequence, after.cause.id)


def _parties(interaction: Interaction) -> list[Ref]:
    organisation = [Ref("organisation", interaction.organisation_id)] if interaction.organisation_id else []
    person = [Ref("person", interaction.person_id)] if interaction.person_id else []
    return organisation + person

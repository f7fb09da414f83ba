"""The relay: from the table's stream to history, domain events, the index queue, and what records repeat of others.

Everything here may run twice for one write and ends in the same state: history items and events have ids that follow
from the record's version, follow-up writes look at what is stored before they change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ulid import ULID

from chalicelib.domain.changes import Change, Replace
from chalicelib.domain.errors import StaleVersion
from chalicelib.domain.events import DomainEvent, IndexRequest, Transition, event_of
from chalicelib.domain.interactions import Interaction
from chalicelib.domain.organisations import Organisation
from chalicelib.domain.people import Link, Person
from chalicelib.domain.ports import Clock, RecordStore
from chalicelib.domain.records import Cause, Record, Ref
from chalicelib.domain.types import format_utc
from chalicelib.services.people import snapshot

SYSTEM = "system"


class HistoryStore(Protocol):
    def keep_versions(self, transitions: Sequence[Transition]) -> None: ...

    def links_of(self, ref: Ref) -> list[Ref]:
        """The links of an organisation or a person, live and in the trash."""
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
                self._history.touch_activity(ref, format_utc(after.occurred_at))
        if isinstance(after, Organisation | Person) and transition.before is not None:
            self._refresh_links(transition)

    def _refresh_links(self, transition: Transition) -> None:
        """Links follow their ends: into the trash and back, and in what they repeat (names, owners, teams)."""
        changed = transition.changes.keys()
        if not changed & {"name", "full_name", "owner_id", "team_id", "deleted_at"}:
            return
        for ref in self._history.links_of(Ref(transition.after.kind, transition.after.id)):
            self._refresh_link(ref, transition.after)

    def _refresh_link(self, ref: Ref, end: Record) -> None:
        link = self._store.get(*ref)
        if not isinstance(link, Link):
            return
        ends = self._store.get_many([Ref("organisation", link.organisation_id), Ref("person", link.person_id)])
        organisation, person = (
            ends.get(Ref("organisation", link.organisation_id)),
            ends.get(Ref("person", link.person_id)),
        )
        if not isinstance(organisation, Organisation) or not isinstance(person, Person):
            return
        gone = next((e for e in (organisation, person) if e.deleted_at), None)
        state = snapshot(organisation, person)
        if gone is not None and link.deleted_at is None:
            state |= {"deleted_at": gone.deleted_at, "deleted_by": f"{gone.kind}/{gone.id}"}
        elif gone is None and link.deleted_by in (f"organisation/{organisation.id}", f"person/{person.id}"):
            holder = self._store.unique_holder(link.kind, "is_primary", link.organisation_id)
            state |= {
                "deleted_at": None,
                "deleted_by": None,
                "is_primary": link.is_primary and holder is None,
            }
        if any(getattr(link, name) != value for name, value in state.items()):
            self._save(link, state, Cause(type="relay", id=end.cause.id, depth=end.cause.depth + 1))

    def _save(self, before: Record, state: dict[str, object], cause: Cause) -> None:
        now = self._clock.now()
        bookkeeping = {
            "version": before.version + 1,
            "updated_at": now,
            "updated_by": SYSTEM,
            "change_id": str(ULID.from_datetime(now)),
            "cause": cause,
        }
        after = before.model_copy(update={**state, **bookkeeping})
        try:
            self._store.commit(Change(after.change_id, (Replace(before, after),)))
        except StaleVersion:
            current = self._store.get(before.kind, before.id)
            if current is not None and any(getattr(current, name) != value for name, value in state.items()):
                raise


def _index_request(transition: Transition) -> IndexRequest:
    after = transition.after
    return IndexRequest(Ref(after.kind, after.id), transition.sequence, after.cause.id)


def _parties(interaction: Interaction) -> list[Ref]:
    organisation = [Ref("organisation", interaction.organisation_id)] if interaction.organisation_id else []
    person = [Ref("person", interaction.person_id)] if interaction.person_id else []
    return organisation + person

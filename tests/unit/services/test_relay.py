"""The relay: whatever is delivered twice, late or in pieces ends in the same state."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.changes import Change, Replace
from chalicelib.domain.errors import StaleVersion, Unavailable
from chalicelib.domain.events import DomainEvent
from chalicelib.domain.people import Link
from chalicelib.services.relay import SYSTEM
from tests.support.factories import make_id, next_version, ref_of
from tests.unit.services.conftest import Core


def link_of(core: Core, link: Link) -> Link:
    found = core.store.records[ref_of(link)]
    assert isinstance(found, Link)
    return found


class TestEvents:
    def test_each_version_is_one_event_in_order(self, core):
        made = core.organisation(city="Lyon")
        core.organisations.update(core.bob, made.id, {"city": "Paris"})
        core.organisations.delete(core.admin, made.id)
        core.organisations.restore(core.admin, made.id)

        core.relayed()

        assert [(e.id, e.name) for e in core.bus.events] == [
            (f"organisation/{made.id}/1", "organisation.created"),
            (f"organisation/{made.id}/2", "organisation.updated"),
            (f"organisation/{made.id}/3", "organisation.deleted"),
            (f"organisation/{made.id}/4", "organisation.restored"),
        ]
        updated = core.bus.events[1]
        assert updated.changes == {"city": ("Lyon", "Paris")}
        assert (updated.by, updated.correlation_id) == (core.bob.principal.user_id, core.bob.request_id)
        assert updated.data["city"] == "Paris"

    def test_an_event_is_the_schema_to_the_letter_and_back(self, core):
        core.organisation(potential_amount="10.00", signature_date="2026-03-01", tags=["é"])
        core.interaction(person_id=core.person().id)

        core.relayed()

        for event in core.bus.events:
            assert DomainEvent.model_validate_json(event.model_dump_json()) == event

    def test_what_makes_no_version_is_indexed_but_no_event(self, core):
        made = core.organisation()
        core.relayed()
        events, requests = len(core.bus.events), len(core.queue.requests)

        core.store.touch_activity(ref_of(made), "2026-03-01T00:00:00.000Z")
        core.relayed()

        assert len(core.bus.events) == events
        assert [request.ref for request in core.queue.requests[requests:]] == [ref_of(made)]

    def test_a_bus_that_fails_fails_the_batch_and_the_next_delivery_completes_it(self, core):
        core.organisation()
        batch, core.store.transitions = core.store.transitions, []
        core.bus.fail_next = Unavailable("down")
        with pytest.raises(Unavailable):
            core.relay.handle(batch)
        assert core.queue.requests == []

        core.relay.handle(batch)

        assert len({event.id for event in core.bus.events}) == len(core.queue.requests) == len(batch)


class TestLastActivity:
    def test_an_interaction_raises_it_on_its_organisation_and_person(self, core):
        organisation, person = core.organisation(), core.person()
        core.interaction(organisation_id=organisation.id, person_id=person.id)

        core.relayed()

        assert core.organisations.get(core.alice, organisation.id).last_activity_at == core.clock.now()
        assert core.people.get(core.alice, person.id).last_activity_at == core.clock.now()

    def test_an_older_interaction_does_not_lower_it(self, core):
        organisation = core.organisation()
        core.interaction(organisation_id=organisation.id)
        core.interaction(organisation_id=organisation.id, occurred_at=core.clock.now() - timedelta(days=9))

        core.relayed()

        assert core.organisations.get(core.alice, organisation.id).last_activity_at == core.clock.now()

    def test_a_planned_interaction_counts_when_it_was_planned(self, core):
        organisation = core.organisation()
        core.interaction(organisation_id=organisation.id, occurred_at=core.clock.now() + timedelta(days=30))

        core.relayed()

        assert core.organisations.get(core.alice, organisation.id).last_activity_at == core.clock.now()


class TestLinks:
    def test_they_follow_names_owners_and_teams_of_their_ends(self, core):
        link = core.link()
        core.relayed()
        core.organisations.update(core.admin, link.organisation_id, {"name": "New name"})
        core.people.update(
            core.admin, link.person_id, {"first_name": "Marie", "owner_id": core.carla.principal.user_id}
        )

        core.relayed()

        found = link_of(core, link)
        assert (found.organisation_name, found.person_name) == ("New name", "Marie Dupont")
        assert found.owners == [core.alice.principal.user_id, core.carla.principal.user_id]
        assert found.teams == [core.team.id, core.other_team.id]
        assert found.updated_by == SYSTEM

    def test_other_changes_leave_them_alone(self, core):
        link = core.link()
        core.relayed()

        core.organisations.update(core.alice, link.organisation_id, {"city": "Lyon", "tags": ["x"]})
        core.relayed()

        assert link_of(core, link) == link

    def test_a_name_changed_while_the_link_was_made_reaches_it(self, core):
        organisation = core.organisation(name="Old")
        commit = core.store.commit

        def renamed_meanwhile(change: Change) -> None:
            core.store.commit = commit
            core.organisations.update(core.alice, organisation.id, {"name": "New"})
            commit(change)

        person = core.person()
        core.store.commit = renamed_meanwhile
        link = core.link(organisation_id=organisation.id, person_id=person.id)
        assert link.organisation_name == "Old"

        core.relayed()

        assert link_of(core, link).organisation_name == "New"

    @pytest.mark.parametrize("end", ["organisation_id", "person_id"])
    def test_they_go_to_the_trash_and_come_back_with_an_end(self, core, end):
        link = core.link(is_primary=True)
        core.relayed()
        service = core.organisations if end == "organisation_id" else core.people

        service.delete(core.admin, getattr(link, end))
        core.relayed()
        assert link_of(core, link).deleted_by == f"{end.removesuffix('_id')}/{getattr(link, end)}"

        service.restore(core.admin, getattr(link, end))
        core.relayed()
        assert (link_of(core, link).deleted_at, link_of(core, link).is_primary) == (None, True)

    def test_a_link_the_user_deleted_stays_deleted(self, core):
        link = core.link()
        core.links.delete(core.admin, link.id)
        core.relayed()

        core.organisations.delete(core.admin, link.organisation_id)
        core.organisations.restore(core.admin, link.organisation_id)
        core.relayed()

        assert link_of(core, link).deleted_by == core.admin.principal.user_id

    def test_with_both_ends_gone_it_comes_back_with_the_second(self, core):
        link = core.link()
        core.relayed()
        core.organisations.delete(core.admin, link.organisation_id)
        core.people.delete(core.admin, link.person_id)
        core.relayed()

        core.organisations.restore(core.admin, link.organisation_id)
        core.relayed()
        assert link_of(core, link).deleted_at is not None
        core.people.restore(core.admin, link.person_id)
        core.relayed()
        assert link_of(core, link).deleted_at is None

    def test_a_pair_linked_anew_meanwhile_keeps_the_old_link_in_the_trash_and_blocks_nothing(self, core):
        old = core.link()
        core.relayed()
        core.people.delete(core.admin, old.person_id)
        core.relayed()
        core.people.restore(core.admin, old.person_id)
        new = core.link(organisation_id=old.organisation_id, person_id=old.person_id)

        core.relayed()

        assert link_of(core, old).deleted_at is not None
        assert link_of(core, new).deleted_at is None

    def test_a_link_comes_back_without_the_flag_another_took_meanwhile(self, core):
        old = core.link(is_primary=True)
        core.relayed()
        core.people.delete(core.admin, old.person_id)
        core.relayed()
        new = core.link(organisation_id=old.organisation_id, is_primary=True)

        core.people.restore(core.admin, old.person_id)
        core.relayed()

        assert (link_of(core, old).deleted_at, link_of(core, old).is_primary) == (None, False)
        assert link_of(core, new).is_primary

    def test_an_edit_at_the_same_moment_is_kept(self, core):
        link = core.link()
        core.relayed()
        core.organisations.update(core.alice, link.organisation_id, {"name": "New"})
        commit, edits = core.store.commit, iter(range(2))

        def edited_meanwhile(change: Change) -> None:
            if next(edits, None) is not None:
                stored = core.store.records[ref_of(link)]
                commit(Change(make_id(), (Replace(stored, next_version(stored, notes="mine")),)))
            commit(change)

        core.store.commit = edited_meanwhile
        core.relayed()

        assert (link_of(core, link).organisation_name, link_of(core, link).notes) == ("New", "mine")

    def test_endless_contention_fails_the_batch(self, core):
        link = core.link()
        core.relayed()
        core.organisations.update(core.alice, link.organisation_id, {"name": "New"})

        def always_stale(change: Change) -> None:
            raise StaleVersion(link.row())

        core.store.commit = always_stale
        with pytest.raises(StaleVersion):
            core.relayed()

    def test_what_the_relay_writes_is_audited_and_leads_back_to_its_cause(self, core):
        link = core.link()
        core.relayed()
        core.organisations.update(core.bob, link.organisation_id, {"name": "New"})

        core.relayed()

        entry = core.store.audit[-1]
        assert (entry.actor_id, entry.ref, entry.request_id) == (SYSTEM, ref_of(link), core.bob.request_id)
        assert entry.changes["organisation_name"] == ["ACME", "New"]
        assert link_of(core, link).cause.depth == 1


def scenario(core: Core) -> None:
    """A bit of everything that has follow-ups."""
    link = core.link(is_primary=True)
    rival = core.link(organisation_id=link.organisation_id)
    core.interaction(organisation_id=link.organisation_id, person_id=link.person_id)
    core.links.update(core.alice, rival.id, {"is_primary": True})
    core.organisations.update(core.alice, link.organisation_id, {"name": "Renamed"})
    core.people.delete(core.admin, link.person_id)
    core.organisations.delete(core.admin, link.organisation_id)
    core.organisations.restore(core.admin, link.organisation_id)


def outcome(core: Core, ids: dict[str, str]) -> list[object]:
    """What matters of the end state, with ids by order of appearance."""
    fields = ("kind", "name", "deleted_by", "is_primary", "organisation_name", "person_name", "last_activity_at")
    shown = [
        tuple(ids.setdefault(str(v), f"#{len(ids)}") if f == "deleted_by" and v else v for f, v in row)
        for row in ([(f, getattr(r, f, None)) for f in fields] for r in core.store.records.values())
    ]
    return [entry for entry in shown if entry[0] not in ("user", "team")]


deliveries = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), max_size=30)
crashes = st.sets(st.integers(0, 20), max_size=6)


@settings(max_examples=150, deadline=None)
@given(deliveries, crashes)
def test_any_duplicated_delivery_with_crashes_ends_in_the_same_state(deliveries, crashes):
    """A batch may repeat what was delivered, and may die at the bus and be delivered again."""
    calm, wild = Core(), Core()
    scenario(calm)
    calm.relayed()
    scenario(wild)
    steps, delivered, step = iter(deliveries), 0, 0
    while delivered < len(wild.store.transitions):
        size, repeated = next(steps, (100, 0))
        end = min(delivered + size, len(wild.store.transitions))
        batch = wild.store.transitions[max(0, delivered - repeated) : end]
        if step in crashes:
            wild.bus.fail_next = Unavailable("down")
            with pytest.raises(Unavailable):
                wild.relay.handle(batch)
        else:
            wild.relay.handle(batch)
            delivered = end
        step += 1

    assert outcome(wild, {}) == outcome(calm, {})
    versions = set(wild.store.versions)
    assert versions == {(ref_of(t.after), t.after.version) for t in wild.store.transitions if t.is_new_version}
    assert {event.id for event in wild.bus.events} == {f"{r.kind}/{r.id}/{n}" for r, n in versions}

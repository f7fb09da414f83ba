"""Links between people and organisations."""

from __future__ import annotations

import pytest

from chalicelib.domain.changes import Change, Replace
from chalicelib.domain.errors import Conflict, Duplicate, InvalidInput, NotFound, StaleVersion
from chalicelib.domain.people import LINKS
from tests.support.factories import body_of, make_id, next_version, ref_of


def primaries(core, organisation_id):
    links = [r for r in core.store.records.values() if r.kind == LINKS.name and r.deleted_at is None]
    return [link.id for link in links if link.organisation_id == organisation_id and link.is_primary]


def test_a_link_repeats_names_owners_and_teams_of_both_ends(core):
    organisation = core.organisation(name="ACME")
    person = core.person(core.bob, first_name="Jean", last_name="Dupont")

    link = core.link(organisation_id=organisation.id, person_id=person.id)

    assert (link.organisation_name, link.person_name) == ("ACME", "Jean Dupont")
    assert link.owners == [core.alice.principal.user_id, core.bob.principal.user_id]
    assert link.teams == [core.team.id]


def test_who_sees_one_end_sees_the_link_and_others_do_not(core):
    organisation = core.organisation(core.admin, owner_id=core.alice.principal.user_id)
    person = core.person(core.admin, owner_id=core.carla.principal.user_id)
    link = core.link(core.admin, organisation_id=organisation.id, person_id=person.id)

    assert core.links.get(core.bob, link.id) == core.links.get(core.carla, link.id) == link
    stranger = core.link(core.admin)
    with pytest.raises(NotFound):
        core.links.get(core.bob, stranger.id)


@pytest.mark.parametrize("end", ["organisation_id", "person_id"])
def test_an_end_the_caller_cannot_see_is_refused_by_field(core, end):
    foreign = core.organisation(core.carla) if end == "organisation_id" else core.person(core.carla)

    with pytest.raises(InvalidInput) as refused:
        core.link(**{end: foreign.id})

    assert [detail.field for detail in refused.value.details] == [end]


def test_a_pair_is_linked_once(core):
    first = core.link()

    with pytest.raises(Duplicate) as refused:
        core.link(organisation_id=first.organisation_id, person_id=first.person_id)

    assert (refused.value.field, refused.value.other_id) == ("person_id", first.id)


def test_an_unlinked_pair_can_be_linked_anew(core):
    first = core.link()
    core.links.delete(core.admin, first.id)

    assert core.link(organisation_id=first.organisation_id, person_id=first.person_id).id != first.id


def test_dates_in_the_wrong_order_are_refused_on_update_too(core):
    link = core.link(start_date="2026-01-02", end_date="2026-01-02")

    with pytest.raises(InvalidInput):
        core.links.update(
            core.alice,
            link.id,
            {
                "end_date": body_of(
                    LINKS, person_id=link.person_id, organisation_id=link.organisation_id, end_date="2026-01-01"
                ).end_date
            },
        )


class TestPrimaryContact:
    def test_the_first_primary_contact_costs_one_commit(self, core):
        link = core.link(is_primary=True)

        assert primaries(core, link.organisation_id) == [link.id]

    @pytest.mark.parametrize("how", ["create", "update"])
    def test_a_new_one_takes_the_flag_off_the_former_in_the_same_change(self, core, how):
        former = core.link(is_primary=True)
        if how == "create":
            heir = core.link(core.bob, organisation_id=former.organisation_id, is_primary=True)
        else:
            heir = core.link(core.bob, organisation_id=former.organisation_id)
            heir = core.links.update(core.bob, heir.id, {"is_primary": True})

        assert primaries(core, former.organisation_id) == [heir.id]
        change = core.store.commits[-1]
        (demoted,) = [w.after for w in change.writes if isinstance(w, Replace) and w.after.id == former.id]
        assert (demoted.version, demoted.updated_by) == (former.version + 1, core.bob.principal.user_id)
        assert (demoted.change_id, demoted.cause.id) == (change.id, core.bob.request_id)

    def test_both_records_are_audited(self, core):
        former = core.link(is_primary=True)
        heir = core.link(organisation_id=former.organisation_id, is_primary=True)

        audit = core.store.commits[-1].audit

        assert [(entry.action, entry.ref.id, entry.changes.get("is_primary")) for entry in audit] == [
            ("person_organisation_link.create", heir.id, [None, True]),
            ("person_organisation_link.update", former.id, [True, False]),
        ]

    def test_a_primary_contact_moved_to_another_organisation_takes_the_flag_there(self, core):
        moving, settled = core.link(is_primary=True), core.link(is_primary=True)

        core.links.update(core.alice, moving.id, {"organisation_id": settled.organisation_id})

        assert primaries(core, settled.organisation_id) == [moving.id]
        assert primaries(core, moving.organisation_id) == []

    def test_the_former_contact_edited_meanwhile_is_looked_at_again(self, core):
        former = core.link(is_primary=True)
        commit, edits = core.store.commit, iter(range(2))

        def edited_meanwhile(change: Change) -> None:
            touched = [w for w in change.writes if isinstance(w, Replace) and w.before.id == former.id]
            if touched and next(edits, None) is not None:
                stored = core.store.records[ref_of(former)]
                commit(Change(make_id(), (Replace(stored, next_version(stored, notes=make_id())),)))
            commit(change)

        core.store.commit = edited_meanwhile
        heir = core.link(organisation_id=former.organisation_id, is_primary=True)

        assert primaries(core, former.organisation_id) == [heir.id]

    def test_endless_contention_ends_as_a_conflict_not_as_the_wrong_records_stale_version(self, core):
        former = core.link(is_primary=True)
        organisation_id, person = former.organisation_id, core.person()
        commit = core.store.commit

        def always_edited(change: Change) -> None:
            if len(change.writes) > 1 and any(isinstance(w, Replace) for w in change.writes):
                raise StaleVersion(former.row())
            commit(change)

        core.store.commit = always_edited
        with pytest.raises(Conflict) as refused:
            core.link(organisation_id=organisation_id, person_id=person.id, is_primary=True)

        assert not isinstance(refused.value, Duplicate)
        assert primaries(core, organisation_id) == [former.id]

    def test_a_stale_edit_of_the_link_itself_is_stale(self, core):
        link = core.link()
        core.links.update(core.alice, link.id, {"notes": "x"})

        with pytest.raises(StaleVersion):
            core.links.update(core.alice, link.id, {"is_primary": True}, 1)

    def test_a_restored_link_leaves_the_flag_where_it_is_now(self, core):
        former = core.link(is_primary=True)
        core.links.delete(core.admin, former.id)
        heir = core.link(organisation_id=former.organisation_id, is_primary=True)

        back = core.links.restore(core.admin, former.id)

        assert not back.is_primary
        assert primaries(core, former.organisation_id) == [heir.id]

    def test_a_restored_link_keeps_the_flag_when_nobody_else_has_it(self, core):
        link = core.link(is_primary=True)
        core.links.delete(core.admin, link.id)

        assert core.links.restore(core.admin, link.id).is_primary

    def test_a_pair_linked_anew_keeps_the_old_link_in_the_trash(self, core):
        old = core.link(is_primary=True)
        core.links.delete(core.admin, old.id)
        core.link(organisation_id=old.organisation_id, person_id=old.person_id)

        with pytest.raises(Duplicate) as refused:
            core.links.restore(core.admin, old.id)

        assert refused.value.field == "person_id"


@pytest.mark.parametrize("end", ["organisation_id", "person_id"])
def test_a_link_does_not_come_back_to_an_end_in_the_trash(core, end):
    link = core.link()
    core.links.delete(core.admin, link.id)
    service = core.organisations if end == "organisation_id" else core.people
    service.delete(core.admin, getattr(link, end))

    with pytest.raises(InvalidInput) as refused:
        core.links.restore(core.admin, link.id)

    assert [detail.field for detail in refused.value.details] == [end]

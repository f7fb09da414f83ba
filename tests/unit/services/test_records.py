"""The use cases every kind shares."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.errors import (
    AlreadyAnswered,
    Duplicate,
    Forbidden,
    InvalidInput,
    NotFound,
    StaleVersion,
    Unavailable,
)
from chalicelib.domain.listing import ListQuery, Visibility
from chalicelib.domain.organisations import ORGANISATIONS
from chalicelib.domain.people import PEOPLE
from chalicelib.domain.policy import Grants, team_key, user_key
from chalicelib.services.records import MAX_RECORD_BYTES
from tests.support.factories import again, body_of, make_caller, make_id, ref_of


def fields_of(error: InvalidInput) -> list[str]:
    return [detail.field for detail in error.details]


class TestCreate:
    def test_the_caller_owns_it_and_their_team_sees_it(self, core):
        made = core.organisation()

        me = core.alice.principal
        assert (made.owner_id, made.team_id) == (me.user_id, me.team_id)
        assert (made.version, made.created_by, made.created_at) == (1, me.user_id, core.clock.now())
        assert core.organisations.get(core.bob, made.id) == made

    def test_the_owner_given_brings_their_team(self, core):
        made = core.organisation(core.admin, owner_id=core.carla.principal.user_id)

        assert (made.owner_id, made.team_id) == (core.carla.principal.user_id, core.other_team.id)

    def test_a_team_given_is_kept_beside_the_owner_given(self, core):
        made = core.organisation(core.admin, owner_id=core.carla.principal.user_id, team_id=core.team.id)

        assert made.team_id == core.team.id

    def test_without_the_permission_it_is_forbidden_by_name(self, core):
        with pytest.raises(Forbidden) as refused:
            core.organisation(core.viewer)

        assert refused.value.permission == "organisations:create"
        assert core.store.commits == []

    def test_making_a_record_one_may_not_have_is_forbidden_and_stores_nothing(self, core):
        with pytest.raises(Forbidden):
            core.organisation(core.alice, owner_id=core.carla.principal.user_id)

        assert core.store.commits == []

    @pytest.mark.parametrize("field", ["owner_id", "team_id"])
    def test_an_owner_or_a_team_that_does_not_exist_is_refused_by_field(self, core, field):
        with pytest.raises(InvalidInput) as refused:
            core.organisation(**{field: core.missing_id()})

        assert fields_of(refused.value) == [field]

    def test_a_deactivated_owner_is_refused(self, core):
        ref = ("user", core.bob.principal.user_id)
        core.store.records[ref] = core.store.records[ref].model_copy(update={"is_active": False})

        with pytest.raises(InvalidInput) as refused:
            core.organisation(owner_id=core.bob.principal.user_id)

        assert fields_of(refused.value) == ["owner_id"]

    def test_a_duplicate_names_the_other_record(self, core):
        first = core.person(email="Jean@ACME.test")

        with pytest.raises(Duplicate) as refused:
            core.person(email="jean@acme.test")

        assert refused.value.other_id == first.id

    def test_a_duplicate_outside_the_view_of_the_caller_is_not_named(self, core):
        hidden = core.person(core.carla, email="jean@acme.test")

        with pytest.raises(Duplicate) as refused:
            core.person(core.alice, email="jean@acme.test")

        assert refused.value.other_id is None
        (detail,) = refused.value.details
        assert (detail.field, detail.extra) == ("email", None)
        assert "outside your view" in detail.message
        assert hidden.id not in str(refused.value)

    def test_a_duplicate_is_not_named_to_a_caller_who_may_only_create(self, core):
        core.person(core.alice, email="jean@acme.test")
        creator = make_caller("intake", grants=Grants(permissions=frozenset({"people:create"}), scopes={}))

        with pytest.raises(Duplicate) as refused:
            core.person(creator, email="jean@acme.test")

        assert refused.value.other_id is None

    def test_an_update_does_not_name_a_duplicate_outside_the_view_of_the_caller(self, core):
        mine = core.person(core.alice, email="other@acme.test")
        core.person(core.carla, email="jean@acme.test")

        with pytest.raises(Duplicate) as refused:
            core.people.update(core.alice, mine.id, {"email": "jean@acme.test"})

        assert refused.value.other_id is None

    def test_a_restore_does_not_name_a_duplicate_outside_the_view_of_the_caller(self, core):
        manager = make_caller("manager", team_id=core.team.id)
        mine = core.person(core.alice, email="jean@acme.test")
        core.people.delete(manager, mine.id)
        core.person(core.carla, email="jean@acme.test")

        with pytest.raises(Duplicate) as refused:
            core.people.restore(manager, mine.id)

        assert refused.value.other_id is None

    def test_an_oversized_record_is_refused_before_the_store(self, core):
        with pytest.raises(InvalidInput) as refused:
            core.interaction(
                organisation_id=core.organisation().id,
                content="\U0001f600" * 19_000,
                participants=[f"{n:03}" + "é" * 190 for n in range(100)],
            )

        assert fields_of(refused.value) == ["body"]
        assert str(MAX_RECORD_BYTES) in refused.value.details[0].message


class TestReferences:
    @pytest.mark.parametrize("how", ["missing", "another team's", "in the trash"])
    def test_what_the_caller_cannot_use_is_refused_alike(self, core, how):
        organisation = core.organisation(core.carla if how == "another team's" else core.alice)
        id = core.missing_id() if how == "missing" else organisation.id
        if how == "in the trash":
            core.organisations.delete(core.admin, organisation.id)

        with pytest.raises(InvalidInput) as refused:
            core.interaction(organisation_id=id)

        assert (fields_of(refused.value), refused.value.details[0].message) == (
            ["organisation_id"],
            "there is no such record",
        )

    def test_what_vanishes_between_reading_and_writing_is_refused_too(self, core):
        organisation = core.organisation()
        commit = core.store.commit

        def vanish_first(change):
            core.store.commit = commit
            core.organisations.delete(core.admin, organisation.id)
            commit(change)

        core.store.commit = vanish_first
        with pytest.raises(InvalidInput) as refused:
            core.task(organisation_id=organisation.id)

        assert fields_of(refused.value) == ["organisation_id"]

    def test_an_unchanged_reference_into_the_trash_hinders_no_edit(self, core):
        organisation = core.organisation()
        call = core.interaction(organisation_id=organisation.id)
        core.organisations.delete(core.admin, organisation.id)

        edited = core.interactions.update(core.alice, call.id, {"organisation_id": organisation.id, "subject": "Autre"})

        assert edited.subject == "Autre"

    def test_an_interaction_needs_someone_it_is_about(self, core):
        call = core.interaction(organisation_id=core.organisation().id)

        with pytest.raises(InvalidInput):
            core.interactions.update(core.alice, call.id, {"organisation_id": None})

    def test_an_interaction_about_a_person_alone_is_fine(self, core):
        assert core.interaction(person_id=core.person().id).organisation_id is None


class TestRead:
    def test_another_teams_record_is_missing_exactly_like_a_missing_one(self, core):
        theirs = core.organisation(core.carla)

        with pytest.raises(NotFound) as foreign:
            core.organisations.get(core.alice, theirs.id)
        with pytest.raises(NotFound) as missing:
            core.organisations.get(core.alice, core.missing_id())

        assert foreign.value.message == missing.value.message

    def test_a_record_in_the_trash_is_missing(self, core):
        made = core.organisation()
        core.organisations.delete(core.admin, made.id)

        with pytest.raises(NotFound):
            core.organisations.get(core.admin, made.id)

    def test_the_history_of_a_foreign_record_is_missing(self, core):
        theirs = core.organisation(core.carla)
        core.relayed()

        with pytest.raises(NotFound):
            core.organisations.history(core.alice, theirs.id, 10, None)

    def test_access_says_why_for_each_permitted_action(self, core):
        made = core.organisation()

        permitted = ("create", "read", "update", "export")
        assert core.organisations.access(core.bob, made.id) == {action: ["team"] for action in permitted}
        assert core.organisations.access(core.alice, made.id)["read"] == ["owner_or_assignee", "team"]
        assert core.organisations.access(core.admin, made.id)["delete"] == ["scope_all"]


class TestUpdate:
    def test_only_the_given_fields_change(self, core):
        made = core.organisation(city="Lyon", tags=["a"])
        core.clock.advance(hours=1)

        edited = core.organisations.update(core.bob, made.id, {"city": "Paris"}, 1)

        assert (edited.city, edited.tags, edited.version) == ("Paris", ["a"], 2)
        assert (edited.updated_by, edited.updated_at) == (core.bob.principal.user_id, core.clock.now())
        assert (edited.created_by, edited.created_at) == (made.created_by, made.created_at)

    def test_null_clears_an_optional_field(self, core):
        made = core.organisation(city="Lyon")

        assert core.organisations.update(core.alice, made.id, {"city": None}).city is None

    def test_nothing_different_writes_nothing(self, core):
        made = core.organisation(city="Lyon")
        before = len(core.store.commits)

        same = core.organisations.update(core.alice, made.id, {"city": "Lyon", "tags": []}, 1)

        assert same == made
        assert len(core.store.commits) == before

    def test_a_stale_version_shows_current_base_and_submitted(self, core):
        made = core.organisation(city="Lyon")
        core.organisations.update(core.bob, made.id, {"city": "Paris"}, 1)
        core.relayed()

        with pytest.raises(StaleVersion) as refused:
            core.organisations.update(core.alice, made.id, {"city": "Nice"}, 1)

        assert (refused.value.current["city"], (refused.value.base or {})["city"]) == ("Paris", "Lyon")
        assert refused.value.submitted == {"city": "Nice"}

    def test_a_race_lost_at_the_store_is_stale_too(self, core):
        made = core.organisation(city="Lyon")
        core.relayed()
        commit = core.store.commit

        def bob_is_faster(change):
            core.store.commit = commit
            core.organisations.update(core.bob, made.id, {"city": "Paris"})
            commit(change)

        core.store.commit = bob_is_faster
        with pytest.raises(StaleVersion) as refused:
            core.organisations.update(core.alice, made.id, {"city": "Nice"}, 1)

        assert (refused.value.current["city"], (refused.value.base or {})["city"]) == ("Paris", "Lyon")

    def test_a_new_owner_brings_their_team(self, core):
        made = core.organisation()

        moved = core.organisations.update(core.admin, made.id, {"owner_id": core.carla.principal.user_id})

        assert moved.team_id == core.other_team.id
        with pytest.raises(NotFound):
            core.organisations.get(core.alice, made.id)

    def test_nobody_gives_a_record_out_of_their_own_reach(self, core):
        made = core.organisation()

        with pytest.raises(Forbidden):
            core.organisations.update(core.alice, made.id, {"owner_id": core.carla.principal.user_id})

        assert core.organisations.get(core.alice, made.id) == made

    def test_a_viewer_is_told_the_missing_permission(self, core):
        made = core.organisation()

        with pytest.raises(Forbidden) as refused:
            core.organisations.update(core.viewer, made.id, {"city": "X"})

        assert refused.value.permission == "organisations:update"

    def test_support_may_read_all_tasks_but_update_their_own_only(self, core):
        support = make_caller("support")
        theirs = core.task()

        with pytest.raises(Forbidden):
            core.tasks.update(support, theirs.id, {"title": "X"})

        mine = core.task(core.admin, assigned_to=None, owner_id=core.alice.principal.user_id)
        assert core.tasks.get(support, mine.id) == mine

    def test_a_taken_unique_value_is_a_duplicate(self, core):
        core.person(email="a@b.test")
        other = core.person(email="c@d.test")

        with pytest.raises(Duplicate):
            core.people.update(core.alice, other.id, {"email": "a@b.test"})

        assert core.people.get(core.alice, other.id).email == "c@d.test"

    def test_a_record_in_the_trash_cannot_be_edited(self, core):
        made = core.organisation()
        core.organisations.delete(core.admin, made.id)

        with pytest.raises(NotFound):
            core.organisations.update(core.admin, made.id, {"city": "X"})


class TestTrash:
    def test_delete_needs_its_permission(self, core):
        made = core.organisation()

        with pytest.raises(Forbidden) as refused:
            core.organisations.delete(core.alice, made.id)

        assert refused.value.permission == "organisations:delete"

    def test_a_deleted_record_comes_back_as_it_was(self, core):
        made = core.organisation(city="Lyon", lei="529900T8BM49AURSDO55")
        gone = core.organisations.delete(core.admin, made.id, 1)
        assert (gone.version, gone.deleted_by) == (2, core.admin.principal.user_id)

        back = core.organisations.restore(core.admin, made.id)

        assert (back.version, back.deleted_at, back.deleted_by) == (3, None, None)
        assert {**back.row(), **dict.fromkeys(("version", "updated_by"))} == {
            **made.row(),
            **dict.fromkeys(("version", "updated_by")),
        }

    def test_a_stale_delete_is_refused(self, core):
        made = core.organisation()
        core.organisations.update(core.alice, made.id, {"city": "Lyon"})

        with pytest.raises(StaleVersion):
            core.organisations.delete(core.admin, made.id, 1)

    def test_deleting_twice_is_not_found_and_restoring_twice_is_fine(self, core):
        made = core.organisation()
        core.organisations.delete(core.admin, made.id)
        with pytest.raises(NotFound):
            core.organisations.delete(core.admin, made.id)

        core.organisations.restore(core.admin, made.id)
        assert core.organisations.restore(core.admin, made.id).version == 3

    def test_a_unique_value_taken_meanwhile_keeps_it_in_the_trash(self, core):
        made = core.person(email="a@b.test")
        core.people.delete(core.admin, made.id)
        core.person(email="a@b.test")

        with pytest.raises(Duplicate):
            core.people.restore(core.admin, made.id)


class TestAudit:
    def test_each_mutation_is_recorded_in_its_own_commit(self, core):
        made = core.organisation(city="Lyon")
        core.organisations.update(core.bob, made.id, {"city": "Paris"})
        core.organisations.delete(core.admin, made.id)
        core.organisations.restore(core.admin, made.id)

        entries = [change.audit for change in core.store.commits]

        assert [[entry.action for entry in audit] for audit in entries] == [
            ["organisation.create"],
            ["organisation.update"],
            ["organisation.delete"],
            ["organisation.restore"],
        ]
        (update,) = entries[1]
        assert update.changes == {"city": ["Lyon", "Paris"]}
        assert (update.actor_id, update.ref, update.request_id) == (
            core.bob.principal.user_id,
            ref_of(made),
            core.bob.request_id,
        )

    def test_a_refused_commit_leaves_neither_record_nor_audit(self, core):
        core.store.refuse_next = Unavailable("down")

        with pytest.raises(Unavailable):
            core.organisation()

        assert (core.store.audit, core.store.commits) == ([], [])


class TestIdempotency:
    def test_the_answer_is_stored_with_the_change(self, core):
        caller = make_caller("admin", key="k1")

        made = core.organisation(caller)

        (change,) = core.store.commits
        assert change.idempotency.answer.body == made.row()
        assert caller.idempotency is not None
        assert caller.idempotency.used

    def test_a_parallel_twin_is_answered_and_writes_nothing(self, core):
        caller = make_caller("admin", key="k1")
        made = core.person(caller, email="a@b.test")

        with pytest.raises(AlreadyAnswered) as twin:
            core.person(again(caller), email="a@b.test")

        assert twin.value.answer.answer.body == made.row()
        assert len(core.store.commits) == 1


class TestLists:
    def test_a_list_is_asked_under_the_callers_scope(self, core):
        core.organisations.page(core.alice, ListQuery("organisation", Visibility(everything=True)))

        me = core.alice.principal
        assert core.index.queries[0].visibility == Visibility(
            keys=frozenset({user_key(me.user_id), team_key(me.team_id)})
        )

    def test_the_trash_is_for_those_who_may_delete(self, core):
        with pytest.raises(Forbidden) as refused:
            core.organisations.page(core.alice, ListQuery("organisation", Visibility(), deleted=True))

        assert refused.value.permission == "organisations:delete"

    def test_own_fresh_writes_are_laid_over_and_only_those_of_the_last_minute(self, core):
        old = core.organisation()
        core.clock.advance(seconds=61)
        new = core.organisation()
        core.organisation(core.bob)
        core.organisations.update(core.alice, new.id, {"city": "Lyon"})

        core.organisations.page(core.alice, ListQuery("organisation", Visibility()))

        (document,) = core.index.fresh
        assert (document.id, document.version, document.row["city"]) == (new.id, 2, "Lyon")
        assert old.id != document.id


class TestTimeline:
    def test_entries_the_caller_may_not_see_are_left_out(self, core):
        organisation = core.organisation()
        mine = core.interaction(organisation_id=organisation.id)
        core.interaction(core.admin, organisation_id=organisation.id, owner_id=core.carla.principal.user_id)

        entries, position = core.organisations.timeline(core.bob, organisation.id, 10, None)

        assert ([entry.id for entry in entries], position) == ([mine.id], None)

    def test_kinds_the_caller_may_not_read_are_left_out(self, core):
        organisation = core.organisation(core.admin)
        core.task(core.admin, organisation_id=organisation.id)
        reader = make_caller("custom", grants={"permissions": ["organisations:read"], "scopes": {"default": "all"}})

        assert core.organisations.timeline(reader, organisation.id, 10, None) == ([], None)

    def test_changes_stand_on_it_once_relayed(self, core):
        organisation = core.organisation()
        core.clock.advance(timedelta(minutes=1))
        core.organisations.update(core.alice, organisation.id, {"city": "Lyon"})
        core.relayed()

        entries, _ = core.organisations.timeline(core.alice, organisation.id, 10, None)

        assert [(entry.type, entry.row["version"]) for entry in entries] == [("change", 2), ("change", 1)]
        assert entries[0].row["changes"] == {"city": [None, "Lyon"]}


def test_a_bodys_unknown_and_envelope_fields_are_no_fields():
    for name in ("version", "created_by", "id", "deleted_at", "last_activity_at", "change_id", "nonsense"):
        with pytest.raises(ValueError, match=name):
            body_of(ORGANISATIONS, name="ACME", **{name: make_id()})
        with pytest.raises(ValueError, match=name):
            body_of(PEOPLE, last_name="X", **{name: make_id()})

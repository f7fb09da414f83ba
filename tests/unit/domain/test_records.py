"""Records, their bodies and their differences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.domain.catalogue import KINDS, LISTED, MODELS
from chalicelib.domain.events import Transition, event_of
from chalicelib.domain.interactions import INTERACTIONS
from chalicelib.domain.organisations import ORGANISATIONS
from chalicelib.domain.people import LINKS, PEOPLE
from chalicelib.domain.records import changed_fields, index_document, patch_model
from chalicelib.domain.tasks import TASKS
from tests.support.clock import START
from tests.support.factories import (
    make_id,
    make_interaction,
    make_link,
    make_organisation,
    make_person,
    make_task,
    make_team,
    make_user,
    next_version,
)

CORE = (ORGANISATIONS, PEOPLE, LINKS, INTERACTIONS, TASKS)
EXAMPLES = (make_organisation, make_person, make_link, make_interaction, make_task, make_user, make_team)
REQUIRED = [(kind, name) for kind in CORE for name, info in kind.fields.model_fields.items() if info.is_required()]
NEVER_NULL = [
    (ORGANISATIONS, "type"),
    (ORGANISATIONS, "pipeline_stage"),
    (ORGANISATIONS, "tags"),
    (ORGANISATIONS, "is_active"),
    (ORGANISATIONS, "metadata"),
    (TASKS, "status"),
    (TASKS, "priority"),
    (LINKS, "is_primary"),
    (INTERACTIONS, "status"),
]


class TestPatches:
    @pytest.mark.parametrize(("kind", "field"), [*REQUIRED, *NEVER_NULL])
    def test_null_is_refused_where_a_value_is_needed(self, kind, field):
        with pytest.raises(ValidationError) as refused:
            patch_model(kind.fields).model_validate({field: None})

        assert refused.value.errors()[0]["loc"][0] == field

    @pytest.mark.parametrize("kind", CORE)
    def test_nothing_is_needed(self, kind):
        assert patch_model(kind.fields).model_validate({}).model_fields_set == set()

    @pytest.mark.parametrize("kind", CORE)
    @pytest.mark.parametrize(
        "field", ["id", "created_by", "deleted_at", "last_activity_at", "completed_at", "owners", "x"]
    )
    def test_other_fields_are_refused_by_name(self, kind, field):
        with pytest.raises(ValidationError) as refused:
            patch_model(kind.fields).model_validate({field: "x"})

        assert refused.value.errors()[0]["loc"] == (field,)

    @pytest.mark.parametrize(
        ("kind", "field", "value"),
        [
            (ORGANISATIONS, "email", "nonsense"),
            (ORGANISATIONS, "lei", "1"),
            (ORGANISATIONS, "potential_amount", 5),
            (ORGANISATIONS, "signature_probability", 101),
            (ORGANISATIONS, "name", " "),
            (ORGANISATIONS, "type", "unknown"),
            (PEOPLE, "phone", "x"),
            (TASKS, "due_date", "2026-02-30"),
            (TASKS, "version", 0),
            (TASKS, "version", True),
        ],
    )
    def test_the_constraints_are_those_of_the_full_body(self, kind, field, value):
        with pytest.raises(ValidationError):
            patch_model(kind.fields).model_validate({field: value})

    def test_given_fields_are_told_from_missing_ones_and_blank_counts_as_null(self):
        patch = patch_model(PEOPLE.fields).model_validate({"email": " ", "notes": None, "version": 3})

        assert patch.model_fields_set == {"email", "notes", "version"}
        assert patch.model_dump(exclude_unset=True) == {"email": None, "notes": None, "version": 3}


class TestRows:
    @pytest.mark.parametrize("make", EXAMPLES)
    def test_a_record_is_its_row_and_back(self, make):
        record = make()

        again = type(record).model_validate(record.row(), extra="ignore")

        assert again.row() == record.row()

    @pytest.mark.parametrize("make", EXAMPLES)
    def test_how_it_was_written_is_not_shown(self, make):
        assert not {"change_id", "cause"} & make().row().keys()

    @pytest.mark.parametrize("make", EXAMPLES)
    def test_every_listed_field_stands_in_the_row_under_its_name(self, make):
        record = make()

        assert LISTED[record.kind].fields.keys() <= record.row().keys()
        assert LISTED[record.kind].title in record.row()

    def test_the_index_knows_who_may_see_a_record(self):
        owner, assignee, team = make_id(), make_id(), make_id()
        task = make_task(owner_id=owner, assigned_to=assignee, team_id=team, deleted_at=START)

        document = index_document(task)

        assert document.audience == {f"user:{owner}", f"user:{assignee}", f"team:{team}"}
        assert (document.deleted, document.row, document.version) == (True, task.row(), 1)

    def test_the_catalogue_is_consistent(self):
        assert all(kind.model.kind == name == kind.listed.kind for name, kind in KINDS.items())
        assert all(kind.listed.resource == kind.resource for kind in KINDS.values())
        assert MODELS.keys() == LISTED.keys() == KINDS.keys()
        for kind in KINDS.values():
            assert all(field in kind.fields.model_fields and of in KINDS for field, of in kind.references)

    def test_a_persons_name_needs_no_first_name(self):
        assert make_person(first_name=None, last_name="Dupont").full_name == "Dupont"

    def test_dates_of_a_link_stand_in_order(self):
        with pytest.raises(ValidationError):
            make_link(start_date="2026-02-01", end_date="2026-01-31")

    def test_an_interaction_is_about_someone(self):
        with pytest.raises(ValidationError):
            make_interaction(organisation_id=None)


values = st.none() | st.integers(0, 2) | st.lists(st.integers(0, 1), max_size=2)
rows = st.dictionaries(st.sampled_from("abcde"), values)


@given(rows, rows, st.sets(st.sampled_from("abcde")))
def test_a_difference_says_exactly_what_differs(before, after, skip):
    changes = changed_fields(before, after, skip)

    for name in "abcde":
        old, new = before.get(name), after.get(name)
        if name in skip or old == new:
            assert name not in changes
        else:
            assert changes[name] == (old, new)


class TestEvents:
    def test_an_event_names_what_happened_in_the_past_tense(self):
        first = make_organisation()
        second = next_version(first, city="Lyon")
        third = next_version(second, deleted_at=START, deleted_by="u")
        fourth = next_version(third, deleted_at=None, deleted_by=None)

        names = [
            event_of(Transition(before, after, "1")).name
            for before, after in ((None, first), (first, second), (second, third), (third, fourth))
        ]

        assert names == [f"organisation.{verb}" for verb in ("created", "updated", "deleted", "restored")]

    def test_bookkeeping_is_no_change(self):
        first = make_organisation()
        transition = Transition(first, next_version(first, city="Lyon", updated_by="u"), "1")

        assert transition.changes == {"city": (None, "Lyon")}
        assert transition.is_new_version
        assert not Transition(first, first.model_copy(update={"last_activity_at": START}), "1").is_new_version

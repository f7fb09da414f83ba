"""Saved views: who is in their audience, and what they may ask."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.domain import policy
from chalicelib.domain.policy import BUILT_IN_ROLES, Grants
from chalicelib.domain.views import SavedView, SavedViewFields, ViewedResource, ViewQuery, unknown_fields
from infra import demo_market
from tests.support.factories import make_id, make_organisation, make_principal

TEAM, OTHER_TEAM = make_id(), make_id()


def make_view(**overrides: Any) -> SavedView:
    envelope = make_organisation().model_dump(include={"id", "created_at", "created_by", "updated_at", "updated_by"})
    return SavedView(**{**envelope, "resource": "tasks", "name": "Mine", "team_id": TEAM, **overrides})


@pytest.mark.parametrize(
    ("visibility", "mate", "stranger", "manager", "far_manager"),
    [
        ("private", False, False, False, False),
        ("team", True, False, True, True),
        ("everyone", True, True, True, True),
    ],
)
def test_a_view_is_seen_by_whom_it_is_shared_with(
    visibility: str, mate: bool, stranger: bool, manager: bool, far_manager: bool
) -> None:
    owner = make_principal("sales", team_id=TEAM)
    view = make_view(owner_id=owner.user_id, visibility=visibility)
    callers = {
        "mate": make_principal("sales", team_id=TEAM),
        "stranger": make_principal("viewer", team_id=OTHER_TEAM),
        "manager": make_principal("admin", team_id=TEAM),
        "far manager": make_principal("admin", team_id=OTHER_TEAM),
    }

    seen = {name: policy.visibility(caller, "views:read").admits(view.audience) for name, caller in callers.items()}
    changed = {
        name: policy.visibility(caller, "views:update").admits(view.audience) for name, caller in callers.items()
    }

    assert seen == {"mate": mate, "stranger": stranger, "manager": manager, "far manager": far_manager}
    assert changed == {"mate": False, "stranger": False, "manager": manager, "far manager": far_manager}
    assert policy.visibility(owner, "views:delete").admits(view.audience)


def test_views_take_no_grant_and_only_four_actions() -> None:
    nobody = make_principal("none", grants=Grants())

    assert all(policy.can(nobody, f"views:{action}") for action in ("create", "read", "update", "delete"))
    assert not any(policy.can(nobody, f"views:{action}") for action in ("export", "import", "manage"))
    assert not policy.can(nobody, "organisations:read")


def test_no_role_can_be_given_a_permission_on_views() -> None:
    with pytest.raises(ValidationError):
        Grants(permissions=frozenset({"views:read"}))
    assert not any(p.startswith("views:") for grants in BUILT_IN_ROLES.values() for p in grants.permissions)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"filters": {"nope": ["x"]}}, "query.filters.nope"),
        ({"filters": {"name__contains": ["x"]}}, "query.filters.name__contains"),
        ({"sort": ["name", "-nope"]}, "query.sort.1"),
        ({"layout": {"type": "board", "group_by": "nope"}}, "query.layout.group_by"),
    ],
)
def test_a_query_names_fields_of_its_list(query: dict[str, Any], field: str) -> None:
    unknown = unknown_fields(ViewedResource.ORGANISATIONS, ViewQuery.model_validate(query))

    assert [detail.field for detail in unknown] == [field]


@pytest.mark.parametrize(
    "query",
    [
        {"filters": {"name": []}},
        {"filters": {"name": ["x" * 201]}},
        {"filters": {"Name": ["x"]}},
        {"filters": {f"f{n}": ["x"] for n in range(31)}},
        {"filters": {"name": ["x" * 190] * 60}},
        {"sort": ["name"] * 6},
        {"columns": ["a; drop"]},
        {"layout": {"type": "spiral"}},
        {"more": 1},
    ],
)
def test_a_query_is_bounded_and_well_shaped(query: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SavedViewFields.model_validate({"resource": "organisations", "name": "x", "query": query})


def test_the_demo_views_ask_for_what_their_lists_have() -> None:
    for resource, _, _, query in demo_market._VIEWS:
        assert unknown_fields(ViewedResource(resource), ViewQuery.model_validate(query)) == []

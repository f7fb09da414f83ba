"""R5: what one may hand out never exceeds what one holds."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import Forbidden
from chalicelib.domain.policy import BUILT_IN_ROLES, PERMISSIONS, Grants, Principal, Scope
from chalicelib.domain.privileges import grants_of, require_grants_of, require_permissions_of
from chalicelib.domain.users import Role
from tests.support.factories import make_id, make_user

SOME = sorted(PERMISSIONS)[:6]
WIDTH = [Scope.OWN, Scope.TEAM, Scope.ALL]
some_grants = st.builds(
    Grants,
    permissions=st.frozensets(st.sampled_from(SOME)),
    scopes=st.dictionaries(st.sampled_from(["default", SOME[0].partition(":")[0], *SOME]), st.sampled_from(WIDTH)),
)


def make_role(grants: Grants, slug: str = "custom") -> Role:
    user = make_user()
    common = user.model_dump(include={"created_at", "created_by", "updated_at", "updated_by"})
    return Role(**common, id=slug, name=slug, permissions=sorted(grants.permissions), scopes=dict(grants.scopes))


def make_principal(grants: Grants) -> Principal:
    return Principal(user_id=make_id(), role="custom", grants=grants)


def reach(grants: Grants) -> dict[str, int]:
    """Permission to the width of its scope."""
    return {permission: WIDTH.index(grants.scope_of(permission)) for permission in grants.permissions}


@given(some_grants, some_grants)
def test_role_passes_exactly_when_nothing_in_it_exceeds_the_holder(holder: Grants, given_grants: Grants):
    held, wanted = reach(holder), reach(given_grants)
    within = all(permission in held and width <= held[permission] for permission, width in wanted.items())

    with contextlib.nullcontext() if within else pytest.raises(Forbidden):
        require_grants_of(make_principal(holder), make_role(given_grants))


@given(some_grants, st.lists(some_grants, max_size=8))
def test_no_chain_of_accepted_roles_reaches_further_than_its_first_holder(first: Grants, chain: list[Grants]):
    """Each role that was accepted is held by an accomplice, who hands out the next one."""
    holder = first
    for wanted in chain:
        with contextlib.suppress(Forbidden):
            require_grants_of(make_principal(holder), make_role(wanted))
            holder = wanted

    limit = reach(first)
    assert all(width <= limit.get(permission, -1) for permission, width in reach(holder).items())


@pytest.mark.parametrize(
    ("holder", "role", "may"),
    [
        ("admin", "admin", True),
        ("admin", "support", True),
        ("manager", "manager", True),
        ("manager", "sales", True),
        ("manager", "support", True),
        ("manager", "viewer", True),
        ("manager", "admin", False),
        ("sales", "manager", False),
        ("support", "sales", False),
        ("viewer", "support", False),
    ],
)
def test_who_may_name_whom(holder: str, role: str, may: bool):
    principal, wanted = make_principal(BUILT_IN_ROLES[holder]), make_role(BUILT_IN_ROLES[role], role)

    with contextlib.nullcontext() if may else pytest.raises(Forbidden):
        require_permissions_of(principal, wanted)


def test_grants_of_a_role_are_what_it_says():
    assert grants_of(make_role(BUILT_IN_ROLES["sales"])) == BUILT_IN_ROLES["sales"]

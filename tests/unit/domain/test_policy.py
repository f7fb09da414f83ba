"""The one policy: the grid of built-in roles, and the rules against a small model."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.domain.errors import Forbidden, NotFound
from chalicelib.domain.listing import Visibility
from chalicelib.domain.policy import (
    BUILT_IN_ROLES,
    PERMISSIONS,
    Grants,
    Principal,
    Scope,
    audience_of,
    authorise,
    authorise_result,
    can,
    explain,
    require,
    visibility,
)

RESOURCES = [
    *("organisations", "people", "interactions", "tasks", "mandats", "produits", "contracts", "events"),
    *("campaigns", "workflows", "webhooks", "documents", "users", "teams", "roles", "settings", "reports"),
]
ACTIONS = ["create", "read", "update", "delete", "export", "import", "manage"]
COMMERCIAL = RESOURCES[:8]

# SPEC §2, written out: role -> permission -> scope.
ALL, TEAM, OWN = "all", "team", "own"


def expected(role: str, resource: str, action: str) -> bool:
    """Whether the role has the permission, as SPEC §2 words it."""
    match role:
        case "admin":
            return True
        case "manager":
            return not (resource in ("users", "roles", "settings") and action in ("delete", "manage"))
        case "sales":
            read_too = ("campaigns", "workflows", "documents", "reports", "users", "teams")
            return (
                (
                    resource in COMMERCIAL
                    and action in ("create", "read", "update", "export")
                    and (resource, action) != ("contracts", "create")
                )
                or (resource in read_too and action == "read")
                or (resource, action) == ("documents", "create")
            )
        case "support":
            writes = {"events:update", *(f"{r}:{a}" for r in ("tasks", "interactions") for a in ("create", "update"))}
            all_read = (*COMMERCIAL, "documents", "reports", "users", "teams")
            return f"{resource}:{action}" in writes or (action == "read" and resource in all_read)
        case _:
            reads = (*COMMERCIAL, "campaigns", "workflows", "documents", "reports", "users", "teams")
            return action == "read" and resource in reads


def test_the_permissions_are_every_resource_by_every_action():
    assert {f"{r}:{a}" for r in RESOURCES for a in ACTIONS} == PERMISSIONS
    assert len(PERMISSIONS) == 17 * 7


@pytest.mark.parametrize("role", ["admin", "manager", "sales", "support", "viewer"])
def test_the_built_in_roles_hold_exactly_their_grid(role):
    held = {f"{r}:{a}" for r in RESOURCES for a in ACTIONS if expected(role, r, a)}

    assert BUILT_IN_ROLES[role].permissions == held


def test_there_are_no_other_built_in_roles():
    assert set(BUILT_IN_ROLES) == {"admin", "manager", "sales", "support", "viewer"}


@pytest.mark.parametrize(
    ("role", "permission", "scope"),
    [
        ("admin", "organisations:delete", ALL),
        ("manager", "organisations:update", TEAM),
        ("manager", "users:read", ALL),
        ("sales", "people:read", TEAM),
        ("sales", "tasks:update", TEAM),
        ("sales", "users:read", ALL),
        ("viewer", "organisations:read", TEAM),
        ("support", "organisations:read", ALL),
        ("support", "events:update", OWN),
        ("support", "tasks:update", OWN),
        ("support", "interactions:update", OWN),
    ],
)
def test_the_data_scopes_of_the_built_in_roles(role, permission, scope):
    assert BUILT_IN_ROLES[role].scope_of(permission) == scope


def test_a_role_without_any_scope_reaches_its_own_records_only():
    assert Grants(permissions=frozenset({"tasks:read"})).scope_of("tasks:read") is Scope.OWN


def test_the_nearest_scope_counts():
    grants = Grants(scopes={"default": Scope.ALL, "tasks": Scope.TEAM, "tasks:update": Scope.OWN})

    assert [grants.scope_of(p) for p in ("people:read", "tasks:read", "tasks:update")] == [ALL, TEAM, OWN]


@pytest.mark.parametrize("permission", ["tasks:fly", "nothing:read", "tasks", "", "TASKS:READ"])
def test_unknown_permissions_and_scopes_are_refused(permission):
    with pytest.raises(ValidationError):
        Grants(permissions=frozenset({permission}))
    with pytest.raises(ValidationError):
        Grants(scopes={permission + "!": Scope.ALL})


@dataclass(frozen=True)
class Thing:
    audience: frozenset[str]


USERS, TEAMS = ["u1", "u2", "u3"], ["t1", "t2"]
ACTIONS_OF_TASKS = [f"tasks:{action}" for action in ("read", "update", "delete")]
targets = st.sampled_from(["default", "tasks", *ACTIONS_OF_TASKS])
principals = st.builds(
    Principal,
    user_id=st.sampled_from(USERS),
    team_id=st.none() | st.sampled_from(TEAMS),
    role=st.just("custom"),
    grants=st.builds(
        Grants,
        permissions=st.frozensets(st.sampled_from(ACTIONS_OF_TASKS)),
        scopes=st.dictionaries(targets, st.sampled_from(list(Scope)), max_size=4),
    ),
)
owners, teams = (
    st.lists(st.none() | st.sampled_from(USERS), max_size=3),
    st.lists(st.none() | st.sampled_from(TEAMS), max_size=2),
)
permissions = st.sampled_from(ACTIONS_OF_TASKS)


def may(p: Principal, permission: str, users: list, teams: list) -> bool:
    """The rule in plain words: hold the permission, and the record is within its scope."""
    if permission not in p.grants.permissions:
        return False
    scopes = p.grants.scopes
    scope = next((scopes[t] for t in (permission, "tasks", "default") if t in scopes), Scope.OWN)
    mine = p.user_id in users
    ours = p.team_id is not None and p.team_id in teams
    return scope is Scope.ALL or mine or (scope is Scope.TEAM and ours)


@given(principals, permissions, owners, teams)
def test_every_question_about_a_record_has_the_models_answer(principal, permission, users, teams):
    record = Thing(audience_of(users, teams))
    allowed, readable = (may(principal, p, users, teams) for p in (permission, "tasks:read"))

    assert visibility(principal, permission).admits(record.audience) == allowed
    assert bool(explain(principal, permission, record)) == allowed
    if allowed:
        authorise(principal, permission, record)
        authorise_result(principal, permission, record)
    elif permission not in principal.grants.permissions or readable:
        with pytest.raises(Forbidden) as forbidden:
            authorise(principal, permission, record)
        assert forbidden.value.permission == permission
    else:
        with pytest.raises(NotFound):
            authorise(principal, permission, record)
    if not allowed:
        with pytest.raises(Forbidden):
            authorise_result(principal, permission, record)


@given(principals, permissions, owners, teams)
def test_the_reasons_given_are_true(principal, permission, users, teams):
    reasons = explain(principal, permission, Thing(audience_of(users, teams)))
    scope = principal.grants.scope_of(permission)

    if "owner_or_assignee" in reasons:
        assert principal.user_id in users
    if "team" in reasons:
        assert principal.team_id in teams
        assert scope in (Scope.TEAM, Scope.ALL)
    if "scope_all" in reasons:
        assert scope is Scope.ALL


@given(principals, permissions)
def test_holding_a_permission_is_one_question_everywhere(principal, permission):
    held = permission in principal.grants.permissions

    assert can(principal, permission) == held
    assert (visibility(principal, permission) == Visibility()) == (not held)
    if held:
        require(principal, permission)
    else:
        with pytest.raises(Forbidden):
            require(principal, permission)


def test_a_caller_without_a_team_shares_nothing_with_records_without_one():
    principal = Principal(
        user_id="u1", role="r", grants=Grants(permissions=frozenset({"tasks:read"}), scopes={"default": Scope.TEAM})
    )

    assert not visibility(principal, "tasks:read").admits(audience_of([None], [None]))
    assert not visibility(principal, "tasks:read").admits(audience_of(["u2"], [None]))

"""Whose records a caller sees: on every road, by team and owner, and never told apart from what does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import policy
from chalicelib.domain.listing import Visibility
from chalicelib.domain.policy import Grants, Principal, Scope
from tests.rbac.attack import PATHS, Victims, create_victims, differences, found, leaks
from tests.support.application import Actor, Application
from tests.support.factories import make_id, make_organisation, make_task, make_team

CORE = frozenset(
    f"{resource}:{action}" for resource in (*policy.COMMERCIAL, "users", "teams") for action in policy.ACTIONS
)


@dataclass
class World:
    """Two teams. `ann` and `amy` are of one, `bob` of the other; all may do everything to what their team has.
    `ole` is of Ann's team, with a role that reaches what is his own; `eve` is of no team; `root` reaches everything."""

    application: Application
    ann: Actor
    amy: Actor
    bob: Actor
    ole: Actor
    eve: Actor
    root: Actor
    team: str
    other_team: str

    @property
    def strangers(self) -> dict[str, Actor]:
        return {"other team": self.bob, "same team, own scope": self.ole, "no team": self.eve}


@pytest.fixture(scope="module")
def world(application: Application) -> World:
    ours, theirs = application.store(make_team()).id, application.store(make_team()).id
    team = Grants(permissions=CORE, scopes={"default": Scope.TEAM})
    own = Grants(permissions=CORE, scopes={"default": Scope.OWN})
    sign_in = application.sign_in
    return World(
        application,
        ann=sign_in("team", team, team_id=ours),
        amy=sign_in("team", team, team_id=ours),
        bob=sign_in("team", team, team_id=theirs),
        ole=sign_in("own", own, team_id=ours),
        eve=sign_in("team", team),
        root=sign_in("admin"),
        team=ours,
        other_team=theirs,
    )


@pytest.fixture(scope="module")
def victims(world: World) -> Victims:
    return create_victims(world.ann)


@pytest.mark.parametrize("who", ["other team", "same team, own scope", "no team"])
def test_a_stranger_gets_nothing_and_changes_nothing(world: World, victims: Victims, who: str) -> None:
    before = _versions(world, victims)

    assert leaks(world.strangers[who].client, victims) == []
    assert _versions(world, victims) == before == dict.fromkeys(PATHS, 1)


def test_a_stranger_cannot_tell_a_record_from_one_that_does_not_exist(world: World, victims: Victims) -> None:
    assert differences(world.bob.client, victims, {kind: make_id() for kind in PATHS}) == []


def test_the_team_and_who_reaches_everything_find_it_on_every_road(world: World, victims: Victims) -> None:
    for viewer in (world.ann, world.amy, world.root):
        assert found(viewer.client, victims) == dict.fromkeys(PATHS, True)


def test_the_dashboard_counts_what_its_reader_sees(world: World, victims: Victims) -> None:
    """Who shares no scope with anybody sees zeros; who reaches everything counts the victims."""
    grants = Grants(permissions=CORE | {"reports:read"}, scopes={"default": Scope.TEAM})
    alone = world.application.sign_in("team", grants).client.get("/v1/dashboards/stats/global").json
    everything = world.root.client.get("/v1/dashboards/stats/global").json

    parts = {"organisations": "total", "people": "total", "interactions": "total", "tasks": "open"}
    assert {name: alone[name][total] for name, total in parts.items()} == dict.fromkeys(parts, 0)
    assert alone["pipeline"]["total"]["count"] == 0
    assert alone["organisations"]["by_category"] == {}
    assert all(everything[name][total] > 0 for name, total in parts.items())


def test_the_owner_finds_their_own_under_own_scope(world: World) -> None:
    own = create_victims(world.ole)

    assert found(world.ole.client, own) == dict.fromkeys(PATHS, True)
    assert leaks(world.bob.client, own) == []


def test_an_assignee_of_another_team_sees_the_task_and_nothing_else(world: World) -> None:
    mine = create_victims(world.ann)
    task = f"/v1/tasks/{mine.ids['task']}"
    world.ann.client.patch(task, {"assigned_to": world.bob.user.id})

    assert world.bob.client.get(task).status == 200
    assert world.bob.client.get("/v1/tasks", {"id": mine.ids["task"]}).json["total"] == 1
    assert world.bob.client.get(f"/v1/organisations/{mine.ids['organisation']}").status == 404


def test_a_record_given_to_another_team_is_seen_there_at_once(world: World) -> None:
    moved = create_victims(world.root, team_id=world.team, owner_id=world.ann.user.id)
    id = moved.ids["organisation"]
    assert world.bob.client.get("/v1/organisations", {"id": id}).json["total"] == 0

    handed_over = {"owner_id": world.bob.user.id, "team_id": world.other_team}
    assert world.root.client.patch(f"/v1/organisations/{id}", handed_over).status == 200

    assert world.bob.client.get("/v1/organisations", {"id": id}).json["total"] == 1
    assert world.bob.client.get(f"/v1/organisations/{id}").status == 200
    assert world.ann.client.get("/v1/organisations", {"id": id}).json["total"] == 0
    assert world.ann.client.get(f"/v1/organisations/{id}").status == 404


def test_a_timeline_shows_only_the_entries_the_caller_may_read(world: World) -> None:
    mine = create_victims(world.bob)
    note = {"type": "note", "subject": "hidden-note", "occurred_at": "2026-01-02T10:00:00Z"}
    about = {"organisation_id": mine.ids["organisation"], "owner_id": world.ann.user.id, "team_id": world.team}
    hidden = world.root.client.post("/v1/interactions", {**note, **about}).json["id"]

    for_bob = world.bob.client.get(f"/v1/organisations/{mine.ids['organisation']}/timeline")
    for_root = world.root.client.get(f"/v1/organisations/{mine.ids['organisation']}/timeline")

    assert hidden not in for_bob.body.decode()
    assert mine.ids["interaction"] in for_bob.body.decode()
    assert hidden in for_root.body.decode()


def test_access_says_why(world: World, victims: Victims) -> None:
    path = f"/v1/organisations/{victims.ids['organisation']}/access"

    reasons = {
        name: actor.client.get(path).json["actions"]["read"]
        for name, actor in {"ann": world.ann, "amy": world.amy, "root": world.root}.items()
    }

    assert reasons == {"ann": ["owner_or_assignee", "team"], "amy": ["team"], "root": ["scope_all"]}


def test_support_reads_all_and_changes_only_its_own_tasks(world: World, victims: Victims) -> None:
    support = world.application.sign_in("support", team_id=world.other_team)
    mine = support.client.post("/v1/tasks", {"title": "Mine"}).json["id"]

    foreign = support.client.patch(f"/v1/tasks/{victims.ids['task']}", {"title": "Taken"})
    own = support.client.patch(f"/v1/tasks/{mine}", {"title": "Changed"})

    assert support.client.get(f"/v1/tasks/{victims.ids['task']}").status == 200
    assert (foreign.status, own.status) == (403, 200)


def test_nobody_moves_a_record_out_of_their_own_reach_unseen(world: World) -> None:
    mine = create_victims(world.ole)

    answer = world.ole.client.patch(
        f"/v1/organisations/{mine.ids['organisation']}", {"owner_id": world.bob.user.id, "team_id": world.other_team}
    )

    assert answer.status == 403
    assert _versions(world, mine)["organisation"] == 1


def test_a_policy_that_shows_everything_is_noticed_on_every_road(world: World) -> None:
    """The mutant: whoever holds the permission sees all records."""
    mine = create_victims(world.ann)

    with patch.object(policy, "visibility", _everything):
        noticed = leaks(world.bob.client, mine)

    labels = {line.partition(":")[0].partition("?")[0] for line in noticed}
    roads = {f"{verb} {kind}" for kind in PATHS for verb in ("GET", "PATCH", "PUT", "DELETE", "list", "restore")}
    roads |= {f"bulk {action} {kind}" for kind in PATHS for action in ("update", "delete", "restore")}
    roads |= {f"export {kind}" for kind in PATHS if kind != "link"} | {"pipeline by id"}
    searches = {label for label in labels if label.startswith(("search", "autocomplete"))}
    assert roads <= labels
    assert len(searches) == 8


def _everything(principal: Principal, permission: str) -> Visibility:
    return Visibility(everything=policy.can(principal, permission))


def _versions(world: World, victims: Victims) -> dict[str, int]:
    names = {kind: {"link": "person_organisation_link"}.get(kind, kind) for kind in PATHS}
    stored = {kind: world.application.stored(names[kind], id) for kind, id in victims.ids.items()}
    assert all(record.deleted_at is None for record in stored.values())
    return {kind: record.version for kind, record in stored.items()}


# The policy against a model of it

PEOPLE, TEAMS = [make_id() for _ in range(4)], [make_id() for _ in range(3)]
people, teams = st.sampled_from(PEOPLE), st.sampled_from([None, *TEAMS])


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(Scope), people, teams, st.none() | people, teams, st.none() | people)
def test_the_policy_agrees_with_its_model(
    scope: Scope, me: str, my_team: str | None, owner: str | None, team: str | None, assignee: str | None
) -> None:
    grants = Grants(permissions=frozenset({"tasks:read"}), scopes={"tasks": scope})
    principal = Principal(user_id=me, team_id=my_team, role="custom", grants=grants)
    task = make_task(owner_id=owner, team_id=team, assigned_to=assignee)

    seen = policy.visibility(principal, "tasks:read").admits(task.audience)

    mine = me in (owner, assignee)
    expected = {Scope.ALL: True, Scope.OWN: mine, Scope.TEAM: mine or (my_team is not None and my_team == team)}
    assert seen == expected[scope]
    assert bool(policy.explain(principal, "tasks:read", task)) == seen
    assert not policy.visibility(principal, "organisations:read").admits(make_organisation(owner_id=me).audience)

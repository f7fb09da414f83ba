"""Saved views through the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.domain.policy import Grants
from tests.support.application import Actor, Application, running_application


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    with running_application() as running:
        yield running


def save(actor: Actor, **fields: Any) -> dict[str, Any]:
    answer = actor.client.post("/v1/views", {"resource": "organisations", "name": "View", **fields})
    assert answer.status == 201, answer.body
    view: dict[str, Any] = answer.json
    return view


def names(actor: Actor, **query: Any) -> list[str]:
    return [view["name"] for view in actor.client.get("/v1/views", query).json["items"]]


@pytest.fixture
def teams(application: Application) -> tuple[str, str]:
    admin = application.sign_in()
    made = [admin.client.post("/v1/teams", {"name": f"T {admin.user.id} {n}"}).json["id"] for n in range(2)]
    return made[0], made[1]


def test_a_list_shows_own_views_and_those_shared_with_the_caller(application, teams):
    ann, mate, far = (application.sign_in("sales", team_id=team) for team in (teams[0], *teams))
    save(ann, name="Mine")
    save(ann, name="Ours", visibility="team")
    everyones = save(ann, name="All", visibility="everyone")

    assert names(ann, owner_id=ann.user.id) == ["All", "Mine", "Ours"]
    assert names(mate, owner_id=ann.user.id) == ["All", "Ours"]
    assert names(far, owner_id=ann.user.id) == ["All"]
    assert far.client.get(f"/v1/views/{everyones['id']}").json == everyones


def test_views_come_by_position_then_name_and_by_resource(application):
    ann = application.sign_in("viewer")
    for name, position in (("b", 1), ("a", 1), ("c", 0)):
        save(ann, name=name, position=position)
    save(ann, name="t", resource="tasks")

    assert names(ann, resource="organisations", owner_id=ann.user.id) == ["c", "a", "b"]
    assert names(ann, resource="tasks", owner_id=ann.user.id) == ["t"]
    assert names(ann, sort="-name", owner_id=ann.user.id)[0] == "t"


def test_only_its_owner_and_who_manages_the_settings_change_a_shared_view(application):
    ann, colleague, admin = application.sign_in("sales"), application.sign_in("manager"), application.sign_in("admin")
    shared, private = save(ann, visibility="everyone"), save(ann)
    one, own = f"/v1/views/{shared['id']}", f"/v1/views/{private['id']}"

    assert colleague.client.patch(one, {"name": "Taken"}).status == 403
    assert colleague.client.delete(one).status == 403
    assert admin.client.patch(one, {"name": "Renamed"}).json["version"] == 2
    assert admin.client.get(own).status == admin.client.patch(own, {"name": "x"}).status == 404
    assert ann.client.patch(one, {"name": "Again"}, if_match='"1"').json["error"]["code"] == "stale_version"
    assert ann.client.delete(one).status == 200
    assert colleague.client.get(one).status == 404
    assert ann.client.post(f"{one}/restore").json["version"] == 4


def test_a_changed_view_is_audited_and_keeps_its_owner(application):
    ann, admin = application.sign_in("sales"), application.sign_in("admin")
    view = save(ann, visibility="everyone")

    changed = admin.client.patch(f"/v1/views/{view['id']}", {"query": {"sort": ["-name"]}}).json

    assert (changed["owner_id"], changed["updated_by"]) == (ann.user.id, admin.user.id)
    assert [entry.action for entry in application.audited(admin)] == ["saved_view.update"]


def test_a_new_default_takes_the_flag_off_the_former_of_the_same_list(application):
    ann, bob = application.sign_in("sales"), application.sign_in("sales")
    first, tasks = save(ann, is_default=True), save(ann, resource="tasks", is_default=True)
    bobs = save(bob, is_default=True)

    second = save(ann, is_default=True)

    flags = {v: ann.client.get(f"/v1/views/{v}").json["is_default"] for v in (first["id"], tasks["id"], second["id"])}
    assert flags == {first["id"]: False, tasks["id"]: True, second["id"]: True}
    assert bob.client.get(f"/v1/views/{bobs['id']}").json["is_default"] is True


def test_views_of_lists_one_may_not_read_are_not_there(application):
    ann = application.sign_in("sales")
    tasks_only = application.sign_in("x", Grants(permissions=frozenset({"tasks:read"})))
    nothing = application.sign_in("y", Grants())
    of_tasks, of_people = (save(ann, resource=r, visibility="everyone") for r in ("tasks", "people"))

    assert {v["resource"] for v in tasks_only.client.get("/v1/views").json["items"]} == {"tasks"}
    assert tasks_only.client.get(f"/v1/views/{of_tasks['id']}").status == 200
    assert tasks_only.client.get(f"/v1/views/{of_people['id']}").status == 404
    assert nothing.client.get("/v1/views").json == {"items": [], "total": 0, "next_cursor": None}
    refused = tasks_only.client.post("/v1/views", {"resource": "people", "name": "x"})
    assert (refused.status, refused.json["error"]["details"][0]["field"]) == (422, "resource")


def test_a_view_of_unknown_fields_is_refused_by_name(application):
    answer = application.sign_in("sales").client.post(
        "/v1/views", {"resource": "people", "name": "x", "query": {"filters": {"pipeline_stage": ["signe"]}}}
    )

    assert answer.status == 422
    assert [d["field"] for d in answer.json["error"]["details"]] == ["query.filters.pipeline_stage"]


@pytest.mark.parametrize("resource", ["organisations", "people", "interactions", "tasks"])
def test_what_a_view_keeps_is_what_its_list_takes(application, resource):
    ann = application.sign_in("sales")
    query = {"filters": {"created_at__gte": ["2026-01-01"], "id__ne": ["x", "y"]}, "sort": ["-created_at", "id"]}

    kept = save(ann, resource=resource, query=query)["query"]

    asked = {**kept["filters"], "sort": ",".join(kept["sort"])}
    assert ann.client.get(f"/v1/{resource}", asked).status == 200

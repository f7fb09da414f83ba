"""R5: users, teams and roles, and nobody climbing over what they hold."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.policy import PERMISSIONS, Grants, Scope
from tests.integration.identity.people import Identity, Person


def new_user(**fields: Any) -> dict[str, Any]:
    return {"email": "new@crm.test", "username": "new", "role": "sales", **fields}


def create(by: Person, **fields: Any) -> dict[str, Any]:
    answer = by.browser.post("/v1/users", new_user(**fields))
    assert answer.status == 201, answer.body
    row: dict[str, Any] = answer.json
    return row


def test_admin_creates_reads_updates_and_deletes_users(app: Identity):
    admin = app.logged_in("admin")
    row = create(admin, phone="01 42 00 00 01")
    path = f"/v1/users/{row['id']}"

    assert row["phone"] == "+33142000001"
    assert admin.browser.get(path).json == row
    assert admin.browser.patch(path, {"role": "manager"}).json["role"] == "manager"
    assert admin.browser.delete(path).status == 200
    assert admin.browser.get(path).status == 404
    assert admin.browser.post(f"{path}/restore").json["role"] == "manager"


def test_hidden_state_is_in_no_answer_and_in_no_version(app: Identity):
    admin, person = app.logged_in("admin"), app.with_second_factor()

    row = admin.browser.get(f"/v1/users/{person.user.id}").json
    (record,) = [item for item in app.items(f"user#{person.user.id}") if item["SK"] == "RECORD"]

    assert not {"password", "second_factor", "credentials"} & (set(row) | set(record["data"]))
    assert row["totp_enabled"] is True


@pytest.mark.parametrize("field", ["email", "username"])
def test_names_are_unique_whatever_their_case(app: Identity, field: str):
    admin = app.logged_in("admin")
    first = create(admin)
    other = {**new_user(email="other@crm.test", username="other"), field: first[field].upper()}

    answer = admin.browser.post("/v1/users", other)

    assert answer.status == 409
    assert answer.json["error"]["details"][0]["id"] == first["id"]


def test_role_and_team_of_a_user_must_exist(app: Identity):
    admin = app.logged_in("admin")

    assert admin.browser.post("/v1/users", new_user(role="nobody")).status == 422
    assert admin.browser.post("/v1/users", new_user(team_id="01KF0E44M0Z36D69G3KHJHPZQK")).status == 422


def test_name_of_a_deleted_user_is_free_and_their_login_closed(app: Identity):
    admin, person = app.logged_in("admin"), app.person()
    admin.browser.delete(f"/v1/users/{person.user.id}")

    assert person.login().status == 401
    create(admin, email=person.user.email, username=person.user.username)


# Climbing


@pytest.mark.parametrize("change", [{"role": "sales"}, {"is_active": False}])
def test_nobody_changes_their_own_role_or_activity(app: Identity, change: dict[str, Any]):
    app.logged_in("admin")
    admin = app.logged_in("admin")

    assert admin.browser.patch(f"/v1/users/{admin.user.id}", change).status == 403
    assert admin.browser.delete(f"/v1/users/{admin.user.id}").status == 403


def test_nobody_with_a_team_scope_moves_themselves_to_another_team(app: Identity):
    admin, manager = app.logged_in("admin"), app.logged_in("manager")
    team = admin.browser.post("/v1/teams", {"name": "Nord"}).json["id"]

    assert manager.browser.patch(f"/v1/users/{manager.user.id}", {"team_id": team}).status == 403
    assert admin.browser.patch(f"/v1/users/{admin.user.id}", {"team_id": team}).status == 200


def test_manager_names_sales_and_support_but_no_admin(app: Identity):
    manager = app.logged_in("manager")
    create(manager, role="support")
    sales = create(manager, email="s@crm.test", username="s-1", role="sales")

    refused = manager.browser.post("/v1/users", new_user(email="a@crm.test", username="a-1", role="admin"))
    promoted = manager.browser.patch(f"/v1/users/{sales['id']}", {"role": "admin"})

    assert (refused.status, promoted.status) == (403, 403)
    assert refused.json["error"]["details"][0]["message"] in PERMISSIONS


@pytest.mark.parametrize(
    "change", [{"email": "mine@crm.test"}, {"is_active": False}, {"role": "viewer"}, {"first_name": "X"}]
)
def test_manager_cannot_touch_an_admin(app: Identity, change: dict[str, Any]):
    app.logged_in("admin")
    admin, manager = app.logged_in("admin"), app.logged_in("manager")

    assert manager.browser.patch(f"/v1/users/{admin.user.id}", change).status == 403
    assert manager.browser.post(f"/v1/users/{admin.user.id}/invitation").status == 403


def test_last_active_admin_cannot_be_demoted_disabled_or_deleted(app: Identity):
    """By another user who holds everything through a role of their own."""
    admin = app.logged_in("admin")
    twin = app.logged_in("twin", grants=Grants(permissions=PERMISSIONS, scopes={"default": Scope.ALL}))
    path = f"/v1/users/{admin.user.id}"

    for change in ({"role": "sales"}, {"is_active": False}):
        assert twin.browser.patch(path, change).status == 409
    assert twin.browser.delete(path).status == 409

    app.logged_in("admin")
    assert twin.browser.patch(path, {"role": "sales"}).status == 200


def test_bulk_updates_obey_the_same_rules(app: Identity):
    admin, manager = app.logged_in("admin"), app.logged_in("manager")
    sales = create(manager)
    items = [
        {"id": admin.user.id, "first_name": "X"},
        {"id": sales["id"], "role": "admin"},
        {"id": sales["id"], "first_name": "Y"},
    ]

    answer = manager.browser.post("/v1/users/bulk/update", {"items": items})

    assert [item["status"] for item in answer.json["items"]] == [403, 403, 200]


# Roles


def role(**fields: Any) -> dict[str, Any]:
    return {"slug": "intern", "name": "Intern", "permissions": ["people:read"], "scopes": {"default": "own"}, **fields}


def test_role_is_created_under_its_slug_and_used_at_once(app: Identity):
    admin = app.logged_in("admin")

    created = admin.browser.post("/v1/roles", role())

    assert (created.status, created.json["id"], created.json["built_in"]) == (201, "intern", False)
    assert admin.browser.get("/v1/roles/intern").json == created.json
    create(admin, role="intern")
    assert admin.browser.post("/v1/roles", role()).status == 409


@pytest.mark.parametrize(
    "fields",
    [
        {"slug": "UPPER"},
        {"slug": "../x"},
        {"permissions": ["people:fly"]},
        {"scopes": {"default": "galaxy"}},
        {"scopes": {"nothing": "all"}},
        {"built_in": True},
        {"id": "x"},
    ],
)
def test_role_of_wrong_shape_is_refused(app: Identity, fields: dict[str, Any]):
    assert app.logged_in("admin").browser.post("/v1/roles", role(**fields)).status == 422


def test_slug_of_a_role_cannot_be_changed(app: Identity):
    admin = app.logged_in("admin")

    assert admin.browser.patch("/v1/roles/sales", {"slug": "other"}).status == 422
    assert admin.browser.patch("/v1/roles/sales", {"id": "other"}).status == 422


@pytest.mark.parametrize(
    "fields",
    [
        {"permissions": ["users:manage"]},
        {"permissions": ["people:read", "settings:delete"]},
        {"permissions": ["people:read"], "scopes": {"default": "all"}},
        {"permissions": ["people:read"], "scopes": {"people:read": "all"}},
    ],
)
def test_nobody_makes_a_role_wider_than_their_own(app: Identity, fields: dict[str, Any]):
    manager = app.logged_in("manager")

    assert manager.browser.post("/v1/roles", role(**fields)).status == 403
    assert manager.browser.post("/v1/roles", role()).status == 201
    assert manager.browser.patch("/v1/roles/intern", {n: v for n, v in fields.items() if n != "slug"}).status == 403


def test_nobody_edits_what_their_own_role_grants(app: Identity):
    manager, admin = app.logged_in("manager"), app.logged_in("admin")

    assert manager.browser.patch("/v1/roles/manager", {"permissions": ["people:read"]}).status == 403
    assert manager.browser.patch("/v1/roles/admin", {"name": "Mine"}).status == 403
    assert admin.browser.patch("/v1/roles/admin", {"permissions": []}).status == 403
    assert admin.browser.patch("/v1/roles/manager", {"name": "Direction"}).status == 200


def test_admin_role_keeps_every_permission(app: Identity):
    twin = app.logged_in("twin", grants=Grants(permissions=PERMISSIONS, scopes={"default": Scope.ALL}))

    assert twin.browser.patch("/v1/roles/admin", {"permissions": ["people:read"]}).status == 409
    assert twin.browser.patch("/v1/roles/admin", {"name": "Administration"}).status == 200


def test_built_in_role_is_edited_but_not_deleted(app: Identity):
    admin = app.logged_in("admin")

    assert admin.browser.patch("/v1/roles/viewer", {"permissions": ["people:read"]}).status == 200
    assert admin.browser.delete("/v1/roles/viewer").status == 409


def test_role_in_use_is_not_deleted(app: Identity):
    admin = app.logged_in("admin")
    admin.browser.post("/v1/roles", role())
    user = create(admin, role="intern")

    in_use = admin.browser.delete("/v1/roles/intern")
    admin.browser.patch(f"/v1/users/{user['id']}", {"role": "sales"})

    assert (in_use.status, in_use.json["error"]["code"]) == (409, "in_use")
    assert admin.browser.delete("/v1/roles/intern").status == 200
    assert admin.browser.post("/v1/users", new_user(email="x@crm.test", username="x-1", role="intern")).status == 422


def test_user_comes_back_from_the_trash_only_into_a_role_that_is_there(app: Identity):
    admin = app.logged_in("admin")
    admin.browser.post("/v1/roles", role())
    user = create(admin, role="intern")
    admin.browser.delete(f"/v1/users/{user['id']}")
    assert admin.browser.delete("/v1/roles/intern").status == 200

    refused = admin.browser.post(f"/v1/users/{user['id']}/restore")
    admin.browser.post("/v1/roles/intern/restore")

    assert refused.status == 422
    assert admin.browser.post(f"/v1/users/{user['id']}/restore").status == 200


def test_permissions_are_listed_for_the_role_editor(app: Identity):
    listed = app.logged_in("admin").browser.get("/v1/permissions").json

    assert set(listed["permissions"]) == PERMISSIONS
    assert listed["scopes"] == ["all", "team", "own"]


# Teams


def test_team_with_users_is_not_deleted(app: Identity):
    admin = app.logged_in("admin")
    team = admin.browser.post("/v1/teams", {"name": "Nord"}).json
    user = create(admin, team_id=team["id"])
    path = f"/v1/teams/{team['id']}"

    in_use = admin.browser.delete(path)
    admin.browser.patch(f"/v1/users/{user['id']}", {"team_id": None})

    assert (in_use.status, in_use.json["error"]["code"]) == (409, "in_use")
    assert admin.browser.delete(path).status == 200
    assert admin.browser.post(f"{path}/restore").status == 200


GIVEN_TO_TEAMS: dict[str, dict[str, Any]] = {
    "organisations": {"name": "ACME"},
    "people": {"last_name": "Dupont"},
    "interactions": {"type": "note", "subject": "Appel", "occurred_at": "2026-01-01T10:00:00Z"},
    "tasks": {"title": "Rappeler"},
}


def given_to(by: Person, team_id: str, resource: str) -> str:
    """A new record of the resource that belongs to the team; answers its path."""
    body = {**GIVEN_TO_TEAMS[resource], "team_id": team_id}
    if resource == "interactions":
        body["organisation_id"] = by.browser.post("/v1/organisations", {"name": "About"}).json["id"]
    answer = by.browser.post(f"/v1/{resource}", body)
    assert answer.status == 201, answer.body
    return f"/v1/{resource}/{answer.json['id']}"


@pytest.mark.parametrize("resource", GIVEN_TO_TEAMS)
def test_team_with_records_is_not_deleted(app: Identity, resource: str):
    admin = app.logged_in("admin")
    team = admin.browser.post("/v1/teams", {"name": "Nord"}).json["id"]
    given_to(admin, team, resource)
    record = given_to(admin, team, resource)

    in_use = admin.browser.delete(f"/v1/teams/{team}")

    assert (in_use.status, in_use.json["error"]["code"]) == (409, "in_use")
    assert in_use.json["error"]["details"] == [
        {"field": resource, "message": "2 belong to the team", "count": 2},
    ]
    assert admin.browser.get(f"/v1/teams/{team}").status == 200
    assert admin.browser.patch(record, {"team_id": None}).status == 200
    assert admin.browser.delete(f"/v1/teams/{team}").json["error"]["details"][0]["count"] == 1


def test_what_belongs_to_a_team_is_counted_by_kind(app: Identity):
    admin = app.logged_in("admin")
    team = admin.browser.post("/v1/teams", {"name": "Nord"}).json["id"]
    create(admin, team_id=team)
    for resource in ("organisations", "organisations", "tasks"):
        given_to(admin, team, resource)

    in_use = admin.browser.delete(f"/v1/teams/{team}")

    counts = {detail["field"]: detail["count"] for detail in in_use.json["error"]["details"]}
    assert counts == {"organisations": 2, "tasks": 1, "users": 1}


def test_records_outside_the_view_of_the_caller_keep_the_team_uncounted(app: Identity):
    admin, manager = app.logged_in("admin"), app.logged_in("manager")
    team = admin.browser.post("/v1/teams", {"name": "Nord"}).json["id"]
    given_to(admin, team, "organisations")

    in_use = manager.browser.delete(f"/v1/teams/{team}")

    assert in_use.status == 409
    assert in_use.json["error"]["details"] == [
        {"field": "organisations", "message": "others outside your view belong to the team", "count": 0}
    ]


def test_record_in_the_trash_does_not_hold_its_team_and_comes_back_only_with_it(app: Identity):
    admin = app.logged_in("admin")
    team = admin.browser.post("/v1/teams", {"name": "Nord"}).json["id"]
    record = given_to(admin, team, "organisations")
    admin.browser.delete(record)

    assert admin.browser.delete(f"/v1/teams/{team}").status == 200
    refused = admin.browser.post(f"{record}/restore")
    assert (refused.status, refused.json["error"]["details"][0]["field"]) == (422, "team_id")
    assert admin.browser.post(f"/v1/teams/{team}/restore").status == 200
    assert admin.browser.post(f"{record}/restore").status == 200


def test_nothing_is_given_to_a_deleted_team(app: Identity):
    admin = app.logged_in("admin")
    team = admin.browser.post("/v1/teams", {"name": "Nord"}).json["id"]
    assert admin.browser.delete(f"/v1/teams/{team}").status == 200

    refused = admin.browser.post("/v1/organisations", {"name": "ACME", "team_id": team})

    assert (refused.status, refused.json["error"]["details"][0]["field"]) == (422, "team_id")


def test_team_name_is_unique_whatever_its_case(app: Identity):
    admin = app.logged_in("admin")
    admin.browser.post("/v1/teams", {"name": "Nord"})

    assert admin.browser.post("/v1/teams", {"name": "NORD"}).status == 409

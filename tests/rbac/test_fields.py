"""No mass assignment: a body sets the fields it is meant to set, and nothing else of the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from chalicelib.domain.client_events import ClientEvent
from chalicelib.domain.contracts import Contract
from chalicelib.domain.interactions import Interaction
from chalicelib.domain.mandats import Mandat
from chalicelib.domain.organisations import Organisation
from chalicelib.domain.people import Link, Person
from chalicelib.domain.produits import Produit
from chalicelib.domain.records import Record
from chalicelib.domain.tasks import Task
from chalicelib.domain.users import Role, Team, User
from chalicelib.domain.views import SavedView
from chalicelib.handlers.http import ROUTES, Route
from tests.support.application import Actor, Application
from tests.support.factories import make_id

NEVER_OURS = {
    "__class__": "Admin",
    "__proto__": {"role": "admin"},
    "audience": ["user:x"],
    "cause": {"depth": 0},
    "change_id": "x",
    "grants": {},
    "isAdmin": True,
    "is_admin": True,
    "keys": ["x"],
    "kind": "user",
    "owner": "x",
    "password": "x",
    "password_hash": "x",
    "session_id": "x",
    "tenant": "x",
    "user_id": "x",
}
"""Fields that no record has, or has but never shows."""

MODELS: dict[str, type[Record]] = {
    "organisations": Organisation,
    "people": Person,
    "person-organisation-links": Link,
    "interactions": Interaction,
    "tasks": Task,
    "produits": Produit,
    "mandats": Mandat,
    "contracts": Contract,
    "events": ClientEvent,
    "users": User,
    "teams": Team,
    "roles": Role,
    "me": User,
    "views": SavedView,
}


@pytest.fixture(scope="module")
def admin(application: Application) -> Actor:
    return application.sign_in()


def _writing() -> list[Route]:
    """The routes that create or change a record from its fields."""
    return [r for r in ROUTES if r.body and isinstance(r.answer, type) and issubclass(r.answer, Record)]


def _foreign_fields(route: Route) -> dict[str, Any]:
    """What the record has and the body has not, and what nobody may send."""
    assert route.body is not None
    hidden = {name: None for name in MODELS[route.tag].model_fields if name not in route.body.model_fields}
    return {**hidden, **{n: v for n, v in NEVER_OURS.items() if n not in route.body.model_fields}}


@pytest.mark.parametrize("route", _writing(), ids=lambda route: f"{route.method} {route.path}")
def test_no_body_takes_a_field_that_is_not_its_own(route: Route) -> None:
    assert route.body is not None
    assert route.body.model_config.get("extra") == "forbid"
    assert {"change_id", "cause", "created_by", "created_at", "updated_by", "deleted_at"}.isdisjoint(
        route.body.model_fields
    )
    assert _foreign_fields(route)


def test_every_body_there_is_forbids_what_it_does_not_know() -> None:
    open_bodies = [r.path for r in ROUTES if r.body and r.body.model_config.get("extra") != "forbid"]

    assert open_bodies == []


def _person(admin: Actor) -> str:
    return str(admin.client.post("/v1/people", {"last_name": "Dupont"}).json["id"])


def _organisation(admin: Actor) -> str:
    return str(admin.client.post("/v1/organisations", {"name": "ACME"}).json["id"])


CREATE: dict[str, Callable[[Actor], dict[str, Any]]] = {
    "organisations": lambda _: {"name": "ACME"},
    "people": lambda _: {"last_name": "Dupont"},
    "person-organisation-links": lambda a: {"person_id": _person(a), "organisation_id": _organisation(a)},
    "interactions": lambda a: {
        "type": "note",
        "subject": "x",
        "occurred_at": "2026-01-01T10:00:00Z",
        "person_id": _person(a),
    },
    "tasks": lambda _: {"title": "Call"},
    "views": lambda _: {"resource": "tasks", "name": "Mine"},
    "teams": lambda _: {"name": f"Team {make_id()}"},
    "users": lambda _: {"email": f"{make_id()}@crm.test".lower(), "username": make_id().lower(), "role": "admin"},
}


@pytest.mark.parametrize("resource", CREATE)
def test_a_foreign_field_is_refused_by_name_and_changes_nothing(admin: Actor, resource: str) -> None:
    path = f"/v1/{resource}"
    body = CREATE[resource](admin)
    created = admin.client.post(path, body)
    assert created.status == 201, created.body
    one = f"{path}/{created.json['id']}"
    create, update = _route("POST", path), _route("PATCH", path + "/{id}")

    for name, value in _foreign_fields(create).items():
        answer = admin.client.post(path, {**body, name: value})
        assert (answer.status, _named(answer.json)) == (422, {name}), (name, answer.body)
    for name, value in _foreign_fields(update).items():
        answer = admin.client.patch(one, {name: value})
        assert (answer.status, _named(answer.json)) == (422, {name}), (name, answer.body)
    assert admin.client.get(one).json == created.json


@pytest.mark.parametrize(
    "field", ["role", "team_id", "is_active", "totp_enabled", "last_login_at", "email", "username", "version_"]
)
def test_nobody_changes_their_own_standing_through_their_profile(admin: Actor, field: str) -> None:
    before = admin.client.get("/v1/me").json

    answer = admin.client.patch("/v1/me", {field: "admin"})

    assert (answer.status, _named(answer.json)) == (422, {field})
    assert admin.client.get("/v1/me").json == before


@pytest.mark.parametrize("resource", CREATE)
def test_an_answer_shows_the_documented_fields_only(admin: Actor, resource: str) -> None:
    row = admin.client.post(f"/v1/{resource}", CREATE[resource](admin)).json
    documented = set(MODELS[resource].model_fields) - {"change_id", "cause"} | (
        {"full_name"} if resource == "people" else set()
    )

    assert set(row) == documented
    assert not {"password", "token", "secret", "hash"} & {part for name in row for part in name.split("_")}


def _route(method: str, path: str) -> Route:
    return next(r for r in ROUTES if (r.method, r.path) == (method, path))


def _named(document: dict[str, Any]) -> set[str]:
    return {detail["field"] for detail in document["error"]["details"]}


def test_the_models_of_the_writing_routes_are_known() -> None:
    assert {route.tag for route in _writing()} <= MODELS.keys()
    assert all(issubclass(model, BaseModel) for model in MODELS.values())

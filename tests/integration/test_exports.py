"""Lists as CSV through the API."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from chalicelib.domain.policy import Grants, Scope
from chalicelib.services import exports
from tests.support.application import Actor, Application, running_application
from tests.support.http import Answer


@pytest.fixture
def application() -> Iterator[Application]:
    with running_application() as running:
        yield running


@pytest.fixture
def admin(application: Application) -> Actor:
    return application.sign_in(first_name="Ann", last_name="Lee")


def rows(answer: Answer, delimiter: str = ";") -> list[dict[str, str]]:
    assert answer.status == 200, answer.body
    text = answer.body.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def organisations(admin: Actor, *fields: dict[str, Any]) -> None:
    for each in fields:
        assert admin.client.post("/v1/organisations", {"name": "ACME", **each}).status == 201


def test_a_file_holds_what_the_list_shows_in_its_order(admin):
    organisations(admin, {"name": "B", "city": "Lyon"}, {"name": "A", "city": "Lyon"}, {"name": "C", "city": "Paris"})

    answer = admin.client.get("/v1/organisations/export", {"city": "Lyon", "sort": "name", "columns": "name,city"})

    assert answer.body.startswith(b"\xef\xbb\xbfname;city\r\n")
    assert rows(answer) == [{"name": "A", "city": "Lyon"}, {"name": "B", "city": "Lyon"}]
    assert answer.header("X-Row-Count") == "2"
    assert answer.header("Content-Type") == "text/csv; charset=utf-8"
    assert answer.header("Content-Disposition").startswith('attachment; filename="organisations-')


def test_names_stand_beside_ids(application, admin):
    team = admin.client.post("/v1/teams", {"name": "Distribution"}).json["id"]
    organisations(admin, {"name": "Été & Fils", "team_id": team})
    about = admin.client.get("/v1/organisations").json["items"][0]["id"]
    admin.client.post("/v1/tasks", {"title": "Call", "organisation_id": about})

    columns = "title,owner_id,team_id,organisation_id,assigned_to"
    (task,) = rows(admin.client.get("/v1/tasks/export", {"columns": columns}))
    (organisation,) = rows(admin.client.get("/v1/organisations/export", {"columns": "team_id"}))

    assert (task["owner_name"], task["organisation_name"], task["assigned_to_name"]) == (
        "Ann Lee",
        "Été & Fils",
        "Ann Lee",
    )
    assert organisation == {"team_id": team, "team_name": "Distribution"}


def test_names_the_caller_may_not_see_are_left_blank(application, admin):
    organisations(admin, {})
    about = admin.client.get("/v1/organisations").json["items"][0]["id"]
    grants = Grants(permissions=frozenset({"tasks:read", "tasks:export"}), scopes={"default": Scope.ALL})
    other = application.sign_in("x", grants)
    admin.client.post("/v1/tasks", {"title": "Call", "organisation_id": about})

    (task,) = rows(other.client.get("/v1/tasks/export", {"columns": "organisation_id,owner_id"}))

    assert task["organisation_id"] == about
    assert (task["organisation_name"], task["owner_name"]) == ("", "")


def test_every_resource_is_exported_with_all_its_fields(admin):
    person = admin.client.post("/v1/people", {"last_name": "Dupont", "phone": "0142685300", "tags": ["=a", "b"]}).json
    note = {"type": "note", "subject": "-1+1", "occurred_at": "2026-01-01T10:00:00Z", "person_id": person["id"]}
    admin.client.post("/v1/interactions", note)

    (shown,) = rows(admin.client.get("/v1/people/export", {"delimiter": ","}), ",")
    (interaction,) = rows(admin.client.get("/v1/interactions/export"))

    assert (shown["full_name"], shown["phone"], shown["tags"]) == ("Dupont", "'+33142685300", "'=a, b")
    assert (interaction["subject"], interaction["person_name"]) == ("'-1+1", "Dupont")
    assert set(person) - {"deleted_by", "deleted_at"} <= set(shown) | {"metadata"}


@pytest.mark.parametrize("query", [{"columns": "name,nope"}, {"delimiter": "|"}, {"limit": 5}, {"sort": "nope"}])
def test_what_the_list_does_not_have_is_refused(admin, query):
    assert admin.client.get("/v1/organisations/export", query).status == 422


def test_a_list_too_long_for_one_file_is_refused_with_its_length(admin):
    organisations(admin, {}, {}, {})

    with patch.object(exports, "MAX_ROWS", 2):
        too_many = admin.client.get("/v1/organisations/export")
        fits = admin.client.get("/v1/organisations/export", {"name__ne": "ACME"})
    with patch.object(exports, "MAX_BYTES", 500):
        too_big = admin.client.get("/v1/organisations/export")

    assert (too_many.status, too_many.json["error"]["code"]) == (413, "export_too_large")
    assert too_many.json["error"]["details"][0] | {"message": ""} == {
        "field": "rows",
        "message": "",
        "matched": 3,
        "limit": 2,
    }
    assert (fits.status, too_big.status, too_big.json["error"]["details"][0]["matched"]) == (200, 413, 3)


def test_a_file_holds_what_one_may_both_read_and_export(application, admin):
    team = admin.client.post("/v1/teams", {"name": "T"}).json["id"]

    def with_scopes(name: str, permissions: set[str], **scopes: Scope) -> Actor:
        wide = {"organisations:read": scopes.get("read", Scope.ALL), "organisations:export": scopes["export"]}
        return application.sign_in(name, Grants(permissions=frozenset(permissions), scopes=wide), team_id=team)

    both = {"organisations:read", "organisations:export"}
    mate = application.sign_in("sales", team_id=team)
    organisations(admin, {"name": "Elsewhere"})
    organisations(mate, {"name": "Team's"})

    def exported(actor: Actor) -> list[str]:
        answer = actor.client.get("/v1/organisations/export", {"columns": "name", "sort": "name"})
        return [row["name"] for row in rows(answer)]

    assert exported(with_scopes("all", both, export=Scope.ALL)) == ["Elsewhere", "Team's"]
    assert exported(with_scopes("team", both, export=Scope.TEAM)) == ["Team's"]
    assert exported(with_scopes("own", both, export=Scope.OWN)) == []
    assert exported(with_scopes("narrow-read", both, read=Scope.OWN, export=Scope.ALL)) == []
    assert exported(with_scopes("no-read", {"organisations:export"}, export=Scope.ALL)) == []
    assert mate.client.get("/v1/organisations/export").status == 200
    assert application.sign_in("viewer", team_id=team).client.get("/v1/organisations/export").status == 403


def test_an_export_is_audited_with_what_was_asked(application, admin):
    organisations(admin, {"city": "Lyon"})

    admin.client.get("/v1/organisations/export", {"city": "Lyon", "columns": "name", "q": "acme"})

    (entry,) = [each for each in application.audited(admin) if each.action.endswith(".export")]
    assert (entry.action, entry.outcome, entry.resource, entry.ref) == (
        "organisation.export",
        "done",
        "organisations",
        None,
    )
    assert entry.changes == {
        "rows": [None, 1],
        "columns": [None, ["name"]],
        "filters": [None, {"city__eq": ["Lyon"]}],
        "q": [None, "acme"],
    }


def test_own_fresh_writes_are_in_the_file_at_once(admin):
    organisations(admin, {"name": "Just now"})

    assert [row["name"] for row in rows(admin.client.get("/v1/organisations/export"))] == ["Just now"]

"""A salesperson's day: organisations, people, links, interactions and tasks, under their own permissions."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from tests.e2e.caller import Caller, NewCaller
from tests.e2e.conftest import Invite
from tests.support.local_cloud import wait_until

pytestmark = pytest.mark.e2e

SECONDS_UNTIL_VISIBLE = 15
"""How long a test waits for what the bench holds to 3 s; this machine is busy with the tests themselves."""


@pytest.fixture(scope="module")
def organisation(sales: Caller) -> dict[str, Any]:
    return sales.create("/v1/organisations", name="Delta Épargne", city="Bordeaux", potential_amount="90000.00")


@pytest.fixture(scope="module")
def person(sales: Caller) -> dict[str, Any]:
    return sales.create("/v1/people", first_name="Inès", last_name="Lefèvre", email="Ines.Lefevre@delta-epargne.fr")


CASES = [
    ("organisations", {"name": "Epsilon Gestion", "city": "Lille"}, {"pipeline_stage": "proposition"}),
    ("people", {"last_name": "Garnier", "email": "p.garnier@epsilon-gestion.fr"}, {"title": "Directrice"}),
    ("interactions", {"type": "note", "subject": "Note", "occurred_at": "2026-02-03T10:00:00Z"}, {"subject": "Notes"}),
    ("tasks", {"title": "Relancer", "due_date": "2030-01-31"}, {"priority": "urgent"}),
]


@pytest.mark.parametrize(("path", "fields", "changes"), CASES, ids=[case[0] for case in CASES])
def test_record_is_created_read_listed_changed_trashed_and_restored(
    admin: Caller, organisation: dict[str, Any], path: str, fields: dict[str, Any], changes: dict[str, Any]
) -> None:
    about = {"organisation_id": organisation["id"]} if path in ("interactions", "tasks") else {}

    made = admin.create(f"/v1/{path}", **fields, **about)
    one = f"/v1/{path}/{made['id']}"
    assert admin.get(one).json() == made
    assert made["id"] in {row["id"] for row in admin.items(f"/v1/{path}", sort="-created_at")}, "own write, next list"

    changed = admin.patch(one, changes, **{"If-Match": '"1"'})
    assert changed.status_code == HTTPStatus.OK, changed.text
    assert changed.json() == {**made, **changes, **_moved_on(changed.json())}
    assert admin.get(one, None, **{"If-None-Match": changed.headers["ETag"]}).status_code == HTTPStatus.NOT_MODIFIED

    assert admin.delete(one).status_code == HTTPStatus.OK
    assert made["id"] not in {row["id"] for row in admin.items(f"/v1/{path}", sort="-created_at")}
    assert made["id"] in {row["id"] for row in admin.items(f"/v1/{path}", deleted="true", sort="-created_at")}

    restored = admin.post(f"{one}/restore")
    assert restored.status_code == HTTPStatus.OK, restored.text
    assert made["id"] in {row["id"] for row in admin.items(f"/v1/{path}", sort="-created_at")}


def _moved_on(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("version", "updated_at", "updated_by")}


def test_link_carries_the_names_of_both_ends_and_is_unique(
    sales: Caller, organisation: dict[str, Any], person: dict[str, Any]
) -> None:
    ends = {"organisation_id": organisation["id"], "person_id": person["id"]}

    link = sales.create("/v1/person-organisation-links", **ends, role="decideur", is_primary=True)
    again = sales.post("/v1/person-organisation-links", ends)

    assert (link["organisation_name"], link["person_name"]) == ("Delta Épargne", "Inès Lefèvre")
    assert again.status_code == HTTPStatus.CONFLICT
    assert link["id"] in again.text


def test_links_follow_their_organisation_into_the_trash_and_back(admin: Caller) -> None:
    organisation = admin.create("/v1/organisations", name="Zêta Conseil")
    person = admin.create("/v1/people", last_name="Zola")
    ends = {"organisation_id": organisation["id"], "person_id": person["id"]}
    link = admin.create("/v1/person-organisation-links", **ends)
    one = f"/v1/person-organisation-links/{link['id']}"

    admin.delete(f"/v1/organisations/{organisation['id']}")
    wait_until(
        lambda: admin.get(one).status_code == HTTPStatus.NOT_FOUND, SECONDS_UNTIL_VISIBLE, "the link in the trash"
    )

    admin.post(f"/v1/organisations/{organisation['id']}/restore")
    wait_until(lambda: admin.get(one).status_code == HTTPStatus.OK, SECONDS_UNTIL_VISIBLE, "the link out of the trash")


def test_colleague_sees_a_new_record_in_the_list(sales: Caller, invite: Invite) -> None:
    colleague = invite("sales")

    made = sales.create("/v1/organisations", name="Êta Patrimoine", city="Rennes")

    assert colleague.get(f"/v1/organisations/{made['id']}").status_code == HTTPStatus.OK
    wait_until(
        lambda: [row["id"] for row in colleague.items("/v1/organisations", city="Rennes")] == [made["id"]],
        SECONDS_UNTIL_VISIBLE,
        "the record in the colleague's list",
    )


def test_outsider_sees_none_of_it(admin: Caller, sales: Caller, invite: Invite) -> None:
    """Another team's record is nowhere: not by id, not in lists, totals, facets, search or autocomplete."""
    made = sales.create("/v1/organisations", name="Thêta Réservée", city="Brest")
    team = admin.create("/v1/teams", name="Distribution Luxembourg")
    outsider = invite("sales")
    moved = admin.patch(f"/v1/users/{outsider.user['id']}", {"team_id": team["id"]})
    assert moved.status_code == HTTPStatus.OK, moved.text
    wait_until(lambda: admin.items("/v1/organisations", city="Brest"), SECONDS_UNTIL_VISIBLE, "the record in the index")

    listed = outsider.get("/v1/organisations", {"facets": "city"}).json()

    assert outsider.get(f"/v1/organisations/{made['id']}").status_code == HTTPStatus.NOT_FOUND
    assert listed["items"] == []
    assert listed["total"] == 0
    assert not listed["facets"]["city"]
    for path in ("/v1/search", "/v1/search/autocomplete"):
        assert outsider.get(path, {"q": "Thêta Réservée"}).json()["total"] == 0


def test_search_forgives_typos_accents_and_prefixes(sales: Caller) -> None:
    made = sales.create("/v1/organisations", name="Kérastase Gestion Privée")

    for asked in ("kerastase", "Kerastaze", "gestion privee kerast"):
        assert made["id"] in _found(sales, "/v1/search", asked), asked
    assert made["id"] in _found(sales, "/v1/search/autocomplete", "ké")


def _found(caller: Caller, path: str, text: str) -> set[str]:
    groups = caller.get(path, {"q": text, "limit": 50}).json()["groups"]
    return {item["id"] for group in groups for item in group["items"]}


def test_filters_sort_cursor_and_facets_work_together(sales: Caller) -> None:
    for number in range(5):
        sales.create("/v1/organisations", name=f"Iota {number}", city="Dijon", potential_amount=f"{number}000.00")
    query = {"city": "Dijon", "sort": "-potential_amount", "limit": 2, "potential_amount__gte": "1000"}

    first = sales.get("/v1/organisations", {**query, "facets": "pipeline_stage"}).json()
    second = sales.get(
        "/v1/organisations", {**query, "facets": "pipeline_stage", "cursor": first["next_cursor"]}
    ).json()

    assert [row["name"] for row in first["items"] + second["items"]] == ["Iota 4", "Iota 3", "Iota 2", "Iota 1"]
    assert (first["total"], second["next_cursor"]) == (4, None)
    assert first["facets"] == {"pipeline_stage": {"prospect": 4}}


def test_history_shows_each_version_with_what_it_changed(sales: Caller) -> None:
    made = sales.create("/v1/organisations", name="Kappa", city="Metz")
    one = f"/v1/organisations/{made['id']}"
    sales.patch(one, {"city": "Nancy"})

    entries = wait_until(
        lambda: len(sales.items(f"{one}/history")) == 2 and sales.items(f"{one}/history"),
        SECONDS_UNTIL_VISIBLE,
        "two versions in the history",
    )

    assert [entry["version"] for entry in entries] == [2, 1]
    assert entries[0]["changes"] == {"city": ["Metz", "Nancy"]}
    assert entries[1]["data"]["city"] == "Metz"
    assert entries[0]["by"] == sales.user["id"]


def test_timeline_joins_interactions_tasks_and_changes(sales: Caller) -> None:
    made = sales.create("/v1/organisations", name="Lambda Conseil")
    about = {"organisation_id": made["id"]}
    call = sales.create("/v1/interactions", type="phone", subject="Appel", occurred_at="2026-03-01T09:00:00Z", **about)
    task = sales.create("/v1/tasks", title="Écrire", **about)
    path = f"/v1/organisations/{made['id']}/timeline"

    entries = wait_until(
        lambda: {"change"} <= {e["type"] for e in sales.items(path)} and sales.items(path),
        SECONDS_UNTIL_VISIBLE,
        "a change on the timeline",
    )

    assert {("interaction", call["id"]), ("task", task["id"])} <= {(e["type"], e["id"]) for e in entries}
    assert [e["at"] for e in entries] == sorted((e["at"] for e in entries), reverse=True)
    pages = _pages(sales, path, limit=1)
    assert [e["id"] for e in pages] == [e["id"] for e in entries]


def _pages(caller: Caller, path: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        page = caller.get(path, query).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def test_interaction_raises_the_last_activity(sales: Caller) -> None:
    made = sales.create("/v1/organisations", name="Mu Finance")
    moment = "2026-04-05T06:07:08.000Z"
    sales.create("/v1/interactions", type="email", subject="Envoi", occurred_at=moment, organisation_id=made["id"])

    wait_until(
        lambda: sales.get(f"/v1/organisations/{made['id']}").json()["last_activity_at"] == moment,
        SECONDS_UNTIL_VISIBLE,
        "the last activity",
    )


def test_stale_version_gets_current_base_and_submitted(sales: Caller) -> None:
    made = sales.create("/v1/organisations", name="Nu Capital")
    one = f"/v1/organisations/{made['id']}"
    sales.patch(one, {"city": "Tours"}, **{"If-Match": '"1"'})
    wait_until(lambda: len(sales.items(f"{one}/history")) == 2, SECONDS_UNTIL_VISIBLE, "the base in the history")

    answer = sales.patch(one, {"city": "Angers"}, **{"If-Match": '"1"'})

    error = answer.json()["error"]
    assert answer.status_code == HTTPStatus.PRECONDITION_FAILED
    assert (error["current"]["city"], error["base"]["city"], error["submitted"]) == ("Tours", None, {"city": "Angers"})
    assert sales.get(one).json()["city"] == "Tours"


def test_repeated_post_makes_one_record(sales: Caller) -> None:
    key = {"Idempotency-Key": "e2e-repeated-post"}

    first = sales.post("/v1/organisations", {"name": "Xi Invest", "city": "Pau"}, **key)
    again = sales.post("/v1/organisations", {"name": "Xi Invest", "city": "Pau"}, **key)
    other = sales.post("/v1/organisations", {"name": "Xi Autre", "city": "Pau"}, **key)

    assert first.status_code == again.status_code == HTTPStatus.CREATED
    assert first.json() == again.json()
    assert other.status_code == HTTPStatus.CONFLICT
    assert len(sales.items("/v1/organisations", city="Pau")) == 1


def test_second_person_with_the_same_address_is_refused_with_the_first(sales: Caller) -> None:
    first = sales.create("/v1/people", last_name="Omicron", email="omicron@example.com")

    second = sales.post("/v1/people", {"last_name": "Autre", "email": " OMICRON@Example.com"})

    assert second.status_code == HTTPStatus.CONFLICT
    assert first["id"] in second.text


def test_bulk_reports_each_item(admin: Caller) -> None:
    items = [{"name": "Pi Un", "city": "Arles"}, {"name": "Pi Deux", "city": "Arles"}]

    made = admin.post("/v1/organisations/bulk/create", {"items": items}).json()
    ids = [item["record"]["id"] for item in made["items"]]
    missing = "00000000000000000000000000"
    deleted = admin.post("/v1/organisations/bulk/delete", {"items": [{"id": i} for i in (ids[0], missing, ids[1])]})

    assert (made["succeeded"], made["failed"]) == (2, 0)
    outcome = deleted.json()
    assert [item["status"] for item in outcome["items"]] == [200, 404, 200]
    assert (outcome["succeeded"], outcome["failed"]) == (2, 1)
    assert admin.items("/v1/organisations", city="Arles") == []


def test_task_views_and_quick_actions(sales: Caller) -> None:
    task = sales.create("/v1/tasks", title="Depuis longtemps", due_date="2026-01-05")
    one = f"/v1/tasks/{task['id']}"
    assert task["id"] in {row["id"] for row in sales.items("/v1/tasks/views/overdue")}

    snoozed = sales.post(f"{one}/snooze", {"until": "2035-01-01"}).json()
    done = sales.post(f"{one}/complete", {"version": snoozed["version"]}).json()
    reopened = sales.post(f"{one}/reopen", {}).json()

    assert (snoozed["due_date"], done["status"], reopened["status"]) == ("2035-01-01", "done", "todo")
    assert task["id"] not in {row["id"] for row in sales.items("/v1/tasks/views/overdue")}


def test_viewer_reads_and_changes_nothing(invite: Invite, organisation: dict[str, Any]) -> None:
    viewer = invite("viewer")
    one = f"/v1/organisations/{organisation['id']}"

    assert viewer.get(one).status_code == HTTPStatus.OK
    for answer in (viewer.patch(one, {"city": "X"}), viewer.delete(one), viewer.post("/v1/tasks", {"title": "X"})):
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert answer.json()["error"]["code"] == "forbidden"


def test_denial_and_change_are_audited(admin: Caller, invite: Invite, organisation: dict[str, Any]) -> None:
    viewer = invite("viewer")
    viewer.delete(f"/v1/organisations/{organisation['id']}")

    entries = admin.items("/v1/audit", actor_id=viewer.user["id"])

    assert ("denied", "organisations") in {(entry["outcome"], entry["resource"]) for entry in entries}
    about = admin.items("/v1/audit", kind="organisation", record_id=organisation["id"])
    assert "organisation.create" in {entry["action"] for entry in about}


def test_nobody_gets_in_without_a_token(new_caller: NewCaller) -> None:
    answer = new_caller().get("/v1/organisations")

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer.headers["WWW-Authenticate"] == "Bearer"

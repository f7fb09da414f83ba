"""What the pages live on: shared views, figures, files, notifications on an open socket, the trails, and names."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp import WSMsgType

from tests.e2e.caller import Caller
from tests.e2e.conftest import Invite
from tests.e2e.test_realtime import connected, ping, ticket_for
from tests.support.local_cloud import wait_until

pytestmark = pytest.mark.e2e

SECONDS = 15
"""How long a test waits for what another function does."""


def until_found(find: Callable[[], list[Any]], what: str) -> list[Any]:
    wait_until(lambda: bool(find()), SECONDS, what)
    return find()


def test_a_shared_view_reaches_the_team(admin: Caller, sales: Caller) -> None:
    query = {"filters": {"pipeline_stage": ["signe"]}, "sort": ["-potential_amount"]}
    view = sales.create("/v1/views", resource="organisations", name="Signés", visibility="team", query=query)

    (shared,) = until_found(lambda: admin.items("/v1/views", id=view["id"]), "the view in the colleague's list")

    assert shared == view
    asked = {**shared["query"]["filters"], "sort": ",".join(shared["query"]["sort"])}
    assert admin.get("/v1/organisations", asked).status_code == HTTPStatus.OK


def test_the_pipeline_and_the_dashboard_count_a_new_deal_at_once(sales: Caller) -> None:
    before = sales.get("/v1/dashboards/stats/global").json()["pipeline"]["total"]
    deal = {"pipeline_stage": "negociation", "potential_amount": "1234.50", "signature_probability": 50}
    sales.create("/v1/organisations", name="Omicron Finance", city="Quimper", **deal)

    after = sales.get("/v1/dashboards/stats/global").json()["pipeline"]["total"]
    column = next(s for s in sales.get("/v1/pipeline", {"city": "Quimper"}).json()["stages"] if s["count"])

    assert after["count"] == before["count"] + 1
    assert column == {"stage": "negociation", "count": 1, "amount": "1234.50", "weighted_amount": "617.25"}


def test_a_list_is_downloaded_as_it_is_filtered(sales: Caller) -> None:
    for name in ("Rhô Un", "Rhô Deux"):
        sales.create("/v1/organisations", name=name, city="Vannes", phone="0142685300")

    answer = sales.get("/v1/organisations/export", {"city": "Vannes", "sort": "name", "columns": "name,phone,owner_id"})

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["X-Row-Count"] == "2"
    assert rows[0] == ["name", "phone", "owner_id", "owner_name"]
    assert [row[:2] for row in rows[1:]] == [["Rhô Deux", "'+33142685300"], ["Rhô Un", "'+33142685300"]]
    assert {row[3] for row in rows[1:]} == {"Ugo Commercial"}


def test_an_open_page_is_told_of_a_task_and_a_closed_one_reads_of_it_later(
    admin: Caller, sales: Caller, origin: str
) -> None:
    title = "Préparer le comité de sélection"
    before = sales.get("/v1/notifications").json()["unread"]

    async def told() -> dict[str, Any]:
        async with connected(origin, ticket_for(sales), origin) as socket:
            assert await ping(socket) == {"type": "pong"}
            await asyncio.to_thread(admin.create, "/v1/tasks", title=title, assigned_to=sales.user["id"])
            while True:
                message = await socket.receive()
                assert message.type is WSMsgType.TEXT, message
                found: dict[str, Any] = json.loads(message.data)
                if found["type"] == "notification" and found["notification"]["params"].get("title") == title:
                    return found

    pushed = asyncio.run(asyncio.wait_for(told(), 2 * SECONDS))

    stored = next(n for n in sales.items("/v1/notifications") if n["id"] == pushed["notification"]["id"])
    assert stored == pushed["notification"]
    assert (stored["type"], stored["params"]["actor"]) == ("task_assigned", "Alice Admin")
    assert pushed["unread"] > before
    read = sales.post(f"/v1/notifications/{stored['id']}/read").json()
    assert read["notification"]["read_at"]
    assert all(n["id"] != stored["id"] for n in sales.items("/v1/notifications", unread="true"))
    assert not [n for n in admin.items("/v1/notifications") if n["record_id"] == stored["record_id"]]


def test_who_read_a_person_is_in_the_access_log(admin: Caller, sales: Caller) -> None:
    person = sales.create("/v1/people", last_name="Sigma")
    answer = sales.get(f"/v1/people/{person['id']}")
    about = {"kind": "person", "record_id": person["id"]}

    (entry,) = until_found(lambda: admin.items("/v1/access-log", **about), "the access in the log")

    assert (entry["actor_id"], entry["route"]) == (sales.user["id"], "GET /v1/people/{id}")
    assert entry["request_id"] == answer.headers["X-Request-Id"]
    assert sales.get("/v1/access-log").status_code == HTTPStatus.FORBIDDEN
    created = admin.items("/v1/audit", **about, action="person.create", actor_id=sales.user["id"])
    assert len(created) == 1


@pytest.mark.parametrize("role", ["sales", "support", "viewer", "manager"])
def test_whoever_reads_records_can_show_their_owners_names(role: str, invite: Invite, sales: Caller) -> None:
    reader = invite(role)

    (owner,) = until_found(lambda: reader.items("/v1/users", id=sales.user["id"]), "the owner")

    assert (owner["first_name"], owner["last_name"]) == ("Ugo", "Commercial")
    assert reader.items("/v1/teams", id=sales.user["team_id"])[0]["name"] == "Distribution France"

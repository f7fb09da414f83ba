"""The timeline of an organisation and of a person through the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.application import Application, running_application


@pytest.fixture
def application() -> Iterator[Application]:
    with running_application() as running:
        yield running


def test_pages_hold_every_entry_once_newest_first(application):
    client = application.sign_in().client
    person = client.post("/v1/people", {"last_name": "Dupont"}).json["id"]
    now = application.clock.now()
    for n in range(7):
        at = (now - timedelta(hours=n // 2)).isoformat()
        body = {"type": "phone", "subject": f"Appel {n}", "occurred_at": at, "person_id": person}
        assert client.post("/v1/interactions", body).status == 201
    client.post("/v1/tasks", {"title": "Rappeler", "person_id": person})
    seen, cursor = [], None

    while True:
        page = client.get(f"/v1/people/{person}/timeline", {"limit": 3} | ({"cursor": cursor} if cursor else {})).json
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert [item["at"] for item in seen] == sorted((item["at"] for item in seen), reverse=True)
    assert len({item["id"] for item in seen}) == len(seen) == 8
    assert {item["type"] for item in seen} == {"interaction", "task"}


def test_a_cursor_belongs_to_its_timeline_and_its_reader(application):
    client, other = application.sign_in().client, application.sign_in().client
    people = [client.post("/v1/people", {"last_name": f"N{n}"}).json["id"] for n in range(2)]
    for _ in range(3):
        client.post("/v1/tasks", {"title": "X", "person_id": people[0]})
    cursor = client.get(f"/v1/people/{people[0]}/timeline", {"limit": 1}).json["next_cursor"]

    assert client.get(f"/v1/people/{people[0]}/timeline", {"limit": 1, "cursor": cursor}).status == 200
    assert client.get(f"/v1/people/{people[1]}/timeline", {"limit": 1, "cursor": cursor}).status == 422
    assert other.get(f"/v1/people/{people[0]}/timeline", {"limit": 1, "cursor": cursor}).status == 422


def test_entries_outside_the_readers_scope_are_not_shown(application):
    admin = application.sign_in().client
    team = admin.post("/v1/teams", {"name": "Paris"}).json["id"]
    seller = application.sign_in("sales", team_id=team)
    person = admin.post("/v1/people", {"last_name": "X", "owner_id": seller.user.id}).json["id"]
    admin.post("/v1/tasks", {"title": "secret", "person_id": person})
    mine = seller.client.post("/v1/tasks", {"title": "mine", "person_id": person}).json["id"]

    items = seller.client.get(f"/v1/people/{person}/timeline").json["items"]

    assert [item["id"] for item in items] == [mine]
    assert len(admin.get(f"/v1/people/{person}/timeline").json["items"]) == 2

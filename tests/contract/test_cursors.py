"""Cursors walk a list once and completely, and open nothing else."""

from __future__ import annotations

import pytest

from tests.contract.test_errors import assert_refused
from tests.support.application import Actor, Application

PATH = "/v1/organisations"


@pytest.fixture(scope="module", autouse=True)
def seven(admin: Actor) -> list[str]:
    return [admin.client.post(PATH, {"name": f"Org {n}", "city": "Paris"}).json["id"] for n in range(7)]


def _cursor(actor: Actor, **query: object) -> str:
    cursor: str = actor.client.get(PATH, {"limit": 2, **query}).json["next_cursor"]
    return cursor


def test_pages_hold_every_record_once_in_order(admin: Actor, seven):
    seen: list[str] = []
    cursor = None
    for _ in range(10):
        page = admin.client.get(PATH, {"limit": 2, "sort": "-name"} | ({"cursor": cursor} if cursor else {})).json
        seen += [item["id"] for item in page["items"]]
        assert page["total"] == 7
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == seven[::-1]


def test_an_altered_cursor_is_refused_wherever_it_was_altered(admin: Actor):
    cursor = _cursor(admin)

    for place, character in enumerate(cursor):
        altered = cursor[:place] + ("A" if character != "A" else "B") + cursor[place + 1 :]
        answer = admin.client.get(PATH, {"limit": 2, "cursor": altered})
        assert "cursor" in assert_refused(answer, 422, "invalid_input"), place


@pytest.mark.parametrize("text", ["x", "AAAA", "é", "%", "A" * 500, " ", "==="])
def test_a_made_up_cursor_is_refused(admin: Actor, text):
    assert "cursor" in assert_refused(admin.client.get(PATH, {"cursor": text}), 422, "invalid_input")


def test_a_cursor_written_another_way_is_refused(admin: Actor):
    cursor = _cursor(admin)

    for other in (cursor + "=", cursor + "!", " " + cursor, cursor + "\n"):
        assert_refused(admin.client.get(PATH, {"limit": 2, "cursor": other}), 422, "invalid_input")


@pytest.mark.parametrize(
    "query", [{"sort": "name"}, {"city": "Paris"}, {"q": "Org"}, {"deleted": "true"}, {"facets": "city"}]
)
def test_a_cursor_of_another_question_is_refused(admin: Actor, query):
    answer = admin.client.get(PATH, {**query, "cursor": _cursor(admin)})

    assert_refused(answer, 422, "invalid_input")


def test_a_cursor_of_another_caller_or_list_is_refused(application: Application, admin: Actor):
    stranger = application.sign_in()
    cursor = _cursor(admin)

    assert_refused(stranger.client.get(PATH, {"cursor": cursor}), 422, "invalid_input")
    assert_refused(admin.client.get("/v1/people", {"cursor": cursor}), 422, "invalid_input")
    assert_refused(admin.client.get("/v1/audit", {"cursor": cursor}), 422, "invalid_input")


def test_the_page_size_may_change_on_the_way(admin: Actor, seven):
    page = admin.client.get(PATH, {"limit": 100, "cursor": _cursor(admin)}).json

    assert len(page["items"]) == 5
    assert page["next_cursor"] is None

"""Versions: the ETag of a record, reading only what changed, and never overwriting what one has not seen."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.handlers.streams import handle_stream
from tests.contract.test_errors import SECURITY_HEADERS, assert_refused
from tests.support.application import Actor, Application
from tests.support.streams import StreamReader

PATH = "/v1/organisations"


@pytest.fixture
def record(admin: Actor) -> dict[str, Any]:
    record: dict[str, Any] = admin.client.post(PATH, {"name": "ACME", "city": "Lyon"}).json
    return record


def test_every_answer_with_a_record_carries_its_etag(admin: Actor):
    created = admin.client.post(PATH, {"name": "ACME"})
    at = f"{PATH}/{created.json['id']}"

    answers = [created, admin.client.get(at), admin.client.patch(at, {"city": "Paris"}), admin.client.delete(at)]
    answers.append(admin.client.post(f"{at}/restore"))

    assert [answer.header("ETag") for answer in answers] == ['"1"', '"1"', '"2"', '"3"', '"4"']
    assert [answer.json["version"] for answer in answers] == [1, 1, 2, 3, 4]


@pytest.mark.parametrize("given", ['"1"', 'W/"1"', '"9", "1"', "*"])
def test_a_current_record_is_not_sent_again(admin: Actor, record, given):
    answer = admin.client.get(f"{PATH}/{record['id']}", if_none_match=given)

    assert (answer.status, answer.body, answer.header("ETag")) == (304, b"", '"1"')
    assert {name: answer.header(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize("given", ['"2"', '"11"', "1", "", '""'])
def test_a_record_that_changed_is_sent(admin: Actor, record, given):
    assert admin.client.get(f"{PATH}/{record['id']}", if_none_match=given).json == record


@pytest.mark.parametrize("given", ['"1"', 'W/"1"', "1", "*"])
def test_an_update_of_the_version_seen_is_done(admin: Actor, record, given):
    answer = admin.client.patch(f"{PATH}/{record['id']}", {"city": "Paris"}, if_match=given)

    assert (answer.status, answer.json["city"], answer.header("ETag")) == (200, "Paris", '"2"')


def test_a_stale_update_gets_the_current_base_and_submitted_values(application: Application, admin: Actor):
    stream = StreamReader(application.cloud.table_name)
    record = admin.client.post(PATH, {"name": "ACME", "city": "Lyon"}).json
    at = f"{PATH}/{record['id']}"
    admin.client.patch(at, {"city": "Paris"}, if_match='"1"')
    handle_stream({"Records": stream.read()})

    answer = admin.client.patch(at, {"city": "Marseille", "aum": "5"}, if_match='"1"')

    assert_refused(answer, 412, "stale_version")
    error = answer.json["error"]
    assert (error["current"]["version"], error["current"]["city"]) == (2, "Paris")
    assert (error["base"]["version"], error["base"]["city"]) == (1, "Lyon")
    assert error["submitted"] == {"city": "Marseille", "aum": "5"}
    assert admin.client.get(at).json == error["current"]


def test_a_version_in_the_body_means_the_same(admin: Actor, record):
    at = f"{PATH}/{record['id']}"

    assert admin.client.patch(at, {"city": "Paris", "version": 1}).status == 200
    assert_refused(admin.client.patch(at, {"city": "Nice", "version": 1}), 412, "stale_version")
    assert admin.client.patch(at, {"city": "Nice"}).json["city"] == "Nice"


def test_two_versions_that_differ_are_refused(admin: Actor, record):
    answer = admin.client.patch(f"{PATH}/{record['id']}", {"city": "Paris", "version": 2}, if_match='"1"')

    assert "version" in assert_refused(answer, 422, "invalid_input")


@pytest.mark.parametrize("given", ["x", '"x"', '"0"', '"-1"', '"1", "2"', '"99999999999"', '"1', 'w/"1"', ""])
def test_an_if_match_that_names_no_version_is_malformed(admin: Actor, record, given):
    answer = admin.client.patch(f"{PATH}/{record['id']}", {"city": "Paris"}, if_match=given)

    assert_refused(answer, 400, "malformed_request")


def test_a_stale_delete_is_refused(admin: Actor, record):
    at = f"{PATH}/{record['id']}"
    admin.client.patch(at, {"city": "Paris"})

    assert_refused(admin.client.delete(at, if_match='"1"'), 412, "stale_version")
    assert admin.client.get(at).status == 200
    assert admin.client.delete(at, if_match='"2"').status == 200


def test_put_changes_the_given_fields_only_as_patch_does(admin: Actor, record):
    at = f"{PATH}/{record['id']}"

    answer = admin.client.put(at, {"postal_code": "69001"}, if_match='"1"')

    assert answer.json == {**record, **_moved(answer.json), "postal_code": "69001", "version": 2}
    assert_refused(admin.client.put(at, {"city": "Nice"}, if_match='"1"'), 412, "stale_version")


def test_an_update_that_changes_nothing_makes_no_version(admin: Actor, record):
    answer = admin.client.patch(f"{PATH}/{record['id']}", {"city": "Lyon"}, if_match='"1"')

    assert (answer.status, answer.json) == (200, record)


def _moved(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("updated_at", "updated_by")}

"""The use cases through the API on the real table: what failures of the cloud do to them, and what they never ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chalicelib.repositories.items import Item
from tests.support.application import Actor, Application, running_application
from tests.support.calls import record_calls
from tests.support.faults import Crash, FaultPlan, faults
from tests.support.template import resource_properties

TRANSACT = "dynamodb.TransactWriteItems"
ATTEMPTS = 3


@pytest.fixture
def application() -> Iterator[Application]:
    with running_application() as running:
        yield running


@pytest.fixture
def admin(application: Application) -> Actor:
    return application.sign_in()


def items(application: Application, kind: str) -> list[dict[str, Any]]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=application.cloud.table_name)
    return [item for page in pages for item in page["Items"] if item["kind"]["S"] == kind]


def every_attempt(mode: Any) -> FaultPlan:
    return FaultPlan(script={(TRANSACT, n): mode for n in range(1, ATTEMPTS + 1)})


class TestLostAcknowledgements:
    """moto knows no request tokens: the SDK's repeat meets what the first attempt wrote, as late ones do on AWS."""

    def test_a_create_whose_answer_was_lost_succeeds_once(self, application, admin):
        with faults(FaultPlan(script={(TRANSACT, 1): "after"})) as plan:
            answer = admin.client.post("/v1/people", {"last_name": "Dupont", "email": "a@b.fr"})

        assert (answer.status, plan.count(TRANSACT)) == (201, 2)
        assert len(items(application, "person")) == 1
        assert admin.client.get(f"/v1/people/{answer.json['id']}").json == answer.json

    def test_an_update_whose_answer_was_lost_is_no_conflict(self, admin):
        made = admin.client.post("/v1/people", {"last_name": "Dupont", "email": "a@b.fr"}).json

        with faults(FaultPlan(script={(TRANSACT, 1): "after"})) as plan:
            answer = admin.client.patch(f"/v1/people/{made['id']}", {"email": "c@d.fr", "version": 1})

        assert (answer.status, answer.json["version"], plan.count(TRANSACT)) == (200, 2, 2)
        assert admin.client.post("/v1/people", {"last_name": "X", "email": "a@b.fr"}).status == 201

    def test_a_delete_whose_answer_was_lost_is_done(self, admin):
        made = admin.client.post("/v1/tasks", {"title": "X"}).json

        with faults(FaultPlan(script={(TRANSACT, 1): "after"})):
            answer = admin.client.delete(f"/v1/tasks/{made['id']}")

        assert answer.status == 200
        assert admin.client.get(f"/v1/tasks/{made['id']}").status == 404

    def test_an_outcome_that_stays_unknown_is_503_and_the_repeat_tells_it(self, application, admin):
        body = {"last_name": "Dupont", "email": "a@b.fr"}
        with faults(every_attempt("after")):
            unknown = admin.client.post("/v1/people", body, idempotency_key="k1")
        assert unknown.status == 503

        repeated = admin.client.post("/v1/people", body, idempotency_key="k1")

        assert repeated.status == 201
        assert repeated.header("Idempotent-Replayed") == "true"
        assert len(items(application, "person")) == 1


class TestRefusedAndCrashed:
    def test_a_refused_transaction_leaves_neither_record_nor_audit(self, application, admin):
        unique = items(application, "unique")
        with faults(every_attempt("before")):
            answer = admin.client.post("/v1/people", {"last_name": "Dupont", "email": "a@b.fr"})

        assert answer.status == 503
        assert [items(application, kind) for kind in ("person", "audit", "unique")] == [[], [], unique]
        assert admin.client.post("/v1/people", {"last_name": "Dupont", "email": "a@b.fr"}).status == 201

    @pytest.mark.parametrize("mode", ["crash_before", "crash_after"])
    def test_a_process_that_dies_leaves_all_or_nothing_and_the_repeat_completes(self, application, admin, mode):
        body = {"last_name": "Dupont", "email": "a@b.fr"}
        with faults(FaultPlan(script={(TRANSACT, 1): mode})), pytest.raises(Crash):
            admin.client.post("/v1/people", body, idempotency_key="k1")
        survived = len(items(application, "person"))
        assert len(items(application, "audit")) == survived == (mode == "crash_after")

        assert admin.client.post("/v1/people", body, idempotency_key="k1").status == 201
        assert len(items(application, "person")) == len(items(application, "audit")) == 1

    @pytest.mark.parametrize("mode", ["crash_before", "crash_after"])
    @pytest.mark.parametrize("at", [1, 3, 5])
    def test_a_bulk_request_that_dies_is_finished_by_its_repeat(self, application, admin, mode, at):
        people = [{"last_name": f"N{n}", "email": f"p{n}@b.fr"} for n in range(5)]
        path = "/v1/people/bulk/create"
        with faults(FaultPlan(script={(TRANSACT, at): mode})), pytest.raises(Crash):
            admin.client.post(path, {"items": people}, idempotency_key="bulk")

        answer = admin.client.post(path, {"items": people}, idempotency_key="bulk").json

        assert (answer["succeeded"], answer["failed"]) == (5, 0)
        assert [item["record"]["email"] for item in answer["items"]] == [person["email"] for person in people]
        assert len(items(application, "person")) == 5
        again = admin.client.post(path, {"items": people}, idempotency_key="bulk")
        assert again.json == answer
        assert len(items(application, "person")) == 5


class TestWhatIsAsked:
    def test_the_functions_that_serve_requests_may_not_scan(self):
        (policy,) = resource_properties("ApiRole")["Policies"]
        actions = [action for statement in policy["PolicyDocument"]["Statement"] for action in statement["Action"]]

        assert "dynamodb:GetItem" in actions
        assert not [action for action in actions if action in ("dynamodb:Scan", "dynamodb:*", "*")]

    def test_no_index_read_decides_about_a_write(self, application, admin, monkeypatch):
        """An index of the table may lag behind: whatever changes something must do without."""

        def lagging(*_: Any, **__: Any) -> Any:
            raise AssertionError("asked an index that may be stale")

        for index in (Item.index1, Item.index2, Item.index3):
            monkeypatch.setattr(type(index), "query", lagging)
        organisation, link = write_a_bit_of_everything(admin)

        assert admin.client.get(f"/v1/organisations/{organisation}").json["city"] == "Lyon"
        assert admin.client.get(f"/v1/person-organisation-links/{link}").status == 404

    def test_a_list_asks_for_own_fresh_writes_and_nothing_else_of_the_table(self, admin):
        admin.client.post("/v1/tasks", {"title": "X"})

        with record_calls() as log:
            assert admin.client.get("/v1/tasks").json["total"] == 1

        assert "dynamodb.Scan" not in log.operations


def write_a_bit_of_everything(admin: Actor) -> tuple[str, str]:
    client = admin.client
    organisation = client.post("/v1/organisations", {"name": "ACME"}).json["id"]
    person = client.post("/v1/people", {"last_name": "Dupont", "email": "a@b.fr"}).json["id"]
    ends = {"organisation_id": organisation, "person_id": person}
    link = client.post("/v1/person-organisation-links", {**ends, "is_primary": True}).json["id"]
    task = client.post("/v1/tasks", {"title": "X", **ends}).json["id"]
    assert client.post(f"/v1/tasks/{task}/complete", {}).status == 200
    assert client.patch(f"/v1/organisations/{organisation}", {"city": "Lyon"}).status == 200
    assert client.delete(f"/v1/person-organisation-links/{link}").status == 200
    assert client.post(f"/v1/person-organisation-links/{link}/restore").status == 200
    assert client.delete(f"/v1/person-organisation-links/{link}").status == 200
    return organisation, link

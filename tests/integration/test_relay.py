"""From a write through the table's stream to versions, events, the index queue and the links, on the real table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.event_bus import batches
from chalicelib.domain.events import Transition, event_of
from chalicelib.domain.records import Ref
from chalicelib.handlers.streams import handle_stream
from chalicelib.repositories.history import DynamoHistory, version_item
from chalicelib.services.records import MAX_RECORD_BYTES
from chalicelib.services.relay import Relay
from tests.support.application import Actor, Application, running_application
from tests.support.factories import make_interaction, next_version
from tests.support.fakes import InMemoryBus, InMemoryIndexQueue
from tests.support.faults import Crash, FaultPlan, faults
from tests.support.lambda_events import stream_event
from tests.support.streams import StreamReader

LINKS = "/v1/person-organisation-links"


class Pipeline:
    """The application with its stream, handed on by `deliver`."""

    def __init__(self, application: Application, bus: InMemoryBus, queue: InMemoryIndexQueue) -> None:
        self.application, self.bus, self.queue = application, bus, queue
        self.admin: Actor = application.sign_in()
        self.client = self.admin.client
        self._stream = StreamReader(application.cloud.table_name)

    def deliver(self, times: int = 1) -> None:
        """Hand over what changed, `times` times, and what that changed, until nothing is left."""
        while records := self._stream.read():
            for _ in range(times):
                answer = handle_stream(stream_event(records))
                assert answer == {"batchItemFailures": []}

    def batch(self) -> list[dict]:
        return self._stream.read()

    def link(self) -> dict:
        organisation = self.client.post("/v1/organisations", {"name": "ACME"}).json["id"]
        person = self.client.post("/v1/people", {"first_name": "Jean", "last_name": "Dupont"}).json["id"]
        made: dict = self.client.post(LINKS, {"organisation_id": organisation, "person_id": person}).json
        return made


@pytest.fixture
def pipeline() -> Iterator[Pipeline]:
    bus, queue = InMemoryBus(), InMemoryIndexQueue()
    with running_application() as application:
        relay = Relay(application.records, DynamoHistory(), bus, queue, application.clock)
        from chalicelib import wiring

        built = {"clock": application.clock, "records": application.records, "record_index": wiring.record_index()}
        with wiring.override(**built, relay=relay):
            yield Pipeline(application, bus, queue)


@pytest.mark.parametrize("times", [1, 3])
def test_versions_can_be_read_as_differences_however_often_they_were_delivered(pipeline, times):
    path = "/v1/organisations"
    made = pipeline.client.post(path, {"name": "ACME", "city": "Lyon"}).json
    pipeline.client.patch(f"{path}/{made['id']}", {"city": "Paris"})
    pipeline.client.patch(f"{path}/{made['id']}", {"city": None, "tags": ["a"]})

    pipeline.deliver(times)

    history = pipeline.client.get(f"{path}/{made['id']}/history").json
    assert [(item["version"], item["changes"]) for item in history["items"][:2]] == [
        (3, {"city": ["Paris", None], "tags": [[], ["a"]]}),
        (2, {"city": ["Lyon", "Paris"]}),
    ]
    assert len(history["items"]) == 3
    assert {e.id for e in pipeline.bus.events if e.kind == "organisation"} == {
        f"organisation/{made['id']}/{n}" for n in (1, 2, 3)
    }
    assert Ref("organisation", made["id"]) in {request.ref for request in pipeline.queue.requests}


def test_a_stale_edit_shows_the_version_it_was_based_on(pipeline):
    made = pipeline.client.post("/v1/organisations", {"name": "ACME", "city": "Lyon"}).json
    pipeline.client.patch(f"/v1/organisations/{made['id']}", {"city": "Paris"})
    pipeline.deliver()

    refused = pipeline.client.patch(f"/v1/organisations/{made['id']}", {"city": "Nice", "version": 1})

    error = refused.json["error"]
    assert (refused.status, error["code"]) == (412, "stale_version")
    assert (error["current"]["city"], error["base"]["city"], error["submitted"]) == ("Paris", "Lyon", {"city": "Nice"})


def test_links_follow_their_ends(pipeline):
    link = pipeline.link()
    pipeline.deliver()
    organisation = f"/v1/organisations/{link['organisation_id']}"
    pipeline.client.patch(organisation, {"name": "New name"})
    pipeline.deliver(2)
    assert pipeline.client.get(f"{LINKS}/{link['id']}").json["organisation_name"] == "New name"

    pipeline.client.delete(organisation)
    pipeline.deliver(2)
    assert pipeline.client.get(f"{LINKS}/{link['id']}").status == 404

    pipeline.client.post(f"{organisation}/restore")
    pipeline.deliver(2)
    assert pipeline.client.get(f"{LINKS}/{link['id']}").status == 200


def test_last_activity_rises_beside_the_version(pipeline):
    made = pipeline.client.post("/v1/organisations", {"name": "ACME"}).json
    now = pipeline.application.clock.now()
    for days in (1, 5):
        at = (now - timedelta(days=days)).isoformat()
        pipeline.client.post(
            "/v1/interactions",
            {"type": "phone", "subject": "Appel", "occurred_at": at, "organisation_id": made["id"]},
        )
    pipeline.deliver(2)

    found = pipeline.client.get(f"/v1/organisations/{made['id']}").json

    assert (found["version"], found["last_activity_at"][:10]) == (1, (now - timedelta(days=1)).date().isoformat())


def test_a_relay_that_dies_anywhere_is_completed_by_the_next_delivery(pipeline):
    link = pipeline.link()
    pipeline.deliver()
    pipeline.client.delete(f"/v1/people/{link['person_id']}")
    batch = stream_event(pipeline.batch())
    calls = ("dynamodb.BatchWriteItem", "dynamodb.TransactWriteItems", "dynamodb.Query", "dynamodb.BatchGetItem")
    for call in calls:
        for mode in ("crash_before", "crash_after"):
            with faults(FaultPlan(script={(call, 1): mode})):
                try:
                    handle_stream(batch)
                except Crash:
                    continue

    handle_stream(batch)
    pipeline.deliver()

    assert pipeline.client.get(f"{LINKS}/{link['id']}").status == 404
    history = pipeline.client.get(f"/v1/people/{link['person_id']}/history").json
    assert [item["version"] for item in history["items"]] == [2, 1]


def test_a_record_of_an_unknown_kind_fails_its_batch_so_that_it_can_be_isolated(pipeline):
    made = pipeline.client.post("/v1/organisations", {"name": "ACME"}).json
    records = pipeline.batch()
    (good,) = [r for r in records if r["dynamodb"]["Keys"]["PK"]["S"] == f"organisation#{made['id']}"]
    image = {**good["dynamodb"]["NewImage"], "kind": {"S": "spaceship"}, "PK": {"S": "spaceship#1"}}
    poison = {**good, "dynamodb": {**good["dynamodb"], "NewImage": image}}

    with pytest.raises(KeyError):
        handle_stream(stream_event([poison, good]))
    handle_stream(stream_event([good]))

    assert [event.record_id for event in pipeline.bus.events] == [made["id"]]


class TestSizes:
    """The largest record there may be, changed in every field, still fits everything that repeats it."""

    LARGEST = 80_000

    def changed_wholly(self) -> Transition:
        half = "é" * (self.LARGEST // 4 - 250)
        before = make_interaction().model_copy(update={"content": half, "subject": half})
        after = next_version(before, content=half + "y", subject=half + "z")
        assert 79_000 < len(json.dumps(after.row(), ensure_ascii=False).encode()) <= self.LARGEST
        return Transition(before, after, "1")

    def test_a_version_fits_an_item_and_an_event_fits_the_bus(self):
        transition = self.changed_wholly()

        version = json.dumps(version_item(transition).data, ensure_ascii=False).encode()
        event = event_of(transition).model_dump_json().encode()

        assert len(version) < 400_000
        assert len(event) < 256_000

    def test_the_limit_of_a_record_is_the_one_this_was_shown_for(self):
        assert MAX_RECORD_BYTES == self.LARGEST


@given(st.lists(st.integers(0, 250_000), max_size=40))
def test_events_are_cut_into_calls_that_the_bus_takes(sizes):
    entries = [{"Detail": "x" * size, "n": str(n)} for n, size in enumerate(sizes)]

    cut = batches(entries)

    assert [entry for batch in cut for entry in batch] == entries
    assert all(0 < len(batch) <= 10 for batch in cut)
    assert all(len(batch) == 1 or sum(len(e["Detail"]) for e in batch) <= 256_000 for batch in cut)

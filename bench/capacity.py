"""What each use case asks of DynamoDB: round trips and capacity units, as DynamoDB Local counts them, through the real
API. The caller's session state (one batched read per request) is counted apart, on its own line."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any

from bench.harness import Report
from tests.support.calls import CallLog, record_calls
from tests.support.dynamodb_local import running_dynamodb_local
from tests.support.environment import apply_environment

SESSION_TRIPS = 1
GET_TRIPS, WRITE_TRIPS = 1, 2
ORGANISATION = {"name": "ACME Investments", "city": "Paris", "tags": ["vip"], "potential_amount": "500000.00"}


@dataclass(frozen=True)
class UseCase:
    """A request; `trips` is its goal beside the session state, None when it is shown only."""

    name: str
    call: Callable[[], Any]
    trips: int | None = None
    statuses: tuple[int, ...] = (200, 201)


def run(report: Report) -> None:
    apply_environment()
    scans = 0
    with redirect_stdout(io.StringIO()), _use_cases() as use_cases:
        for use_case in use_cases:
            with record_calls() as log:
                answer = use_case.call()
            assert answer.status in use_case.statuses, (use_case.name, answer.body)
            calls = log.of("dynamodb")
            scans += calls.operations["dynamodb.Scan"]
            _show(report, use_case, calls)
    report.at_most("scans", scans, "calls", 0)


def _show(report: Report, use_case: UseCase, calls: CallLog) -> None:
    trips = calls.round_trips - (0 if use_case.name == "session" else SESSION_TRIPS)
    if use_case.trips is None:
        report.show(f"{use_case.name}.round_trips", trips, "calls")
    else:
        report.at_most(f"{use_case.name}.round_trips", trips, "calls", use_case.trips)
    report.show(f"{use_case.name}.read", calls.read_units, "RCU")
    report.show(f"{use_case.name}.write", calls.write_units, "WCU")


@contextmanager
def _use_cases() -> Iterator[Iterator[UseCase]]:
    from tests.support.application import running_application
    from tests.support.store import records_on

    with (
        running_dynamodb_local() as server,
        server.fresh_table() as table,
        running_application() as application,
        records_on(table.name, table.endpoint_url),
    ):
        yield _requests(application.sign_in("admin").client)


def _requests(client: Any) -> Iterator[UseCase]:
    """Each is made when the one before it is done, so that later ones can build on earlier ones."""
    made: dict[str, Any] = {}

    def post(name: str, path: str, body: dict[str, Any]) -> Callable[[], Any]:
        def call() -> Any:
            answer = client.post(path, body)
            made[name] = answer.json
            return answer

        return call

    organisations, people, links = "/v1/organisations", "/v1/people", "/v1/person-organisation-links"
    # What names no record is refused once the caller is known, before anything else is read.
    yield UseCase("session", lambda: client.get(f"{organisations}/none"), SESSION_TRIPS, (404,))
    yield UseCase("create", post("organisation", organisations, ORGANISATION), WRITE_TRIPS)
    one = f"{organisations}/{made['organisation']['id']}"
    yield UseCase("create_unique", post("person", people, {"last_name": "Dupont", "email": "a@b.example"}), WRITE_TRIPS)
    ends = {"organisation_id": made["organisation"]["id"], "person_id": made["person"]["id"]}
    call = {"type": "phone", "subject": "Appel", "occurred_at": "2026-01-15T09:00:00Z", **ends}
    yield UseCase("create_with_references", post("interaction", "/v1/interactions", call), WRITE_TRIPS)
    yield UseCase("create_task", post("task", "/v1/tasks", {"title": "Rappeler", **ends}), WRITE_TRIPS)
    yield UseCase("link_primary", post("link", links, {**ends, "is_primary": True}), WRITE_TRIPS)
    yield UseCase("get", lambda: client.get(one), GET_TRIPS)
    yield UseCase("update", lambda: client.patch(one, {"city": "Lyon"}), WRITE_TRIPS)
    owner = {"owner_id": made["organisation"]["owner_id"], "team_id": None}
    yield UseCase("update_with_references", lambda: client.patch(one, {**owner, "city": "Nice"}), WRITE_TRIPS)
    task = f"/v1/tasks/{made['task']['id']}"
    yield UseCase("complete_task", lambda: client.post(f"{task}/complete", {}), WRITE_TRIPS)
    yield UseCase("history", lambda: client.get(f"{one}/history"))
    yield UseCase("timeline", lambda: client.get(f"{one}/timeline"))
    yield UseCase("list", lambda: client.get(organisations))
    yield UseCase("bulk_create_10", lambda: client.post(f"{organisations}/bulk/create", {"items": [ORGANISATION] * 10}))
    other = client.post(people, {"last_name": "Martin"}).json["id"]
    taking = {**ends, "person_id": other, "is_primary": True}
    yield UseCase("link_taking_primary", lambda: client.post(links, taking))
    yield UseCase("delete", lambda: client.delete(one), WRITE_TRIPS)
    yield UseCase("restore", lambda: client.post(f"{one}/restore"), WRITE_TRIPS)

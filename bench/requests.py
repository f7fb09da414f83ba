"""Our own CPU time per API request: the real application from the gateway's event to the answer, through
authentication, policy, validation, services, repositories, the SDK and logging; DynamoDB answers at once."""

from __future__ import annotations

import gc
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from statistics import quantiles
from typing import Any
from unittest.mock import patch

import boto3
from moto.core.models import botocore_stubber

from bench.harness import Report
from bench.stubbed_dynamodb import StubbedDynamoDb
from tests.support.environment import apply_environment
from tests.support.lambda_events import LambdaContext, api_event

WARM_UP = 50
REQUESTS = 400
LIMIT_MILLISECONDS = 5.0
LISTED = 300

ORGANISATION = {
    "name": "ACME Investments",
    "type": "client",
    "category": "Institution",
    "email": "contact@acme.example",
    "phone": "+33142000000",
    "website": "https://acme.example",
    "city": "Paris",
    "postal_code": "75008",
    "country_code": "FR",
    "language": "fr",
    "pipeline_stage": "qualification",
    "potential_amount": "500000.00",
    "signature_probability": 40,
    "aum": "1500000000.00",
    "strategies": ["Actions", "Obligations"],
    "tags": ["vip", "salon"],
    "notes": "Rencontré au salon de la gestion. Rappeler en mars.",
}


def run(report: Report) -> None:
    apply_environment()
    with redirect_stdout(io.StringIO()) as output, _application() as (app, events, stub):
        for name, make_event in events.items():
            p50, p95 = _measured(app, make_event, stub, output)
            report.show(f"{name}.p50", p50, "ms CPU")
            if name == "list":
                report.show(f"{name}.p95", p95, "ms CPU")
            else:
                report.at_most(f"{name}.p95", p95, "ms CPU", LIMIT_MILLISECONDS)


Events = dict[str, Callable[[], dict[str, Any]]]


@contextmanager
def _application() -> Iterator[tuple[Any, Events, StubbedDynamoDb]]:
    """The application with one signed-in salesperson; its table's content is then served by the stub."""
    from tests.support.application import running_application

    with running_application() as application:
        actor = application.sign_in("sales", team_id=None)
        made = actor.client.post("/v1/organisations", ORGANISATION)
        assert made.status == 201, made.body
        _store(application, [_listed(application.envelope(), n, actor.user.id) for n in range(LISTED)])
        # The list of the fresh application indexes everything once.
        assert actor.client.get("/v1/organisations").json["total"] == LISTED + 1
        stub = StubbedDynamoDb(_content(application.cloud.table_name))
        stub.install()
        # What stands in for the cloud and the index is not the product's heap: its garbage collector shall not walk it.
        gc.collect()
        gc.freeze()
        with patch.object(botocore_stubber, "enabled", False):
            yield _app(), _events(actor.client.token, made.json["id"]), stub


def _events(token: str | None, id: str) -> Events:
    headers = [("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")]
    numbers = iter(range(10**9))

    def one(method: str, body: Callable[[], Any] | None = None) -> Callable[[], dict[str, Any]]:
        return lambda: api_event(
            method,
            f"/v1/organisations/{id}",
            resource="/v1/organisations/{id}",
            path_parameters={"id": id},
            headers=headers,
            body=json.dumps(body()).encode() if body else None,
        )

    def many(method: str, query: str = "", body: bytes | None = None) -> Callable[[], dict[str, Any]]:
        path = "/v1/organisations"
        return lambda: api_event(method, path + query, resource=path, headers=headers, body=body)

    return {
        "get": one("GET"),
        "create": many("POST", body=json.dumps(ORGANISATION).encode()),
        "update": one("PATCH", lambda: {"city": f"Lyon {next(numbers)}", "tags": ["vip"]}),
        "list": many("GET", "?city=Paris&sort=-name&facets=category&limit=50"),
    }


def _measured(
    app: Any, make_event: Callable[[], dict[str, Any]], stub: StubbedDynamoDb, output: io.StringIO
) -> tuple[float, float]:
    """p50 and p95 in milliseconds of CPU time of this thread, without the stub's own."""
    times = []
    for n in range(WARM_UP + REQUESTS):
        event, context = make_event(), LambdaContext("api")
        before = stub.seconds
        started = time.thread_time()
        answer = app(event, context)
        spent = time.thread_time() - started - (stub.seconds - before)
        assert answer["statusCode"] < 300, answer
        if n >= WARM_UP:
            times.append(spent * 1000)
        output.seek(0)
        output.truncate()
    cuts = quantiles(times, n=100)
    return cuts[49], cuts[94]


def _listed(envelope: dict[str, Any], n: int, owner_id: str) -> Any:
    from chalicelib.domain.organisations import Organisation

    return Organisation.model_validate({**envelope, **ORGANISATION, "name": f"Société {n}", "owner_id": owner_id})


def _store(application: Any, organisations: list[Any]) -> None:
    """Past the transactions, which moto takes a copy of the whole table for."""
    from chalicelib.repositories.items import Item
    from chalicelib.repositories.records import record_item

    with Item.batch_write() as batch:
        for organisation in organisations:
            batch.save(record_item(organisation))
            application.records.touched.add((organisation.kind, organisation.id))


def _content(table_name: str) -> dict[tuple[str, str], Any]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table_name)
    return {(item["PK"]["S"], item["SK"]["S"]): item for page in pages for item in page["Items"]}


def _app() -> Any:
    from app import app

    return app

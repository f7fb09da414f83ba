"""When something fails, the logs say what failed, and still nothing that anyone typed."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.domain.mails import Rejected
from chalicelib.handlers.mail import handle_mail_batch
from chalicelib.handlers.queues import handle_index_batch
from chalicelib.handlers.streams import handle_stream
from chalicelib.observability import get_logger
from tests.support.application import Actor, Application, running_application
from tests.support.canaries import ORGANISATION, PERSON, USER, WORD, address, canaries_in
from tests.support.faults import FaultPlan, faults
from tests.support.lambda_events import LambdaContext, sqs_event
from tests.support.streams import StreamReader


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What CloudWatch would get: our logger's lines, and from others what Lambda lets through by default."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(get_logger().registered_formatter)
    others = logging.StreamHandler(written)
    others.setLevel(logging.WARNING)
    with ExitStack() as attached:
        for logger, added in ((logging.getLogger("crm"), handler), (logging.getLogger(), others)):
            logger.addHandler(added)
            attached.callback(logger.removeHandler, added)
        yield written


class Failing:
    """Stands for anything of the wiring; whatever is asked of it fails with the value in the message."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any, **__: Any) -> Any:
            raise self._error

        return fail


def everything_typed(actor: Actor) -> None:
    actor.client.post("/v1/organisations", ORGANISATION)
    actor.client.post("/v1/people", PERSON)
    actor.client.post("/v1/users", {**USER, "role": "admin"})
    actor.client.get("/v1/organisations", {"q": WORD, "city": WORD})
    actor.client.get("/v1/search", {"q": WORD})
    actor.client.post("/v1/auth/login", {"login": address("user"), "password": f"{WORD} password"})
    actor.client.post("/v1/auth/forgot-password", {"email": address("user")})


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines() if line.startswith("{")]


@pytest.mark.parametrize("mode", ["before", "after"])
def test_failing_table_tells_no_value(log: io.StringIO, mode: Any) -> None:
    with running_application() as application:
        admin = application.sign_in()
        with faults(FaultPlan(rate=1.0, modes=(mode,), calls=("dynamodb.TransactWriteItems",))):
            admin.client.post("/v1/organisations", ORGANISATION)
            admin.client.post("/v1/auth/forgot-password", {"email": address("user")})

    assert {line["status"] for line in lines(log) if line["message"] == "request_served"} & {500, 503}
    assert canaries_in(log.getvalue()) == []


def test_unforeseen_error_is_told_by_its_kind_and_place_and_its_request(log: io.StringIO) -> None:
    with running_application(record_index=Failing(RuntimeError("no such segment"))) as application:
        everything_typed(application.sign_in())

    (first, *_) = [line for line in lines(log) if line["message"] == "request_failed"]
    assert first["exception_name"] == "RuntimeError"
    assert first["correlation_id"]
    assert canaries_in(log.getvalue()) == []


@pytest.mark.parametrize("down", ["event_bus", "index_queue"])
def test_failing_relay_tells_no_value(log: io.StringIO, down: str) -> None:
    refused = ClientError({"Error": {"Code": "InternalFailure", "Message": "try again"}}, "PutEvents")
    overrides: dict[str, Any] = {down: Failing(refused)}
    with running_application(**overrides) as application:
        stream = StreamReader(application.cloud.table_name)
        everything_typed(application.sign_in())

        with pytest.raises(ClientError):
            handle_stream({"Records": stream.read()})

    assert [line["function"] for line in lines(log) if line["message"] == "function_failed"] == ["relay"]
    assert canaries_in(log.getvalue()) == []


def test_failing_indexer_tells_no_value(log: io.StringIO) -> None:
    with running_application(indexing=Failing(ReadTimeoutError(endpoint_url="s3"))) as application:
        made = application.sign_in().client.post("/v1/organisations", ORGANISATION).json
        message = {"kind": "organisation", "id": made["id"], "correlation_id": "the-request"}

        with pytest.raises(ReadTimeoutError):
            handle_index_batch(sqs_event([message]))

    assert [line["function"] for line in lines(log) if line["message"] == "function_failed"] == ["indexer"]
    assert canaries_in(log.getvalue()) == []


def test_refused_mail_tells_no_address(log: io.StringIO, application: Application) -> None:
    stream = StreamReader(application.cloud.table_name)
    admin = application.sign_in()
    admin.client.post("/v1/users", {**USER, "role": "admin"})
    tokens = [r["dynamodb"]["NewImage"]["data"]["M"]["id"]["S"] for r in stream.read() if _is_token(r)]
    events = [
        {"detail-type": "user.invited", "detail": {"token_id": t, "correlation_id": "the-request"}} for t in tokens
    ]
    assert events

    handle_mail_batch(sqs_event(events), LambdaContext("mailer"))

    (handled,) = [line for line in lines(log) if line["message"] == "mail_handled"]
    assert (handled["outcome"], handled["correlation_id"]) == ("rejected", "the-request")
    assert canaries_in(log.getvalue()) == []


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """Its mail service refuses for good."""
    monkeypatch.setattr("chalicelib.adapters.ses_mailer.SesMailer.send", _refuse)
    with running_application() as running:
        yield running


def _refuse(*_: Any) -> None:
    raise Rejected("MessageRejected")


def _is_token(record: dict[str, Any]) -> bool:
    return bool(record["dynamodb"].get("NewImage", {}).get("kind", {}).get("S") == "one_time_token")

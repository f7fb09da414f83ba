"""What the DynamoDB client is spared must not change what it answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.model import OperationModel
from botocore.parsers import ResponseParserFactory
from botocore.session import Session

from chalicelib.adapters.aws import spare_needless_work
from chalicelib.repositories.items import connection
from tests.support.application import running_application

ITEM = {
    "PK": {"S": "organisation#1"},
    "version": {"N": "3"},
    "empty": {"NULL": True},
    "yes": {"BOOL": True},
    "data": {"M": {"tags": {"L": [{"S": "é"}, {"M": {"deep": {"L": []}}}]}}},
}
REASONS = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "The condition failed", "Item": ITEM}]
NAMESPACE = "com.amazonaws.dynamodb.v20120810#"
ANSWERS: dict[str, tuple[str, int, dict[str, Any]]] = {
    "an item": ("GetItem", 200, {"Item": ITEM, "ConsumedCapacity": {"TableName": "t", "CapacityUnits": 0.5}}),
    "no item": ("GetItem", 200, {}),
    "a batch": (
        "BatchGetItem",
        200,
        {"Responses": {"t": [ITEM, ITEM]}, "UnprocessedKeys": {"t": {"Keys": [{"PK": {"S": "1"}}]}}},
    ),
    "a page": ("Query", 200, {"Items": [ITEM], "Count": 1, "ScannedCount": 2, "LastEvaluatedKey": {"PK": {"S": "1"}}}),
    "a transaction": ("TransactWriteItems", 200, {}),
    "an update": ("UpdateItem", 200, {"Attributes": ITEM}),
    "a failed condition": (
        "PutItem",
        400,
        {"__type": f"{NAMESPACE}ConditionalCheckFailedException", "message": "The condition failed", "Item": ITEM},
    ),
    "a refused transaction": (
        "TransactWriteItems",
        400,
        {
            "__type": f"{NAMESPACE}TransactionCanceledException",
            "Message": "cancelled [None, ConditionalCheckFailed]",
            "CancellationReasons": REASONS,
        },
    ),
    "a throttled call": (
        "GetItem",
        400,
        {"__type": f"{NAMESPACE}ProvisionedThroughputExceededException", "message": "slow down"},
    ),
    "a broken service": ("GetItem", 500, {"__type": f"{NAMESPACE}InternalServerError", "message": "sorry"}),
}


@pytest.fixture(scope="module")
def session() -> Session:
    spared = Session()
    spare_needless_work(spared)
    return spared


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_is_read_as_the_sdk_reads_it(name: str, session: Session):
    operation_name, status, body = ANSWERS[name]
    operation = session.get_service_model("dynamodb").operation_model(operation_name)
    response = {
        "status_code": status,
        "body": json.dumps(body).encode(),
        "headers": {"x-amzn-requestid": "r-1", "Content-Type": "application/x-amz-json-1.0"},
        "context": {"operation_name": operation_name},
    }

    read = _read(session.get_component("response_parser_factory"), response, operation)
    plain = _read(ResponseParserFactory(), response, operation)

    assert read == plain


def _read(factory: Any, response: dict[str, Any], operation: OperationModel) -> Any:
    """As botocore's endpoint does: an error's own fields come from a second reading."""
    parser = factory.create_parser("json")
    parsed = parser.parse(response, operation.output_shape)
    shape = operation.service_model.shape_for_error_code(parsed.get("Error", {}).get("Code"))
    if shape is not None:
        parsed |= parser.parse(response, shape)
    return {name: value for name, value in parsed.items() if name != "__type"}


def test_other_protocols_are_read_by_the_sdk_itself(session: Session):
    factory = session.get_component("response_parser_factory")

    assert type(factory.create_parser("rest-json")) is type(ResponseParserFactory().create_parser("rest-json"))


def test_every_call_names_the_same_agent():
    agents: list[str] = []

    def note(request: Any, **_: Any) -> None:
        agents.append(str(request.headers["User-Agent"]))

    with running_application() as application:
        events = connection().client.meta.events
        events.register("before-sign.dynamodb", note)
        try:
            assert application.sign_in("sales").client.get("/v1/me").status == 200
        finally:
            events.unregister("before-sign.dynamodb", note)

    assert len(agents) >= 2
    assert len(set(agents)) == 1
    assert "Botocore/" in agents[0]
    assert "Python/" in agents[0]

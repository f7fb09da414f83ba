"""What our tests take for granted about AWS, proven on moto and on DynamoDB Local by the same cases.

Where the two engines differ, the case runs only on the one that does as AWS does, and its name says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.support.aws import in_process_cloud
from tests.support.calls import record_calls
from tests.support.capacity import write_units
from tests.support.faults import Crash, Fault, FaultPlan, faults
from tests.support.streams import StreamReader

THREADS = 8
NEW = "attribute_not_exists(PK)"


@dataclass(frozen=True)
class Table:
    """A fresh table with the product's definition on one of the two engines."""

    client: Any
    name: str
    endpoint_url: str | None

    def put(self, pk: str, sk: str, condition: str | None = None, **attributes: Any) -> None:
        extra = {} if condition is None else {"ConditionExpression": condition}
        self.client.put_item(TableName=self.name, Item=item(pk, sk, **attributes), **extra)

    def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        answer = self.client.get_item(TableName=self.name, Key=key(pk, sk), ConsistentRead=True)
        found: dict[str, Any] | None = answer.get("Item")
        return found

    def transact(self, *actions: dict[str, Any], **arguments: Any) -> None:
        items = [{kind: {"TableName": self.name, **body} for kind, body in action.items()} for action in actions]
        self.client.transact_write_items(TransactItems=items, **arguments)

    def query(self, index: str | None, pk: str, **arguments: Any) -> dict[str, Any]:
        prefix = index or ""
        names = {"IndexName": index} if index else {}
        answer: dict[str, Any] = self.client.query(
            TableName=self.name,
            KeyConditionExpression=f"{prefix}PK = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            **names,
            **arguments,
        )
        return answer


def key(pk: str, sk: str) -> dict[str, Any]:
    return {"PK": {"S": pk}, "SK": {"S": sk}}


def item(pk: str, sk: str, **attributes: str | int) -> dict[str, Any]:
    values = attributes.items()
    marshalled = {name: {"N": str(v)} if isinstance(v, int) else {"S": v} for name, v in values}
    return {**key(pk, sk), **marshalled}


def put(pk: str, sk: str, condition: str | None = None, **attributes: str | int) -> dict[str, Any]:
    """The `Put` action of a transaction."""
    body: dict[str, Any] = {"Item": item(pk, sk, **attributes)}
    if condition is not None:
        body["ConditionExpression"] = condition
        body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return {"Put": body}


def add_one(pk: str, sk: str) -> dict[str, Any]:
    """An update that counts the attribute `n` one up."""
    return {
        "Key": key(pk, sk),
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }


def error_code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    code: str = caught.value.response["Error"]["Code"]
    return code


def in_threads(work: Callable[[int], Any]) -> list[Any]:
    """The results of `work(0)` … `work(7)`, run at the same time."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(THREADS)))


@pytest.fixture(params=["moto", pytest.param("dynamodb_local", marks=pytest.mark.java)])
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    if request.param == "moto":
        with in_process_cloud() as cloud:
            client = boto3.client("dynamodb", config=Config(max_pool_connections=50))
            yield Table(client, cloud.table_name, None)
    else:
        local = request.getfixturevalue("local_table")
        yield Table(local.server.client(), local.name, local.endpoint_url)


@pytest.fixture
def local(request: pytest.FixtureRequest) -> Table:
    """The table on DynamoDB Local, for what moto does not do as AWS does."""
    local_table = request.getfixturevalue("local_table")
    return Table(local_table.server.client(), local_table.name, local_table.endpoint_url)


def test_table_has_the_keys_indexes_stream_and_expiry_of_the_template(table: Table) -> None:
    description = table.client.describe_table(TableName=table.name)["Table"]
    expiry = table.client.describe_time_to_live(TableName=table.name)["TimeToLiveDescription"]

    assert [part["AttributeName"] for part in description["KeySchema"]] == ["PK", "SK"]
    indexes = {
        index["IndexName"]: [part["AttributeName"] for part in index["KeySchema"]]
        for index in description["GlobalSecondaryIndexes"]
    }
    assert indexes == {f"GSI{n}": [f"GSI{n}PK", f"GSI{n}SK"] for n in (1, 2, 3)}
    projections = [index["Projection"]["ProjectionType"] for index in description["GlobalSecondaryIndexes"]]
    assert projections == ["ALL"] * 3
    assert description["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert expiry["AttributeName"] == "expires_at"
    assert expiry["TimeToLiveStatus"] == "ENABLED"


def test_get_answers_nothing_for_a_missing_item(table: Table) -> None:
    assert table.get("A", "1") is None


def test_conditional_put_refuses_a_taken_key(table: Table) -> None:
    table.put("A", "1", owner="first")

    with pytest.raises(ClientError) as caught:
        table.put("A", "1", NEW, owner="second")

    assert error_code(caught) == "ConditionalCheckFailedException"
    assert table.get("A", "1") == item("A", "1", owner="first")


def test_conditional_put_has_one_winner_among_threads(table: Table) -> None:
    def claim(round_: int, writer: int) -> int | None:
        try:
            table.put("CLAIM", str(round_), NEW, writer=writer)
        except table.client.exceptions.ConditionalCheckFailedException:
            return None
        return writer

    for round_ in range(25):
        winners = [writer for writer in in_threads(partial(claim, round_)) if writer is not None]

        assert len(winners) == 1
        assert table.get("CLAIM", str(round_)) == item("CLAIM", str(round_), writer=winners[0])


def test_version_condition_loses_no_update_among_threads(table: Table) -> None:
    table.put("A", "1", version=1)

    def edit(_: int) -> int:
        accepted = 0
        for _ in range(10):
            current = table.get("A", "1")
            assert current is not None
            version = int(current["version"]["N"])
            try:
                table.client.put_item(
                    TableName=table.name,
                    Item=item("A", "1", version=version + 1),
                    ConditionExpression="version = :seen",
                    ExpressionAttributeValues={":seen": {"N": str(version)}},
                )
            except table.client.exceptions.ConditionalCheckFailedException:
                continue
            accepted += 1
        return accepted

    accepted = sum(in_threads(edit))

    assert accepted >= 10
    assert table.get("A", "1") == item("A", "1", version=1 + accepted)


def test_counter_loses_no_increment_among_threads(table: Table) -> None:
    def count(_: int) -> None:
        for _ in range(25):
            table.client.update_item(TableName=table.name, **add_one("COUNTER", "1"))

    in_threads(count)

    assert table.get("COUNTER", "1") == item("COUNTER", "1", n=THREADS * 25)


def test_failed_condition_returns_the_stored_item_when_asked(table: Table) -> None:
    table.put("A", "1", version=3)

    with pytest.raises(ClientError) as caught:
        table.client.put_item(
            TableName=table.name,
            Item=item("A", "1", version=2),
            ConditionExpression=NEW,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    assert caught.value.response["Item"] == item("A", "1", version=3)


def test_update_creates_a_missing_item_unless_conditioned(table: Table) -> None:
    table.client.update_item(TableName=table.name, **add_one("A", "1"))
    with pytest.raises(ClientError) as caught:
        table.client.update_item(TableName=table.name, **add_one("A", "2"), ConditionExpression="attribute_exists(PK)")

    assert table.get("A", "1") == item("A", "1", n=1)
    assert error_code(caught) == "ConditionalCheckFailedException"
    assert table.get("A", "2") is None


def test_transaction_writes_all_or_nothing(table: Table) -> None:
    table.put("UNIQUE", "a@x.fr", owner="first")

    with pytest.raises(ClientError) as caught:
        table.transact(put("PERSON", "2"), put("UNIQUE", "a@x.fr", NEW, owner="second"))

    assert error_code(caught) == "TransactionCanceledException"
    assert table.get("PERSON", "2") is None
    assert table.get("UNIQUE", "a@x.fr") == item("UNIQUE", "a@x.fr", owner="first")


def test_cancelled_transaction_names_each_action_and_returns_the_stored_item(table: Table) -> None:
    table.put("UNIQUE", "a@x.fr", owner="first")

    with pytest.raises(ClientError) as caught:
        table.transact(put("PERSON", "2", NEW), put("UNIQUE", "a@x.fr", NEW, owner="second"))

    reasons = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"] == item("UNIQUE", "a@x.fr", owner="first")


def test_condition_check_in_a_transaction_sees_a_missing_item(table: Table) -> None:
    check = {"ConditionCheck": {"Key": key("ORG", "gone"), "ConditionExpression": "attribute_exists(PK)"}}

    with pytest.raises(ClientError) as caught:
        table.transact(check, put("LINK", "1"))

    codes = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
    assert codes == ["ConditionalCheckFailed", "None"]
    assert table.get("LINK", "1") is None


def test_transaction_refuses_two_actions_on_one_item(table: Table) -> None:
    with pytest.raises(ClientError) as caught:
        table.transact(put("A", "1"), {"Update": add_one("A", "1")})

    assert error_code(caught) == "ValidationException"
    assert table.get("A", "1") is None


def test_transaction_refuses_more_than_100_actions(table: Table) -> None:
    with pytest.raises(ClientError) as caught:
        table.transact(*(put("A", f"{n:03}") for n in range(101)))

    assert error_code(caught) == "ValidationException"
    assert table.query(None, "A")["Count"] == 0


def test_transactions_have_one_winner_among_threads(table: Table) -> None:
    def register(writer: int) -> int | None:
        try:
            table.transact(put("PERSON", str(writer), NEW), put("UNIQUE", "a@x.fr", NEW, writer=writer))
        except table.client.exceptions.TransactionCanceledException:
            return None
        return writer

    winners = [writer for writer in in_threads(register) if writer is not None]

    assert len(winners) == 1
    assert table.get("UNIQUE", "a@x.fr") == item("UNIQUE", "a@x.fr", writer=winners[0])
    assert [row["SK"]["S"] for row in table.query(None, "PERSON")["Items"]] == [str(winners[0])]


@pytest.mark.java
def test_request_token_applies_a_transaction_once_on_dynamodb_local(local: Table) -> None:
    token = uuid4().hex

    for _ in range(3):
        local.transact({"Update": add_one("COUNTER", "1")}, ClientRequestToken=token)

    assert local.get("COUNTER", "1") == item("COUNTER", "1", n=1)


@pytest.mark.java
def test_request_token_with_another_content_is_refused_on_dynamodb_local(local: Table) -> None:
    token = uuid4().hex
    local.transact(put("A", "1"), ClientRequestToken=token)

    with pytest.raises(ClientError) as caught:
        local.transact(put("A", "2"), ClientRequestToken=token)

    assert error_code(caught) == "IdempotentParameterMismatchException"


def test_query_orders_by_the_bytes_of_the_sort_key(table: Table) -> None:
    for sk in ("b", "a", "B", "é", "a#1", "10", "9"):
        table.put("A", sk)

    ascending = [row["SK"]["S"] for row in table.query(None, "A")["Items"]]
    descending = [row["SK"]["S"] for row in table.query(None, "A", ScanIndexForward=False)["Items"]]

    assert ascending == ["10", "9", "B", "a", "a#1", "b", "é"]
    assert descending == ascending[::-1]


def test_index_query_orders_by_its_own_sort_key_and_sees_only_items_that_have_it(table: Table) -> None:
    table.put("A", "1", GSI1PK="OWNER", GSI1SK="2026-02")
    table.put("A", "2", GSI1PK="OWNER", GSI1SK="2026-01", name="kept")
    table.put("A", "3", GSI1PK="OTHER", GSI1SK="2026-01")
    table.put("A", "4")

    rows = table.query("GSI1", "OWNER")["Items"]

    assert [row["SK"]["S"] for row in rows] == ["2", "1"]
    assert rows[0]["name"] == {"S": "kept"}


def test_query_pages_end_without_gap_or_repetition(table: Table) -> None:
    for n in range(7):
        table.put("A", str(n))

    seen: list[str] = []
    start: dict[str, Any] = {}
    while True:
        page = table.query(None, "A", Limit=3, **start)
        seen += [row["SK"]["S"] for row in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    assert seen == [str(n) for n in range(7)]


def test_filter_is_applied_after_the_limit(table: Table) -> None:
    for n in range(6):
        table.put("A", str(n), kind="odd" if n % 2 else "even")

    page = table.client.query(
        TableName=table.name,
        KeyConditionExpression="PK = :pk",
        FilterExpression="kind = :kind",
        ExpressionAttributeValues={":pk": {"S": "A"}, ":kind": {"S": "even"}},
        Limit=4,
    )

    assert page["Count"] == 2
    assert page["ScannedCount"] == 4


def test_batch_get_leaves_missing_items_out(table: Table) -> None:
    table.put("A", "1")
    table.put("A", "3")

    answer = table.client.batch_get_item(
        RequestItems={table.name: {"Keys": [key("A", str(n)) for n in (1, 2, 3)], "ConsistentRead": True}}
    )

    assert sorted(row["SK"]["S"] for row in answer["Responses"][table.name]) == ["1", "3"]
    assert answer["UnprocessedKeys"] == {}


def test_batch_get_refuses_a_key_given_twice(table: Table) -> None:
    with pytest.raises(ClientError) as caught:
        table.client.batch_get_item(RequestItems={table.name: {"Keys": [key("A", "1"), key("A", "1")]}})

    assert error_code(caught) == "ValidationException"


def test_index_key_must_not_be_empty(table: Table) -> None:
    with pytest.raises(ClientError) as caught:
        table.put("A", "1", GSI1PK="", GSI1SK="x")

    assert error_code(caught) == "ValidationException"


def test_item_above_400_kilobytes_is_refused(table: Table) -> None:
    with pytest.raises(ClientError) as caught:
        table.put("A", "1", notes="x" * 410_000)

    assert error_code(caught) == "ValidationException"
    assert table.get("A", "1") is None


def test_expired_item_is_still_answered_until_it_is_deleted(table: Table) -> None:
    """So whoever reads an item that expires must look at the time itself."""
    table.put("A", "1", expires_at=int(time.time()) - 60)

    assert table.get("A", "1") is not None


def test_stream_tells_each_change_with_both_images_in_order(table: Table) -> None:
    reader = StreamReader(table.name, table.endpoint_url)
    table.put("A", "1", version=1)
    table.put("A", "1", version=2)
    table.client.delete_item(TableName=table.name, Key=key("A", "1"))

    records = reader.read()

    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    versions = [
        [record["dynamodb"].get(image, {}).get("version", {}).get("N") for image in ("OldImage", "NewImage")]
        for record in records
    ]
    assert versions == [[None, "1"], ["1", "2"], ["2", None]]
    assert reader.read() == []


@pytest.mark.java
def test_stream_forgets_a_cancelled_transaction_on_dynamodb_local(local: Table) -> None:
    local.put("UNIQUE", "taken")
    reader = StreamReader(local.name, local.endpoint_url)

    with pytest.raises(ClientError):
        local.transact(put("PERSON", "phantom"), put("UNIQUE", "taken", NEW))
    local.put("PERSON", "after")

    assert [record["dynamodb"]["Keys"]["SK"]["S"] for record in reader.read()] == ["after"]


def test_refused_call_has_no_effect(table: Table) -> None:
    client = without_retries(table)
    with (
        faults(FaultPlan(script={("dynamodb.PutItem", 1): "before"})) as plan,
        pytest.raises(ClientError) as caught,
    ):
        client.put_item(TableName=table.name, Item=item("A", "1"))

    assert error_code(caught) == "ThrottlingException"
    assert plan.log == [Fault("dynamodb.PutItem", 1, "before")]
    assert table.get("A", "1") is None


def test_lost_answer_leaves_the_effect(table: Table) -> None:
    client = without_retries(table)
    with faults(FaultPlan(script={("dynamodb.PutItem", 1): "after"})), pytest.raises(ReadTimeoutError):
        client.put_item(TableName=table.name, Item=item("A", "1"))

    assert table.get("A", "1") is not None


def test_lost_answer_of_a_won_put_looks_like_a_conflict_to_its_writer(table: Table) -> None:
    """The SDK sends the put again by itself and meets its own write."""
    with (
        faults(FaultPlan(script={("dynamodb.PutItem", 1): "after"})) as plan,
        pytest.raises(ClientError) as caught,
    ):
        table.put("A", "1", NEW)

    assert error_code(caught) == "ConditionalCheckFailedException"
    assert plan.count("dynamodb.PutItem") == 2


@pytest.mark.java
def test_lost_answer_of_a_transaction_is_applied_once_on_dynamodb_local(local: Table) -> None:
    with faults(FaultPlan(script={("dynamodb.TransactWriteItems", 1): "after"})) as plan:
        local.transact({"Update": add_one("COUNTER", "1")})

    assert plan.count("dynamodb.TransactWriteItems") == 2
    assert local.get("COUNTER", "1") == item("COUNTER", "1", n=1)


def test_crash_is_caught_by_no_ordinary_handler(table: Table) -> None:
    def careless() -> None:
        try:
            table.put("A", "1")
        except Exception:
            return

    with faults(FaultPlan(script={("dynamodb.PutItem", 1): "crash_after"})), pytest.raises(Crash):
        careless()

    assert table.get("A", "1") is not None


def test_seeded_plan_fails_the_same_calls_again(table: Table) -> None:
    client = without_retries(table)

    def run(seed: int) -> list[Fault]:
        with faults(FaultPlan(rate=0.4, seed=seed, calls={"dynamodb.PutItem"})) as plan:
            for n in range(30):
                try:
                    client.put_item(TableName=table.name, Item=item("A", str(n)))
                except (ClientError, ReadTimeoutError):
                    continue
        return plan.log

    assert run(7) == run(7)
    assert 3 < len(run(7)) < 27
    assert run(7) != run(8)


def test_recorded_calls_count_operations_and_retries(table: Table) -> None:
    with faults(FaultPlan(script={("dynamodb.GetItem", 1): "before"})), record_calls() as log:
        table.get("A", "1")
        table.put("A", "1")
        with pytest.raises(ClientError):
            table.put("A", "1", NEW)

    assert log.operations == {"dynamodb.GetItem": 1, "dynamodb.PutItem": 2}
    assert log.round_trips == 4
    assert [call.error for call in log.calls] == [None, None, "ConditionalCheckFailedException"]


@pytest.mark.java
def test_capacity_follows_the_sizes_on_dynamodb_local(local: Table) -> None:
    local.put("A", "1", notes="x" * 5000)

    with record_calls() as log:
        local.get("A", "1")  # consistent: 1 per 4 KB begun
        local.put("A", "2", notes="x" * 2500)  # 1 per KB begun
        local.put("A", "5", GSI1PK="x", GSI1SK="y")  # the index is one more write

    assert [(call.operation, call.read_units, call.write_units) for call in log.calls] == [
        ("GetItem", 2, 0),
        ("PutItem", 0, 3),
        ("PutItem", 0, 2),
    ]


CHANGES = [
    pytest.param(None, {"notes": "x" * 10}, id="new"),
    pytest.param(
        None, {"notes": "é" * 1500, "GSI1PK": "a", "GSI1SK": "b", "GSI2PK": "c", "GSI2SK": "d"}, id="new-indexed"
    ),
    pytest.param({"notes": "x" * 2500}, {"notes": "x"}, id="shrinks"),
    pytest.param({"GSI1PK": "a", "GSI1SK": "b", "n": 1}, {"GSI1PK": "a", "GSI1SK": "b", "n": 2}, id="same-index-key"),
    pytest.param({"GSI1PK": "a", "GSI1SK": "b", "n": 1}, {"GSI1PK": "a", "GSI1SK": "c", "n": 1}, id="index-key-moves"),
    pytest.param({"GSI1PK": "a", "GSI1SK": "b"}, {"GSI1PK": "a", "GSI1SK": "b"}, id="unchanged"),
    pytest.param({"GSI1PK": "a", "GSI1SK": "b", "notes": "x" * 1500}, {"n": 1}, id="leaves-the-index"),
    pytest.param({"GSI1PK": "a", "GSI1SK": "b"}, {"GSI1PK": "a"}, id="half-a-key-is-not-in-the-index"),
]


@pytest.mark.java
@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_computed_write_units_are_those_dynamodb_local_reports(
    local: Table, old: dict[str, str | int] | None, new: dict[str, str | int]
) -> None:
    if old is not None:
        local.client.put_item(TableName=local.name, Item=item("A", "1", **old))

    with record_calls() as log:
        local.client.put_item(TableName=local.name, Item=item("A", "1", **new))

    before = None if old is None else item("A", "1", **old)
    assert log.write_units == write_units(before, item("A", "1", **new))


@pytest.mark.java
def test_transaction_costs_twice_its_writes(local: Table) -> None:
    local.put("A", "3", notes="x" * 1500)
    check = {"ConditionCheck": {"Key": key("A", "gone"), "ConditionExpression": NEW}}

    with record_calls(price_transactions=True) as log:
        local.transact(put("A", "1"), put("A", "2"), {"Delete": {"Key": key("A", "3")}}, check)

    assert log.operations == {"dynamodb.TransactWriteItems": 1}
    assert log.write_units == 2 * (1 + 1 + 2 + 1)


def without_retries(table: Table) -> Any:
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client("dynamodb", endpoint_url=table.endpoint_url, config=config)

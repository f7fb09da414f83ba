"""The commands for bad days: redriving dead letters and changing keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import redrive, rotate_keys
from infra.deploy import ensure_auth_secret
from infra.names import auth_secret_name, stack_name

STAGE = "test"
QUEUES = """
Resources:
  IndexQueue: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true, QueueName: index.fifo}}
  IndexDeadLetters: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true, QueueName: index-dead.fifo}}
  MailQueue: {Type: AWS::SQS::Queue}
  MailDeadLetters: {Type: AWS::SQS::Queue}
  RelayDeadLetters: {Type: AWS::SQS::Queue}
"""


@pytest.fixture
def stack() -> Iterator[Any]:
    with mock_aws():
        boto3.client("cloudformation").create_stack(StackName=stack_name(STAGE), TemplateBody=QUEUES)
        yield boto3.client("sqs")


def url(logical_id: str) -> str:
    cloudformation = boto3.client("cloudformation")
    found = cloudformation.describe_stack_resource(StackName=stack_name(STAGE), LogicalResourceId=logical_id)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def bodies(sqs: Any, logical_id: str) -> list[str]:
    found = sqs.receive_message(QueueUrl=url(logical_id), MaxNumberOfMessages=10)
    return [message["Body"] for message in found.get("Messages", [])]


def test_dead_mail_goes_back_to_its_queue(stack: Any) -> None:
    for number in range(12):
        stack.send_message(QueueUrl=url("MailDeadLetters"), MessageBody=f"mail {number}")

    outcome = redrive.redrive(STAGE, "mail")

    assert outcome == redrive.Outcome(moved=12)
    assert str(outcome) == "12 messages redriven, 0 stay."
    assert bodies(stack, "MailDeadLetters") == []
    found = {body for _ in range(4) for body in bodies(stack, "MailQueue")}
    assert found == {f"mail {number}" for number in range(12)}


def test_dead_index_messages_keep_their_order_and_group(stack: Any) -> None:
    for number in range(3):
        stack.send_message(
            QueueUrl=url("IndexDeadLetters"),
            MessageBody=f"record {number}",
            MessageGroupId="index",
            MessageDeduplicationId=str(number),
        )

    assert redrive.redrive(STAGE, "index").moved == 3
    assert bodies(stack, "IndexQueue") == ["record 0", "record 1", "record 2"]


def test_work_that_fails_again_stays_a_dead_letter(stack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for body in ("good", "bad", "good", "bad", "good"):
        stack.send_message(QueueUrl=url("RelayDeadLetters"), MessageBody=body)
    handled: list[str] = []

    def fail_the_bad(_: Any, message: dict[str, Any]) -> None:
        handled.append(message["Body"])
        if message["Body"] == "bad":
            raise redrive.RedriveFailed("relay failed again")

    monkeypatch.setitem(redrive.QUEUES, "relay", fail_the_bad)

    outcome = redrive.redrive(STAGE, "relay")

    assert sorted(handled) == ["bad", "bad", "good", "good", "good"]
    assert (outcome.moved, list(outcome.failures.values())) == (3, ["relay failed again"] * 2)
    assert str(outcome).endswith("3 messages redriven, 2 stay.")
    assert waiting(stack, "RelayDeadLetters") == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("not json", "it names no part of the stream"),
        ("[]", "it names no part of the stream"),
        ('{"DDBStreamBatchInfo": {"streamArn": "arn"}}', "it names no part of the stream"),
        (
            json.dumps(
                {
                    "DDBStreamBatchInfo": {
                        "streamArn": "arn:aws:dynamodb:eu-west-3:123456789012:table/gone/stream/2026",
                        "shardId": "shard",
                        "startSequenceNumber": "1",
                        "endSequenceNumber": "2",
                    }
                }
            ),
            "the stream does not give its part any more",
        ),
    ],
)
def test_a_dead_letter_that_cannot_be_read_stays_and_says_why(stack: Any, body: str, reason: str) -> None:
    stack.send_message(QueueUrl=url("RelayDeadLetters"), MessageBody=body)

    outcome = redrive.redrive(STAGE, "relay")

    (told,) = outcome.failures.values()
    assert told.startswith(reason)
    assert waiting(stack, "RelayDeadLetters") == 1


def waiting(sqs: Any, logical_id: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url(logical_id), AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


class PagedStream:
    """A shard with records 1 to 9, three to a page."""

    def get_shard_iterator(self, **request: str) -> dict[str, str]:
        assert request["ShardIteratorType"] == "AT_SEQUENCE_NUMBER"
        return {"ShardIterator": request["SequenceNumber"]}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:  # noqa: N803 - the SDK's name
        first = int(ShardIterator)
        page = [{"dynamodb": {"SequenceNumber": str(n)}} for n in range(first, min(first + 3, 10))]
        return {"Records": page, "NextShardIterator": str(first + 3) if first + 3 < 10 else None}


@pytest.mark.parametrize(("start", "end"), [(2, 2), (2, 7), (8, 9), (8, 12)])
def test_the_lost_part_of_the_stream_is_read_whole_and_no_further(start: int, end: int) -> None:
    part = {
        "streamArn": "arn",
        "shardId": "shard",
        "startSequenceNumber": str(start),
        "endSequenceNumber": str(end),
    }

    records = redrive.read_stream(PagedStream(), part)

    assert [int(r["dynamodb"]["SequenceNumber"]) for r in records] == list(range(start, min(end, 9) + 1))


SECRET = {"current": "k1", "keys": {"k1": "b2xk"}, "pepper": "p", "cursor_key": "c"}


def test_a_new_key_is_known_before_it_signs() -> None:
    added, _ = rotate_keys.next_step(SECRET)
    used, _ = rotate_keys.next_step(added)
    again, _ = rotate_keys.next_step(used)
    last, _ = rotate_keys.next_step(again)

    assert (added["current"], set(added["keys"])) == ("k1", {"k1", "k2"})
    assert (used["current"], set(used["keys"])) == ("k2", {"k1", "k2"})
    assert (last["current"], set(last["keys"])) == ("k3", {"k2", "k3"})
    assert len(base64.b64decode(added["keys"]["k2"])) == 32
    assert all(step["pepper"] == "p" and step["cursor_key"] == "c" for step in (added, used, again, last))


def test_a_step_too_early_changes_nothing() -> None:
    with mock_aws():
        manager = boto3.client("secretsmanager")
        manager.create_secret(Name=auth_secret_name(STAGE), SecretString=json.dumps(SECRET))

        with pytest.raises(rotate_keys.TooEarly):
            rotate_keys.rotate(STAGE, datetime.now(UTC) + timedelta(minutes=9))
        assert json.loads(manager.get_secret_value(SecretId=auth_secret_name(STAGE))["SecretString"]) == SECRET

        rotate_keys.rotate(STAGE, datetime.now(UTC) + timedelta(minutes=11))
        after = json.loads(manager.get_secret_value(SecretId=auth_secret_name(STAGE))["SecretString"])
        assert set(after["keys"]) == {"k1", "k2"}


def test_the_secret_of_an_older_version_gains_what_a_newer_one_needs() -> None:
    with mock_aws():
        manager = boto3.client("secretsmanager")
        made = manager.create_secret(Name=auth_secret_name(STAGE), SecretString=json.dumps(SECRET))

        arns = {ensure_auth_secret(auth_secret_name(STAGE)) for _ in range(2)}

        value = json.loads(manager.get_secret_value(SecretId=auth_secret_name(STAGE))["SecretString"])
        versions = manager.list_secret_version_ids(SecretId=auth_secret_name(STAGE))["Versions"]
    assert arns == {made["ARN"]}
    assert len(base64.b64decode(value.pop("origin_secret"))) == 32
    assert value == SECRET
    assert len(versions) == 2

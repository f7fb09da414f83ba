"""Give what waits in a dead-letter queue another chance: `python -m infra.redrive <queue> --stage <name> | --local`.

Messages of the index, mail, notification and access queues go back to their queue. The relay's dead letters only name a
part of the table's stream, which is read again (the stream keeps records for 24 hours) and handed to the relay; the
maintenance function's hold the input it failed on. A message leaves the dead-letter queue after its work has been taken
over; one whose work fails again stays, is told, and does not keep the others from their turn.
"""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from infra.names import stack_name
from infra.target import add_target_options, chosen_stage


class RedriveFailed(Exception):
    """The work failed again; its message stays in the dead-letter queue."""


@dataclass
class Outcome:
    """How many messages left the dead-letter queue, and why the others, by id, did not."""

    moved: int = 0
    failures: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        stay = [f"{id} stays: {reason}" for id, reason in self.failures.items()]
        return "\n".join([*stay, f"{self.moved} messages redriven, {len(stay)} stay."])


def redrive(stage: str, name: str) -> Outcome:
    """Redrive all that waits in the queue `name` of QUEUES, each message once."""
    stack = _Stack(stack_name(stage))
    dead_letters = stack.queue_url(f"{name.capitalize()}DeadLetters")
    outcome = Outcome()
    while fresh := [m for m in _receive(stack.sqs, dead_letters) if m["MessageId"] not in outcome.failures]:
        for message in fresh:
            try:
                QUEUES[name](stack, message)
            except RedriveFailed as failure:
                outcome.failures[message["MessageId"]] = str(failure)
            else:
                stack.sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=message["ReceiptHandle"])
                outcome.moved += 1
    return outcome


class _Stack:
    def __init__(self, name: str) -> None:
        self._name = name
        self.sqs = boto3.client("sqs")
        self._cloudformation = boto3.client("cloudformation")
        self._lambda = boto3.client("lambda", config=Config(read_timeout=900, retries={"total_max_attempts": 1}))

    def queue_url(self, logical_id: str) -> str:
        described = self._cloudformation.describe_stack_resource(StackName=self._name, LogicalResourceId=logical_id)
        return str(described["StackResourceDetail"]["PhysicalResourceId"])

    def invoke(self, function: str, event: Any) -> Any:
        """Invoke and wait; raises `RedriveFailed` when the function failed or reported failed items."""
        answer = self._lambda.invoke(FunctionName=f"{self._name}-{function}", Payload=json.dumps(event, default=_plain))
        result = json.loads(answer["Payload"].read())
        if "FunctionError" in answer or (isinstance(result, dict) and result.get("batchItemFailures")):
            raise RedriveFailed(f"{function} failed again: {json.dumps(result)}")
        return result


def _receive(sqs: Any, url: str) -> list[dict[str, Any]]:
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"]
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


def _back_to(queue: str) -> Callable[[_Stack, dict[str, Any]], None]:
    def send(stack: _Stack, message: dict[str, Any]) -> None:
        options: dict[str, Any] = {"MessageAttributes": message.get("MessageAttributes", {})}
        if group := message["Attributes"].get("MessageGroupId"):
            options |= {"MessageGroupId": group, "MessageDeduplicationId": str(uuid.uuid4())}
        stack.sqs.send_message(QueueUrl=stack.queue_url(queue), MessageBody=message["Body"], **options)

    return send


def _relay_again(stack: _Stack, message: dict[str, Any]) -> None:
    try:
        lost = json.loads(message["Body"])["DDBStreamBatchInfo"]
        found = read_stream(boto3.client("dynamodbstreams"), lost)
    except (ValueError, KeyError, TypeError) as error:
        raise RedriveFailed("it names no part of the stream") from error
    except (ClientError, ParamValidationError) as error:
        raise RedriveFailed(f"the stream does not give its part any more, so reindex: {error}") from error
    stack.invoke("relay", {"Records": [{**record, "eventSourceARN": lost["streamArn"]} for record in found]})


def read_stream(streams: Any, part: dict[str, str]) -> list[dict[str, Any]]:
    """The stream records from `startSequenceNumber` to `endSequenceNumber` of a shard, both included."""
    iterator = streams.get_shard_iterator(
        StreamArn=part["streamArn"],
        ShardId=part["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=part["startSequenceNumber"],
    )["ShardIterator"]
    records: list[dict[str, Any]] = []
    while iterator:
        page = streams.get_records(ShardIterator=iterator)
        for record in page["Records"]:
            if int(record["dynamodb"]["SequenceNumber"]) > int(part["endSequenceNumber"]):
                return records
            records.append(record)
            if record["dynamodb"]["SequenceNumber"] == part["endSequenceNumber"]:
                return records
        iterator = page.get("NextShardIterator")
    return records


def _maintain_again(stack: _Stack, message: dict[str, Any]) -> None:
    try:
        body = json.loads(message["Body"])
    except ValueError as error:
        raise RedriveFailed("it holds no input") from error
    stack.invoke("maintenance", body.get("requestPayload", body) if isinstance(body, dict) else body)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} is not in a stream record of ours")


QUEUES: dict[str, Callable[[_Stack, dict[str, Any]], None]] = {
    "index": _back_to("IndexQueue"),
    "mail": _back_to("MailQueue"),
    "notification": _back_to("NotificationQueue"),
    "access": _back_to("AccessQueue"),
    "relay": _relay_again,
    "maintenance": _maintain_again,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("queue", choices=QUEUES)
    add_target_options(parser)
    options = parser.parse_args()
    outcome = redrive(chosen_stage(options), options.queue)
    print(outcome)
    sys.exit(1 if outcome.failures else 0)


if __name__ == "__main__":
    main()

"""Give what waits in a dead-letter queue another chance: `python -m infra.redrive <queue> --stage <name> | --local`.

Messages of the index, mail, notification and access queues go back to their queue. The relay's dead letters only name a
part of the table's stream, which is read again (the stream keeps records for 24 hours) and handed to the relay; the
maintenance function's hold the input it failed on. A message leaves the dead-letter queue after its work has been taken
over.
"""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config

from infra.names import stack_name
from infra.target import add_target_options, chosen_stage


class RedriveFailed(Exception):
    """The work failed again; its message stays in the dead-letter queue."""


def redrive(stage: str, name: str) -> int:
    """Redrive all that waits in the queue `name` of QUEUES; answers how many messages left it."""
    stack = _Stack(stack_name(stage))
    dead_letters = stack.queue_url(f"{name.capitalize()}DeadLetters")
    moved = 0
    for message in _messages(stack.sqs, dead_letters):
        QUEUES[name](stack, message)
        stack.sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=message["ReceiptHandle"])
        moved += 1
    return moved


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


def _messages(sqs: Any, url: str) -> Iterator[dict[str, Any]]:
    while found := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"]
    ).get("Messages"):
        yield from found


def _back_to(queue: str) -> Callable[[_Stack, dict[str, Any]], None]:
    def send(stack: _Stack, message: dict[str, Any]) -> None:
        options: dict[str, Any] = {"MessageAttributes": message.get("MessageAttributes", {})}
        if group := message["Attributes"].get("MessageGroupId"):
            options |= {"MessageGroupId": group, "MessageDeduplicationId": str(uuid.uuid4())}
        stack.sqs.send_message(QueueUrl=stack.queue_url(queue), MessageBody=message["Body"], **options)

    return send


def _relay_again(stack: _Stack, message: dict[str, Any]) -> None:
    lost = json.loads(message["Body"])["DDBStreamBatchInfo"]
    records = [{**r, "eventSourceARN": lost["streamArn"]} for r in read_stream(boto3.client("dynamodbstreams"), lost)]
    stack.invoke("relay", {"Records": records})


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
    body = json.loads(message["Body"])
    stack.invoke("maintenance", body.get("requestPayload", body))


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
    try:
        print(f"{redrive(chosen_stage(options), options.queue)} messages redriven.")
    except RedriveFailed as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()

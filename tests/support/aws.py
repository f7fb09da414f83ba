"""AWS in process: moto with the product's table, buckets, bus, queues and secret.

Table and queues are made from the infra template.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto import mock_aws
from moto.core.serialize import BaseJSONSerializer

from tests.support import faults
from tests.support.environment import REGION
from tests.support.template import create_table_arguments, queue_attributes, time_to_live

AUTH_SECRET_ID = "alforis/test/auth"
AUTH_SECRET = {
    "current": "test-1",
    "keys": {"test-1": base64.b64encode(b"a signing key of the tests, 32 bytes or more").decode()},
    "pepper": "a pepper of the tests, never used elsewhere",
    "cursor_key": "a cursor key of the tests, never used elsewhere",
    "origin_secret": "an origin secret of the tests, never used elsewhere",
}
"""What `infra/deploy.py` stores on AWS with random values."""


@dataclass(frozen=True)
class Cloud:
    """The names of what was created; `environment()` is what a function would find in its own."""

    table_name: str
    index_bucket: str
    files_bucket: str
    event_bus_name: str
    index_queue_url: str
    mail_queue_url: str
    access_queue_url: str
    auth_secret_id: str

    def environment(self) -> dict[str, str]:
        return {
            "STAGE": "test",
            "TABLE_NAME": self.table_name,
            "INDEX_BUCKET": self.index_bucket,
            "FILES_BUCKET": self.files_bucket,
            "EVENT_BUS_NAME": self.event_bus_name,
            "INDEX_QUEUE_URL": self.index_queue_url,
            "MAIL_QUEUE_URL": self.mail_queue_url,
            "ACCESS_QUEUE_URL": self.access_queue_url,
            "AUTH_SECRET_ID": self.auth_secret_id,
            "PUBLIC_URL": "https://crm.test",
            "MAIL_SENDER": "crm@crm.test",
        }

    def messages(self, queue_url: str) -> list[str]:
        """Take all waiting messages off a queue and answer their bodies in order."""
        sqs = boto3.client("sqs")
        bodies: list[str] = []
        while batch := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in batch:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


@contextmanager
def in_process_cloud() -> Iterator[Cloud]:
    """A fresh cloud that lives as long as the block."""
    faults.install()
    _pass_attribute_values_through()
    table_name = "crm-test"
    with mock_aws():
        create_table(boto3.client("dynamodb"), table_name)
        yield Cloud(
            table_name=table_name,
            index_bucket=_create_bucket("crm-test-index"),
            files_bucket=_create_bucket("crm-test-files"),
            event_bus_name=_create_bus("crm-test"),
            index_queue_url=_create_queue("IndexQueue", "crm-test-index.fifo"),
            mail_queue_url=_create_queue("MailQueue", "crm-test-mail"),
            access_queue_url=_create_queue("AccessQueue", "crm-test-access"),
            auth_secret_id=_create_secret(AUTH_SECRET_ID, AUTH_SECRET),
        )


_serialize_structure = BaseJSONSerializer._serialize_type_structure


def _pass_attribute_values_through() -> None:
    """Keep moto from picking every attribute value apart: they are in their wire form already.

    It asks ten questions of each (is there an S, an N, …), which is most of the time that a test takes.
    """
    BaseJSONSerializer._serialize_type_structure = _serialize_wire_form  # type: ignore[method-assign]


def _serialize_wire_form(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
    if shape.name == "AttributeValue" and isinstance(value, dict) and _is_wire_form(value):
        serialized[key] = value
    else:
        _serialize_structure(self, serialized, value, shape, key)


def _is_wire_form(value: Mapping[str, Any]) -> bool:
    """Whether a value is made of plain JSON all through, so it needs no encoding."""
    ((tag, content),) = value.items()
    if tag == "L":
        return all(isinstance(item, dict) and _is_wire_form(item) for item in content)
    if tag == "M":
        return all(isinstance(item, dict) and _is_wire_form(item) for item in content.values())
    return isinstance(content, str | bool)


def create_table(client: Any, name: str) -> None:
    """The one table of the product under another name, ready for use."""
    client.create_table(**create_table_arguments(name))
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    client.update_time_to_live(TableName=name, TimeToLiveSpecification=time_to_live())


def _create_bucket(name: str) -> str:
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def _create_bus(name: str) -> str:
    boto3.client("events").create_event_bus(Name=name)
    return name


def _create_queue(logical_id: str, name: str) -> str:
    attributes = queue_attributes(logical_id)
    url: str = boto3.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def _create_secret(name: str, value: Mapping[str, Any]) -> str:
    boto3.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(value))
    return name

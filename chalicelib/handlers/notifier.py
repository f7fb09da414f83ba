"""The notification queue: one message per event that somebody may be told about, and one a day for reminders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalicelib import wiring
from chalicelib.domain.events import DomainEvent
from chalicelib.observability import get_logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

REMINDERS = "reminders.due"


def handle_notification_batch(event: Any, context: Any) -> Any:
    """Tell whom the events of a batch concern; a message that failed is delivered again, on its own."""
    # Imported here: the other functions of the package start faster without it.
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, _tell, processor, context)


def _tell(record: SQSRecord) -> None:
    message = json.loads(record.body)
    name = message["detail-type"]
    get_logger().set_correlation_id(message["detail"].get("correlation_id", ""))
    if name == REMINDERS:
        told = wiring.notifications().remind()
    else:
        told = wiring.notifications().tell(DomainEvent.model_validate(message["detail"]))
    get_logger().info("notifications_told", event_type=name, count=told)

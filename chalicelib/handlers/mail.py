"""The mail queue: one message per event that brings a mail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalicelib import wiring
from chalicelib.observability import get_logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def handle_mail_batch(event: Any, context: Any) -> Any:
    """Send the mails of a batch; a message that failed for certain is delivered again, on its own."""
    # Imported here: the other functions of the package start faster without it.
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, _deliver, processor, context)


def _deliver(record: SQSRecord) -> None:
    bus_event = json.loads(record.body)
    token_id = bus_event["detail"]["token_id"]
    get_logger().set_correlation_id(bus_event["detail"].get("correlation_id", ""))
    outcome = wiring.mails().deliver(token_id)
    log = get_logger().error if outcome in ("unknown", "rejected") else get_logger().info
    log("mail_handled", event_type=bus_event["detail-type"], mail_id=token_id, outcome=outcome)

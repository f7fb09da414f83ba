"""The queue in front of the access log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.aws import aws_client
from chalicelib.adapters.failures import AWS_FAILURES
from chalicelib.domain.errors import Unavailable


class SqsAccessQueue:
    """`AccessQueue`. A request waits for it, so it gives up soon."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Any = aws_client("sqs", connect=1, read=2, attempts=2)

    def send(self, entry: Mapping[str, Any]) -> None:
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(entry))
        except AWS_FAILURES as failure:
            raise Unavailable("The access log cannot be written at the moment; please try again.") from failure

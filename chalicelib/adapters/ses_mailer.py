"""Sends mail through Amazon SES.

What the service refused, and what went wrong before the request left (no credentials, no connection), was not sent for
certain; anything that went wrong afterwards leaves the outcome open.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.parsers import ResponseParserError

from chalicelib.adapters.aws import aws_client
from chalicelib.domain.mails import Mail, OutcomeUnknown, Rejected, TryLater

_FOR_GOOD = frozenset({"MessageRejected", "BadRequestException", "ValidationException"})


class SesMailer:
    """`Mailer` over SES v2. Its client never tries twice: a lost answer would become a second mail."""

    def __init__(self, sender: str) -> None:
        self._sender = sender
        self._made: Any = None

    @property
    def _client(self) -> Any:
        if self._made is None:
            self._made = aws_client("sesv2", read=8, attempts=1)
        return self._made

    def send(self, mail: Mail, id: str) -> None:
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={
                    "Simple": {
                        "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                        "Body": {
                            "Html": {"Data": mail.html, "Charset": "UTF-8"},
                            "Text": {"Data": mail.text, "Charset": "UTF-8"},
                        },
                        "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
                    }
                },
                EmailTags=[{"Name": "mail_id", "Value": id}],
            )
        except ClientError as error:
            raise _meaning(error.response) from error
        except (HTTPClientError, ResponseParserError) as error:
            raise OutcomeUnknown(type(error).__name__) from error
        except BotoCoreError as error:
            raise TryLater(type(error).__name__) from error


def _meaning(response: Any) -> Exception:
    """A refusal says for certain that nothing was sent; a server error does not."""
    code = response["Error"]["Code"]
    if code in _FOR_GOOD:
        return Rejected(code)
    refused = response["ResponseMetadata"]["HTTPStatusCode"] < HTTPStatus.INTERNAL_SERVER_ERROR
    return TryLater(code) if refused else OutcomeUnknown(code)

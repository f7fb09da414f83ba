"""Account mails: the right words and link, sent once, and never by guessing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib import wiring
from chalicelib.adapters.mail_templates import JinjaMailTemplates
from chalicelib.adapters.ses_mailer import SesMailer
from chalicelib.domain.identity import EVENTS, Purpose
from chalicelib.domain.mails import Mail, OutcomeUnknown, Rejected, TryLater
from chalicelib.handlers.mail import handle_mail_batch
from chalicelib.repositories.mail_claims import DynamoMailClaims
from chalicelib.services.mails import MailService
from tests.integration.identity.people import Identity, Person
from tests.support.lambda_events import LambdaContext, bus_event, sqs_event


@dataclass
class RecordedMailer:
    """`Mailer` that fails as it is told, then sends."""

    failures: list[Exception] = field(default_factory=list)
    sent: list[Mail] = field(default_factory=list)
    attempts: int = 0

    def send(self, mail: Mail, id: str) -> None:
        self.attempts += 1
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(mail)


@pytest.fixture
def mailer(app: Identity) -> Iterator[RecordedMailer]:
    recorded = RecordedMailer()
    service = MailService(
        wiring.identity(),
        DynamoMailClaims(),
        JinjaMailTemplates("https://crm.test"),
        recorded,
        wiring.secrets,
        app.clock,
    )
    with wiring.override(**{**wiring._built, "mails": service}):
        yield recorded


def message(token_id: str, purpose: Purpose) -> str:
    return json.dumps(bus_event(EVENTS[purpose], {"token_id": token_id, "correlation_id": "r-1"}))


def deliver(*bodies: str) -> list[str]:
    """Handle a batch; answers the ids of the messages that come back."""
    event = sqs_event(bodies)
    answer = handle_mail_batch(event, LambdaContext("mailer"))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def forgotten(app: Identity, **fields: Any) -> tuple[Person, str]:
    """A user who asked for a reset, and the message about it."""
    person = app.person(**fields)
    app.browser().post("/v1/auth/forgot-password", {"email": person.user.email})
    (token,) = app.tokens(person.user, Purpose.PASSWORD_RESET)
    return person, message(token.id, Purpose.PASSWORD_RESET)


def test_reset_mail_carries_a_link_that_works(app: Identity, mailer: RecordedMailer):
    person, body = forgotten(app, first_name="Jean")

    assert deliver(body) == []

    (mail,) = mailer.sent
    assert mail.to == person.user.email
    assert "Bonjour Jean" in mail.text
    (link,) = re.findall(r"https://\S+", mail.text)
    assert link.startswith("https://crm.test/reset-password#token=")
    reset = {"token": link.partition("#token=")[2], "password": "another long password"}
    assert app.browser().post("/v1/auth/reset-password", reset).status == 204


def test_message_delivered_again_sends_no_second_mail(app: Identity, mailer: RecordedMailer):
    _, body = forgotten(app)

    deliver(body, body)
    deliver(body)

    assert len(mailer.sent) == 1


def test_mail_the_service_refused_for_now_is_sent_later(app: Identity, mailer: RecordedMailer):
    _, first = forgotten(app)
    _, second = forgotten(app)
    mailer.failures = [TryLater("TooManyRequestsException")]

    returned = deliver(first, second)
    deliver(first)

    assert len(returned) == 1
    assert len({mail.to for mail in mailer.sent}) == len(mailer.sent) == 2


@pytest.mark.parametrize("failure", [OutcomeUnknown("ReadTimeoutError"), Rejected("MessageRejected")])
def test_mail_of_unknown_outcome_or_refused_for_good_is_not_sent_again(
    app: Identity, mailer: RecordedMailer, failure: Exception
):
    _, body = forgotten(app)
    mailer.failures = [failure]

    assert deliver(body) == []
    assert deliver(body) == []

    assert mailer.attempts == 1


def test_mail_that_came_too_late_is_not_sent(app: Identity, mailer: RecordedMailer):
    _, body = forgotten(app)
    app.clock.advance(hours=1)

    assert deliver(body) == []
    assert mailer.attempts == 0


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("purpose", EVENTS)
def test_each_mail_is_written_in_each_language(purpose: Purpose, locale: str):
    name = '<b>"Jean"</b>'
    templates = JinjaMailTemplates("https://crm.test/")

    mail = templates.render(purpose.value, locale, "jean@crm.test", {"name": name, "path": "/page#token=a.b"})

    assert "\n" not in mail.subject
    assert mail.subject
    assert name in mail.text
    assert "https://crm.test/page#token=a.b" in mail.text
    assert links(mail.html) == ["https://crm.test/page#token=a.b"]
    assert "<b>" not in mail.html
    assert f'lang="{locale}"' in mail.html
    assert mail.subject in mail.html.replace("&#39;", "'")


def links(html: str) -> list[str]:
    found: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(value or "" for name, value in attrs if name == "href")

    Links().feed(html)
    return found


def test_events_carry_no_token(app: Identity):
    person, _ = forgotten(app)
    (item,) = [item for item in app.all_items() if item["kind"] == "one_time_token"]

    assert item["change_id"] == item["data"]["id"]
    assert item["data"]["event"] == "password_reset.requested"
    assert item["data"]["user_id"] == person.user.id
    assert item["expires_at"]


# The adapter


MAIL = Mail("jean@crm.test", "Bonjour", "<p>Bonjour</p>", "Bonjour\n")


class BrokenClient:
    def __init__(self, error: Exception) -> None:
        self.error = error
        self.calls = 0

    def send_email(self, **_: Any) -> None:
        self.calls += 1
        raise self.error


def refusal(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail")


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (refusal("TooManyRequestsException", 429), TryLater),
        (refusal("LimitExceededException"), TryLater),
        (refusal("SendingPausedException"), TryLater),
        (refusal("MessageRejected"), Rejected),
        (refusal("BadRequestException"), Rejected),
        (refusal("AccessDeniedException", 403), TryLater),
        (refusal("InternalFailure", 500), OutcomeUnknown),
        (refusal("ServiceUnavailable", 503), OutcomeUnknown),
        (ReadTimeoutError(endpoint_url="https://ses"), OutcomeUnknown),
        (EndpointConnectionError(endpoint_url="https://ses"), TryLater),
    ],
)
def test_failure_of_the_service_is_told_for_what_it_is(error: Exception, meaning: type[Exception]):
    mailer = SesMailer("crm@crm.test")
    mailer._made = client = BrokenClient(error)

    with pytest.raises(meaning):
        mailer.send(MAIL, "id-1")

    assert client.calls == 1


def test_client_of_the_service_never_tries_twice(app: Identity):
    assert SesMailer("crm@crm.test")._client.meta.config.retries["total_max_attempts"] == 1


def test_mail_reaches_the_service_with_both_bodies(app: Identity):
    boto3.client("sesv2").create_email_identity(EmailIdentity="crm@crm.test")

    SesMailer("crm@crm.test").send(MAIL, "id-1")

    from moto.backends import get_backend

    (sent,) = get_backend("ses")["123456789012"]["eu-west-3"].sent_messages
    assert (sent.source, sent.subject, sent.destinations["ToAddresses"]) == (
        "crm@crm.test",
        "Bonjour",
        ["jean@crm.test"],
    )

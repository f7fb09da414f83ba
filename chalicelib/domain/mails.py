"""A mail, what may become of sending it, and what sending needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """A message ready to send."""

    to: str
    subject: str
    html: str
    text: str


class TryLater(Exception):
    """The mail service refused the mail for now; it was not sent."""


class Rejected(Exception):
    """The mail service refused the mail for good."""


class OutcomeUnknown(Exception):
    """The mail service did not answer; the mail may have been sent."""


class Mailer(Protocol):
    def send(self, mail: Mail, id: str) -> None:
        """Send once, without trying again; raises `TryLater`, `Rejected` or `OutcomeUnknown`."""
        ...


class MailClaims(Protocol):
    def claim(self, id: str, at: datetime, keep: timedelta) -> bool:
        """Whether the mail is now ours to send: nobody claimed it before, or its claim was released."""
        ...

    def settle(self, id: str, status: str) -> None:
        """Note what became of it; `released` lets it be claimed again."""
        ...


class MailTemplates(Protocol):
    def render(self, template: str, locale: str, to: str, values: Mapping[str, str]) -> Mail: ...

"""Reads the mail the local cloud has been given to send."""

from __future__ import annotations

import re
from typing import Any

import requests

from tests.support.local_cloud import wait_until

_TOKEN = re.compile(r"#token=([\w.~-]+)")


def mails_to(origin: str, address: str) -> list[dict[str, Any]]:
    """All mail sent to the address so far, oldest first."""
    answer = requests.get(f"{origin}/mailbox.json", timeout=30)
    return [mail for mail in answer.json()["messages"] if address in mail["To"]]


def await_mail(origin: str, address: str, page: str) -> dict[str, Any]:
    """The first mail to the address that links to `page` of the product."""

    def arrived() -> dict[str, Any] | None:
        return next((mail for mail in mails_to(origin, address) if f"{origin}/{page}" in mail["BodyText"]), None)

    mail: dict[str, Any] = wait_until(arrived, 30, f"a mail to {address} with a link to {page}")
    return mail


def token_of(mail: dict[str, Any]) -> str:
    """The one-time token that the mail's link carries behind its #."""
    found = _TOKEN.search(mail["BodyText"])
    assert found, mail["BodyText"]
    return found[1]

"""Which mails have been sent, or are being sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.exceptions import PutError

from chalicelib.repositories import keys
from chalicelib.repositories.identity_items import seconds_of, text_of
from chalicelib.repositories.items import Item
from chalicelib.repositories.records import CONDITION_FAILED, reading


class DynamoMailClaims:
    """`MailClaims`: one item per mail, put before it is sent."""

    def claim(self, id: str, at: datetime, keep: timedelta) -> bool:
        item = Item(
            *keys.mail(id),
            kind="mail",
            data={"status": "claimed", "at": text_of(at)},
            expires_at=seconds_of(at + keep),
        )
        free = Item.pk.does_not_exist() | (Item.data["status"] == "released")
        with reading():
            try:
                item.save(free)
            except PutError as error:
                if error.cause_response_code == CONDITION_FAILED:
                    return False
                raise
        return True

    def settle(self, id: str, status: str) -> None:
        with reading():
            Item(*keys.mail(id)).update([Item.data["status"].set(status)], Item.pk.exists())

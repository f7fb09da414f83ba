"""What the audit trail and the access log are asked by, and how their pages are answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chalicelib import wiring
from chalicelib.domain.trails import TrailPage, TrailQuery
from chalicelib.domain.types import Day, Id
from chalicelib.handlers.crud import PageParameters
from chalicelib.handlers.cursors import decode_cursor, encode_cursor
from chalicelib.handlers.http import Call

DAYS_UNLESS_TOLD = 30
_FIRST_DAY = date(2000, 1, 1)

Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class TrailParameters(PageParameters):
    """All given conditions hold together. Days are in UTC, both included. Without a record, a user or a first day:
    the last 30 days."""

    actor_id: Id | Literal["system"] | None = None
    kind: Word | None = None
    record_id: Word | None = None
    at__gte: Day | None = None
    at__lte: Day | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.record_id is not None and self.kind is None:
            raise PydanticCustomError("record", "record_id goes with kind")
        if self.at__gte and self.at__lte and self.at__gte > self.at__lte:
            raise PydanticCustomError("days", "at__gte must not be after at__lte")
        return self


def trail_page(
    call: Call,
    trail: str,
    ask: Callable[[TrailQuery], TrailPage[Any]],
    present: Callable[[Any], dict[str, Any]],
    action: str | None,
    outcome: str | None = None,
) -> dict[str, Any]:
    asked: TrailParameters = call.query
    scope = (trail, call.principal.user_id, asked.model_dump(mode="json", exclude={"cursor", "limit"}))
    before = decode_cursor(asked.cursor, *scope) if asked.cursor else None
    since, until = _span(asked)
    page = ask(
        TrailQuery(since, until, asked.limit, before, asked.actor_id, asked.kind, asked.record_id, action, outcome)
    )
    return {
        "items": [present(entry) for entry in page.entries],
        "next_cursor": encode_cursor(page.position, *scope) if page.position else None,
    }


def _span(asked: TrailParameters) -> tuple[datetime, datetime]:
    today = wiring.clock().now().date()
    last = min(asked.at__lte or today, today)
    narrow = asked.actor_id or asked.record_id
    first = asked.at__gte or (_FIRST_DAY if narrow else last - timedelta(days=DAYS_UNLESS_TOLD))
    return _midnight(max(first, _FIRST_DAY)), _midnight(last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

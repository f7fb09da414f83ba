"""The access log: who was shown personal data, of whom, when, from where and by which route."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.records import Ref

ACCESS_KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """`ref` is the record that was shown, None for several; then `rows` is how many."""

    id: str
    at: datetime
    actor_id: str
    route: str
    kind: str
    ref: Ref | None
    via: str = "session"
    request_id: str = ""
    ip: str = ""
    rows: int | None = None

"""What is asked of a trail of entries, newest first: the audit trail, and the access log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """Entries from `since` to before `until`, older than the position `before`; what is None does not narrow."""

    since: datetime
    until: datetime
    limit: int
    before: str | None = None
    actor_id: str | None = None
    kind: str | None = None
    record_id: str | None = None
    action: str | None = None
    outcome: str | None = None


class TrailPage(NamedTuple, Generic[E]):
    """A page may be short, or empty, although more follows: `position` tells, it is None at the end."""

    entries: Sequence[E]
    position: str | None

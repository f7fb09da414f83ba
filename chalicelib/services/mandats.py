"""Mandats: the path of their statuses, and when products may go under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change
from chalicelib.domain.mandats import IN_FORCE, Mandat, refuse_misuse
from chalicelib.domain.records import Record, Ref
from chalicelib.services.records import RecordService


class MandatService(RecordService[Mandat]):
    """A mandate that comes into force without a date of signature is signed today (UTC)."""

    def derived(
        self, before: Mandat | None, state: Mapping[str, Any], referenced: Mapping[Ref, Record]
    ) -> Mapping[str, Any]:
        del referenced
        was_in_force = before is not None and before.status in IN_FORCE
        comes_into_force = state.get("status") in IN_FORCE and not was_in_force
        return (
            {"date_signature": self.clock.now().date()} if comes_into_force and not state.get("date_signature") else {}
        )

    def _write(self, by: Caller, before: Mandat | None, after: Mandat, change: Change) -> None:
        refuse_misuse(before, after)
        super()._write(by, before, after, change)

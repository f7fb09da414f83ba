"""Tasks: what finishing, reopening and snoozing mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.callers import Caller
from chalicelib.domain.records import Record, Ref
from chalicelib.domain.tasks import Task, TaskStatus
from chalicelib.services.records import RecordService


class TaskService(RecordService[Task]):
    """The assignee is the creator unless given; `completed_at` follows the status."""

    def derived(
        self, before: Task | None, state: Mapping[str, Any], referenced: Mapping[Ref, Record]
    ) -> Mapping[str, Any]:
        del referenced
        done = state.get("status") == TaskStatus.DONE
        was_done = before is not None and before.status is TaskStatus.DONE
        completed = {} if done == was_done else {"completed_at": self.clock.now() if done else None}
        assignee = {"assigned_to": state.get("owner_id")} if before is None and "assigned_to" not in state else {}
        return {**completed, **assignee}

    def complete(self, by: Caller, id: str, version: int | None) -> Task:
        return self.update(by, id, {"status": TaskStatus.DONE}, version)

    def reopen(self, by: Caller, id: str, version: int | None) -> Task:
        return self.update(by, id, {"status": TaskStatus.TODO}, version)

    def snooze(self, by: Caller, id: str, until: date | None, days: int | None, version: int | None) -> Task:
        """Move the due date to `until`, or `days` after the later of today (UTC) and the due date."""
        if until is None:
            task = self.get(by, id)
            today = self.today("UTC")
            until = max(task.due_date or today, today) + timedelta(days=days or 1)
        return self.update(by, id, {"due_date": until}, version)

    def today(self, timezone: str) -> date:
        """The calendar day it is now in the time zone."""
        return self.clock.now().astimezone(ZoneInfo(timezone)).date()

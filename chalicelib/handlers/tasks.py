"""/v1/tasks: the common routes, the named views and the quick actions"""

from __future__ import annotations

from typing import Annotated, Any, Self, get_args

from chalice.app import Blueprint
from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.tasks import TASKS, Task, TaskView, view_filters
from chalicelib.domain.types import Day
from chalicelib.domain.users import Timezone
from chalicelib.handlers.crud import ListParameters, VersionBody, crud_routes, listing, page_model
from chalicelib.handlers.http import Call, endpoint

blueprint = Blueprint(__name__)

crud_routes(blueprint, TASKS, wiring.tasks)


class ViewParameters(ListParameters):
    """`timezone` says whose calendar day "today" is."""

    timezone: Timezone = "Europe/Paris"


class SnoozeBody(VersionBody):
    """Give `until` or `days`, not both."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"days": 7, "version": 3}]})

    until: Day | None = None
    days: Annotated[int, Field(ge=1, le=365)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.until is None) == (self.days is None):
            raise PydanticCustomError("until_or_days", "give either until or days")
        return self


_refusals = (errors.NotFound, errors.StaleVersion)


@endpoint(
    blueprint,
    "GET",
    "/v1/tasks/views/{view}",
    permission="tasks:read",
    query=ViewParameters,
    answer=page_model(TASKS),
    raises=(errors.NotFound,),
)
def list_task_view(call: Call) -> Any:
    """Open tasks that are overdue, due today, or due in the next 7 days."""
    view = next((name for name in get_args(TaskView) if name == call.path["view"]), None)
    if view is None:
        raise errors.NotFound("There is no such view.")
    service = wiring.tasks()
    narrow = view_filters(view, service.today(call.query.timezone))
    return listing(call, TASKS.listed, lambda query: service.page(call.caller, query), narrow)


@endpoint(
    blueprint,
    "POST",
    "/v1/tasks/{id}/complete",
    permission="tasks:update",
    body=VersionBody,
    answer=Task,
    versioned=True,
    raises=_refusals,
)
def complete_task(call: Call) -> Any:
    """Mark a task done."""
    return wiring.tasks().complete(call.caller, call.path["id"], call.version)


@endpoint(
    blueprint,
    "POST",
    "/v1/tasks/{id}/reopen",
    permission="tasks:update",
    body=VersionBody,
    answer=Task,
    versioned=True,
    raises=_refusals,
)
def reopen_task(call: Call) -> Any:
    """Put a finished or cancelled task back to do."""
    return wiring.tasks().reopen(call.caller, call.path["id"], call.version)


@endpoint(
    blueprint,
    "POST",
    "/v1/tasks/{id}/snooze",
    permission="tasks:update",
    body=SnoozeBody,
    answer=Task,
    versioned=True,
    raises=_refusals,
)
def snooze_task(call: Call) -> Any:
    """Put the due date off."""
    return wiring.tasks().snooze(call.caller, call.path["id"], call.body.until, call.body.days, call.version)

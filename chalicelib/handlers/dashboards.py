"""/v1/dashboards and /v1/pipeline: counts and amounts, each of what the caller may see"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from chalice.app import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.interactions import InteractionType
from chalicelib.domain.listing import ListedKind
from chalicelib.domain.organisations import ORGANISATIONS, OrganisationType, PipelineStage
from chalicelib.domain.tasks import Priority, TaskStatus
from chalicelib.domain.types import Day, Id, MoneyTotal, Timestamp
from chalicelib.domain.users import Timezone
from chalicelib.handlers.crud import FilterParameters, list_filters
from chalicelib.handlers.http import Call, endpoint

blueprint = Blueprint(__name__)

Count = Annotated[int, Field(ge=0)]


class DashboardParameters(BaseModel):
    """`owner_id` narrows organisations, people and interactions to their owner, and tasks to who they are assigned to;
    `timezone` says which day it is."""

    model_config = ConfigDict(extra="forbid")

    owner_id: Id | None = None
    team_id: Id | None = None
    timezone: Timezone = "Europe/Paris"


class PipelineParameters(FilterParameters):
    """The filters of the list of organisations."""

    listed: ClassVar[ListedKind] = ORGANISATIONS.listed


class Amounts(BaseModel):
    """`amount` adds up `potential_amount`; `weighted_amount` adds it up times `signature_probability`, where an
    organisation without a probability counts nothing."""

    count: Count
    amount: MoneyTotal
    weighted_amount: MoneyTotal


class StageAmounts(Amounts):
    stage: PipelineStage


class MonthAmounts(Amounts):
    month: str = Field(pattern=r"^\d{4}-\d\d$", examples=["2026-03"])


class Pipeline(BaseModel):
    """Every stage, in the order of the pipeline, and all of them together."""

    stages: list[StageAmounts]
    total: Amounts


class Forecast(BaseModel):
    """Organisations that are neither signed, lost nor inactive, by the month of their `signature_date`: this month and
    the eleven after it, and those before, after and without a date."""

    months: list[MonthAmounts]
    before: Amounts
    after: Amounts
    undated: Amounts


class OrganisationStats(BaseModel):
    total: Count
    by_type: dict[OrganisationType, Count]
    by_category: dict[str, Count]
    by_stage: dict[PipelineStage, Count]


class PipelineStats(Pipeline):
    forecast: Forecast


class DueTasks(BaseModel):
    """Open tasks: all, and by when they are due. `next_7_days` begins tomorrow."""

    open: Count
    overdue: Count
    today: Count
    next_7_days: Count


class TaskStats(DueTasks):
    """`by_priority` counts the open ones; `mine` those assigned to the caller, whatever the filters."""

    by_priority: dict[Priority, Count]
    by_status: dict[TaskStatus, Count]
    mine: DueTasks


class WeekOfInteractions(BaseModel):
    """`week` is its Monday."""

    week: Day
    total: Count
    by_type: dict[InteractionType, Count]


class InteractionStats(BaseModel):
    """`weeks` are the last twelve, the current one last."""

    total: Count
    by_type: dict[InteractionType, Count]
    weeks: list[WeekOfInteractions]


class WeekOfPeople(BaseModel):
    week: Day
    created: Count


class PeopleStats(BaseModel):
    """`weeks` counts the people who were added in each of the last twelve."""

    total: Count
    new_last_30_days: Count
    weeks: list[WeekOfPeople]


class GlobalStats(BaseModel):
    """A part is null for a caller who may not read its records."""

    as_of: Timestamp
    today: Day
    organisations: OrganisationStats | None
    pipeline: PipelineStats | None
    tasks: TaskStats | None
    interactions: InteractionStats | None
    people: PeopleStats | None


@endpoint(
    blueprint,
    "GET",
    "/v1/dashboards/stats/global",
    permission="reports:read",
    query=DashboardParameters,
    answer=GlobalStats,
    raises=(errors.InvalidInput,),
)
def show_global_stats(call: Call) -> Any:
    """Counts and amounts of everything you may see."""
    asked: DashboardParameters = call.query
    stats = wiring.dashboards().overview(call.caller, asked.owner_id, asked.team_id, asked.timezone)
    return GlobalStats.model_validate(stats)


@endpoint(
    blueprint,
    "GET",
    "/v1/pipeline",
    permission="organisations:read",
    query=PipelineParameters,
    answer=Pipeline,
    raises=(errors.InvalidInput,),
)
def show_pipeline(call: Call) -> Any:
    """Per stage how many organisations, and for how much; filtered as their list is."""
    asked: PipelineParameters = call.query
    filters = list_filters(ORGANISATIONS.listed, asked)
    return Pipeline.model_validate(wiring.dashboards().pipeline(call.caller, filters, asked.q or ""))

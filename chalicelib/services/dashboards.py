"""Dashboards: counts and amounts from the read model, each over exactly what the caller's lists would show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain import policy
from chalicelib.domain.callers import Caller
from chalicelib.domain.interactions import InteractionType
from chalicelib.domain.listing import AggregateQuery, Axis, Breakdown, Filter, Group, IndexDocument
from chalicelib.domain.organisations import OrganisationType, PipelineStage
from chalicelib.domain.ports import Clock, RecordIndex, RecordStore
from chalicelib.domain.tasks import OPEN_STATUSES, Priority, TaskStatus, TaskView, view_filters
from chalicelib.services.records import fresh_documents

WEEKS = 12
MONTHS = 12
NEW_DAYS = 30
OPEN_STAGES = (
    PipelineStage.PROSPECT,
    PipelineStage.QUALIFICATION,
    PipelineStage.PROPOSITION,
    PipelineStage.NEGOCIATION,
)

_AMOUNT, _PROBABILITY = "potential_amount", "signature_probability"
_CENT = Decimal("0.01")
Json = dict[str, Any]


class DashboardService:
    def __init__(self, store: RecordStore, index: RecordIndex, clock: Clock) -> None:
        self._store = store
        self._index = index
        self._clock = clock

    def pipeline(self, by: Caller, filters: tuple[Filter, ...], text: str) -> Json:
        """Per stage and in all: count, amount, weighted amount, of the organisations that a list so filtered shows."""
        policy.require(by.principal, "organisations:read")
        answers = self._asking(by).answers("organisations", _amounts(Axis("pipeline_stage")), filters, text)
        return _pipeline(*answers)

    def overview(self, by: Caller, owner_id: str | None, team_id: str | None, timezone: str) -> Json:
        """All parts; None for a part whose records the caller may not read."""
        now = self._clock.now().astimezone(ZoneInfo(timezone))
        asking = self._asking(by)
        narrowed = _narrowing(owner_id, team_id)
        parts: Mapping[str, Callable[[], Json]] = {
            "organisations": lambda: _organisation_stats(asking, narrowed),
            "pipeline": lambda: _pipeline_stats(asking, narrowed, now.date()),
            "tasks": lambda: _task_stats(asking, _narrowing(owner_id, team_id, "assigned_to"), now.date()),
            "interactions": lambda: _interaction_stats(asking, narrowed, now),
            "people": lambda: _people_stats(asking, narrowed, now),
        }
        resources = {"pipeline": "organisations"}
        shown = {
            name: part() if policy.can(by.principal, f"{resources.get(name, name)}:read") else None
            for name, part in parts.items()
        }
        return {"as_of": now, "today": now.date(), **shown}

    def _asking(self, by: Caller) -> _Asking:
        return _Asking(self._index, by, fresh_documents(self._store, self._clock, by))


class _Asking:
    """Asks the read model for one caller, whose own fresh writes count already."""

    def __init__(self, index: RecordIndex, by: Caller, fresh: Sequence[IndexDocument]) -> None:
        self._index, self.by, self._fresh = index, by, fresh

    def answers(
        self, resource: str, breakdowns: Iterable[Breakdown], filters: tuple[Filter, ...] = (), text: str = ""
    ) -> Sequence[Sequence[Group]]:
        visible = policy.visibility(self.by.principal, f"{resource}:read")
        query = AggregateQuery(_KINDS[resource], visible, tuple(breakdowns), filters, text)
        return self._index.aggregate(query, self._fresh)


_KINDS = {"organisations": "organisation", "people": "person", "interactions": "interaction", "tasks": "task"}


def _narrowing(owner_id: str | None, team_id: str | None, owner_field: str = "owner_id") -> tuple[Filter, ...]:
    given = ((owner_field, owner_id), ("team_id", team_id))
    return tuple(Filter(field, "eq", (value,)) for field, value in given if value)


# Organisations and their pipeline


def _organisation_stats(asking: _Asking, narrowed: tuple[Filter, ...]) -> Json:
    fields = ("type", "category", "pipeline_stage")
    everything, types, categories, stages = asking.answers(
        "organisations", [Breakdown(), *(Breakdown((Axis(name),)) for name in fields)], narrowed
    )
    return {
        "total": _count(everything),
        "by_type": _counts(types, OrganisationType),
        "by_category": {group.keys[0]: group.count for group in categories},
        "by_stage": _counts(stages, PipelineStage),
    }


def _amounts(axis: Axis | None, *filters: Filter) -> tuple[Breakdown, Breakdown]:
    """The two breakdowns that amounts are made of: by the axis, and by the axis and the probability."""
    axes = (axis,) if axis else ()
    return Breakdown(axes, (_AMOUNT,), filters), Breakdown((*axes, Axis(_PROBABILITY)), (_AMOUNT,), filters)


def _totals(plain: Iterable[Group], by_probability: Iterable[Group]) -> Json:
    plain = list(plain)
    weighted = sum((g.sums[_AMOUNT] * int(g.keys[-1]) / 100 for g in by_probability), Decimal(0))
    return {
        "count": sum(group.count for group in plain),
        "amount": sum((group.sums[_AMOUNT] for group in plain), Decimal(0)).quantize(_CENT),
        "weighted_amount": weighted.quantize(_CENT, ROUND_HALF_EVEN),
    }


def _of(groups: Iterable[Group], key: str) -> list[Group]:
    return [group for group in groups if group.keys[0] == key]


def _pipeline(plain: Sequence[Group], by_probability: Sequence[Group]) -> Json:
    stages = [{"stage": stage, **_totals(_of(plain, stage), _of(by_probability, stage))} for stage in PipelineStage]
    return {"stages": stages, "total": _totals(plain, by_probability)}


def _pipeline_stats(asking: _Asking, narrowed: tuple[Filter, ...], today: date) -> Json:
    is_open = Filter("pipeline_stage", "eq", OPEN_STAGES)
    firsts = [_month(today, n).isoformat() for n in range(MONTHS + 1)]
    day_before = _month(today, 0) - timedelta(days=1)
    answers = asking.answers(
        "organisations",
        [
            *_amounts(Axis("pipeline_stage")),
            *_amounts(Axis("signature_date", tuple(firsts)), is_open),
            *_amounts(None, is_open, Filter("signature_date", "lte", (day_before.isoformat(),))),
            *_amounts(None, is_open, Filter("signature_date", "gte", (firsts[-1],))),
            *_amounts(None, is_open, Filter("signature_date", "empty", ("true",))),
        ],
        narrowed,
    )
    plain, by_probability = answers[2:4]
    months = [{"month": first[:7], **_totals(_of(plain, first), _of(by_probability, first))} for first in firsts[:-1]]
    forecast = {
        "months": months,
        "before": _totals(*answers[4:6]),
        "after": _totals(*answers[6:8]),
        "undated": _totals(*answers[8:10]),
    }
    return {**_pipeline(*answers[:2]), "forecast": forecast}


def _month(today: date, later: int) -> date:
    """The first day of the month so many months later."""
    months = today.year * 12 + today.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


# Tasks


def _task_stats(asking: _Asking, narrowed: tuple[Filter, ...], today: date) -> Json:
    is_open = Filter("status", "eq", OPEN_STATUSES)
    dues = [Breakdown(filters=(is_open,)), *(Breakdown(filters=view_filters(v, today)) for v in _TASK_VIEWS)]
    rest = [Breakdown((Axis("priority"),), filters=(is_open,)), Breakdown((Axis("status"),))]
    *due, priorities, statuses = asking.answers("tasks", [*dues, *rest], narrowed)
    mine = asking.answers("tasks", dues, (Filter("assigned_to", "eq", (asking.by.principal.user_id,)),))
    return {
        **_due(due),
        "by_priority": _counts(priorities, Priority),
        "by_status": _counts(statuses, TaskStatus),
        "mine": _due(mine),
    }


_TASK_VIEWS: tuple[TaskView, ...] = ("overdue", "today", "next_7_days")


def _due(answers: Sequence[Sequence[Group]]) -> Json:
    return dict(zip(("open", *_TASK_VIEWS), map(_count, answers), strict=True))


# Interactions and people


def _interaction_stats(asking: _Asking, narrowed: tuple[Filter, ...], now: datetime) -> Json:
    weeks = _weeks(now)
    everything, types, by_week = asking.answers(
        "interactions",
        [
            Breakdown(),
            Breakdown((Axis("type"),)),
            Breakdown((Axis("occurred_at", tuple(weeks)), Axis("type"))),
        ],
        narrowed,
    )
    rows = []
    for start, monday in list(weeks.items())[:-1]:
        counts = dict.fromkeys(InteractionType, 0) | {
            InteractionType(group.keys[1]): group.count for group in _of(by_week, start)
        }
        rows.append({"week": monday, "total": sum(counts.values()), "by_type": counts})
    return {"total": _count(everything), "by_type": _counts(types, InteractionType), "weeks": rows}


def _people_stats(asking: _Asking, narrowed: tuple[Filter, ...], now: datetime) -> Json:
    weeks = _weeks(now)
    since = Filter("created_at", "gte", ((now - timedelta(days=NEW_DAYS)).isoformat(),))
    everything, new, by_week = asking.answers(
        "people",
        [Breakdown(), Breakdown(filters=(since,)), Breakdown((Axis("created_at", tuple(weeks)),))],
        narrowed,
    )
    rows = [{"week": monday, "created": _count(_of(by_week, start))} for start, monday in list(weeks.items())[:-1]]
    return {"total": _count(everything), "new_last_30_days": _count(new), "weeks": rows}


def _weeks(now: datetime) -> dict[str, date]:
    """The instants at which the last weeks and the next one begin where `now` is, each with its Monday."""
    monday = now.date() - timedelta(days=now.weekday())
    mondays = [monday + timedelta(weeks=n) for n in range(1 - WEEKS, 2)]
    return {datetime.combine(day, time(), now.tzinfo).isoformat(): day for day in mondays}


def _count(groups: Iterable[Group]) -> int:
    return sum(group.count for group in groups)


def _counts(groups: Iterable[Group], values: Iterable[str]) -> Mapping[str, int]:
    """Every value with its count, those without records too."""
    found = {group.keys[0]: group.count for group in groups}
    return {value: found.get(value, 0) for value in values}

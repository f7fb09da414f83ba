"""The dashboard's figures and the pipeline's sums: each agrees with the list behind it, in everybody's scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.policy import Grants, Scope
from tests.support.application import Actor, Application, running_application
from tests.support.calls import record_calls
from tests.support.clock import SettableClock

# A Sunday evening in Paris, already Monday in Tokyo.
NOW = datetime(2026, 3, 15, 19, 30, tzinfo=UTC)
STATS = "/v1/dashboards/stats/global"


@pytest.fixture
def application() -> Iterator[Application]:
    with running_application(SettableClock(NOW)) as running:
        yield running


@pytest.fixture
def admin(application: Application) -> Actor:
    return application.sign_in()


def organisation(actor: Actor, **fields: Any) -> str:
    answer = actor.client.post("/v1/organisations", {"name": "ACME", **fields})
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def stats(actor: Actor, **query: Any) -> dict[str, Any]:
    answer = actor.client.get(STATS, query)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def stage(pipeline: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [s for s in pipeline["stages"] if s["stage"] == name]
    return {key: value for key, value in found.items() if key != "stage"}


def test_the_pipeline_adds_up_exactly_and_agrees_with_the_list(admin):
    for amount, probability in (("0.01", 33), ("1000.50", 33), ("99999999999999.99", 100), ("5.00", None)):
        organisation(admin, potential_amount=amount, signature_probability=probability)
    organisation(admin, pipeline_stage="signe", potential_amount="7.00", signature_probability=100, city="Lyon")
    organisation(admin, pipeline_stage="signe")

    pipeline = admin.client.get("/v1/pipeline").json

    weighted = Decimal("0.0033") + Decimal("330.165") + Decimal("99999999999999.99")
    assert stage(pipeline, "prospect") == {
        "count": 4,
        "amount": "100000000001005.50",
        "weighted_amount": str(weighted.quantize(Decimal("0.01"))),
    }
    assert stage(pipeline, "signe") == {"count": 2, "amount": "7.00", "weighted_amount": "7.00"}
    assert stage(pipeline, "perdu") == {"count": 0, "amount": "0.00", "weighted_amount": "0.00"}
    assert pipeline["total"]["count"] == admin.client.get("/v1/organisations").json["total"] == 6
    assert stats(admin)["pipeline"]["stages"] == pipeline["stages"]


def test_the_pipeline_takes_the_filters_of_the_list(admin):
    organisation(admin, city="Lyon", potential_amount="10.00", tags=["a"])
    organisation(admin, city="Paris", potential_amount="20.00", tags=["a", "b"])
    organisation(admin, name="Zêta Conseil", city="Paris", potential_amount="40.00")

    def amount(query: str) -> str:
        return str(admin.client.get(f"/v1/pipeline?{query}").json["total"]["amount"])

    assert amount("city=Paris") == "60.00"
    assert amount("city=Paris&city=Lyon&tags=a") == "30.00"
    assert amount("potential_amount__gte=20&q=zeta") == "40.00"
    assert admin.client.get("/v1/pipeline?nope=1").status == 422
    assert admin.client.get("/v1/pipeline?city__gte=P").status == 422


def test_figures_are_those_of_the_callers_scope(application, admin):
    ours, theirs = (admin.client.post("/v1/teams", {"name": name}).json["id"] for name in ("Ours", "Theirs"))
    ann, bob = application.sign_in("sales", team_id=ours), application.sign_in("sales", team_id=theirs)
    own = Grants(permissions=frozenset({"organisations:read", "reports:read"}), scopes={"default": Scope.OWN})
    ole = application.sign_in("own", own, team_id=ours)
    for actor, amount in ((ann, "1.00"), (ann, "2.00"), (bob, "4.00")):
        organisation(actor, potential_amount=amount)
        actor.client.post("/v1/people", {"last_name": "X"})

    amounts = {
        name: stats(actor)["pipeline"]["total"]["amount"]
        for name, actor in {"ann": ann, "bob": bob, "ole": ole, "admin": admin}.items()
    }

    assert amounts == {"ann": "3.00", "bob": "4.00", "ole": "0.00", "admin": "7.00"}
    assert (stats(ann)["people"]["total"], stats(bob)["people"]["total"]) == (2, 1)
    assert stats(ole)["people"] is stats(ole)["tasks"] is stats(ole)["interactions"] is None
    assert bob.client.get("/v1/pipeline").json["total"]["amount"] == "4.00"


def test_figures_are_narrowed_by_owner_and_team(application, admin):
    team = admin.client.post("/v1/teams", {"name": "Ours"}).json["id"]
    ann = application.sign_in("sales", team_id=team)
    organisation(ann, potential_amount="1.00")
    organisation(admin, potential_amount="2.00")
    admin.client.post("/v1/tasks", {"title": "For Ann", "assigned_to": ann.user.id})
    admin.client.post("/v1/tasks", {"title": "Mine"})

    of_ann, of_team = stats(admin, owner_id=ann.user.id), stats(admin, team_id=team)

    assert of_ann["organisations"]["total"] == of_team["organisations"]["total"] == 1
    assert of_ann["pipeline"]["total"]["amount"] == of_team["pipeline"]["total"]["amount"] == "1.00"
    assert (of_ann["tasks"]["open"], of_ann["tasks"]["mine"]["open"]) == (1, 1)
    assert admin.client.get(STATS, {"owner_id": "x"}).status == 422


def test_the_forecast_is_by_month_of_open_organisations(admin):
    for days, stage_name in (
        ("2026-02-28", "prospect"),
        ("2026-03-01", "prospect"),
        ("2026-03-31", "negociation"),
        ("2027-02-28", "proposition"),
        ("2027-03-01", "proposition"),
        (None, "qualification"),
        ("2026-03-10", "signe"),
        ("2026-03-10", "perdu"),
    ):
        organisation(
            admin,
            signature_date=days,
            pipeline_stage=stage_name,
            potential_amount="10.00",
            signature_probability=50,
        )

    forecast = stats(admin)["pipeline"]["forecast"]

    by_month = {month["month"]: (month["count"], month["weighted_amount"]) for month in forecast["months"]}
    assert (min(by_month), max(by_month), len(by_month)) == ("2026-03", "2027-02", 12)
    assert {month: found for month, found in by_month.items() if found[0]} == {
        "2026-03": (2, "10.00"),
        "2027-02": (1, "5.00"),
    }
    assert [forecast[name]["count"] for name in ("before", "after", "undated")] == [1, 1, 1]


def test_tasks_are_counted_by_when_they_are_due(application, admin):
    for day in ("2026-03-14", "2026-03-15", "2026-03-16", "2026-03-22", "2026-03-23", None):
        admin.client.post("/v1/tasks", {"title": str(day), "due_date": day, "priority": "high"})
    admin.client.post("/v1/tasks", {"title": "x", "due_date": "2026-03-01", "status": "done"})

    tasks, in_tokyo = stats(admin)["tasks"], stats(admin, timezone="Asia/Tokyo")["tasks"]

    due = {"open": 6, "overdue": 1, "today": 1, "next_7_days": 2}
    assert {name: tasks[name] for name in due} == tasks["mine"] == due
    assert (in_tokyo["overdue"], in_tokyo["today"], in_tokyo["next_7_days"]) == (2, 1, 2)
    assert tasks["by_priority"] == {"low": 0, "normal": 0, "high": 6, "urgent": 0}
    assert tasks["by_status"] == {"todo": 6, "doing": 0, "done": 1, "cancelled": 0}
    views = {v: admin.client.get(f"/v1/tasks/views/{v}").json["total"] for v in ("overdue", "today", "next_7_days")}
    assert views == {name: due[name] for name in views}


def test_interactions_are_counted_by_week_where_the_caller_is(admin):
    about = organisation(admin)
    for at in ("2026-03-08T22:59:59Z", "2026-03-08T23:00:00Z", "2025-12-21T22:59:00Z", "2025-12-21T23:00:00Z"):
        body = {"type": "phone", "subject": "x", "occurred_at": at, "organisation_id": about}
        assert admin.client.post("/v1/interactions", body).status == 201

    found = stats(admin)["interactions"]

    weeks = {week["week"]: week["total"] for week in found["weeks"]}
    assert (found["total"], found["by_type"]["phone"], found["by_type"]["visio"]) == (4, 4, 0)
    assert len(weeks) == 12
    assert {week: count for week, count in weeks.items() if count} == {
        "2026-03-09": 1,  # from midnight in Paris on
        "2026-03-02": 1,
        "2025-12-22": 1,
    }
    assert found["weeks"][-1]["by_type"]["phone"] == 1


def test_figures_read_no_table_but_the_callers_own_fresh_writes(application, admin):
    organisation(admin, potential_amount="1.00")

    with record_calls() as log:
        stats(admin)

    assert "dynamodb.Scan" not in log.operations
    assert len([name for name in log.operations if name.startswith("dynamodb.")]) <= 3


def test_dashboards_need_their_permission(application):
    without = application.sign_in("x", Grants(permissions=frozenset({"organisations:read"})))

    assert without.client.get(STATS).status == 403
    assert without.client.get("/v1/pipeline").status == 200

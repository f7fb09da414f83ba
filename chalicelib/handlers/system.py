"""Health, and the API's own documentation."""

from __future__ import annotations

from typing import Any, Literal

from chalice.app import Blueprint
from pydantic import BaseModel

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.handlers.http import PUBLIC, Call, Result, endpoint

blueprint = Blueprint(__name__)


class Check(BaseModel):
    """`detail` holds measured values, such as the queue's depth or the index's lag in seconds."""

    ok: bool
    detail: dict[str, float | int | str]


class Health(BaseModel):
    status: Literal["ok", "degraded"]
    checks: dict[str, Check]


@endpoint(blueprint, "GET", "/health", permission=PUBLIC, answer=Health, tag="system", raises=(errors.Unavailable,))
def check_health(_call: Call) -> Any:
    """Liveness, with a check of the table, the index queue and the index. Answers 503 when one fails."""
    report = wiring.health().check()
    return Result(report, 200 if report["status"] == "ok" else 503)

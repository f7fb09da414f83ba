"""/v1/mandats, and those that are about to end"""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.domain.mandats import MANDATS, expiring_filters
from chalicelib.handlers.crud import ListParameters, crud_routes, listing, page_model
from chalicelib.handlers.http import Call, endpoint

blueprint = Blueprint(__name__)

crud_routes(blueprint, MANDATS, wiring.mandats)


@endpoint(
    blueprint,
    "GET",
    "/v1/mandats/views/expiring-soon",
    permission="mandats:read",
    query=ListParameters,
    answer=page_model(MANDATS),
)
def list_expiring_mandats(call: Call) -> Any:
    """Mandates in force that end within 90 days."""
    service = wiring.mandats()
    narrow = expiring_filters(wiring.clock().now().date())
    return listing(call, MANDATS.listed, lambda query: service.page(call.caller, query), narrow)

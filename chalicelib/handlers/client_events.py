"""/v1/events, and the named views of them"""

from __future__ import annotations

from typing import Any, get_args

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.client_events import EVENTS, EventView, view_filters
from chalicelib.handlers.crud import ListParameters, crud_routes, listing, page_model
from chalicelib.handlers.http import Call, endpoint

blueprint = Blueprint(__name__)

crud_routes(blueprint, EVENTS, wiring.client_events)


@endpoint(
    blueprint,
    "GET",
    "/v1/events/views/{view}",
    permission="events:read",
    query=ListParameters,
    answer=page_model(EVENTS),
    raises=(errors.NotFound,),
)
def list_event_view(call: Call) -> Any:
    """Events without_support, mine (the caller supports them), upcoming, or past."""
    view = next((name for name in get_args(EventView) if name == call.path["view"]), None)
    if view is None:
        raise errors.NotFound("There is no such view.")
    service = wiring.client_events()
    narrow = view_filters(view, wiring.clock().now(), call.principal.user_id)
    return listing(call, EVENTS.listed, lambda query: service.page(call.caller, query), narrow)

"""/v1/views: lists as somebody likes to see them"""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.views import VIEWS
from chalicelib.handlers.crud import ListParameters, crud_routes, listing, page_model
from chalicelib.handlers.http import SIGNED_IN, Call, endpoint

blueprint = Blueprint(__name__)

_ROUTES = frozenset({"create", "get", "update", "delete", "restore"})

crud_routes(blueprint, VIEWS, wiring.views, only=_ROUTES, permission=SIGNED_IN)


@endpoint(
    blueprint,
    "GET",
    "/v1/views",
    permission=SIGNED_IN,
    query=ListParameters,
    answer=page_model(VIEWS),
    raises=(errors.InvalidInput,),
)
def list_views(call: Call) -> Any:
    """Your own views, and those shared with you; by position unless sorted otherwise."""
    return listing(call, VIEWS.listed, lambda query: wiring.views().page(call.caller, query))

"""/v1/contracts, and the named views of them"""

from __future__ import annotations

from typing import Any, get_args

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.contracts import CONTRACTS, ContractView, view_filters
from chalicelib.handlers.crud import ListParameters, crud_routes, listing, page_model
from chalicelib.handlers.http import Call, endpoint

blueprint = Blueprint(__name__)

crud_routes(blueprint, CONTRACTS, wiring.contracts)


@endpoint(
    blueprint,
    "GET",
    "/v1/contracts/views/{view}",
    permission="contracts:read",
    query=ListParameters,
    answer=page_model(CONTRACTS),
    raises=(errors.NotFound,),
)
def list_contract_view(call: Call) -> Any:
    """Contracts that are not_signed, or not fully paid (not_paid)."""
    view = next((name for name in get_args(ContractView) if name == call.path["view"]), None)
    if view is None:
        raise errors.NotFound("There is no such view.")
    service = wiring.contracts()
    return listing(call, CONTRACTS.listed, lambda query: service.page(call.caller, query), view_filters(view))

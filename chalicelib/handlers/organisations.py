"""/v1/organisations"""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.domain.organisations import ORGANISATIONS
from chalicelib.handlers.crud import crud_routes, timeline_route

blueprint = Blueprint(__name__)

crud_routes(blueprint, ORGANISATIONS, wiring.organisations)
timeline_route(blueprint, ORGANISATIONS, wiring.organisations)

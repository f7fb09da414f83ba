"""/v1/people and /v1/person-organisation-links"""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.domain.people import LINKS, PEOPLE
from chalicelib.handlers.crud import crud_routes, timeline_route

blueprint = Blueprint(__name__)

crud_routes(blueprint, PEOPLE, wiring.people)
timeline_route(blueprint, PEOPLE, wiring.people)
crud_routes(blueprint, LINKS, wiring.links, path="person-organisation-links")

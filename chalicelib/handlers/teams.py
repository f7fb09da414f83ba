"""Teams."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.domain.users import TEAMS
from chalicelib.handlers.crud import crud_routes

blueprint = Blueprint(__name__)

crud_routes(blueprint, TEAMS, wiring.teams)

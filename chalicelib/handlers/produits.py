"""/v1/produits"""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.domain.produits import PRODUITS
from chalicelib.handlers.crud import crud_routes

blueprint = Blueprint(__name__)

crud_routes(blueprint, PRODUITS, wiring.produits)

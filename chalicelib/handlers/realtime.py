"""The WebSocket API: a ticket opens a connection, pings keep it; and the route that hands out tickets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalice.app import Blueprint
from pydantic import BaseModel

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.identity import TICKET_LIFETIME
from chalicelib.handlers.http import SIGNED_IN, Call, endpoint
from chalicelib.observability import get_logger

blueprint = Blueprint(__name__)


class TicketAnswer(BaseModel):
    """Connect to `/ws?ticket=…` within `expires_in` seconds; the ticket opens one connection."""

    ticket: str
    expires_in: int


@endpoint(
    blueprint,
    "POST",
    "/v1/realtime/tickets",
    permission=SIGNED_IN,
    answer=TicketAnswer,
    status=201,
    raises=(errors.Forbidden,),
    idempotent=False,
)
def issue_ticket(call: Call) -> Any:
    """A one-time ticket for a WebSocket connection."""
    ticket = wiring.realtime().issue_ticket(call.principal)
    return TicketAnswer(ticket=ticket, expires_in=int(TICKET_LIFETIME.total_seconds()))


def handle_realtime(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Serve $connect, $disconnect and $default."""
    del context
    route, connection_id = event["requestContext"]["routeKey"], event["requestContext"]["connectionId"]
    status = _ROUTES.get(route, _message)(connection_id, event)
    get_logger().info("realtime_served", route=route, status=status)
    return {"statusCode": status}


def _connect(connection_id: str, event: Mapping[str, Any]) -> int:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if headers.get("origin") != wiring.public_origin():
        return 403
    ticket = (event.get("queryStringParameters") or {}).get("ticket", "")
    return 200 if ticket and wiring.realtime().connect(connection_id, ticket) else 401


def _disconnect(connection_id: str, _: Mapping[str, Any]) -> int:
    wiring.realtime().disconnect(connection_id)
    return 200


def _message(connection_id: str, event: Mapping[str, Any]) -> int:
    try:
        message = json.loads(event.get("body") or "")
    except ValueError:
        return 400
    if message != {"action": "ping"}:
        return 400
    return 200 if wiring.realtime().answer_ping(connection_id, '{"type":"pong"}') else 401


_ROUTES = {"$connect": _connect, "$disconnect": _disconnect}

"""The WebSocket at /ws: opened by a one-time ticket from our own pages, closed with the session."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from tests.e2e.caller import FIRST_PARTY, Caller, NewCaller
from tests.e2e.conftest import ADMIN

pytestmark = pytest.mark.e2e

_SECONDS = 20


def ticket_for(caller: Caller) -> str:
    ticket: str = caller.create("/v1/realtime/tickets")["ticket"]
    return ticket


@asynccontextmanager
async def connected(origin: str, ticket: str, page_origin: str | None) -> AsyncIterator[ClientWebSocketResponse]:
    """A connection as a page of `page_origin` opens it."""
    address = f"{origin.replace('http', 'ws', 1)}/ws?ticket={ticket}"
    headers = {"Origin": page_origin} if page_origin else {}
    async with ClientSession() as session, session.ws_connect(address, headers=headers) as socket:
        yield socket


def opens(origin: str, ticket: str, page_origin: str | None) -> bool:
    """Whether the connection stands: the handshake succeeds and a ping is answered."""

    async def connect_and_ping() -> bool:
        try:
            async with connected(origin, ticket, page_origin) as socket:
                return await ping(socket) == {"type": "pong"}
        except WSServerHandshakeError:
            return False

    return asyncio.run(asyncio.wait_for(connect_and_ping(), _SECONDS))


async def ping(socket: ClientWebSocketResponse) -> object:
    """The answer to a ping; None when the connection is closed instead."""
    await socket.send_str('{"action": "ping"}')
    message = await socket.receive()
    return json.loads(message.data) if message.type is WSMsgType.TEXT else None


def test_ticket_opens_one_connection(admin: Caller, origin: str) -> None:
    ticket = ticket_for(admin)

    assert opens(origin, ticket, origin)
    assert not opens(origin, ticket, origin)


@pytest.mark.parametrize("page_origin", [None, "https://evil.example", "null"])
def test_other_pages_are_refused(admin: Caller, origin: str, page_origin: str | None) -> None:
    assert not opens(origin, ticket_for(admin), page_origin)


@pytest.mark.parametrize("ticket", ["", "made-up"])
def test_made_up_ticket_is_refused(origin: str, ticket: str) -> None:
    assert not opens(origin, ticket, origin)


def test_connection_does_not_outlive_its_session(new_caller: NewCaller, origin: str) -> None:
    caller = new_caller()
    caller.login(*ADMIN)
    ticket = ticket_for(caller)

    async def ping_and_log_out() -> tuple[object, WSMsgType]:
        async with connected(origin, ticket, origin) as socket:
            before = await ping(socket)
            await asyncio.to_thread(caller.post, "/v1/auth/logout", **FIRST_PARTY)
            return before, (await socket.receive()).type

    before, after = asyncio.run(asyncio.wait_for(ping_and_log_out(), _SECONDS))

    assert before == {"type": "pong"}
    assert after in (WSMsgType.CLOSE, WSMsgType.CLOSED)

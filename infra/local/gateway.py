"""The one origin of the local cloud: API, WebSocket, mailbox and front end, as CloudFront joins them on AWS."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Container
from io import BytesIO
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, WSMsgType, web
from multidict import CIMultiDict, MultiMapping
from yarl import URL

from infra.frontend import DIST
from infra.local import mailbox
from infra.local.front_end import FrontEnd, stand_in_headers
from infra.local.layout import Layout

_PARALLEL_CALLS = 4
"""Calls let into the API at once. Each needs a worker process of its own, which AWS has and a laptop has not."""

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_MADE_ANEW = {"host", "content-length", "x-origin-secret", "x-viewer-address"}


class Gateway:
    """Routes requests by the outputs of the deployed stack; answers 503 until there are any."""

    def __init__(self, layout: Layout, dist: Path = DIST) -> None:
        self._layout = layout
        self._front_end = FrontEnd(layout.origin, dist)
        self._ready = False
        self._origin_secret = ""
        self._calls = asyncio.Semaphore(_PARALLEL_CALLS)
        self._session: ClientSession | None = None

    def open(self, origin_secret: str) -> None:
        """Let requests through; the stack is deployed, and its API knows us by this secret."""
        self._origin_secret = origin_secret
        self._ready = True

    def close(self) -> None:
        """Answer 503 until the cloud is there again."""
        self._ready = False

    def application(self) -> web.Application:
        application = web.Application(client_max_size=1 << 30, middlewares=[self._refuse_while_closed])
        application.router.add_route("*", "/api", self._call_api)
        application.router.add_route("*", "/api/{path:.*}", self._call_api)
        application.router.add_get("/ws", self._join_websocket)
        application.router.add_get("/mailbox", self._show_mailbox)
        application.router.add_get("/mailbox.json", self._list_mail)
        application.router.add_get("/{path:.*}", self._front_end.answer)
        application.cleanup_ctx.append(self._client)
        return application

    async def _client(self, _: web.Application):  # type: ignore[no-untyped-def]  # an aiohttp context generator
        connector = TCPConnector(limit=0, keepalive_timeout=30)
        timeout = ClientTimeout(total=None, sock_connect=5)
        async with ClientSession(
            connector=connector, timeout=timeout, auto_decompress=False, cookie_jar=DummyCookieJar()
        ) as session:
            self._session = session
            yield

    @web.middleware
    async def _refuse_while_closed(self, request: web.Request, handler):  # type: ignore[no-untyped-def]
        if not self._ready:
            return self._unavailable("The local cloud is starting.")
        try:
            return await handler(request)
        except ClientError:
            return self._unavailable("The local cloud does not answer just now.")

    def _unavailable(self, message: str) -> web.Response:
        error = {"code": "unavailable", "message": message, "details": [], "request_id": ""}
        headers = {**stand_in_headers(self._layout.origin), "Retry-After": "1", "Cache-Control": "no-store"}
        return web.json_response({"error": error}, status=503, headers=headers)

    async def _call_api(self, request: web.Request) -> web.StreamResponse:
        outputs = self._outputs()
        path = request.raw_path.removeprefix("/api") or "/"
        target = f"{self._layout.cloud_url}/restapis/{outputs['RestAPIId']}/api/_user_request_{path}"
        body = await request.read()
        async with (
            self._calls,
            self._client_session.request(
                request.method,
                URL(target, encoded=True),
                headers=_forwarded_headers(request, self._origin_secret),
                data=BytesIO(body) if body else None,
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding"),
            ) as answer,
        ):
            content = await answer.read()
        headers = _without(answer.headers, _HOP_BY_HOP | {"content-length"})
        return web.Response(status=answer.status, reason=answer.reason, headers=headers, body=content)

    async def _join_websocket(self, request: web.Request) -> web.StreamResponse:
        api = self._outputs()["RealtimeApiId"]
        target = URL(
            f"{self._layout.cloud_url}/_aws/execute-api/{api}/ws?{request.query_string}".replace("http", "ws", 1),
            encoded=True,
        )
        headers = _without(
            _forwarded_headers(request, self._origin_secret),
            {name.lower() for name in request.headers if name.lower().startswith("sec-websocket")},
        )
        protocols = [p.strip() for p in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if p.strip()]
        async with self._client_session.ws_connect(target, headers=headers, protocols=protocols) as upstream:
            browser = web.WebSocketResponse(protocols=[upstream.protocol] if upstream.protocol else ())
            await browser.prepare(request)
            ways = {asyncio.create_task(_pump(browser, upstream)), asyncio.create_task(_pump(upstream, browser))}
            _, unfinished = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in unfinished:
                way.cancel()
            await browser.close()
        return browser

    async def _show_mailbox(self, _: web.Request) -> web.Response:
        page = mailbox.page(await self._mails())
        headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def _list_mail(self, _: web.Request) -> web.Response:
        return web.json_response({"messages": await self._mails()})

    async def _mails(self) -> list[mailbox.Mail]:
        async with self._client_session.get(f"{self._layout.cloud_url}/_ministack/ses/messages") as answer:
            answer.raise_for_status()
            by_account = (await answer.json())["messages"]
        return [mail for mails in by_account.values() for mail in mails]

    def _outputs(self) -> dict[str, str]:
        outputs: dict[str, str] = json.loads(self._layout.outputs.read_text())
        return outputs

    @property
    def _client_session(self) -> ClientSession:
        if self._session is None:
            raise RuntimeError("requests come after start-up")
        return self._session


def _forwarded_headers(request: web.Request, origin_secret: str) -> CIMultiDict[str]:
    """The caller's headers, and what CloudFront adds: who calls, and the proof that it was CloudFront who said so."""
    headers = _without(request.headers, _HOP_BY_HOP | _MADE_ANEW)
    passed_on = [*request.headers.getall("X-Forwarded-For", []), request.remote or "127.0.0.1"]
    headers["X-Forwarded-For"] = ", ".join(passed_on)
    headers["X-Viewer-Address"] = request.remote or "127.0.0.1"
    headers["X-Origin-Secret"] = origin_secret
    headers["X-Forwarded-Proto"] = request.scheme
    headers["X-Forwarded-Host"] = request.host
    return headers


def _without(headers: MultiMapping[str], names: Container[str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in names)


async def _pump(source, target) -> None:  # type: ignore[no-untyped-def]  # either side's WebSocket
    async for message in source:
        if message.type is WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await target.send_bytes(message.data)
    await target.close(code=source.close_code or 1000)

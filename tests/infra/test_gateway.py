"""The local origin hands requests and answers through unchanged, as CloudFront and API Gateway do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, WSMsgType, web

from infra.local.gateway import Gateway
from infra.local.layout import Layout

BODY_OVER_THE_LIMIT = bytes(range(256)) * 6_000


@asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[int]:
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def run_behind_gateway(tmp_path: Path, upstream: web.Application, test: Callable[[str], Awaitable[None]]) -> None:
    """Run the test with the gateway's address while `upstream` plays MiniStack."""

    async def scenario() -> None:
        upstream_application = upstream
        async with served(upstream_application) as cloud_port:
            (tmp_path / "ports.json").write_text(json.dumps({"cloud": cloud_port}))
            layout = Layout(0, tmp_path, records_calls=False)
            layout.outputs.write_text(json.dumps({"RestAPIId": "rest", "RealtimeApiId": "socket"}))
            gateway = Gateway(layout, tmp_path / "dist")
            gateway.open("the origin's secret")
            async with served(gateway.application()) as port:
                await test(f"http://127.0.0.1:{port}")

    asyncio.run(scenario())


def echo() -> web.Application:
    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        seen = {
            "method": request.method,
            "path": request.raw_path,
            "headers": [[name, value] for name, value in request.headers.items()],
            "size": len(body),
        }
        response = web.json_response(
            seen, status=418, headers={"ETag": '"7"', "X-Body": str(body == BODY_OVER_THE_LIMIT)}
        )
        response.headers.add("Set-Cookie", "a=1; Path=/api")
        response.headers.add("Set-Cookie", "b=2; Path=/api")
        return response

    application = web.Application(client_max_size=1 << 30)
    application.router.add_route("*", "/{path:.*}", answer)
    return application


async def ask(origin: str, method: str, path: str, **options: Any) -> tuple[Any, dict[str, list[str]]]:
    async with ClientSession() as session, session.request(method, origin + path, **options) as answer:
        headers: dict[str, list[str]] = {}
        for name, value in answer.headers.items():
            headers.setdefault(name.lower(), []).append(value)
        return {"status": answer.status, "seen": await answer.json()}, headers


def test_method_path_and_repeated_parameters_arrive_as_sent(tmp_path: Path) -> None:
    async def test(origin: str) -> None:
        answer, _ = await ask(origin, "PATCH", "/api/v1/people/a%2Fb?tag=x&tag=y&q=%C3%A9t%C3%A9+1&empty=")
        assert answer["seen"]["method"] == "PATCH"
        assert answer["seen"]["path"] == (
            "/restapis/rest/api/_user_request_/v1/people/a%2Fb?tag=x&tag=y&q=%C3%A9t%C3%A9+1&empty="
        )

    run_behind_gateway(tmp_path, echo(), test)


def test_headers_arrive_and_the_client_address_is_appended(tmp_path: Path) -> None:
    sent = {
        "Authorization": "Bearer token",
        "Cookie": "refresh=1; other=2",
        "If-Match": '"3"',
        "Idempotency-Key": "once",
        "X-Forwarded-For": "203.0.113.9",
        "Accept": "application/json",
    }

    async def test(origin: str) -> None:
        answer, _ = await ask(origin, "POST", "/api/v1/people", headers=sent)
        seen = {name: value for name, value in answer["seen"]["headers"]}
        for name in sent.keys() - {"X-Forwarded-For"}:
            assert seen[name] == sent[name]
        assert seen["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"

    run_behind_gateway(tmp_path, echo(), test)


def test_status_cookies_and_etag_come_back(tmp_path: Path) -> None:
    async def test(origin: str) -> None:
        answer, headers = await ask(origin, "GET", "/api/health")
        assert answer["status"] == 418
        assert headers["set-cookie"] == ["a=1; Path=/api", "b=2; Path=/api"]
        assert headers["etag"] == ['"7"']

    run_behind_gateway(tmp_path, echo(), test)


def test_large_binary_body_arrives_whole(tmp_path: Path) -> None:
    async def test(origin: str) -> None:
        answer, headers = await ask(origin, "PUT", "/api/v1/files", data=BytesIO(BODY_OVER_THE_LIMIT))
        assert answer["seen"]["size"] == len(BODY_OVER_THE_LIMIT) > 1_000_000
        assert headers["x-body"] == ["True"]

    run_behind_gateway(tmp_path, echo(), test)


def test_cloud_that_is_away_is_503_in_our_shape(tmp_path: Path) -> None:
    async def test(origin: str) -> None:
        answer, headers = await ask(origin, "GET", "/api/health")
        assert (answer["status"], answer["seen"]["error"]["code"]) == (503, "unavailable")
        assert headers["retry-after"] == ["1"]
        assert headers["content-security-policy"] == ["default-src 'none'; frame-ancestors 'none'; base-uri 'none'"]
        assert headers["x-content-type-options"] == ["nosniff"]

    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    away = web.Application()
    away.router.add_get("/{path:.*}", hang_up)
    run_behind_gateway(tmp_path, away, test)


def test_websocket_frames_cross_both_ways(tmp_path: Path) -> None:
    async def shout(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(f"{request.path_qs} {request.headers['Origin']}")
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data.upper())
            else:
                await socket.send_bytes(message.data[::-1])
        return socket

    async def test(origin: str) -> None:
        headers = {"Origin": "http://localhost:8080"}
        async with ClientSession() as session, session.ws_connect(f"{origin}/ws?ticket=t1", headers=headers) as socket:
            assert await socket.receive_str() == "/_aws/execute-api/socket/ws?ticket=t1 http://localhost:8080"
            await socket.send_str("hello")
            assert await socket.receive_str() == "HELLO"
            await socket.send_bytes(b"\x01\x02")
            assert await socket.receive_bytes() == b"\x02\x01"

    upstream = web.Application()
    upstream.router.add_get("/_aws/execute-api/socket/ws", shout)
    run_behind_gateway(tmp_path, upstream, test)


def test_caller_and_proof_are_the_gateways_whatever_the_client_claims(tmp_path: Path) -> None:
    async def test(origin: str) -> None:
        claimed = {"X-Viewer-Address": "203.0.113.9", "X-Origin-Secret": "guessed"}
        answer, _ = await ask(origin, "GET", "/api/v1/people", headers=claimed)
        seen = [(name, value) for name, value in answer["seen"]["headers"] if name in claimed]
        assert sorted(seen) == [("X-Origin-Secret", "the origin's secret"), ("X-Viewer-Address", "127.0.0.1")]

    run_behind_gateway(tmp_path, echo(), test)

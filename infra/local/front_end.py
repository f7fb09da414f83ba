"""Serves frontend/dist as CloudFront serves the bucket: the same headers, the same rewriting, compressed, cached alike.

What CloudFront sends is written down once, in infra/template/frontend.yaml, and read from there.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web

from infra import frontend
from infra.frontend import DIST
from infra.frontend_delivery import ALWAYS_ASKED, cache_control
from infra.local.layout import StartRefused
from infra.templates import load_parts


def build_front_end() -> bool:
    """Build what changed; true when something was built.

    Sources that do not build keep the last build in service, so that one half-written page stops nobody: the reason is
    shown. `StartRefused` when there is no earlier build.
    """
    try:
        return frontend.build()
    except frontend.BuildFailed as failed:
        if not frontend.is_built():
            raise StartRefused(str(failed)) from None
        print(f"{failed}\nThe front end served is the last one that did build.", file=sys.stderr, flush=True)
        return False


def is_file_path(path: str) -> bool:
    """Whether this path is a file's or nothing; any other is an address inside the application.

    The template's function PageRewrite decides the same at CloudFront.
    """
    return path.startswith("/assets/") or re.search(r"\.[^/]*$", path) is not None


@cache
def page_headers(origin: str) -> dict[str, str]:
    """The headers of every answer that is not the API's, for browsers at `origin`."""
    policy = _policy("PageHeaders")
    return _meant(security_headers(policy, origin), origin) | {
        item["Header"]: item["Value"] for item in policy["CustomHeadersConfig"]["Items"]
    }


@cache
def stand_in_headers(origin: str) -> dict[str, str]:
    """The headers of what is answered in the API's place."""
    return _meant(security_headers(_policy("ApiHeaders"), origin), origin)


def _policy(name: str) -> dict[str, Any]:
    policy: dict[str, Any] = load_parts()["Resources"][name]["Properties"]["ResponseHeadersPolicyConfig"]
    return policy


def _meant(headers: dict[str, str], origin: str) -> dict[str, str]:
    """Without the header that says nothing where there is no TLS."""
    secure = origin.startswith("https:")
    return {name: value for name, value in headers.items() if secure or name != "Strict-Transport-Security"}


def security_headers(policy: dict[str, Any], origin: str) -> dict[str, str]:
    """What CloudFront sends for a SecurityHeadersConfig."""
    security = policy["SecurityHeadersConfig"]
    transport = security["StrictTransportSecurity"]
    return {
        "Content-Security-Policy": _resolved(security["ContentSecurityPolicy"]["ContentSecurityPolicy"], origin),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": security["FrameOptions"]["FrameOption"],
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "Strict-Transport-Security": f"max-age={transport['AccessControlMaxAgeSec']}"
        + ("; includeSubDomains" if transport["IncludeSubdomains"] else ""),
    }


def _resolved(policy: Any, origin: str) -> str:
    """The content security policy; the WebSocket's origin is all it may leave open."""
    if isinstance(policy, str):
        return policy
    text, _ = policy["Fn::Sub"]
    return str(text).replace("${Realtime}", origin.replace("http", "ws", 1))


class FrontEnd:
    """Answers with the built front end, or with links to the API while there is none."""

    def __init__(self, origin: str, dist: Path = DIST) -> None:
        self._origin = origin
        self._dist = dist

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {**page_headers(self._origin), "Cache-Control": cache_control(request.path)}
        if not self._dist.is_dir():
            return web.Response(text=_welcome(), content_type="text/html", headers=headers)
        file = self._file(request.path if is_file_path(request.path) else "/index.html")
        if file is None:
            headers["Cache-Control"] = ALWAYS_ASKED
            return web.Response(status=404, text="There is no such file.\n", headers=headers)
        return web.FileResponse(file, headers=headers)

    def _file(self, path: str) -> Path | None:
        root = self._dist.resolve()
        wanted = (root / path.lstrip("/")).resolve()
        hidden = any(part.startswith(".") for part in Path(path).parts)
        return wanted if wanted.is_relative_to(root) and wanted.is_file() and not hidden else None


def _welcome() -> str:
    links = {
        "/api/docs": "the API, to read and to try",
        "/api/redoc": "the same as one page",
        "/api/openapi.json": "its OpenAPI description",
        "/api/health": "whether all is well",
        "/mailbox": "the mail it has sent",
    }
    items = "".join(f'<li><a href="{path}">{path}</a>: {text}</li>' for path, text in links.items())
    return f"<!doctype html><title>Alforis CRM</title><h1>Alforis CRM</h1><p>The API is running.</p><ul>{items}</ul>"

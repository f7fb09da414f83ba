"""Calls the application in process, the way API Gateway would: no socket, no server.

`Gateway` turns a request into the proxy event and the answer back into HTTP; `Client` speaks JSON to it and keeps
cookies; `wsgi_application` lets Schemathesis in.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlencode
from uuid import uuid4

from chalice.app import Chalice
from chalice.local import RouteMatcher

from infra.templates import load_parts
from tests.support.lambda_events import LambdaContext, api_event

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names are as sent, `header()` ignores their case."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """The last value of the header."""
        values = self.all_headers(name)
        return values[-1] if values else None

    def all_headers(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Gateway:
    """The REST API in front of one Chalice application.

    Unknown paths and methods get the gateway's own answer, as the infra template words it.
    """

    def __init__(self, app: Chalice) -> None:
        self._app = app
        self._routes = RouteMatcher(list(app.routes))

    def request(self, method: str, path: str, headers: Headers | None = None, body: bytes | None = None) -> Answer:
        """`path` is percent-encoded, begins behind the stage (`/v1/…`) and may carry a query string."""
        try:
            match = self._routes.match_route(path)
        except ValueError:
            return _gateway_answer("MISSING_AUTHENTICATION_TOKEN")
        if method not in self._app.routes[match.route]:
            return _gateway_answer("MISSING_AUTHENTICATION_TOKEN")
        names = [part[1:-1] for part in match.route.split("/") if part.startswith("{")]
        event = api_event(
            method,
            path,
            resource=match.route,
            path_parameters={name: unquote(match.captured[name]) for name in names},
            headers=headers or [],
            body=body or None,
        )
        return _as_answer(self._app(event, LambdaContext("api")))


@dataclass
class Client:
    """One caller: sends JSON, keeps cookies, and carries its access token once it has one."""

    gateway: Gateway
    token: str | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def login(self, login: str, password: str) -> Answer:
        """Log in by e-mail or username; when that succeeds, later requests carry the access token."""
        answer = self.post("/v1/auth/login", {"login": login, "password": password})
        if answer.status == HTTPStatus.OK:
            self.token = answer.json.get("access_token")
        return answer

    def get(self, path: str, query: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """`query` values may be lists. Header keywords are written with underscores: `if_none_match="…"`."""
        return self.request("GET", f"{path}?{urlencode(query, doseq=True)}" if query else path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Sends a fresh Idempotency-Key unless one is given."""
        return self.request("POST", path, body, **{"idempotency_key": str(uuid4()), **headers})

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self.request("PATCH", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Answer:
        return self.request("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.request("DELETE", path, None, **headers)

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """`body` is sent as JSON; bytes are sent as they are."""
        sent = {"Accept": "application/json", "User-Agent": "tests"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.gateway.request(method, path, list(sent.items()), raw)
        self._keep_cookies(answer)
        return answer

    def _keep_cookies(self, answer: Answer) -> None:
        """An empty value or `Max-Age=0` removes the cookie; its path and origin are not looked at."""
        for line in answer.all_headers("Set-Cookie"):
            pair, *attributes = (part.strip() for part in line.split(";"))
            name, _, value = pair.partition("=")
            if not value or "max-age=0" in (attribute.lower() for attribute in attributes):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def wsgi_application(
    gateway: Gateway, mount: str = "/api"
) -> Callable[[dict[str, Any], Callable[[str, Headers], Any]], Iterable[bytes]]:
    """The gateway as a WSGI application whose paths begin with `mount`, as behind the one public origin."""

    def application(environ: dict[str, Any], start_response: Callable[[str, Headers], Any]) -> Iterable[bytes]:
        path = _raw_path(environ)
        query = environ.get("QUERY_STRING", "")
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if path == mount or path.startswith(f"{mount}/"):
            inner = path.removeprefix(mount) or "/"
            answer = gateway.request(
                environ["REQUEST_METHOD"], f"{inner}?{query}" if query else inner, _headers(environ), body
            )
        else:
            answer = _gateway_answer("MISSING_AUTHENTICATION_TOKEN")
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.headers)
        return [answer.body]

    return application


def _raw_path(environ: Mapping[str, Any]) -> str:
    """The path still percent-encoded; WSGI itself keeps the decoded one only, as latin-1."""
    decoded: str = environ["PATH_INFO"]
    raw: str = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    if raw:
        return raw.split("?", 1)[0]
    return quote(decoded.encode("latin-1"), safe="/:@!$&'()*+,;=~")


def _headers(environ: Mapping[str, Any]) -> Headers:
    named = [(name[5:], value) for name, value in environ.items() if name.startswith("HTTP_")]
    named += [(name, environ[name]) for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)]
    return [(name.replace("_", "-").title(), value) for name, value in named]


def _as_answer(response: Mapping[str, Any]) -> Answer:
    headers = [(name, str(value)) for name, value in (response.get("headers") or {}).items()]
    for name, values in (response.get("multiValueHeaders") or {}).items():
        headers += [(name, str(value)) for value in values]
    body = response.get("body") or ""
    raw = base64.b64decode(body) if response.get("isBase64Encoded") else body.encode()
    return Answer(response["statusCode"], headers, raw)


def _gateway_answer(kind: str) -> Answer:
    """What API Gateway answers by itself, taken from the template's GatewayResponses."""
    declared = load_parts()["Resources"]["RestAPI"]["Properties"]["GatewayResponses"][kind]
    body: str = declared["ResponseTemplates"]["application/json"].replace("$context.requestId", str(uuid4()))
    headers = [(name, value.strip("'")) for name, value in declared["ResponseParameters"]["Headers"].items()]
    return Answer(int(declared["StatusCode"]), [*headers, ("Content-Type", "application/json")], body.encode())

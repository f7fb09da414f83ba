"""The in-process gateway does to requests and answers what API Gateway does."""

from __future__ import annotations

import io
from typing import Any

import pytest
from chalice.app import Chalice, Response

from tests.support.http import Client, Gateway, wsgi_application


@pytest.fixture
def echo() -> Gateway:
    app = Chalice("echo", configure_logs=False)

    @app.route("/v1/things/{id}", methods=["GET", "POST"])
    def thing(id: str) -> Response:
        request: Any = app.current_request
        query = {name: request.query_params.getlist(name) for name in request.query_params or {}}
        body = {
            "id": id,
            "query": query,
            "body": request.raw_body.decode(),
            "type": request.headers.get("content-type"),
            "token": request.headers.get("authorization"),
            "key": request.headers.get("idempotency-key"),
            "cookie": request.headers.get("cookie"),
            "request_id": request.context["requestId"],
        }
        return Response(body, {"Set-Cookie": ["a=1; HttpOnly", "b=2; Secure"], "X-One": "1"}, 201)

    @app.route("/v1/bye")
    def bye() -> Response:
        return Response("", {"Set-Cookie": ["a=; Max-Age=0"]}, 204)

    @app.route("/v1/auth/login", methods=["POST"])
    def login() -> Response:
        request: Any = app.current_request
        known = request.json_body == {"login": "ada", "password": "right"}
        return Response({"access_token": "of ada"}, status_code=200) if known else Response({}, status_code=401)

    return Gateway(app)


def test_client_sends_json_with_its_token_and_an_idempotency_key(echo: Gateway) -> None:
    client = Client(echo, token="secret")

    answer = client.post("/v1/things/7", {"name": "é"})

    assert answer.status == 201
    assert answer.json["body"] == '{"name": "\\u00e9"}'
    assert answer.json["type"] == "application/json"
    assert answer.json["token"] == "Bearer secret"
    assert len(answer.json["key"]) == 36
    assert answer.header("x-one") == "1"


def test_client_carries_its_token_after_a_login_only(echo: Gateway) -> None:
    client = Client(echo)

    assert client.login("ada", "wrong").status == 401
    assert client.get("/v1/things/7").json["token"] is None

    client.login("ada", "right")

    assert client.get("/v1/things/7").json["token"] == "Bearer of ada"


def test_client_encodes_the_query_and_keeps_repeated_values(echo: Gateway) -> None:
    answer = Client(echo).get("/v1/things/a%20b", {"type": ["x", "é&"], "q": ""})

    assert answer.json["id"] == "a b"
    assert answer.json["query"] == {"type": ["x", "é&"], "q": [""]}


def test_client_keeps_cookies_until_they_are_removed(echo: Gateway) -> None:
    client = Client(echo)
    client.get("/v1/things/7")

    assert client.get("/v1/things/7").json["cookie"] == "a=1; b=2"

    client.get("/v1/bye")

    assert client.cookies == {"b": "2"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("DELETE", "/v1/things/7"), ("GET", "/v1/things")])
def test_unknown_path_or_method_gets_the_gateways_own_answer(echo: Gateway, method: str, path: str) -> None:
    answer = Client(echo).request(method, path)

    assert answer.status == 404
    assert answer.json["error"]["code"] == "not_found"
    assert answer.header("cache-control") == "no-store"


def test_each_request_has_an_id_of_its_own(echo: Gateway) -> None:
    client = Client(echo)

    assert client.get("/v1/things/7").json["request_id"] != client.get("/v1/things/7").json["request_id"]


@pytest.mark.parametrize(("path", "status"), [("/api/v1/things/a b", 201), ("/v1/things/7", 404), ("/apix", 404)])
def test_wsgi_application_serves_below_its_mount(echo: Gateway, path: str, status: int) -> None:
    started: list[Any] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "q=1&q=2",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "5",
        "wsgi.input": io.BytesIO(b"hello and more"),
    }

    body = b"".join(wsgi_application(echo)(environ, lambda line, headers: started.append((line, headers))))

    assert started[0][0].startswith(f"{status} ")
    if status == 201:
        assert b'"body":"hello"' in body
        assert b'"query":{"q":["1","2"]}' in body
        assert b'"id":"a b"' in body

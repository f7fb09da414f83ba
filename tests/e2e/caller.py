"""One caller of the API over HTTP: keeps its cookies as a browser does, and carries its access token."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import requests

Answer = requests.Response
Exchanges = list[Answer]

FIRST_PARTY = {"X-Requested-With": "alforis"}
"""What our own pages send where a cookie decides."""

_TIMEOUT = 60.0


class Caller:
    """Notes every answer in `exchanges`, so that what holds for all answers can be asked of all of them."""

    def __init__(self, origin: str, exchanges: Exchanges) -> None:
        self.origin = origin
        self.token: str | None = None
        self.user: dict[str, Any] = {}
        self._exchanges = exchanges
        self.cookies: dict[str, str] = {}
        self._session = requests.Session()

    def close(self) -> None:
        self._session.close()

    def login(self, login: str, password: str) -> Answer:
        """Log in by e-mail or username; when that succeeds, later requests carry the access token."""
        answer = self.post("/v1/auth/login", {"login": login, "password": password})
        if answer.status_code == HTTPStatus.OK:
            self._take_tokens(answer)
        return answer

    def refresh(self) -> Answer:
        answer = self.post("/v1/auth/refresh", **FIRST_PARTY)
        if answer.status_code == HTTPStatus.OK:
            self._take_tokens(answer)
        return answer

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Answer:
        return self.request("GET", path, params=query, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Sends a fresh Idempotency-Key unless one is given."""
        return self.request("POST", path, json=body, headers={"Idempotency-Key": str(uuid4()), **headers})

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self.request("PATCH", path, json=body, headers=headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.request("DELETE", path, headers=headers)

    def request(self, method: str, path: str, *, headers: dict[str, str] | None = None, **content: Any) -> Answer:
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if self.cookies:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        answer = self._session.request(
            method, f"{self.origin}/api{path}", headers=sent, timeout=_TIMEOUT, allow_redirects=False, **content
        )
        self._exchanges.append(answer)
        self._keep_cookies(answer)
        return answer

    def create(self, path: str, **fields: Any) -> dict[str, Any]:
        """Create a record that must be accepted; answers it."""
        answer = self.post(path, fields)
        assert answer.status_code == HTTPStatus.CREATED, answer.text
        record: dict[str, Any] = answer.json()
        return record

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """The rows of a list that must answer."""
        answer = self.get(path, query)
        assert answer.status_code == HTTPStatus.OK, answer.text
        rows: list[dict[str, Any]] = answer.json()["items"]
        return rows

    def _keep_cookies(self, answer: Answer) -> None:
        """Browsers treat localhost as secure and keep its Secure cookies, which the jar of `requests` does not."""
        self._session.cookies.clear()
        for line in answer.raw.headers.getlist("Set-Cookie"):
            for name, cookie in SimpleCookie(line).items():
                if cookie["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = cookie.value

    def _take_tokens(self, answer: Answer) -> None:
        self.token = answer.json()["access_token"]
        self.user = answer.json()["user"]


NewCaller = Callable[[], Caller]

"""Asks every route as every actor, with AWS out of order behind it.

Authentication is replaced by a table of callers; routing, parsing, the policy, handlers, services and repositories are
the real ones. A caller who gets past every check ends at the dead table (503) or is answered without it; a caller who
does not gets 401 or 403. So a case costs a fraction of a millisecond, and nothing has to exist.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError

from app import app
from chalicelib import wiring
from chalicelib.domain.changes import AuditEntry, IdempotencyRecord
from chalicelib.domain.errors import Unauthenticated
from chalicelib.domain.policy import Grants, Principal, Scope
from chalicelib.domain.tokens import RefreshToken, write_one_time_token, write_refresh_token
from chalicelib.handlers import http, openapi
from tests.rbac.oracle import Holder
from tests.support.factories import make_id
from tests.support.lambda_events import LambdaContext, api_event

Event = dict[str, Any]

_PARAMETERS = {"name": "docs.css", "slug": "sales", "token": "x", "view": "today"}
_CONTEXT = LambdaContext("api")
_NEW_API_KEY = "POST /v1/api-keys"
_GRANTING = {_NEW_API_KEY: "scopes", "POST /v1/roles": "permissions"}
"""Nobody gives what they do not hold: these bodies name a permission of the actor. One who holds none has no key."""


@dataclass(frozen=True)
class Outcome:
    """`denied` is the permission a 403 names, and `audited` the permissions in the audit entries it left."""

    status: int
    denied: str | None
    audited: tuple[str, ...]


class KnownCallers:
    """An `Authenticator` over a table: the token is the holder's name."""

    def __init__(self, holders: Sequence[Holder]) -> None:
        self._principals = {h.name: _principal(h.permissions) for h in holders if h.permissions is not None}

    def authenticate(
        self, authorization: str, idempotency_key: str | None
    ) -> tuple[Principal, IdempotencyRecord | None]:
        del idempotency_key
        found = self._principals.get(authorization.removeprefix("Bearer "))
        if found is None:
            raise Unauthenticated("Please log in.")
        return found, None


class Trail:
    """An `AuditTrail` that remembers."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

    def record(self, entry: AuditEntry) -> None:
        self.entries.append(entry)


class Matrix:
    """The prepared requests, by "METHOD /path"."""

    def __init__(self, holders: Sequence[Holder]) -> None:
        self._events = {key: _event(key, route) for key, route in served_routes().items()}
        self._trail = Trail()
        self._callers = KnownCallers(holders)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Inside a running application: the table of callers, and AWS out of order."""
        wiring.secrets()
        with ExitStack() as stack:
            stack.enter_context(patch.object(wiring, "authenticator", lambda: self._callers))
            stack.enter_context(patch.object(wiring, "audit_trail", lambda: self._trail))
            stack.enter_context(patch.object(http, "_observe", lambda *_: None))
            stack.enter_context(patch.object(BaseClient, "_make_api_call", _out_of_order))
            yield

    def send(self, key: str, authorization: str | None, **event: Any) -> Event:
        """The prepared request with these credentials; answers as API Gateway gets it."""
        prepared = self._events[key]
        headers = {**prepared["headers"], **({"Authorization": authorization} if authorization else {})}
        many = {name: [value] for name, value in headers.items()}
        response: Event = app({**prepared, "headers": headers, "multiValueHeaders": many, **event}, _CONTEXT)
        return response

    def ask(self, key: str, holder: Holder) -> Outcome:
        self._trail.entries.clear()
        body = self._events[key]["body"]
        if key in _GRANTING and holder.permissions:
            body = json.dumps({**json.loads(body), _GRANTING[key]: [min(holder.permissions)]})
        authorization = f"Bearer {holder.name}" if holder.permissions is not None else None
        response = self.send(key, authorization, body=body)
        audited = tuple(str(entry.changes["permission"]) for entry in self._trail.entries)
        return Outcome(response["statusCode"], _denied(response), audited)

    def mismatches(self, routes: Mapping[str, str], holders: Sequence[Holder]) -> list[str]:
        """The cases in which the application does not do what the oracle says."""
        return [
            f"{key} as {holder.name}: {outcome}"
            for key, permission in routes.items()
            for holder in holders
            if (key, holder.permissions) != (_NEW_API_KEY, frozenset())
            and not _agrees(outcome := self.ask(key, holder), permission, holder)
        ]


def served_routes() -> dict[str, http.Route]:
    """Every method and path that is served, PUT aliases included."""
    return {f"{method} {r.path}": r for r in http.ROUTES for method in (r.method, *r.aliases)}


def _agrees(outcome: Outcome, permission: str, holder: Holder) -> bool:
    if holder.may(permission):
        return outcome.status not in (401, 403, 500) and not outcome.audited
    if holder.permissions is None:
        return outcome.status == 401 and not outcome.audited
    return outcome == Outcome(403, permission, (permission,))


def _denied(response: Mapping[str, Any]) -> str | None:
    if response["statusCode"] != 403:
        return None
    details = json.loads(response["body"])["error"]["details"]
    return str(details[0]["message"]) if details else ""


def _principal(permissions: frozenset[str]) -> Principal:
    grants = Grants(permissions=permissions, scopes={"default": Scope.ALL})
    return Principal(user_id=make_id(), team_id=make_id(), role="custom", grants=grants, session_id=make_id())


def _event(key: str, route: http.Route) -> Event:
    method, path = key.split(" ", 1)
    parameters = {name: _PARAMETERS.get(name) or make_id() for name in re.findall(r"\{(\w+)\}", path)}
    address = re.sub(r"\{(\w+)\}", lambda match: parameters[match[1]], path)
    body = json.dumps(_body(route)).encode() if route.body else None
    query = "?q=acme" if path.startswith("/v1/search") else ""
    return api_event(method, address + query, resource=path, path_parameters=parameters, headers=_headers(), body=body)


def _body(route: http.Route) -> Any:
    """The body's example in the documentation; tokens are ones of ours, so that they get past their seal."""
    document = openapi.document()["components"]["examples"]
    assert route.body is not None
    body = copy.deepcopy(document[route.body.__name__]["value"])
    sealed = write_one_time_token(wiring.secrets(), make_id())
    return {name: sealed if name in ("token", "challenge") else value for name, value in body.items()}


def _headers() -> list[tuple[str, str]]:
    refresh = write_refresh_token(wiring.secrets(), RefreshToken(make_id(), make_id(), "secret"))
    return [
        ("Content-Type", "application/json"),
        ("Accept", "application/json"),
        ("X-Requested-With", "alforis"),
        ("Cookie", f"__Host-refresh={refresh}"),
    ]


def _out_of_order(client: BaseClient, operation_name: str, api_params: Any) -> Any:
    del operation_name, api_params
    raise EndpointConnectionError(endpoint_url=client.meta.endpoint_url)

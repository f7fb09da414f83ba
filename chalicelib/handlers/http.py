"""The endpoint decorator: what a route declares, and the one path every request takes.

A route declares method, path, permission, body, query, answer and errors; the decorator parses and validates,
authenticates, authorises, replays idempotent requests, answers with an ETag, maps errors, logs, and registers the
route for OpenAPI.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Final, Literal

from chalice.app import Blueprint, Response
from chalice.app import Request as ChaliceRequest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from chalicelib import wiring
from chalicelib.domain import errors, policy
from chalicelib.domain.callers import Caller, IdempotencyClaim
from chalicelib.domain.changes import Answer, IdempotencyRecord
from chalicelib.domain.policy import Principal
from chalicelib.domain.records import Record, Ref
from chalicelib.domain.types import ULID_PATTERN
from chalicelib.handlers.addresses import client_ip
from chalicelib.observability import MetricUnit, get_logger, get_metrics, report_error
from chalicelib.services.records import answer_record, audit_entry, invalid_input

PUBLIC: Final = "public"
"""Anyone may call it. Only the routes of `PUBLIC_ROUTES` may say so."""
SIGNED_IN: Final = "signed_in"
"""Any authenticated user may call it, on their own account only."""

PUBLIC_ROUTES = frozenset(
    {
        "GET /health",
        "GET /docs",
        "GET /redoc",
        "GET /openapi.json",
        "GET /docs/assets/{name}",
        "POST /v1/auth/login",
        "POST /v1/auth/totp",
        "POST /v1/auth/refresh",
        "POST /v1/auth/logout",
        "POST /v1/auth/forgot-password",
        "POST /v1/auth/reset-password",
        "GET /v1/auth/invitations/{token}",
        "POST /v1/auth/accept-invitation",
    }
)

MAX_BODY_BYTES = 1_000_000
MAX_DEPTH = 32
JSON = "application/json"
ROW_COUNT = "X-Row-Count"

STATUS: Mapping[type[errors.DomainError], int] = {
    errors.MalformedRequest: 400,
    errors.InvalidInput: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.StaleVersion: 412,
    errors.PayloadTooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
    errors.DomainError: 500,
}
"""The status of each error; a subclass without a line of its own has that of its nearest base."""

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Route:
    """What the endpoint decorator knows of a route; the source of OpenAPI and of the permission matrix."""

    method: str
    path: str
    permission: str
    summary: str
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: Any
    status: int
    errors: tuple[type[errors.DomainError], ...]
    tag: str
    versioned: bool
    media_type: str
    aliases: tuple[str, ...]
    idempotent: bool
    name: str
    headers: Mapping[str, str]
    personal: str | None


ROUTES: list[Route] = []


@dataclass(frozen=True, slots=True)
class Call:
    """One request, parsed: `body` and `query` are instances of the declared models."""

    caller: Caller
    body: Any
    query: Any
    path: Mapping[str, str]
    headers: Mapping[str, str]
    version: int | None = None

    @property
    def principal(self) -> Principal:
        return self.caller.principal

    @property
    def changes(self) -> dict[str, Any]:
        """The fields a partial update gives, without the version."""
        given: dict[str, Any] = {n: getattr(self.body, n) for n in self.body.model_fields_set if n != "version"}
        return given


@dataclass(frozen=True, slots=True)
class Result:
    """What an endpoint answers when a plain body does not say it all. `cookies` are whole Set-Cookie values."""

    body: Any
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    version: int | None = None


class NoQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ErrorDetail(BaseModel):
    """One reason; further keys (such as the other record's `id`) depend on the code."""

    model_config = ConfigDict(extra="allow")

    field: str
    message: str


class ErrorBody(BaseModel):
    """`current`, `base` and `submitted` come with `stale_version` only."""

    code: str
    message: str
    details: list[ErrorDetail]
    request_id: str
    current: dict[str, Any] | None = None
    base: dict[str, Any] | None = None
    submitted: dict[str, Any] | None = None


class ErrorAnswer(BaseModel):
    error: ErrorBody


Handler = Callable[[Call], Any]
Method = Literal["GET", "POST", "PATCH", "DELETE"]


def endpoint(
    blueprint: Blueprint,
    method: Method,
    path: str,
    *,
    permission: str,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    answer: Any = None,
    status: int = 200,
    raises: tuple[type[errors.DomainError], ...] = (),
    tag: str = "",
    versioned: bool = False,
    media_type: str = JSON,
    idempotent: bool = True,
    headers: Mapping[str, str] | None = None,
    personal: str | None = None,
) -> Callable[[Handler], Handler]:
    """Register `handler` as a route of `blueprint`.

    `permission` is one of `policy.PERMISSIONS`, `SIGNED_IN` or (listed in `PUBLIC_ROUTES`) `PUBLIC`; anything else
    raises `ValueError` at import. `versioned` routes take If-Match. A PATCH is served under PUT as well.
    `idempotent` POST routes keep their answer under the caller's Idempotency-Key; answers that carry credentials
    are never kept. `headers` of the answer map name to description. `personal` is the kind whose personal data the
    answer shows: who got it is noted in the access log before it goes out.
    """
    _check_permission(method, path, permission)

    def register(handler: Handler) -> Handler:
        route = Route(
            method=method,
            path=path,
            permission=permission,
            summary=(handler.__doc__ or handler.__name__.replace("_", " ")).strip(),
            body=body,
            query=query,
            answer=answer,
            status=status,
            errors=raises,
            tag=tag or path.split("/")[2 if path.startswith("/v1/") else 1],
            versioned=versioned,
            media_type=media_type,
            aliases=("PUT",) if method == "PATCH" else (),
            idempotent=idempotent and method == "POST" and permission != PUBLIC,
            name=handler.__name__,
            headers=headers or {},
            personal=personal,
        )
        ROUTES.append(route)

        @wraps(handler)
        def view(**parameters: str) -> Response:
            return serve(route, handler, blueprint.current_request, parameters)

        methods = [method, *route.aliases]
        blueprint.route(
            path,
            methods=methods,
            name=f"{handler.__module__}.{handler.__name__}",
            content_types=["*/*", JSON],
        )(view)
        return handler

    return register


def _check_permission(method: str, path: str, permission: str) -> None:
    if permission == PUBLIC:
        if f"{method} {path}" not in PUBLIC_ROUTES:
            raise ValueError(f"{method} {path} is not on the list of public routes")
    elif permission != SIGNED_IN and permission not in policy.PERMISSIONS:
        raise ValueError(f"{method} {path} declares an unknown permission: {permission!r}")


def serve(route: Route, handler: Handler, request: ChaliceRequest, parameters: Mapping[str, str]) -> Response:
    """Answer one request. Never raises: what is not a domain error becomes a 500 without internals."""
    started = time.perf_counter()
    request_id = str(request.context.get("requestId") or request.headers.get("x-request-id") or "")
    logger = get_logger()
    logger.set_correlation_id(request_id)
    principal: Principal | None = None
    try:
        principal, kept = _authenticate(route, request)
        with _denials_recorded(route, principal, request, parameters, request_id):
            _authorise(route, principal)
            response = _respond(route, handler, request, parameters, principal, kept, request_id)
    except errors.DomainError as error:
        response = error_response(error, request_id)
    except Exception as error:
        report_error(error)
        logger.exception("request_failed", route=f"{route.method} {route.path}")
        response = error_response(errors.DomainError("Something went wrong on our side."), request_id)
    _observe(route, response, principal, time.perf_counter() - started)
    return response


def _authenticate(route: Route, request: ChaliceRequest) -> tuple[Principal | None, IdempotencyRecord | None]:
    if route.permission == PUBLIC:
        return None, None
    key = _idempotency_key(route, request)
    return wiring.authenticator().authenticate(request.headers.get("authorization", ""), key)


def _authorise(route: Route, principal: Principal | None) -> None:
    if principal is not None and route.permission != SIGNED_IN:
        policy.require(principal, route.permission)


@contextmanager
def _denials_recorded(
    route: Route,
    principal: Principal | None,
    request: ChaliceRequest,
    parameters: Mapping[str, str],
    request_id: str,
) -> Iterator[None]:
    """Audits a `Forbidden` before it is answered; a denial that cannot be audited is answered as the failure it is."""
    try:
        yield
    except errors.Forbidden as error:
        if principal is not None:
            by = Caller(principal, request_id, client_ip(request))
            record_denial(by, f"{route.method} {route.path}", error, "/".join(parameters.values()))
        raise


def _respond(
    route: Route,
    handler: Handler,
    request: ChaliceRequest,
    parameters: Mapping[str, str],
    principal: Principal | None,
    kept: IdempotencyRecord | None,
    request_id: str,
) -> Response:
    raw = request.raw_body
    raw = raw.encode() if isinstance(raw, str) else raw or b""
    if len(raw) > MAX_BODY_BYTES:
        raise errors.PayloadTooLarge(f"The body is larger than {MAX_BODY_BYTES} bytes.")
    claim = _claim(route, request, raw)
    if kept is not None and claim is not None:
        return _replayed(kept, claim, request_id)
    version = _if_match(route, request)
    body = _parsed_body(route, request, raw)
    call = Call(
        caller=Caller(principal or ANONYMOUS, request_id, client_ip(request), claim),
        body=body,
        query=_parsed_query(route, request),
        path=_checked_path(parameters),
        headers=request.headers,
        version=_one_version(version, body),
    )
    try:
        result = handler(call)
    except errors.AlreadyAnswered as answered:
        if claim is None:
            raise
        return _replayed(answered.answer, claim, request_id)
    response = _response(route, result, request, request_id)
    if route.personal is not None:
        _note_access(route, route.personal, call, response)
    if response.status_code < 300:
        _keep(call, response)
    return response


def _note_access(route: Route, kind: str, call: Call, response: Response) -> None:
    """An access that cannot be noted is answered as the failure it is, and shows nothing."""
    rows = response.headers.get(ROW_COUNT)
    wiring.access_log().note(
        call.caller,
        f"{route.method} {route.path}",
        Ref(kind, call.path["id"]) if "id" in call.path else None,
        kind,
        rows=int(str(rows)) if rows is not None else None,
    )


ANONYMOUS = Principal(user_id="anonymous", role="", grants=policy.Grants(), via="system")


# Idempotency


_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def _idempotency_key(route: Route, request: ChaliceRequest) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is None or not route.idempotent:
        return None
    if not _KEY.fullmatch(key):
        raise errors.MalformedRequest(
            "The Idempotency-Key is not valid.",
            [errors.Detail("Idempotency-Key", "must be 1 to 200 visible ASCII characters")],
        )
    return str(key)


def _claim(route: Route, request: ChaliceRequest, raw: bytes) -> IdempotencyClaim | None:
    key = _idempotency_key(route, request)
    if key is None:
        return None
    path = str(request.context.get("path") or request.path)
    fingerprint = hashlib.sha256(b"\0".join([route.method.encode(), path.encode(), raw])).hexdigest()
    return IdempotencyClaim(key, fingerprint, lambda result: _answer(route, result))


def _answer(route: Route, result: Any) -> Answer:
    shaped = _shape(route, result)
    return Answer(shaped.status or route.status, shaped.body, _etag(shaped.version))


def _replayed(kept: IdempotencyRecord, claim: IdempotencyClaim, request_id: str) -> Response:
    if kept.request_hash != claim.request_hash:
        raise errors.IdempotencyMismatch("This Idempotency-Key was used for another request.")
    headers = {**kept.answer.headers, "Idempotent-Replayed": "true"}
    return _json_response(kept.answer.body, kept.answer.status, headers, request_id)


def _keep(call: Call, response: Response) -> None:
    """Keep the answer of a request whose use case did not keep one with its change."""
    claim = call.caller.idempotency
    if claim is None or claim.used:
        return
    body = json.loads(response.body) if response.body else None
    answer = Answer(
        response.status_code,
        body,
        {name: str(value) for name, value in response.headers.items() if name == "ETag"},
    )
    caller = replace(call.caller, idempotency=replace(claim, present=lambda _: answer))
    record = answer_record(wiring.clock(), caller, None)
    if record is not None:
        wiring.idempotency().keep(record)


# Parsing


def _parsed_body(route: Route, request: ChaliceRequest, raw: bytes) -> BaseModel | None:
    if route.body is None:
        return None
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != JSON:
        raise errors.UnsupportedMediaType(f"The body must be {JSON}.")
    strict_json(raw)
    try:
        return route.body.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise invalid_input(error) from error


def strict_json(raw: bytes) -> Any:
    """The JSON value of `raw`; refuses what JSON does not have (NaN), and what hides intent (duplicate keys)."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except RecursionError as error:
        raise errors.MalformedRequest(f"The body is nested deeper than {MAX_DEPTH} levels.") from error
    except UnicodeDecodeError as error:
        raise errors.MalformedRequest("The body is not UTF-8.") from error
    except ValueError as error:
        reason = str(error) if isinstance(error, _NotJson) else "The body is not valid JSON."
        raise errors.MalformedRequest(reason) from error
    _check_tree(value, MAX_DEPTH)
    return value


class _NotJson(ValueError):
    """Accepted by Python's parser, refused by ours."""


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotJson("The body has a key twice in one object.")
    return found


def _no_constant(name: str) -> Any:
    raise _NotJson(f"{name} is not a JSON value.")


def _check_tree(value: Any, depth: int) -> None:
    if depth == 0 and isinstance(value, dict | list):
        raise errors.MalformedRequest(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, dict):
        for key, item in value.items():
            _check_tree(key, depth)
            _check_tree(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check_tree(item, depth - 1)
    elif isinstance(value, str) and re.search(r"[\ud800-\udfff]", value):
        raise errors.MalformedRequest("The body has an unpaired surrogate character.")


def _parsed_query(route: Route, request: ChaliceRequest) -> BaseModel:
    """Query parameters as the model's fields; a repeated parameter is a list. Extra ones are refused by the model."""
    given = request.query_params
    model = route.query or NoQuery
    values: dict[str, list[str]] = {name: given.getlist(name) for name in given} if given else {}
    many = {name for name, info in model.model_fields.items() if "list" in str(info.annotation)}
    extra_many = model.model_config.get("extra") == "allow"
    flat = {n: v if n in many or (extra_many and n not in model.model_fields) else v[-1] for n, v in values.items()}
    try:
        return model.model_validate(flat)
    except ValidationError as error:
        raise invalid_input(error) from error


_ULID = re.compile(ULID_PATTERN)


def _checked_path(parameters: Mapping[str, str]) -> Mapping[str, str]:
    """Identifiers of the wrong shape name nothing."""
    for name, value in parameters.items():
        if name.endswith("id") and not _ULID.fullmatch(value):
            raise errors.NotFound("There is no such record.")
    return parameters


def _if_match(route: Route, request: ChaliceRequest) -> int | None:
    given = request.headers.get("if-match")
    if given is None or not route.versioned or given.strip() == "*":
        return None
    match = re.fullmatch(r'(?:W/)?"([1-9][0-9]{0,9})"|([1-9][0-9]{0,9})', given.strip())
    if not match:
        raise errors.MalformedRequest(
            "If-Match is not valid.", [errors.Detail("If-Match", 'must be an ETag such as "3", or *')]
        )
    return int(match[1] or match[2])


def _one_version(header: int | None, body: BaseModel | None) -> int | None:
    given = getattr(body, "version", None)
    if header is not None and given is not None and header != given:
        raise errors.InvalidInput("If-Match and version differ.", [errors.Detail("version", "differs from If-Match")])
    return header if header is not None else given


# Answering


def _shape(route: Route, result: Any) -> Result:
    """The result with a JSON-ready body."""
    shaped = result if isinstance(result, Result) else Result(result)
    value = shaped.body
    version = shaped.version
    if isinstance(value, Record):
        version, value = value.version, value.row()
    elif isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    elif route.answer is not None and not isinstance(value, (dict, list, str, bytes)):
        value = TypeAdapter(route.answer).dump_python(value, mode="json")
    return Result(value, shaped.status, shaped.headers, shaped.cookies, version)


def _etag(version: int | None) -> dict[str, str]:
    return {"ETag": f'"{version}"'} if version is not None else {}


def _response(route: Route, result: Any, request: ChaliceRequest, request_id: str) -> Response:
    shaped = _shape(route, result)
    headers: dict[str, Any] = {**_etag(shaped.version), **shaped.headers}
    if shaped.cookies:
        headers["Set-Cookie"] = list(shaped.cookies)
    etag = headers.get("ETag")
    if route.method == "GET" and etag and _still_current(etag, request.headers.get("if-none-match", "")):
        return _plain_response("", 304, headers, request_id)
    if route.media_type != JSON:
        content = {"Content-Type": route.media_type, **headers}
        return _plain_response(shaped.body, shaped.status or route.status, content, request_id)
    return _json_response(shaped.body, shaped.status or route.status, headers, request_id)


def _still_current(etag: str, given: str) -> bool:
    """If-None-Match is compared weakly (RFC 9110), so `W/"3"` names our `"3"`."""
    tags = [tag.strip().removeprefix("W/") for tag in given.split(",")]
    return tags == ["*"] or etag in tags


def _json_response(body: Any, status: int, headers: Mapping[str, Any], request_id: str) -> Response:
    text = "" if status == 204 else json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _plain_response(text, status, {"Content-Type": JSON, **headers}, request_id)


def _plain_response(body: Any, status: int, headers: Mapping[str, Any], request_id: str) -> Response:
    return Response(body=body, status_code=status, headers={**SECURITY_HEADERS, "X-Request-Id": request_id, **headers})


def status_of(error: type[errors.DomainError]) -> int:
    """The status of an error class: its own line in the table, else that of its nearest base."""
    return next(STATUS[base] for base in error.__mro__ if base in STATUS)


def error_content(error: errors.DomainError, request_id: str) -> dict[str, Any]:
    """The error object of SPEC §1."""
    details = [{"field": d.field, "message": d.message, **(d.extra or {})} for d in error.details]
    content: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "details": details,
        "request_id": request_id,
    }
    if isinstance(error, errors.StaleVersion):
        submitted = TypeAdapter(dict[str, Any]).dump_python(error.submitted or {}, mode="json")
        content |= {"current": error.current, "base": error.base, "submitted": submitted}
    return content


def error_response(error: errors.DomainError, request_id: str) -> Response:
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, errors.TooManyRequests) else {}
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return _json_response({"error": error_content(error, request_id)}, status_of(type(error)), headers, request_id)


def record_denial(by: Caller, action: str, error: errors.Forbidden, path: str) -> None:
    """Audit that `by` was refused `action` on what `path` names."""
    changes = {"permission": error.permission, "path": path}
    resource = error.permission.partition(":")[0]
    entry = audit_entry(wiring.clock(), by, action, "denied", resource, None, changes)
    wiring.audit_trail().record(entry)


def _observe(route: Route, response: Response, principal: Principal | None, seconds: float) -> None:
    milliseconds = round(seconds * 1000, 2)
    get_logger().info(
        "request_served",
        method=route.method,
        route=route.path,
        status=response.status_code,
        duration_ms=milliseconds,
        user_id=principal.user_id if principal else None,
    )
    metrics = get_metrics()
    metrics.add_metric("RequestLatency", MetricUnit.Milliseconds, milliseconds)
    if response.status_code >= 500:
        metrics.add_metric("RequestErrors", MetricUnit.Count, 1)
    metrics.flush_metrics()

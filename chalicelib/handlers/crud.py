"""The routes every kind of record has; a blueprint adds its own beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from chalice.app import Blueprint
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.callers import Caller
from chalicelib.domain.listing import Filter, ListedKind, ListQuery, Page, Sort, Visibility, filtered_field
from chalicelib.domain.records import Kind, Record, patch_model
from chalicelib.domain.types import Id, Version
from chalicelib.handlers.cursors import decode_cursor, encode_cursor
from chalicelib.handlers.http import Call, Handler, Method, endpoint, error_content, record_denial, status_of
from chalicelib.services.records import BulkOutcome, RecordService, bulk

ServiceOf = Callable[[], RecordService[Any]]

BULK_LIMIT = 100
FILTER_VALUES = 100
FILTER_VALUE_LENGTH = 200
SORT_KEYS = 5


class FilterParameters(BaseModel):
    """Any other parameter is a filter: `field`, or `field__` with gte, lte, prefix, ne or empty."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    q: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, description="full-text search inside the list"
    )


class SortParameters(FilterParameters):
    sort: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, description="field or -field; several by comma"
    )


class ListParameters(SortParameters):
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, StringConstraints(max_length=500)] | None = None
    facets: list[Annotated[str, StringConstraints(max_length=60)]] | None = Field(
        default=None, description="fields to count by value"
    )
    deleted: bool = Field(default=False, description="list the trash instead (needs the delete permission)")


class PageParameters(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, StringConstraints(max_length=500)] | None = None


class VersionBody(BaseModel):
    """`version` is the one the caller saw; none means whatever is stored."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    version: Version | None = None


class Answered(BaseModel):
    """A shape that describes answers; only the OpenAPI document is made from it, so it is built when that is."""

    model_config = ConfigDict(defer_build=True)


class Change(Answered):
    version: int
    at: str
    by: str
    changes: dict[str, tuple[Any, Any]] = Field(description="field to [old, new]")
    data: dict[str, Any] = Field(description="the whole record at this version")


class HistoryPage(Answered):
    items: list[Change]
    next_cursor: str | None


class TimelineItem(Answered):
    type: str = Field(description="interaction, task or change")
    kind: str
    id: str
    at: str
    record: dict[str, Any]


class TimelinePage(Answered):
    items: list[TimelineItem]
    next_cursor: str | None


class Access(Answered):
    """Per permitted action the reasons: `scope_all`, `team`, `owner_or_assignee`."""

    actions: dict[str, list[str]]


class BulkItem(Answered):
    index: int
    status: int
    record: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


class BulkAnswer(Answered):
    """One entry per item of the request, in its order."""

    items: list[BulkItem]
    succeeded: int
    failed: int


def list_query(kind: ListedKind, parameters: ListParameters, offset: int) -> ListQuery:
    """The question a list request asks; unknown fields are refused by name."""
    for name in parameters.facets or ():
        known_field(kind, name, "facets")
    return ListQuery(
        kind=kind.kind,
        visibility=Visibility(),
        filters=list_filters(kind, parameters),
        sort=list_order(kind, parameters),
        text=parameters.q or "",
        limit=parameters.limit,
        offset=offset,
        facets=tuple(parameters.facets or ()),
        deleted=parameters.deleted,
    )


def list_filters(kind: ListedKind, parameters: FilterParameters) -> tuple[Filter, ...]:
    return tuple(_filter(kind, name, values) for name, values in (parameters.model_extra or {}).items())


def list_order(kind: ListedKind, parameters: SortParameters) -> tuple[Sort, ...]:
    sort = tuple(_sort(kind, key) for key in (parameters.sort or "").split(",") if key)
    if len(sort) > SORT_KEYS:
        raise errors.InvalidInput("Too many sort fields.", [errors.Detail("sort", f"takes at most {SORT_KEYS} fields")])
    return sort


def _filter(kind: ListedKind, name: str, values: list[str]) -> Filter:
    field, operator = filtered_field(name)
    known_field(kind, field, name)
    if any(len(value) > FILTER_VALUE_LENGTH for value in values) or len(values) > FILTER_VALUES:
        limits = f"at most {FILTER_VALUES} values of at most {FILTER_VALUE_LENGTH} characters"
        raise errors.InvalidInput("A filter is too long.", [errors.Detail(name, limits)])
    if operator == "prefix" and not all(value.strip() for value in values):
        raise errors.InvalidInput("A prefix is blank.", [errors.Detail(name, "must not be blank")])
    return Filter(field, operator, tuple(values))


def _sort(kind: ListedKind, key: str) -> Sort:
    return Sort(known_field(kind, key.removeprefix("-"), "sort"), key.startswith("-"))


def known_field(kind: ListedKind, field: str, parameter: str) -> str:
    if field not in kind.fields:
        raise errors.InvalidInput(
            f"{field} is not a field of this list.", [errors.Detail(parameter, "is not a field of this list")]
        )
    return field


def listing(
    call: Call, kind: ListedKind, ask: Callable[[ListQuery], Page], narrow: tuple[Filter, ...] = ()
) -> dict[str, Any]:
    """The answer of a list endpoint: items, total, next_cursor and, when asked for, facets."""
    parameters: ListParameters = call.query
    scope = (
        "list",
        kind.kind,
        call.principal.user_id,
        parameters.model_dump(mode="json", exclude={"cursor", "limit"}),
    )
    offset = int(decode_cursor(parameters.cursor, *scope)) if parameters.cursor else 0
    query = list_query(kind, parameters, offset)
    page = ask(replace(query, filters=(*query.filters, *narrow)))
    end = offset + len(page.rows)
    answer: dict[str, Any] = {
        "items": page.rows,
        "total": page.total,
        "next_cursor": encode_cursor(end, *scope) if page.rows and end < page.total else None,
    }
    return {**answer, "facets": page.facets} if parameters.facets else answer


@dataclass(frozen=True, slots=True)
class _Crud:
    """What the routes of one kind share."""

    blueprint: Blueprint
    kind: Kind[Any]
    service: ServiceOf
    tag: str
    key: str
    permission: str | None

    @property
    def base(self) -> str:
        return f"/v1/{self.tag}"

    @property
    def one(self) -> str:
        return f"/{{{self.key}}}"

    def may(self, action: str) -> str:
        return self.permission or f"{self.kind.resource}:{action}"

    @property
    def personal(self) -> str | None:
        """What a route that shows one record in full passes on, for the access log."""
        return personal_kind(self.kind)

    def endpoint(self, method: Method, path: str, action: str, **declared: Any) -> Callable[[Handler], Handler]:
        return endpoint(self.blueprint, method, self.base + path, permission=self.may(action), tag=self.tag, **declared)


def crud_routes(
    blueprint: Blueprint,
    kind: Kind[Any],
    service: ServiceOf,
    *,
    path: str | None = None,
    only: frozenset[str] = frozenset(),
    key: str = "id",
    permission: str | None = None,
) -> None:
    """Register list, create, get, update, delete, restore, history, access and the bulk routes of `kind`.

    `only` names the ones wanted; empty means all. `key` is the path parameter that names a record: one that ends in
    `id` takes ULIDs only. `permission` is what all of them need, in place of the resource's own.
    """
    crud = _Crud(blueprint, kind, service, path or kind.resource, key, permission)
    for name, register in _ROUTES.items():
        if not only or name in only:
            register(crud)


def _list_route(crud: _Crud) -> None:
    @crud.endpoint("GET", "", "read", query=ListParameters, answer=page_model(crud.kind), raises=(errors.InvalidInput,))
    def list_records(call: Call) -> Any:
        """List, filter, sort and count."""
        return listing(call, crud.kind.listed, lambda query: crud.service().page(call.caller, query))


def _create_route(crud: _Crud) -> None:
    refusals = (errors.InvalidInput, errors.Duplicate)

    @crud.endpoint("POST", "", "create", body=crud.kind.fields, answer=crud.kind.model, status=201, raises=refusals)
    def create_record(call: Call) -> Any:
        """Create a record."""
        return crud.service().create(call.caller, call.body)


def _get_route(crud: _Crud) -> None:
    declared = {"answer": crud.kind.model, "raises": (errors.NotFound,), "personal": crud.personal}

    @crud.endpoint("GET", crud.one, "read", **declared)
    def get_record(call: Call) -> Any:
        """Read one record; answers 304 to a current If-None-Match."""
        return crud.service().get(call.caller, call.path[crud.key])


def _update_route(crud: _Crud) -> None:
    patch = patch_model(crud.kind.fields)
    refusals = (errors.InvalidInput, errors.NotFound, errors.Duplicate, errors.StaleVersion)

    @crud.endpoint("PATCH", crud.one, "update", body=patch, answer=crud.kind.model, versioned=True, raises=refusals)
    def update_record(call: Call) -> Any:
        """Change the given fields."""
        return crud.service().update(call.caller, call.path[crud.key], call.changes, call.version)


def _delete_route(crud: _Crud) -> None:
    refusals = (errors.NotFound, errors.StaleVersion, errors.Conflict)

    @crud.endpoint("DELETE", crud.one, "delete", answer=crud.kind.model, versioned=True, raises=refusals)
    def delete_record(call: Call) -> Any:
        """Move a record to the trash."""
        return crud.service().delete(call.caller, call.path[crud.key], call.version)


def _restore_route(crud: _Crud) -> None:
    refusals = (errors.InvalidInput, errors.NotFound, errors.Duplicate)

    @crud.endpoint("POST", crud.one + "/restore", "delete", answer=crud.kind.model, raises=refusals)
    def restore_record(call: Call) -> Any:
        """Take a record out of the trash."""
        return crud.service().restore(call.caller, call.path[crud.key])


def _history_route(crud: _Crud) -> None:
    declared = {"answer": HistoryPage, "raises": (errors.NotFound,), "personal": crud.personal}

    @crud.endpoint("GET", crud.one + "/history", "read", query=PageParameters, **declared)
    def list_history(call: Call) -> Any:
        """Every version, newest first, with what it changed."""
        return history_page(call, crud.service(), crud.key)


def _access_route(crud: _Crud) -> None:
    declared = {"answer": Access, "raises": (errors.NotFound,), "personal": crud.personal}

    @crud.endpoint("GET", crud.one + "/access", "read", **declared)
    def explain_access(call: Call) -> Any:
        """Why you may see and change this record."""
        return {"actions": crud.service().access(call.caller, call.path[crud.key])}


def _bulk_routes(crud: _Crud) -> None:
    stem = crud.kind.model.__name__
    update_item = create_model(f"{stem}BulkUpdate", __base__=patch_model(crud.kind.fields), id=(Id, ...))
    identified = create_model(f"{stem}BulkRef", __base__=VersionBody, id=(Id, ...))
    _bulk_route(crud, "create", "create", crud.kind.fields, lambda by, item: crud.service().create(by, item))
    _bulk_route(
        crud,
        "update",
        "update",
        update_item,
        lambda by, item: crud.service().update(by, item.id, _given(item), item.version),
    )
    _bulk_route(crud, "delete", "delete", identified, lambda by, item: crud.service().delete(by, item.id, item.version))
    _bulk_route(crud, "restore", "delete", identified, lambda by, item: crud.service().restore(by, item.id))


def _bulk_route(crud: _Crud, action: str, permission: str, item: Any, act: Callable[[Caller, Any], Record]) -> None:
    body = bulk_body(f"{crud.kind.model.__name__}Bulk{action.capitalize()}Body", item)

    def run(call: Call) -> Any:
        outcomes = bulk(call.caller, call.body.items, act, wiring.idempotency())
        for outcome in outcomes:
            if isinstance(outcome.error, errors.Forbidden):
                path = getattr(call.body.items[outcome.index], "id", "")
                record_denial(call.caller, f"POST {crud.base}/bulk/{action}", outcome.error, path)
        return bulk_answer(outcomes)

    run.__name__ = f"bulk_{action}"
    run.__doc__ = f"{action.capitalize()} up to {BULK_LIMIT} records; each item succeeds or fails on its own."
    register = crud.endpoint(
        "POST", f"/bulk/{action}", permission, body=body, answer=BulkAnswer, raises=(errors.InvalidInput,)
    )
    register(run)


_ROUTES: Mapping[str, Callable[[_Crud], None]] = {
    "list": _list_route,
    "create": _create_route,
    "get": _get_route,
    "update": _update_route,
    "delete": _delete_route,
    "restore": _restore_route,
    "history": _history_route,
    "access": _access_route,
    "bulk": _bulk_routes,
}


def personal_kind(kind: Kind[Any]) -> str | None:
    return kind.name if kind.personal else None


def timeline_route(blueprint: Blueprint, kind: Kind[Any], service: ServiceOf) -> None:
    """Register the timeline of an organisation or a person."""

    @endpoint(
        blueprint,
        "GET",
        f"/v1/{kind.resource}/{{id}}/timeline",
        permission=f"{kind.resource}:read",
        query=PageParameters,
        answer=TimelinePage,
        tag=kind.resource,
        raises=(errors.NotFound,),
        personal=personal_kind(kind),
    )
    def list_timeline(call: Call) -> Any:
        """Interactions, tasks and changes, newest first."""
        scope = ("timeline", kind.name, call.path["id"], call.principal.user_id)
        before = decode_cursor(call.query.cursor, *scope) if call.query.cursor else None
        entries, position = service().timeline(call.caller, call.path["id"], call.query.limit, before)
        items = [{"type": e.type, "kind": e.kind, "id": e.id, "at": e.at, "record": e.row} for e in entries]
        return {"items": items, "next_cursor": encode_cursor(position, *scope) if position else None}


def history_page(call: Call, service: RecordService[Any], key: str = "id") -> dict[str, Any]:
    scope = ("history", service.kind.name, call.path[key], call.principal.user_id)
    before = decode_cursor(call.query.cursor, *scope) if call.query.cursor else None
    entries = service.history(call.caller, call.path[key], call.query.limit, before)
    more = len(entries) == call.query.limit and entries[-1].version > 1
    return {
        "items": [entry._asdict() for entry in entries],
        "next_cursor": encode_cursor(entries[-1].version, *scope) if more else None,
    }


def _given(item: BaseModel) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.model_fields_set if name not in ("id", "version")}


def bulk_body(name: str, item: Any) -> type[BaseModel]:
    items = (Annotated[list[item], Field(min_length=1, max_length=BULK_LIMIT)], ...)
    return create_model(name, __config__=ConfigDict(extra="forbid", defer_build=True), items=items)


def bulk_answer(outcomes: list[BulkOutcome]) -> dict[str, Any]:
    items = [_bulk_item(outcome) for outcome in outcomes]
    failed = sum(1 for outcome in outcomes if outcome.error)
    return {"items": items, "succeeded": len(items) - failed, "failed": failed}


def _bulk_item(outcome: BulkOutcome) -> dict[str, Any]:
    if outcome.error:
        return {
            "index": outcome.index,
            "status": status_of(type(outcome.error)),
            "record": None,
            "error": error_content(outcome.error, ""),
        }
    return {"index": outcome.index, "status": 200, "record": outcome.row, "error": None}


def page_model(kind: Kind[Any]) -> type[BaseModel]:
    return create_model(
        f"{kind.model.__name__}Page",
        __base__=Answered,
        items=(list[kind.model], ...),  # type: ignore[name-defined]
        total=(int, ...),
        next_cursor=(str | None, ...),
        facets=(dict[str, dict[str, int]] | None, None),
    )

"""Saved views: one's own, and those that others share; each for lists its reader may read."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from chalicelib.domain import policy
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change
from chalicelib.domain.errors import Detail, InvalidInput, NotFound
from chalicelib.domain.listing import Filter, ListQuery, Page, Sort
from chalicelib.domain.records import Record
from chalicelib.domain.views import VIEWED, SavedView, unknown_fields
from chalicelib.services.flags import FlagService

_IN_ORDER = (Sort("position"), Sort("name"))


class ViewService(FlagService[SavedView]):
    """A view made the default takes the flag off its owner's former default of the same list."""

    flag: ClassVar[str] = "is_default"

    def page(self, by: Caller, query: ListQuery) -> Page:
        """By position and name unless sorted otherwise."""
        readable = tuple(resource for resource in VIEWED if policy.can(by.principal, f"{resource}:read"))
        if not readable:
            return Page([], 0, {name: {} for name in query.facets})
        filters = (*query.filters, Filter("resource", "eq", readable))
        return super().page(by, replace(query, filters=filters, sort=query.sort or _IN_ORDER))

    def _judged(self, by: Caller, record: Record | None, action: str) -> SavedView:
        view = super()._judged(by, record, action)
        if not policy.can(by.principal, f"{view.resource}:read"):
            raise NotFound("There is no such record.")
        return view

    def _write(self, by: Caller, before: SavedView | None, after: SavedView, change: Change) -> None:
        if not policy.can(by.principal, f"{after.resource}:read"):
            raise InvalidInput("You may not read this list.", [Detail("resource", "is not a list you may read")])
        if after.deleted_at is None and (unknown := unknown_fields(after.resource, after.query)):
            raise InvalidInput("The view asks for fields its list does not have.", unknown)
        super()._write(by, before, after, change)

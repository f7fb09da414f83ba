"""Lists as files: all records of a list, its filters and order kept, with the names that ids stand for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.domain import policy
from chalicelib.domain.callers import Caller
from chalicelib.domain.errors import ExportTooLarge
from chalicelib.domain.listing import Filter, IndexDocument, ListedKind, ListQuery
from chalicelib.domain.ports import AuditTrail, Clock, RecordIndex, RecordStore
from chalicelib.domain.spreadsheets import csv_text
from chalicelib.services.records import audit_entry, fresh_documents

MAX_ROWS = 10_000
MAX_BYTES = 5_500_000
"""As JSON. A function answers with 6 MB at most."""
_AT_ONCE = 500

_NAMED: Mapping[str, tuple[str, str]] = {
    "owner_id": ("owner_name", "user"),
    "assigned_to": ("assigned_to_name", "user"),
    "assignee_id": ("assignee_name", "user"),
    "created_by": ("created_by_name", "user"),
    "updated_by": ("updated_by_name", "user"),
    "team_id": ("team_name", "team"),
    "organisation_id": ("organisation_name", "organisation"),
    "person_id": ("person_name", "person"),
}
"""The column that follows a column of ids, and the kind whose names it shows."""

Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class ExportFile:
    name: str
    text: str
    rows: int


class ExportService:
    def __init__(
        self,
        kinds: Mapping[str, ListedKind],
        store: RecordStore,
        index: RecordIndex,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        self._kinds = kinds
        self._store = store
        self._index = index
        self._audit = audit
        self._clock = clock

    def csv(self, by: Caller, kind: ListedKind, query: ListQuery, columns: Sequence[str], delimiter: str) -> ExportFile:
        """The records that the caller may both read and export, audited before they are handed out.

        Raises `ExportTooLarge` when they are more than one file may hold: nothing is ever left out.
        """
        shown = list(dict.fromkeys(columns)) or list(kind.fields)
        fresh = fresh_documents(self._store, self._clock, by)
        rows = self._rows(by, kind, query, fresh)
        names = self._names(by, shown, rows, fresh)
        text = csv_text(_header(shown), (_cells(shown, row, names) for row in rows), delimiter)
        if len(json.dumps(text)) > MAX_BYTES:
            message = f"{len(rows)} records match, and are more than {MAX_BYTES} bytes: take fewer, or fewer columns."
            raise ExportTooLarge(len(rows), MAX_ROWS, message)
        self._note(by, kind, query, shown, len(rows))
        return ExportFile(f"{kind.resource}-{self._clock.now().date().isoformat()}.csv", text, len(rows))

    def _rows(
        self, by: Caller, kind: ListedKind, query: ListQuery, fresh: Sequence[IndexDocument]
    ) -> list[dict[str, Any]]:
        policy.require(by.principal, f"{kind.resource}:export")
        readable, exportable = (
            policy.visibility(by.principal, f"{kind.resource}:{action}") for action in ("read", "export")
        )
        visible = replace(query, visibility=readable.narrower(exportable))
        self._refuse_too_many(self._index.list(replace(visible, sort=(), limit=1), fresh).total)
        page = self._index.list(replace(visible, limit=MAX_ROWS), fresh)
        self._refuse_too_many(page.total)
        return page.rows

    def _refuse_too_many(self, matched: int) -> None:
        """Asked before the rows are read, which takes long for many, and again of what was read."""
        if matched > MAX_ROWS:
            raise ExportTooLarge(matched, MAX_ROWS)

    def _names(
        self,
        by: Caller,
        columns: Iterable[str],
        rows: Sequence[Mapping[str, Any]],
        fresh: Sequence[IndexDocument],
    ) -> Names:
        """(kind, id) to name, of the records the caller may read."""
        wanted: dict[str, set[str]] = {}
        for column in columns:
            if column in _NAMED:
                ids = {str(row[column]) for row in rows if row.get(column)}
                wanted.setdefault(_NAMED[column][1], set()).update(ids)
        return {
            (name, row["id"]): _name(self._kinds[name], row)
            for name, ids in wanted.items()
            for row in self._named(by, name, sorted(ids), fresh)
        }

    def _named(self, by: Caller, name: str, ids: Sequence[str], fresh: Sequence[IndexDocument]) -> list[dict[str, Any]]:
        kind = self._kinds[name]
        visible = policy.visibility(by.principal, f"{kind.resource}:read")
        found: list[dict[str, Any]] = []
        for start in range(0, len(ids), _AT_ONCE):
            chosen = Filter("id", "eq", tuple(ids[start : start + _AT_ONCE]))
            found += self._index.list(ListQuery(name, visible, (chosen,), limit=_AT_ONCE), fresh).rows
        return found

    def _note(self, by: Caller, kind: ListedKind, query: ListQuery, columns: Sequence[str], rows: int) -> None:
        asked = {f"{f.field}__{f.operator}": list(f.values) for f in query.filters}
        changes = {"rows": [None, rows], "columns": [None, list(columns)], "filters": [None, asked]}
        if query.text:
            changes["q"] = [None, query.text]
        entry = audit_entry(self._clock, by, f"{kind.kind}.export", "done", kind.resource, None, changes)
        self._audit.record(entry)


def _header(columns: Iterable[str]) -> list[str]:
    return [name for column in columns for name in (column, *_NAMED.get(column, ())[:1])]


def _cells(columns: Iterable[str], row: Mapping[str, Any], names: Names) -> list[Any]:
    cells = []
    for column in columns:
        value = row.get(column)
        cells.append(value)
        if column in _NAMED:
            cells.append(names.get((_NAMED[column][1], str(value)), ""))
    return cells


def _name(kind: ListedKind, row: Mapping[str, Any]) -> str:
    if kind.kind == "user":
        return " ".join(part for part in (row.get("first_name"), row.get("last_name")) if part) or str(row["username"])
    return str(row.get(kind.title) or "")

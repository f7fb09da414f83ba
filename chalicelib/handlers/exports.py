"""/v1/{resource}/export: a list as a file"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from chalice.app import Blueprint
from pydantic import Field, StringConstraints

from chalicelib import wiring
from chalicelib.domain import errors
from chalicelib.domain.client_events import EVENTS
from chalicelib.domain.contracts import CONTRACTS
from chalicelib.domain.interactions import INTERACTIONS
from chalicelib.domain.listing import ListedKind, ListQuery, Visibility
from chalicelib.domain.mandats import MANDATS
from chalicelib.domain.organisations import ORGANISATIONS
from chalicelib.domain.people import PEOPLE
from chalicelib.domain.produits import PRODUITS
from chalicelib.domain.records import Kind
from chalicelib.domain.tasks import TASKS
from chalicelib.handlers.crud import SortParameters, known_field, list_filters, list_order, personal_kind
from chalicelib.handlers.http import ROW_COUNT, Call, Result, endpoint

blueprint = Blueprint(__name__)

CSV = "text/csv"
_HEADERS = {
    ROW_COUNT: "How many records the file holds; as many as the list with these filters.",
    "Content-Disposition": "A name for the file.",
}


class ExportParameters(SortParameters):
    listed: ClassVar[ListedKind]

    columns: Annotated[str, StringConstraints(max_length=2_000)] | None = Field(
        default=None,
        description="fields in the order wanted, by comma; all without it",
        examples=["name,city,owner_id"],
    )
    delimiter: Literal[";", ","] = ";"


def _export_route(kind: Kind[Any]) -> None:
    parameters = type(
        f"{kind.model.__name__}ExportParameters",
        (ExportParameters,),
        {"__annotations__": {"listed": ClassVar[ListedKind]}, "__module__": __name__, "listed": kind.listed},
    )
    refusals = (errors.InvalidInput, errors.ExportTooLarge)

    def export_records(call: Call) -> Any:
        """The list as CSV: UTF-8 with a byte order mark, a header of field names, and for each id the name beside it.

        What a spreadsheet would take for a formula begins with an apostrophe. A list that is too long for one answer
        is refused with the number of its records.
        """
        asked: Any = call.query
        columns = [name.strip() for name in (asked.columns or "").split(",") if name.strip()]
        for name in columns:
            known_field(kind.listed, name, "columns")
        query = ListQuery(
            kind=kind.name,
            visibility=Visibility(),
            filters=list_filters(kind.listed, asked),
            sort=list_order(kind.listed, asked),
            text=asked.q or "",
        )
        file = wiring.exports().csv(call.caller, kind.listed, query, columns, asked.delimiter)
        headers = {
            "Content-Type": f"{CSV}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{file.name}"',
            ROW_COUNT: str(file.rows),
        }
        return Result(file.text, headers=headers)

    register: Callable[..., Any] = endpoint(
        blueprint,
        "GET",
        f"/v1/{kind.resource}/export",
        permission=f"{kind.resource}:export",
        query=parameters,
        media_type=CSV,
        headers=_HEADERS,
        personal=personal_kind(kind),
        raises=refusals,
        tag=kind.resource,
    )
    register(export_records)


for _kind in (ORGANISATIONS, PEOPLE, INTERACTIONS, TASKS, PRODUITS, MANDATS, CONTRACTS, EVENTS):
    _export_route(_kind)

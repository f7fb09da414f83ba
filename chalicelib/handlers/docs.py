"""The API's documentation: OpenAPI as JSON, and two viewers of it, all from our own origin.

The viewers' files come from npm and are put into chalicelib/static when the package is built.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.handlers.http import PUBLIC, Call, Result, endpoint

blueprint = Blueprint(__name__)

_HERE = Path(__file__).resolve().parent.parent
PAGES: Final = _HERE / "templates" / "docs"
VIEWERS: Final = _HERE / "static"

_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
_ASSETS: Final = {
    "swagger.js": _SCRIPT,
    "redoc.js": _SCRIPT,
    "docs.css": _STYLE,
    "swagger-ui-bundle.js": _SCRIPT,
    "swagger-ui.css": _STYLE,
    "redoc.standalone.js": _SCRIPT,
}

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
"""Both viewers write style elements; no script but our own files runs."""

HTML: Final = "text/html; charset=utf-8"


@endpoint(blueprint, "GET", "/openapi.json", permission=PUBLIC, tag="system")
def get_openapi(_: Call) -> Any:
    """The OpenAPI 3.1 document of this API."""
    from chalicelib.handlers.openapi import document

    return document()


@endpoint(blueprint, "GET", "/docs", permission=PUBLIC, tag="system", media_type=HTML, raises=(errors.Unavailable,))
def show_swagger_ui(_: Call) -> Any:
    """The documentation in Swagger UI, where requests can be tried."""
    return _page("swagger.html", needs="swagger-ui-bundle.js")


@endpoint(blueprint, "GET", "/redoc", permission=PUBLIC, tag="system", media_type=HTML, raises=(errors.Unavailable,))
def show_redoc(_: Call) -> Any:
    """The documentation in Redoc, to read."""
    return _page("redoc.html", needs="redoc.standalone.js")


@endpoint(
    blueprint,
    "GET",
    "/docs/assets/{name}",
    permission=PUBLIC,
    tag="system",
    media_type="text/javascript",
    raises=(errors.NotFound,),
)
def get_docs_asset(call: Call) -> Any:
    """A script or style sheet of the documentation pages."""
    name = call.path["name"]
    file = next((path for folder in (PAGES, VIEWERS) if (path := folder / name).is_file()), None)
    if name not in _ASSETS or file is None:
        raise errors.NotFound("There is no such file.")
    headers = {"Content-Type": _ASSETS[name], "Cache-Control": "public, max-age=3600"}
    return Result(file.read_text(encoding="utf-8"), headers=headers)


def _page(name: str, needs: str) -> Result:
    if not (VIEWERS / needs).is_file():
        raise errors.Unavailable(
            f"This page needs {needs}, which is put into the package when it is built; "
            "the document itself is at openapi.json."
        )
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
    return Result((PAGES / name).read_text(encoding="utf-8"), headers=headers)

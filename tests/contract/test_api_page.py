"""docs/api.md tells every refusal there is, and the limits the code has."""

from __future__ import annotations

import re

from chalicelib.domain import errors
from chalicelib.handlers import crud, http
from infra.openapi import PATH
from tests.support.error_classes import error_classes

PAGE = (PATH.parent / "api.md").read_text(encoding="utf-8")


def test_the_page_has_a_row_for_every_error_with_its_status():
    rows = re.findall(r"^\| (\d{3}) \| ([^|]+) \|", PAGE, re.MULTILINE)
    told = {code: int(status) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}

    shown = [error for error in set(error_classes()) if error is not errors.AlreadyAnswered]

    assert told == {error.code: http.status_of(error) for error in shown}


def test_the_page_tells_the_limits_of_the_code():
    assert f"at most {http.MAX_BODY_BYTES:,} bytes".replace(",", " ") in PAGE
    assert f"{http.MAX_DEPTH} levels deep" in PAGE
    assert f"up to {crud.SORT_KEYS} listed fields" in PAGE
    assert f"at most {crud.FILTER_VALUES} values" in PAGE
    assert f"at most {crud.BULK_LIMIT}." in PAGE

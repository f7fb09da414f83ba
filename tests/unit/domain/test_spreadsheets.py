"""CSV that a spreadsheet opens as it is, and runs nothing of."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.spreadsheets import cell, csv_text

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0"])
def test_what_would_be_a_formula_is_text(start: str) -> None:
    assert cell(f"{start}SUM(A1)") == f"'{start}SUM(A1)"
    assert cell([f"{start}x", "y"]) == f"'{start}x, y"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "true"), (False, "false"), (-5, "-5"), ("12.50", "12.50"), ([], ""), (["a", "b"], "a, b")],
)
def test_values_are_written_plainly(value: object, text: str) -> None:
    assert cell(value) == text


@given(st.lists(st.lists(texts, min_size=2, max_size=2), max_size=5), st.sampled_from(";,"))
def test_what_is_written_is_read_back_and_no_cell_is_a_formula(rows: list[list[str]], delimiter: str) -> None:
    text = csv_text(["a", "b"], rows, delimiter)

    assert text.startswith("\ufeff")
    header, *read = csv.reader(io.StringIO(text[1:], newline=""), delimiter=delimiter)
    assert header == ["a", "b"]
    assert [[each.removeprefix("'") for each in row] for row in read] == [
        [v.removeprefix("'") for v in r] for r in rows
    ]
    assert not [each for row in read for each in row if each.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]

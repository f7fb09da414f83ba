"""The integers that texts are sorted by."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.record_index.values import sort_codes

CHARACTERS = [chr(point) for point in (*range(0x900), *range(0x900, 0xD800, 97), *range(0xE000, 0x110000, 97))]
texts = st.text(st.characters(codec="utf-8") | st.sampled_from("\x00 -/019:@az{"), max_size=30)


def test_sort_codes_rise_with_every_character():
    for lower, higher in pairwise(CHARACTERS):
        assert sort_codes("") < sort_codes(lower) < sort_codes(lower + "\x00") < sort_codes(higher)


@given(texts, texts)
def test_sort_codes_never_contradict_the_texts(left, right):
    low, high = sorted((left, right))

    assert sort_codes(low) <= sort_codes(high)
    if sort_codes(low) == sort_codes(high) and left != right:
        assert all(code % 2 for code in sort_codes(low))


def test_sort_codes_hold_short_texts_whole():
    assert [code % 2 for code in sort_codes("saintetienne")] == [0]
    assert [code % 2 for code in sort_codes("l" * 13)] == [1, 0]
    assert [code % 2 for code in sort_codes("l" * 25)] == [1, 1]
    assert all(0 <= code < 2**63 for code in sort_codes("\U0010ffff" * 30))

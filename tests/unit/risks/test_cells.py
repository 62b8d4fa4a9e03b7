"""Lists in one cell of a table: whatever is written is read back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.risks.schemas.cells import read_items, write_items

_TEXTS = st.text(st.sampled_from("ab |\\\n\r'nr"), max_size=8).map(str.strip)
_ITEMS = st.lists(st.tuples(_TEXTS.filter(bool), st.none() | _TEXTS, st.none() | _TEXTS), max_size=4)


@settings(max_examples=200)
@given(_ITEMS)
def test_what_is_written_is_read_back(items: list[tuple[str | None, ...]]) -> None:
    cell = write_items(items)
    padded = [[*found, "", "", ""][:3] for found in read_items(cell or "")]
    assert padded == [[part or "" for part in item] for item in items]


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("", []),
        ("Training\n\n  Audit ", [["Training"], ["Audit"]]),
        ("Board|2|Sound|2018-01-31", [["Board", "2", "Sound", "2018-01-31"]]),
        ("Board | | Sound", [["Board", "", "Sound"]]),
        (r"a\|b | c\\", [["a|b", "c\\"]]),
        ("one\r\ntwo", [["one"], ["two"]]),
        ("ends in \\", [["ends in \\"]]),
        ("a |", [["a", ""]]),
    ],
)
def test_people_write_them_by_hand(cell: str, items: list[list[str]]) -> None:
    assert read_items(cell) == items

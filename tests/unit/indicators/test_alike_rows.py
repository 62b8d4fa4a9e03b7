"""Rows of a file that are like rows before them say what each would say by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.indicators.domain.importing.drafts import Draft
from services.indicators.domain.importing.mapping import DimensionSource, FileMapping
from services.indicators.domain.importing.row_reader import RowReader
from services.indicators.domain.importing.shipped import NATIVE, SHIPPED

FIGURES = (
    "79.29",
    " 80 ",
    "-0",
    "0",
    "-5.10",
    "1e3",
    "1,000",
    "NA",
    "[c]",
    "",
    "12 [e]",
    "999999999999.5",
    "8O",
    "9" * 13,
)
CELLS = {
    "indicator": ("waits", "stays", "Waits"),
    "area": ("RK9", " RK9", "rk9"),
    "period": ("2017-12", "Dec-17", "", "never"),
    "value": FIGURES,
    "breakdown": ("", "sex=male", "sex"),
    "status": ("final", "", "finished"),
    "note": ("", " spaced ", "suppressed", "x" * 1200),
    "count": ("5", "", "-1", "c", "99999999999"),
    "denominator": ("", "100", "0", "1.123456789"),
    "lower": ("", "70", "-70.5"),
    "marks": ("", "[b]", "[p]", "[t]"),
    "missing": ("", "[z]"),
    "unheard of": ("", "a\x00b"),
}
ROW = st.tuples(*(st.sampled_from(cells) for cells in CELLS.values())).map(list)
OURS = FileMapping(
    name="ours",
    title="Ours",
    columns={name: (name,) for name in CELLS if name != "unheard of"} | {"value": ("value",), "measure": ("note",)},
    constants={"status": "provisional", "basis": "ours"},
    code_prefix="ours",
    code_fields=("indicator", "status"),
    dimensions=(DimensionSource("marks", None, "note"),),
    symbols={"NA": "[x]"},
    decimals=1,
)


@settings(max_examples=150)
@given(st.sampled_from([NATIVE, OURS]), st.lists(ROW | ROW.map(lambda row: row[:6]), max_size=30))
def test_what_a_row_says_does_not_depend_on_those_before_it(mapping, rows):
    reader = RowReader(mapping, list(CELLS))
    for line, row in enumerate(rows, 2):
        assert reader.read(line, row) == RowReader(mapping, list(CELLS)).read(line, row)


def counted(monkeypatch):
    """How often a row is read anew."""
    seen = []
    anew = RowReader._read_anew
    monkeypatch.setattr(RowReader, "_read_anew", lambda *given: seen.append(given) or anew(*given))
    return seen


HEAD = ("indicator", "area", "period", "value", "status")


def test_each_indicator_area_and_period_is_read_once(monkeypatch):
    seen, reader = counted(monkeypatch), RowReader(SHIPPED["native"], HEAD)
    found = [
        reader.read(2, [f"n-{n}", area, f"2017-{month:02d}", f"{n}.{month}", "final"])
        for n in range(3)
        for area in ("RK9", "R1H")
        for month in range(1, 13)
    ]
    assert all(isinstance(each, Draft) for each in found)
    assert len({each.key for each in found}) == 6
    assert len(seen) == 1 + 2 + 1 + 11


@pytest.mark.parametrize("symbol", ["0", "-1", "9.99"])
def test_a_number_that_stands_for_a_symbol_is_one(symbol):
    mapping = FileMapping("m", "M", {name: (name,) for name in HEAD}, symbols={symbol: "[x]"})
    reader = RowReader(mapping, HEAD)
    for _ in range(2):
        assert reader.read(2, ["n", "RK9", "2017", "5", "final"]).figures
        assert reader.read(3, ["n", "RK9", "2017", symbol, "final"]).texts["missing"] == "[x]"


@pytest.mark.parametrize("place", [0, 1, 2, 4])
def test_of_cells_that_are_long_nothing_is_remembered(monkeypatch, place):
    seen, reader = counted(monkeypatch), RowReader(SHIPPED["native"], HEAD)
    row = ["n", "RK9", "2017-12", "5", "final"]
    row[place] = " " * 1200 + row[place]
    assert all(isinstance(reader.read(line, row), Draft) for line in (2, 3))
    assert len(seen) == 2

"""Several tables in one workbook: cover, contents, what explains them, then a sheet for each."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import BinaryIO

import pytest

from chassis.tabular import reading
from chassis.web.render.ods import write_ods
from chassis.web.render.table import Column, Table, TableSet
from chassis.web.render.workbook import workbook_of
from chassis.web.render.xlsx import write_xlsx

NOW = datetime(2018, 3, 1, 10, tzinfo=UTC)
COLUMNS = (Column("line", "Line", "What it is for."), Column("budget", "Budget", "Pounds.", is_number=True))
ROWS = (("Beds", Decimal("1250.50")), ("Homes", None))
FUND = Table("fund", "Fund", "A", COLUMNS, ROWS, NOW)
EMPTY = Table("risk_moves", "Risks that moved", "A", COLUMNS[:1], (), NOW)
SET = TableSet("report", "Report of a quarter", "As known then.", (FUND, EMPTY), NOW, ("In pounds.",), ("Ledger",))


def test_each_table_has_its_sheet_and_is_among_the_contents() -> None:
    book = workbook_of(SET)
    assert [sheet.name for sheet in book.sheets] == ["Cover", "Contents", "Notes", "Columns", "fund", "risk_moves"]
    cover, contents, notes, columns, fund, moves = book.sheets
    assert cover.lines[:2] == ["Report of a quarter", "As known then."]
    assert "Source: Ledger" in cover.lines
    assert [row[0] for row in contents.rows] == ["Notes", "Columns", "fund", "risk_moves"]
    assert list(notes.rows) == [("[note 1]", "In pounds.")]
    assert [row[:2] for row in columns.rows] == [("Fund", "Line"), ("Fund", "Budget"), ("Risks that moved", "Line")]
    assert (fund.lines[0], fund.headings, fund.numbers) == ("Fund", ["Line", "Budget"], {1})
    assert any("no rows" in line for line in moves.lines)
    assert not any("no rows" in line for line in fund.lines)


@pytest.mark.parametrize("write", [write_xlsx, write_ods])
def test_files_of_a_set_are_read_again_and_are_the_same_again(write: Callable[[TableSet, BinaryIO], None]) -> None:
    first, again = io.BytesIO(), io.BytesIO()
    write(SET, first)
    write(SET, again)
    assert first.getvalue() == again.getvalue()
    first.seek(0)
    sheets = [[list(map(str, row.cells)) for row in sheet] for sheet in reading.sheets(first)]
    assert len(sheets) == 6
    assert any(row[:2] in (["Beds", "1250.5"], ["Beds", "1250.50"]) for row in sheets[4])

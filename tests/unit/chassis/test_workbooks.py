"""Workbooks that hold more than they weigh."""

import io

import pytest
import xlsxwriter

from chassis.tabular import reading


def workbook() -> io.BytesIO:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write_row(0, 0, ["the same"] * 1000)
    file.seek(0)
    return file


def test_a_workbook_is_refused_by_what_it_unpacks_to(monkeypatch: pytest.MonkeyPatch) -> None:
    [[row]] = [list(sheet) for sheet in reading.sheets(workbook())]
    assert len(row.cells) == 1000
    monkeypatch.setattr(reading, "MOST_UNPACKED", len(workbook().getvalue()) + 1)
    with pytest.raises(reading.Unreadable, match="at most"):
        list(reading.sheets(workbook()))

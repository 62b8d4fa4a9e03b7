from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reports.report import (
    CellKind,
    Column,
    Content,
    FrontSheet,
    ReportTable,
    Sources,
    differences,
    read_content,
    write_content,
)

COLUMNS = (Column("Fund"), Column("Line"), Column("Budget", CellKind.MONEY), Column("Outturn", CellKind.MONEY))
TABLE = ReportTable("fund", "Fund", 2, COLUMNS, (("A", "One", "1.00", None), ("A", "Two", "2.00", "2.00")))

TOLD = [
    (TABLE.rows, []),
    (TABLE.rows[::-1], []),
    ((TABLE.rows[0], ("A", "Two", "2.00", "3.00")), [("Fund", "A, Two", "Outturn", "2.00", "3.00")]),
    ((("A", "One", "1.00", "1.00"), TABLE.rows[1]), [("Fund", "A, One", "Outturn", None, "1.00")]),
    (TABLE.rows[1:], [("Fund", "A, One", "The whole row", "There", "Gone")]),
    ((*TABLE.rows, ("B", None, "1.00", "1.00")), [("Fund", "B", "The whole row", "Not there", "There")]),
]


@pytest.mark.parametrize(("rows", "told"), TOLD)
def test_each_cell_that_differs_is_told(rows: tuple, told: list) -> None:
    assert list(differences([TABLE], [replace(TABLE, rows=rows)]).rows) == told


def test_a_table_that_is_gone_is_gone_row_by_row() -> None:
    assert len(differences([TABLE], []).rows) == 2


cells = st.none() | st.text(max_size=5)
rows = st.lists(st.tuples(cells, cells, cells, cells), max_size=5).map(tuple)


@given(rows, st.text(max_size=5), st.lists(st.text(max_size=5), max_size=3).map(tuple))
def test_what_is_stored_is_read_as_it_was(found: tuple, title: str, recommendations: tuple) -> None:
    content = Content(
        FrontSheet(title, recommendations=recommendations),
        Sources("2017/18 Q3", None, None, "2017/18", "2018-02-28"),
        (replace(TABLE, rows=found),),
    )
    assert read_content(write_content(content)) == content

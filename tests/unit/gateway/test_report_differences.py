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


def test_a_table_that_came_or_went_did_so_row_by_row() -> None:
    assert [row[1:] for row in differences([TABLE], []).rows] == [
        ("A, One", "The whole row", "There", "Gone"),
        ("A, Two", "The whole row", "There", "Gone"),
    ]
    assert differences([], [TABLE]).rows == (
        ("Fund", "A, One", "The whole row", "Not there", "There"),
        ("Fund", "A, Two", "The whole row", "Not there", "There"),
    )


TWICE = replace(TABLE, rows=(("A", "One", "1.00", None), ("A", "One", "5.00", None)))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (TWICE.rows, []),
        ((("A", "One", "2.00", None), TWICE.rows[1]), [("Fund", "A, One", "Budget", "1.00", "2.00")]),
        ((TWICE.rows[0], ("A", "One", "6.00", None)), [("Fund", "A, One", "Budget", "5.00", "6.00")]),
        (TWICE.rows[:1], [("Fund", "A, One", "The whole row", "There", "Gone")]),
        ((*TWICE.rows, TWICE.rows[1]), [("Fund", "A, One", "The whole row", "Not there", "There")]),
    ],
)
def test_rows_of_one_key_are_all_compared(rows: tuple, told: list) -> None:
    assert list(differences([TWICE], [replace(TABLE, rows=rows)]).rows) == told


def test_columns_of_another_release_are_paired_by_their_titles() -> None:
    columns = (*COLUMNS[:2], Column("Spent", CellKind.MONEY), *COLUMNS[:1:-1])
    now = replace(
        TABLE, columns=columns, rows=(("A", "One", "9.00", None, "1.00"), ("A", "Two", "9.00", "3.00", "2.00"))
    )
    assert differences([TABLE], [now]).rows == (("Fund", "A, Two", "Outturn", "2.00", "3.00"),)
    fewer = replace(TABLE, columns=COLUMNS[:3], rows=(("A", "One", "1.00"), ("A", "Two", "2.00")))
    assert differences([TABLE], [fewer]).rows == ()


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

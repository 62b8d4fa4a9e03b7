"""The sheets of an accessible spreadsheet, in the order and with the words that the Analysis Function asks for.

Its checklist of 7 July 2021: a cover sheet, contents, notes, then the tables; a title in the first cell of each sheet;
one table a sheet, at the left edge, with one row of unique headings; no merged cells, hidden rows, filters or frozen
panes; shorthand explained; notes told of in a title or a heading, as [note 1]; nothing that is told by colour alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.errors import Invalid
from chassis.web.render.table import Row, Table, TableSet, as_text

MOST_ROWS = 100_000
"""Of a spreadsheet; a CSV has any number."""

AUTHOR = "Commissioning Suite"
LANGUAGE = "en-GB"
_WIDEST, _NARROWEST = 60, 12


class TooManyRows(Invalid):
    type_, title = "too-many-rows", "The table is too long for a spreadsheet"

    def __init__(self) -> None:
        super().__init__(f"A spreadsheet has at most {MOST_ROWS:,} rows: ask for less, or for CSV.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: lines from the first cell down, then at most one table.

    ``numbers`` are the columns of numbers, from 0. ``is_contents``: the first column leads to the sheets it names.
    """

    name: str
    lines: Sequence[str]
    headings: Sequence[str] = ()
    rows: Iterable[Row] = ()
    widths: Sequence[int] = ()
    numbers: frozenset[int] = field(default_factory=frozenset)
    is_contents: bool = False


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a spreadsheet file is made of, whatever its format."""

    title: str
    made_at: datetime
    sheets: Sequence[Sheet]


def workbook_of(content: Table | TableSet) -> Workbook:
    """The workbook of one table, or of several: cover, contents, what explains them, then a sheet for each."""
    described = _sheets_of_set(content) if isinstance(content, TableSet) else [*_explanations(content), _data(content)]
    first = [Sheet("Cover", _cover_lines(content), widths=(90,)), _contents(described)]
    return Workbook(content.title, content.made_at, [*first, *described])


def _contents(described: Sequence[Sheet]) -> Sheet:
    return Sheet(
        "Contents",
        ("Contents", "This sheet contains one table. Each name leads to its sheet."),
        ("Sheet", "What it holds"),
        [(sheet.name, sheet.lines[0]) for sheet in described],
        widths=(20, 70),
        is_contents=True,
    )


def _cover_lines(content: Table | TableSet) -> list[str]:
    sources = [f"Source: {each}" for each in content.sources]
    made = f"Made at {as_text(content.made_at)} (UTC) by {AUTHOR}."
    return [content.title, content.about, made, *sources, "Questions: ask whoever runs this suite for your council."]


def _explanations(table: Table) -> Iterator[Sheet]:
    if table.notes:
        numbered = [(_reference(n), note.text) for n, note in enumerate(table.notes, 1)]
        yield Sheet("Notes", ("Notes", _ONE), ("Note", "Text"), numbered, widths=(12, 90))
    columns = [(column.title, column.name, column.description) for column in table.columns]
    yield Sheet(
        "Columns", ("Columns of the table", _ONE), ("Heading", "Name in CSV", "Meaning"), columns, widths=(30, 20, 80)
    )
    symbols = list(table.shorthand.items())
    yield Sheet("Shorthand", ("Symbols in the table", _ONE), ("Symbol", "Meaning"), symbols, widths=(12, 80))


def _sheets_of_set(tables: TableSet) -> list[Sheet]:
    """Notes on all of them and their columns, each once, then the tables by their names."""
    numbered = [(_reference(n), text) for n, text in enumerate(tables.notes, 1)]
    notes = [Sheet("Notes", ("Notes", _ONE), ("Note", "Text"), numbered, widths=(12, 90))] if numbered else []
    columns = [(one.title, each.title, each.description) for one in tables.tables for each in one.columns]
    headings = ("Table", "Heading", "Meaning")
    return [
        *notes,
        Sheet("Columns", ("Columns of the tables", _ONE), headings, columns, widths=(40, 30, 60)),
        *(_sheet_of(table, bool(numbered)) for table in tables.tables),
    ]


def _sheet_of(table: Table, has_notes: bool) -> Sheet:
    about = [_ONE, _EMPTY, "Columns are explained on the sheet Columns."]
    if not tuple(table.rows):
        about.append("This table has no rows: there is nothing of the kind.")
    if has_notes:
        about.append("Notes are on the sheet Notes.")
    return _table_sheet(table.name, [table.title, *about], [column.title for column in table.columns], table)


_ONE = "This sheet contains one table."
_EMPTY = "Empty cells: nothing is known or said there."


def _reference(number: int) -> str:
    return f"[note {number}]"


def _with_references(words: str, table: Table, column: str | None) -> str:
    """The words with what leads to the notes on a column, or to those on all of the table."""
    numbers = [n for n, note in enumerate(table.notes, 1) if column in (note.columns or (None,))]
    return " ".join([words, *map(_reference, numbers)])


def _data(table: Table) -> Sheet:
    about = [
        _ONE,
        f"{_EMPTY} Why a value is missing is said by a symbol.",
        "Symbols are explained on the sheet Shorthand, columns on the sheet Columns.",
    ]
    if table.notes:
        about.append("Notes, such as [note 1], are on the sheet Notes.")
    title = _with_references(table.title, table, None)
    headings = [_with_references(column.title, table, column.name) for column in table.columns]
    return _table_sheet("Table", [title, *about, *(f"Source: {each}" for each in table.sources)], headings, table)


def _table_sheet(name: str, lines: Sequence[str], headings: Sequence[str], table: Table) -> Sheet:
    widths = [min(max(len(column.title) + 4, _NARROWEST), _WIDEST) for column in table.columns]
    numbers = frozenset(n for n, column in enumerate(table.columns) if column.is_number)
    return Sheet(name, lines, headings, table.rows, widths, numbers)

"""The sheets of an accessible spreadsheet, in the order and with the words that the Analysis Function asks for.

Its checklist of 7 July 2021: a cover sheet, contents, notes, then the table; a title in the first cell of each sheet;
one table a sheet, at the left edge, with one row of unique headings; no merged cells, hidden rows, filters or frozen
panes; shorthand explained; notes told of in a title or a heading, as [note 1]; nothing that is told by colour alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from chassis.errors import Invalid
from chassis.web.render.table import Row, Table, as_text

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


def sheets_of(table: Table) -> Iterator[Sheet]:
    """Every sheet of a table's workbook, the data last."""
    described = [*_explanations(table), _data(table)]
    yield Sheet("Cover", _cover_lines(table), widths=(90,))
    yield Sheet(
        "Contents",
        ("Contents", "This sheet contains one table. Each name leads to its sheet."),
        ("Sheet", "What it holds"),
        [(sheet.name, sheet.lines[0]) for sheet in described],
        widths=(20, 70),
        is_contents=True,
    )
    yield from described


def _cover_lines(table: Table) -> list[str]:
    sources = [f"Source: {each}" for each in table.sources]
    made = f"Made at {as_text(table.made_at)} (UTC) by {AUTHOR}."
    return [table.title, table.about, made, *sources, "Questions: ask whoever runs this suite for your council."]


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


_ONE = "This sheet contains one table."


def _reference(number: int) -> str:
    return f"[note {number}]"


def _with_references(words: str, table: Table, column: str | None) -> str:
    """The words with what leads to the notes on a column, or to those on all of the table."""
    numbers = [n for n, note in enumerate(table.notes, 1) if column in (note.columns or (None,))]
    return " ".join([words, *map(_reference, numbers)])


def _data(table: Table) -> Sheet:
    about = [
        _ONE,
        "Empty cells: nothing is known or said there. Why a value is missing is said by a symbol.",
        "Symbols are explained on the sheet Shorthand, columns on the sheet Columns.",
    ]
    if table.notes:
        about.append("Notes, such as [note 1], are on the sheet Notes.")
    return Sheet(
        "Table",
        [_with_references(table.title, table, None), *about, *(f"Source: {each}" for each in table.sources)],
        [_with_references(column.title, table, column.name) for column in table.columns],
        table.rows,
        [min(max(len(column.title) + 4, _NARROWEST), _WIDEST) for column in table.columns],
        frozenset(n for n, column in enumerate(table.columns) if column.is_number),
    )

"""Files that people send: their rows by the names of their columns, and each fault with line and column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from chassis.errors import FieldError
from chassis.tabular.reading import FileRow, Unreadable, refuse_unloadable, sheets
from chassis.web.bodies import is_storable
from services.finance.errors import InvalidFinance


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Columns that a file needs and may have, what they are of, and the most rows that it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    of: str
    most_rows: int


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row: its line, its cells by the names of their columns, and the numbers of cells with text under no name."""

    line: int
    cells: Mapping[str, str]
    unnamed: Sequence[int]

    def place_of(self, column: str) -> str:
        return f"line {self.line}, column {column}"

    def unnamed_faults(self) -> list[tuple[str, str]]:
        """The columns, by number from 1, of text that nobody could tell the meaning of, and what is wrong with it."""
        return [(str(number), "has no name in the first row") for number in self.unnamed]


def named_rows(file: BinaryIO, columns: FileColumns) -> list[NamedRow]:
    """The rows of a CSV, or of the first sheet of a workbook; its first row names the columns. It blocks.

    Raises:
        InvalidFinance: it cannot be read, has no rows or too many, or a column is missing: each by line and column.
    """
    try:
        refuse_unloadable(file)
        rows = list(islice(next(iter(sheets(file)), iter(())), columns.most_rows + 2))
    except Unreadable as error:
        raise InvalidFinance(str(error), [FieldError(f"line {error.line}", str(error))]) from error
    if not rows:
        raise InvalidFinance("The file is empty.", [FieldError("line 1", "names no columns")])
    if len(rows) > columns.most_rows + 1:
        raise InvalidFinance(
            f"The file has more than {columns.most_rows} rows.", [FieldError("file", "has too many rows")]
        )
    places = _places(rows[0], columns)
    if len(rows) == 1:
        raise InvalidFinance("The file has no rows.", [FieldError("line 2", "is missing")])
    return [_named(row, places) for row in rows[1:]]


def _places(head: FileRow, columns: FileColumns) -> Mapping[str, int]:
    names = [cell.strip().lower() for cell in head.cells]
    known = (*columns.required, *columns.optional)
    wrong = [(name, "is missing") for name in columns.required if name not in names]
    wrong += [(name, f"is no column of {columns.of}") for name in names if name and name not in known]
    wrong += [(name, "is there twice") for name in known if names.count(name) > 1]
    if wrong:
        errors = [FieldError(f"line {head.line}, column {name}", fault) for name, fault in wrong]
        optional = ", ".join(columns.optional)
        raise InvalidFinance(f"The columns are {', '.join(columns.required)}, and if wanted {optional}.", errors)
    return {name: names.index(name) for name in known if name in names}


def _named(row: FileRow, places: Mapping[str, int]) -> NamedRow:
    cells = {name: row.cells[at].strip() if at < len(row.cells) else "" for name, at in places.items()}
    named = frozenset(places.values())
    unnamed = [at + 1 for at, cell in enumerate(row.cells) if at not in named and cell.strip()]
    return NamedRow(row.line, cells, unnamed)


def text_fault(text: str, longest: int) -> str | None:
    """What is wrong with a cell that has to have a text of at most so many characters."""
    if not text:
        return "is empty"
    if len(text) > longest:
        return f"is longer than {longest} characters"
    return None if is_storable(text) else "holds a NUL or half a character"


def refuse_faults(faults: Sequence[FieldError], most: int) -> None:
    """Refuse a file of which cells cannot be read.

    Raises:
        InvalidFinance: naming the first of them.
    """
    if faults:
        raise InvalidFinance(f"{len(faults)} cells cannot be read; nothing was entered.", faults[:most])

"""A table as state, before any format."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

Cell = str | Decimal | int | date | datetime | None
"""None is an empty cell; a number is exact until a format has only its own kind of number for it."""
Row = Sequence[Cell]

SHORTHAND: Mapping[str, str] = {
    "[b]": "break in the series: the value is not comparable with those before it",
    "[c]": "suppressed, to keep a confidence",
    "[e]": "estimated",
    "[low]": "rounds to zero, and is not zero",
    "[u]": "of low reliability",
    "[x]": "not available",
    "[z]": "not applicable",
}
"""The symbols of the Government Statistical Service that files of ours may carry."""


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is for machines and heads the column in a CSV; ``title`` heads it in a spreadsheet."""

    name: str
    title: str
    description: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader has to know: of the columns that it names, or of all of the table where it names none."""

    text: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds.

    Args:
        name: of the file, without what it ends with.
        title: what the table shows, where and when.
        about: a sentence or two on what it holds and how it was made.
        columns: in order; their names and titles are unique.
        rows: each as long as there are columns.
        notes: what a reader has to know, in order.
        sources: where the figures come from.
        made_at: when the file was made (UTC).
    """

    name: str
    title: str
    about: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    made_at: datetime
    notes: Sequence[Note] = ()
    sources: Sequence[str] = ()
    shorthand: Mapping[str, str] = field(default_factory=lambda: SHORTHAND)


@dataclass(frozen=True, slots=True)
class TableSet:
    """Several tables in one workbook; the name of each, letters, digits and underscores, is that of its sheet.

    ``notes``: what a reader of any of them has to know. The rest is as of a table; ``rows`` are at hand.
    """

    name: str
    title: str
    about: str
    tables: Sequence[Table]
    made_at: datetime
    notes: Sequence[str] = ()
    sources: Sequence[str] = ()


def known_at(as_of: datetime | None) -> str:
    """What a title adds where it shows what was known at a moment."""
    return f", as it was known at {as_text(as_of)}" if as_of else ""


def as_text(cell: Cell) -> str:
    """A cell as plain text: numbers with all their digits, moments in UTC."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return cell.isoformat() if isinstance(cell, date) else str(cell)

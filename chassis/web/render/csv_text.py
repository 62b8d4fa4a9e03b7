"""Tables as CSV (RFC 4180, UTF-8)."""

import csv
import io
from collections.abc import Iterable

from chassis.tabular.guard import guarded
from chassis.web.render.table import Cell, Column, Row, as_text


def csv_head(columns: Iterable[Column]) -> bytes:
    """The line with the names."""
    return csv_lines([[column.name for column in columns]])


def csv_lines(rows: Iterable[Row]) -> bytes:
    """Rows as lines, in which no cell is a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _text(cell: Cell) -> str:
    return guarded(as_text(cell)) if isinstance(cell, str) else as_text(cell)

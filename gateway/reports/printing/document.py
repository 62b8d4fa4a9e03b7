"""A report as it is set on paper: words, figures and tables in order, before any format of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.reports.report import CellKind, Column, FrontSheet, Report, ReportTable, Row, write_table
from portal.figures import stands
from portal.showing import NOTHING, Badge, badge, day, figure, moment, pounds

LANGUAGE: Final = "en-GB"
_NUMBERS: Final = frozenset({CellKind.NUMBER, CellKind.MONEY})
_NARROW: Final = 20
"""Characters that a column is made wide enough for; longer ones share what is left of the width."""
_LONG: Final = 300
"""A column gets no wider for more characters than these."""
_UNBROKEN: Final = 900
"""A row of more characters may go over to the next page: it could be longer than one."""
KEY: Final = (
    "Every colour has its word and a symbol: ▲ good, ◆ in between, ▼ bad, twice for dark, ■ cannot be good or bad, "
    "○ nothing can be said. Money is in pounds."
)

Printed = str | Badge
"""A cell as it is shown."""


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """``share`` of the width that narrow columns leave, beside the shares of others; None is a narrow one."""

    title: str
    is_number: bool
    share: float | None


@dataclass(frozen=True, slots=True)
class PrintedRow:
    cells: Sequence[Printed]
    may_break: bool


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """An SVG, its caption, and the alternative to it in words."""

    title: str
    svg: str
    alternative: str


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table below its heading; the first ``keys`` columns head each row."""

    code: str
    title: str
    keys: int
    columns: Sequence[PrintedColumn]
    rows: Sequence[PrintedRow]
    figure: PrintedFigure | None


@dataclass(frozen=True, slots=True)
class Part:
    """Words below a heading: paragraphs, or items, numbered or not."""

    title: str
    texts: Sequence[str]
    kind: str
    """``paragraphs``, ``numbered`` or ``items``."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is set. ``made_at``: when it was published, or drafted last (UTC), which makes files the same again."""

    title: str
    council: str
    language: str
    made_at: datetime
    state: str
    about: str
    front: Sequence[tuple[str, str]]
    parts: Sequence[Part]
    tables: Sequence[PrintedTable]
    key: str = KEY


def document_of(report: Report, council: str) -> Document:
    sheet = report.content.front_sheet
    return Document(
        title=sheet.title,
        council=council,
        language=LANGUAGE,
        made_at=report.published_at or report.drafted_at,
        state=_state(report),
        about=_about(report),
        front=tuple(_front(sheet)),
        parts=tuple(_parts(sheet)),
        tables=tuple(_table(each) for each in report.content.tables),
    )


def _state(report: Report) -> str:
    if report.published_at is None:
        return "Draft, not published."
    return f"Published by {report.published_by}, {moment(report.published_at.isoformat())}."


def _about(report: Report) -> str:
    sources = report.content.sources
    area = f", {sources.area}" if sources.area else ""
    known = f"figures as known on {day(sources.known_on)}"
    known += f", recorded by {moment(sources.as_of)}" if sources.as_of else ""
    return f"Quarter {sources.quarter}{area}; funds of {sources.financial_year}; {known}."


def _front(sheet: FrontSheet) -> Iterator[tuple[str, str]]:
    decision = {None: None, True: "Yes", False: "No"}[sheet.key_decision]
    said = (
        ("Board", sheet.board),
        ("Date of the meeting", sheet.meeting),
        ("Cabinet member", sheet.cabinet_member),
        ("Author", sheet.author),
        ("Contact", sheet.contact),
        ("Reference", sheet.reference),
        ("Key decision", decision),
        ("Part", sheet.part),
        ("Purpose of the report", sheet.purpose),
    )
    return ((name, words) for name, words in said if words)


def _parts(sheet: FrontSheet) -> Iterator[Part]:
    if sheet.summary:
        paragraphs = [line.strip() for line in sheet.summary.splitlines() if line.strip()]
        yield Part("Summary", paragraphs, "paragraphs")
    if sheet.recommendations:
        yield Part("Recommendations", sheet.recommendations, "numbered")
    if sheet.alternatives:
        yield Part("Alternatives considered", sheet.alternatives, "items")


def _table(table: ReportTable) -> PrintedTable:
    rows = [_row(row, table.columns) for row in table.rows]
    columns = [_column(column, [row.cells[n] for row in rows]) for n, column in enumerate(table.columns)]
    found = stands(write_table(table))
    shown = PrintedFigure(found.title, str(found.drawn), found.alternative) if found else None
    return PrintedTable(table.code, table.title, table.keys, columns, rows, shown)


def _row(row: Row, columns: Sequence[Column]) -> PrintedRow:
    cells = [_shown(cell, column.kind) for cell, column in zip(row, columns, strict=True)]
    return PrintedRow(cells, may_break=any(_length(cell) > _UNBROKEN for cell in cells))


def _shown(cell: str | None, kind: CellKind) -> Printed:
    if cell is None:
        return NOTHING
    if kind is CellKind.COLOUR:
        return badge(cell)
    if kind is CellKind.MONEY:
        return pounds(cell)
    return figure(cell) if kind is CellKind.NUMBER else cell


def _column(column: Column, cells: Sequence[Printed]) -> PrintedColumn:
    longest = max(map(_length, (column.title, *cells)))
    share = None if longest <= _NARROW else round(min(longest, _LONG) ** 0.5, 1)
    return PrintedColumn(column.title, column.kind in _NUMBERS, share)


def _length(cell: Printed) -> int:
    return len(cell) if isinstance(cell, str) else len(cell.symbol) + len(cell.word) + 1

"""The tables of a report as files have them: one by itself, or all of them in one workbook."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from chassis.web.render.table import Cell, Column, Table, TableSet
from contracts.period import Period
from gateway.reports.report import CellKind, Report, ReportTable, Row

_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_NUMBERS: Final = frozenset({CellKind.NUMBER, CellKind.MONEY})
_DESCRIBED: Final = {
    CellKind.MONEY: "Pounds.",
    CellKind.NUMBER: "A figure.",
    CellKind.COLOUR: "A colour.",
    CellKind.TEXT: "Words.",
}


def table_of(report: Report, table: ReportTable, made_at: datetime) -> Table:
    """One of its tables by itself."""
    columns = [
        Column(_NO_WORD.sub("_", each.title.lower()), each.title, _DESCRIBED[each.kind], each.kind in _NUMBERS)
        for each in table.columns
    ]
    return Table(
        name=f"report-{Period.parse(report.quarter).path}-{table.code}",
        title=f"{table.title}: {report.title}",
        about=_about(report),
        columns=columns,
        rows=[_cells(row, columns) for row in table.rows],
        made_at=made_at,
    )


def tables_of(report: Report, made_at: datetime) -> TableSet:
    """All of them, a sheet each, named by their codes."""
    tables = [
        replace(table_of(report, each, made_at), name=_NO_WORD.sub("_", each.code), title=each.title)
        for each in report.content.tables
    ]
    return TableSet(f"report-{Period.parse(report.quarter).path}", report.title, _about(report), tables, made_at)


def _about(report: Report) -> str:
    sources = report.content.sources
    recorded = f", recorded by {sources.as_of}" if sources.as_of else ""
    return f"As known on {sources.known_on}{recorded}; {report.state}."


def _cells(row: Row, columns: Sequence[Column]) -> Sequence[Cell]:
    return [
        Decimal(cell) if column.is_number and cell is not None else cell
        for cell, column in zip(row, columns, strict=True)
    ]

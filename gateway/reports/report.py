"""The state of a report: what it says, and the tables of numbers that it was made from."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Final

_FORMAT: Final = 2
_LISTS: Final = ("recommendations", "alternatives")
Row = tuple[str | None, ...]
"""Cells in the order of a table's columns; None where nothing is said."""


class ReportState(StrEnum):
    """A draft changes; what is published does not."""

    DRAFT = "draft"
    PUBLISHED = "published"


class CellKind(StrEnum):
    """How a column's cells are read: money is pounds as a decimal, a colour one of the suite's."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    COLOUR = "colour"


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table of a report. Its first ``keys`` columns together name a row."""

    code: str
    title: str
    keys: int
    columns: Sequence[Column]
    rows: Sequence[Row] = ()

    def by_key(self) -> dict[Row, list[dict[str, str | None]]]:
        """Cells by the title of their column, of each row of a key in order: several may share one."""
        titles = [column.title for column in self.columns[self.keys :]]
        found: dict[Row, list[dict[str, str | None]]] = {}
        for row in self.rows:
            found.setdefault(row[: self.keys], []).append(dict(zip(titles, row[self.keys :], strict=True)))
        return found


@dataclass(frozen=True, slots=True)
class FrontSheet:
    """What stands before a report to a board, as the council's own front sheet has it."""

    title: str
    board: str | None = None
    meeting: str | None = None
    cabinet_member: str | None = None
    author: str | None = None
    contact: str | None = None
    reference: str | None = None
    key_decision: bool | None = None
    part: str | None = None
    purpose: str | None = None
    recommendations: Sequence[str] = ()
    alternatives: Sequence[str] = ()
    summary: str | None = None

    def edited(self, changes: Mapping[str, Any]) -> "FrontSheet":
        """With other values of the fields that ``changes`` names; lists of them in any kind of sequence."""
        lists = {name: tuple(changes[name]) for name in _LISTS if name in changes}
        return replace(self, **{**changes, **lists})


@dataclass(frozen=True, slots=True)
class Sources:
    """What numbers a report is made of: a scorecard in its area, funds in a financial year, as known on a day.

    ``as_of``: the moment, in ISO 8601, that nothing was recorded after; None: when the numbers were taken.
    """

    quarter: str
    scorecard: str | None
    area: str | None
    financial_year: str
    known_on: str
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a report says."""

    front_sheet: FrontSheet
    sources: Sources
    tables: Sequence[ReportTable]


@dataclass(frozen=True, slots=True)
class Addendum:
    """What has become of a published report's numbers since, and why that is told."""

    number: int
    reason: str
    known_on: str
    differences: ReportTable
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file as it was published: what its name ends with, how many bytes it has, and their SHA-256."""

    ending: str
    size: int
    digest: str

    @classmethod
    def of(cls, ending: str, content: bytes) -> "ReportFile":
        return cls(ending, len(content), hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """A report without what it says but its title, and the day that its numbers are of."""

    quarter: str
    state: ReportState
    title: str
    known_on: str
    drafted_by: str
    drafted_at: datetime
    published_by: str | None
    published_at: datetime | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a quarter. Once it is published it has ``files``, and the ``digest`` (SHA-256) of its page."""

    quarter: str
    state: ReportState
    content: Content
    drafted_by: str
    drafted_at: datetime
    published_by: str | None = None
    published_at: datetime | None = None
    digest: str | None = None
    files: Sequence[ReportFile] = ()
    addenda: Sequence[Addendum] = ()

    @property
    def title(self) -> str:
        return self.content.front_sheet.title

    @property
    def known_on(self) -> str:
        return self.content.sources.known_on

    @property
    def version(self) -> str:
        """Names what it says: SHA-256, another for other words or numbers."""
        return digest_of(write_content(self.content))

    def published(self, by: str, at: datetime) -> "Report":
        """As it is once ``by`` has published it, ``at`` then; as it is where that is done."""
        if self.state is ReportState.PUBLISHED:
            return self
        return replace(self, state=ReportState.PUBLISHED, published_by=by, published_at=at)

    def with_content(self, content: Content, by: str, at: datetime) -> "Report":
        """Saying this by ``by``, ``at`` then; as it is where it says so already."""
        return self if content == self.content else replace(self, content=content, drafted_by=by, drafted_at=at)


DIFFERENCES: Final = ReportTable(
    "differences",
    "Figures that have changed since",
    3,
    (Column("Table"), Column("Row"), Column("Figure"), Column("As published"), Column("As known now")),
)


def differences(published: Sequence[ReportTable], now: Sequence[ReportTable]) -> ReportTable:
    """What differs, cell by cell; a row that came or went is a difference of the whole row.

    Columns are paired by their titles: what only one side has is no figure that changed. Rows of one key are paired
    in order. Of a table that came or went, every row did.
    """
    before, after = ({table.code: table for table in tables} for tables in (published, now))
    rows = [row for code in {**before, **after} for row in _of_table(before.get(code), after.get(code))]
    return replace(DIFFERENCES, rows=tuple(rows))


def _of_table(was: ReportTable | None, now: ReportTable | None) -> list[Row]:
    before, after = (table.by_key() if table else {} for table in (was, now))
    title = next(table.title for table in (was, now) if table)
    rows: list[Row] = []
    for key in {**before, **after}:
        name = ", ".join(each for each in key if each)
        pairs = zip_longest(before.get(key, ()), after.get(key, ()))
        rows += [(title, name, *told) for old, new in pairs for told in _of_row(old, new)]
    return rows


def _of_row(was: Mapping[str, str | None] | None, now: Mapping[str, str | None] | None) -> list[Row]:
    if was is None:
        return [("The whole row", "Not there", "There")]
    if now is None:
        return [("The whole row", "There", "Gone")]
    return [(title, was[title], now[title]) for title in was if title in now and was[title] != now[title]]


def digest_of(stored: Any) -> str:
    """SHA-256 of what is stored as JSON."""
    return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()


def write_content(content: Content) -> dict[str, Any]:
    """As it is stored."""
    sheet = {name: getattr(content.front_sheet, name) for name in FrontSheet.__slots__}
    lists = {name: list(sheet[name]) for name in _LISTS}
    sources = {name: getattr(content.sources, name) for name in Sources.__slots__}
    tables = [write_table(table) for table in content.tables]
    return {"format": _FORMAT, "front_sheet": sheet | lists, "sources": sources, "tables": tables}


def read_content(stored: Mapping[str, Any]) -> Content:
    """A content out of any format that was ever stored: the first knew no ``as_of``."""
    sheet = stored["front_sheet"]
    lists = {name: tuple(sheet[name]) for name in _LISTS}
    return Content(
        FrontSheet(**(sheet | lists)),
        Sources(**stored["sources"]),
        tuple(read_table(each) for each in stored["tables"]),
    )


def write_table(table: ReportTable) -> dict[str, Any]:
    return {
        "code": table.code,
        "title": table.title,
        "keys": table.keys,
        "columns": [{"title": each.title, "kind": each.kind.value} for each in table.columns],
        "rows": [list(row) for row in table.rows],
    }


def read_table(stored: Mapping[str, Any]) -> ReportTable:
    columns = tuple(Column(each["title"], CellKind(each["kind"])) for each in stored["columns"])
    rows = tuple(tuple(row) for row in stored["rows"])
    return ReportTable(stored["code"], stored["title"], stored["keys"], columns, rows)

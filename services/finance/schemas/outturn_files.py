"""Outturn as general ledgers export it: a file with a row for each posting, each fault named with line and column."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import BinaryIO, Final, TypeVar

from chassis.errors import FieldError
from chassis.tabular.reading import FileRow, Unreadable, refuse_unloadable, sheets
from chassis.web.bodies import is_storable
from contracts.period import Period, UnknownPeriodError
from services.finance.domain.outturn import MOST_FAULTS, OutturnPosting
from services.finance.domain.savings import LEDGER_LIMIT
from services.finance.errors import InvalidFinance

Read = TypeVar("Read")

COLUMNS: Final = ("reference", "line", "period", "amount")
OPTIONAL: Final = ("reason",)
MOST_ROWS: Final = 50_000
_LONGEST: Final = {"reference": 100, "line": 60, "period": 60, "amount": 30, "reason": 1000}
_AMOUNT: Final = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class OutturnFile:
    """The postings of a file, in order, and the line that each stands in."""

    postings: Sequence[OutturnPosting]
    lines: Sequence[int]

    def place_of(self, place: int, field: str) -> str:
        return f"line {self.lines[place]}, column {field}"


def read_outturn_file(file: BinaryIO) -> OutturnFile:
    """The postings of a CSV, or of the first sheet of a workbook; its first row names the columns. It blocks.

    Raises:
        InvalidFinance: it cannot be read, a column is missing, or rows are wrong: each by line and column.
    """
    try:
        refuse_unloadable(file)
        rows = list(islice(next(iter(sheets(file)), iter(())), MOST_ROWS + 2))
    except Unreadable as error:
        raise InvalidFinance(str(error), [FieldError(f"line {error.line}", str(error))]) from error
    if not rows:
        raise InvalidFinance("The file is empty.", [FieldError("line 1", "names no columns")])
    if len(rows) > MOST_ROWS + 1:
        raise InvalidFinance(f"The file has more than {MOST_ROWS} rows.", [FieldError("file", "has too many rows")])
    places = _places(rows[0])
    return _read(rows[1:], places)


def _places(head: FileRow) -> Mapping[str, int]:
    names = [cell.strip().lower() for cell in head.cells]
    known = (*COLUMNS, *OPTIONAL)
    wrong = [(name, "is missing") for name in COLUMNS if name not in names]
    wrong += [(name, "is no column of outturn") for name in names if name and name not in known]
    wrong += [(name, "is there twice") for name in known if names.count(name) > 1]
    if wrong:
        errors = [FieldError(f"line {head.line}, column {name}", fault) for name, fault in wrong]
        raise InvalidFinance(f"The columns are {', '.join(known)}, the last of which may be left out.", errors)
    return {name: names.index(name) for name in known if name in names}


def _read(rows: Sequence[FileRow], places: Mapping[str, int]) -> OutturnFile:
    postings, lines, faults = list[OutturnPosting](), list[int](), list[FieldError]()
    for row in rows:
        reading = _Reading(row, places)
        posting = reading.posting()
        faults += [FieldError(f"line {row.line}, column {column}", fault) for column, fault in reading.faults]
        if posting is not None:
            postings.append(posting)
            lines.append(row.line)
    if faults:
        raise InvalidFinance(f"{len(faults)} cells cannot be read; nothing was entered.", faults[:MOST_FAULTS])
    if not postings:
        raise InvalidFinance("The file has no rows.", [FieldError("line 2", "is missing")])
    return OutturnFile(postings, lines)


class _Reading:
    """A row, read cell by cell, with what is wrong with each."""

    def __init__(self, row: FileRow, places: Mapping[str, int]) -> None:
        self._cells = {name: row.cells[at].strip() if at < len(row.cells) else "" for name, at in places.items()}
        self.faults: list[tuple[str, str]] = []
        if len(row.cells) > max(places.values()) + 1 and any(cell.strip() for cell in row.cells[len(places) :]):
            self.faults.append((str(len(places) + 1), "has no name in the first row"))

    def posting(self) -> OutturnPosting | None:
        reference, line = self._text("reference"), self._text("line")
        period, amount = self._parsed("period", _period), self._parsed("amount", _amount)
        reason = self._text("reason") if self._cells.get("reason") else "Outturn by the general ledger"
        if self.faults or period is None or amount is None:
            return None
        return OutturnPosting(reference, line, period, amount, reason)

    def _text(self, name: str) -> str:
        text = self._cells[name]
        fault = _text_fault(text, _LONGEST[name])
        if fault is not None:
            self.faults.append((name, fault))
        return text

    def _parsed(self, name: str, parse: Callable[[str], Read]) -> Read | None:
        before, text = len(self.faults), self._text(name)
        if len(self.faults) > before:
            return None
        try:
            return parse(text)
        except (ValueError, UnknownPeriodError) as error:
            self.faults.append((name, str(error)))
            return None


def _text_fault(text: str, longest: int) -> str | None:
    if not text:
        return "is empty"
    if len(text) > longest:
        return f"is longer than {longest} characters"
    return None if is_storable(text) else "holds a NUL or half a character"


def _period(text: str) -> Period:
    return Period.parse(text)


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"{text!r} is no amount; write plain digits with at most two decimals, such as 81250.00")
    amount = Decimal(text)
    if abs(amount) > LEDGER_LIMIT:
        raise ValueError(f"at most £{LEDGER_LIMIT:,} either way")
    return amount

"""Outturn as general ledgers export it: a file with a row for each posting, each fault named with line and column."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO, Final, TypeVar

from chassis.errors import FieldError
from contracts.period import Period, UnknownPeriodError
from services.finance.domain.outturn import MOST_FAULTS, OutturnPosting
from services.finance.domain.savings import LEDGER_LIMIT
from services.finance.schemas.files import FileColumns, NamedRow, named_rows, refuse_faults, text_fault

Read = TypeVar("Read")

COLUMNS: Final = FileColumns(("reference", "line", "period", "amount"), ("reason",), "outturn", 50_000)
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
    postings, lines, faults = list[OutturnPosting](), list[int](), list[FieldError]()
    for row in named_rows(file, COLUMNS):
        reading = _Reading(row)
        posting = reading.posting()
        faults += [FieldError(row.place_of(column), fault) for column, fault in reading.faults]
        if posting is not None:
            postings.append(posting)
            lines.append(row.line)
    refuse_faults(faults, MOST_FAULTS)
    return OutturnFile(postings, lines)


class _Reading:
    """A row, read cell by cell, with what is wrong with each."""

    def __init__(self, row: NamedRow) -> None:
        self._cells, self.faults = row.cells, row.unnamed_faults()

    def posting(self) -> OutturnPosting | None:
        reference, line = self._text("reference"), self._text("line")
        period, amount = self._parsed("period", _period), self._parsed("amount", _amount)
        reason = self._text("reason") if self._cells.get("reason") else "Outturn by the general ledger"
        if self.faults or period is None or amount is None:
            return None
        return OutturnPosting(reference, line, period, amount, reason)

    def _text(self, name: str) -> str:
        text = self._cells[name]
        fault = text_fault(text, _LONGEST[name])
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


def _period(text: str) -> Period:
    return Period.parse(text)


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"{text!r} is no amount; write plain digits with at most two decimals, such as 81250.00")
    amount = Decimal(text)
    if abs(amount) > LEDGER_LIMIT:
        raise ValueError(f"at most £{LEDGER_LIMIT:,} either way")
    return amount

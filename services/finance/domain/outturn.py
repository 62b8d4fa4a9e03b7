"""Outturn: what was spent on budget lines, as the general ledger of the host says period by period."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from contracts.period import Period, PeriodKind
from services.finance.domain.ledger import financial_year, posting_quarter
from services.finance.domain.transfers import Layer, RecordedTransfer, Transfer, sides

KINDS: Final = (PeriodKind.MONTH, PeriodKind.QUARTER)
"""Of a period that outturn is posted for."""
MOST_FAULTS: Final = 1000
"""That are named of what was sent at once."""


@dataclass(frozen=True, slots=True)
class OutturnPosting:
    """Pounds spent on a line in a month or quarter; negative takes back. The reference makes it safe to send again."""

    reference: str
    line: str
    period: Period
    amount: Decimal
    reason: str

    @property
    def quarter(self) -> Period:
        return Period.quarter_of(self.period.end)

    @property
    def year(self) -> Period:
        return financial_year(self.quarter)


@dataclass(frozen=True, slots=True)
class OutturnFault:
    """What is wrong with a posting, by its place among those that were sent, and its field."""

    place: int
    field: str
    fault: str


@dataclass(frozen=True, slots=True)
class OutturnRecorded:
    """What became of the postings of a call: entries that are new, and those that were there already.

    Of a dry run nothing was recorded, and ``count`` says how many would be.
    """

    fund: str
    count: int
    repeated: int
    amount: Decimal
    entries: tuple[RecordedTransfer, ...] = ()


def fault_of(posting: OutturnPosting, lines: Collection[tuple[Period, str]], today: date) -> tuple[str, str] | None:
    """A field, and what is wrong with it: no month or quarter, not begun, or no such line in its year."""
    if posting.period.kind not in KINDS:
        return "period", f"{posting.period} is neither a month nor a quarter"
    if posting.period.start > today:
        return "period", f"{posting.period} has not begun on {today}"
    if (posting.year, posting.line) not in lines:
        return "line", f"{posting.line} is no budget line of {posting.year}"
    return None


def outturn_transfer(posting: OutturnPosting, fund: str, closed: Collection[Period]) -> Transfer:
    """How a posting stands in the ledger: in its own quarter, or in the first open one after it."""
    quarter = posting_quarter(posting.period, closed)
    debit, credit, pence = sides(posting.line, posting.amount)
    late = quarter != posting.quarter
    return Transfer(
        fund=fund,
        financial_year=posting.year,
        layer=Layer.OUTTURN,
        debit=debit,
        credit=credit,
        pence=pence,
        effective_on=quarter.start if late else posting.period.end,
        reason=posting.reason,
        period=posting.period,
        reference=posting.reference,
        relates_to=f"{posting.quarter}, which was closed" if late else None,
    )


def is_same_posting(recorded: RecordedTransfer, posting: OutturnPosting) -> bool:
    """Whether what was recorded under a reference is what is posted, wherever it fell."""
    there = recorded.transfer
    same_money = (there.layer, there.owner, there.amount_of(there.owner))
    wanted = (Layer.OUTTURN, posting.line, posting.amount)
    return same_money == wanted and (there.period, there.reason) == (posting.period, posting.reason)


def repeated_references(postings: Collection[OutturnPosting]) -> Iterator[OutturnFault]:
    """Postings whose reference an earlier one of the same call has."""
    seen: dict[str, int] = {}
    for place, posting in enumerate(postings):
        if posting.reference in seen:
            yield OutturnFault(place, "reference", f"{posting.reference} is given twice")
        seen.setdefault(posting.reference, place)

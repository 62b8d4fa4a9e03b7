"""What finance posts by hand, and the rules that a posting has to keep."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.period import Period
from services.finance.domain.ledger import (
    Entry,
    PostedAmounts,
    State,
    is_restatement,
    latest_posting_quarter,
    months_of,
    posting_quarter,
    within,
)
from services.finance.domain.savings import NOTHING, Amounts

Fault = tuple[str, str]
"""A field, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Money validated or banked in a period, in pounds.

    ``posted_in`` is the quarter it falls in: by default the period's own, or the first open one after it. A correction
    names the reference of the entry that it ``corrects``.
    """

    reference: str
    state: State
    period: Period
    posted_in: Period | None
    amount: Decimal
    reason: str
    corrects: str | None = None

    def quarter(self, closed: Collection[Period]) -> Period:
        return self.posted_in or posting_quarter(self.period, closed)

    def entry(self, scheme: str, closed: Collection[Period]) -> Entry:
        quarter = self.quarter(closed)
        return Entry(
            scheme=scheme,
            posted=PostedAmounts(self.state, self.period, quarter, Amounts(self.amount, NOTHING)),
            restates=is_restatement(self.period, quarter, first=self.corrects is None),
            reason=self.reason,
            reference=self.reference,
            corrects=self.corrects,
        )


def posting_faults(posting: Posting, year: Period, closed: Collection[Period], today: date) -> Iterator[Fault]:
    """Where a posting is none of the scheme's year, falls before its period ends, or later than it may."""
    quarter, latest = posting.quarter(closed), latest_posting_quarter(posting.period, today)
    if not within(posting.period, year):
        yield "period", f"{posting.period} is not within {year}"
    elif quarter.end < posting.period.end:
        yield "posted_in", f"{quarter} ends before {posting.period} does"
    elif quarter > latest:
        yield "posted_in", f"{quarter} is later than {latest}, the last quarter it may fall in"


def correction_faults(posting: Posting, entries: Iterable[Entry]) -> Iterator[Fault]:
    """Where a correction names no entry of the scheme that finance posted, or has another state or period than it."""
    named = {entry.reference: entry.posted for entry in entries}.get(posting.corrects)
    if named is None:
        yield "corrects", f"{posting.corrects} is no posting of this scheme"
    elif named.state is not posting.state:
        yield "state", f"{posting.corrects} is {named.state}, and so is its correction"
    elif named.period != posting.period:
        yield "period", f"{posting.corrects} is for {named.period}, and so is its correction"


def overlapped(posting: Posting, entries: Iterable[Entry]) -> Entry | None:
    """The original posting of the same state that covers a month of this one, if any."""
    months = months_of(posting.period)
    originals = (one for one in entries if one.corrects is None and one.posted.state is posting.state)
    return next((one for one in originals if months & months_of(one.posted.period)), None)


def is_same(entry: Entry, posting: Posting) -> bool:
    """Whether an entry is what a posting asks for; one that named no quarter fell where it could."""
    posted = entry.posted
    wanted = (posting.state, posting.period, posting.amount, posting.reason, posting.corrects)
    there = (posted.state, posted.period, posted.amounts.cash, entry.reason, entry.corrects)
    return wanted == there and posting.posted_in in {None, posted.quarter}


def beyond_validated(banked: Decimal, validated: Decimal) -> Decimal:
    """What of ``banked`` is not between nought and ``validated``, whichever sign that has; nought where all is."""
    low, high = min(validated, NOTHING), max(validated, NOTHING)
    return banked - max(low, min(banked, high))

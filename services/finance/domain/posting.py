"""What finance posts by hand, and the rules that a posting has to keep."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from contracts.period import Period
from services.finance.domain.ledger import Entry, PostedAmounts, State, is_correction, within
from services.finance.domain.savings import NOTHING, Amounts


@dataclass(frozen=True, slots=True)
class Posting:
    """Money validated or banked in a period, in pounds; ``posted_in`` is the quarter it falls in, unless its own."""

    reference: str
    state: State
    period: Period
    posted_in: Period | None
    amount: Decimal
    reason: str

    @property
    def quarter(self) -> Period:
        return self.posted_in or Period.quarter_of(self.period.end)

    def entry(self, scheme: str) -> Entry:
        amounts = Amounts(self.amount, NOTHING)
        return Entry(
            scheme=scheme,
            posted=PostedAmounts(self.state, self.period, self.quarter, amounts),
            corrects=is_correction(self.period, self.quarter, first=True),
            reason=self.reason,
            reference=self.reference,
        )


def posting_faults(posting: Posting, year: Period) -> Iterator[tuple[str, str]]:
    """Field and fault, where a posting is none of the scheme's year or falls before its own period ends."""
    if not within(posting.period, year):
        yield "period", f"{posting.period} is not within {year}"
    elif posting.quarter.end < posting.period.end:
        yield "posted_in", f"{posting.quarter} ends before {posting.period} does"


def is_same(entry: Entry, posting: Posting) -> bool:
    """Whether an entry says what a posting says."""
    return (entry.posted, entry.reason) == (posting.entry(entry.scheme).posted, posting.reason)

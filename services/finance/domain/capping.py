"""What of the money banked on a budget line counts: at most its budget, quarter by quarter and scheme by scheme.

The excess is derived, never posted: it is held at the line, where it came about, and shared back over the schemes, so
that schemes, line, quarters and fund add up to one another. What a quarter counted when it was closed it counts for
ever: where the budget, or a quarter before it, is another since, the difference falls in an open quarter.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from contracts.money import allocate
from contracts.period import Period
from services.finance.domain.ledger import posting_quarter

NOTHING = Decimal(0)


class Banked(NamedTuple):
    """What a scheme banked in a quarter, in pounds of either sign."""

    scheme: str
    quarter: Period
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Capped:
    """A total as far as the budget line covers it, and the excess."""

    counted: Decimal
    excess: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class LineCap:
    """What of a line's banked money counts: in total, by the quarter it was posted in, and by scheme."""

    total: Capped = Capped(NOTHING)
    by_quarter: Mapping[Period, Decimal] = field(default_factory=dict)
    by_scheme: Mapping[str, Capped] = field(default_factory=dict)

    def of(self, scheme: str) -> Capped:
        return self.by_scheme.get(scheme, Capped(NOTHING))


def cap_line(budget: Decimal, banked: Iterable[Banked], closed: Mapping[Period, Decimal] | None = None) -> LineCap:
    """Cap the running total at the budget, quarter by quarter; a line with nothing in it yields nothing.

    ``closed`` is what each closed quarter counted when it was closed.
    """
    quarters, schemes = _totals(banked)
    by_quarter = _capped_quarters(max(budget, NOTHING), quarters, closed or {})
    total, counted = sum(schemes.values(), NOTHING), sum(by_quarter.values(), NOTHING)
    return LineCap(Capped(counted, total - counted), by_quarter, _shared_back(total - counted, schemes))


def _totals(banked: Iterable[Banked]) -> tuple[Mapping[Period, Decimal], Mapping[str, Decimal]]:
    quarters: dict[Period, Decimal] = defaultdict(Decimal)
    schemes: dict[str, Decimal] = defaultdict(Decimal)
    for scheme, quarter, amount in banked:
        quarters[quarter] += amount
        schemes[scheme] += amount
    return quarters, schemes


def _capped_quarters(
    room: Decimal, quarters: Mapping[Period, Decimal], closed: Mapping[Period, Decimal]
) -> dict[Period, Decimal]:
    running, counted, found = NOTHING, NOTHING, {}
    for quarter in sorted({*quarters, *closed}):
        running += quarters.get(quarter, NOTHING)
        found[quarter] = closed[quarter] if quarter in closed else min(running, room) - counted
        counted += found[quarter]
    if left := min(running, room) - counted:  # the last of them is closed: it falls where a posting would
        found[posting_quarter(max(found), closed)] = left
    return {quarter: amount for quarter, amount in found.items() if amount or quarter in quarters}


def _shared_back(excess: Decimal, schemes: Mapping[str, Decimal]) -> dict[str, Capped]:
    """Take the excess from the schemes with a positive total, by largest remainder on those totals."""
    positive = sorted(code for code, total in schemes.items() if total > 0)
    parts = allocate(excess, [schemes[code] for code in positive]) if excess else []
    taken = dict(zip(positive, parts, strict=False))
    return {code: Capped(total - taken.get(code, NOTHING), taken.get(code, NOTHING)) for code, total in schemes.items()}

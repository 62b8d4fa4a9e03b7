"""Slippage: what schemes planned to have saved by a day, against what finance validated, by quarter and to date.

A planned period is spread evenly over its months. What is validated counts from the end of its period on. A figure of a
quarter is that of its last day less that of the day before its first, each rounded half up to the penny, so that the
quarters add up to the year, and schemes to their total.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import reduce

from contracts.colours import Colour
from contracts.money import to_penny
from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.figures import Estimate, Range, original_colour
from services.finance.domain.ledger import MONTHS_A_YEAR, PostedAmounts, State, months_of
from services.finance.domain.scheme import Delivery, PlannedPeriod, SchemeAccount, SchemeDefinition
from services.finance.domain.scheme_position import figures_of

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Progress:
    """Pounds that were planned, low, high and in the middle, and what of them was delivered: validated by finance."""

    low: Decimal = NOTHING
    high: Decimal = NOTHING
    middle: Decimal = NOTHING
    delivered: Decimal = NOTHING

    @property
    def slippage(self) -> Decimal:
        """What of the middle of the plan is not delivered; negative where more was."""
        return self.middle - self.delivered

    def plus(self, other: "Progress") -> "Progress":
        return Progress(
            self.low + other.low,
            self.high + other.high,
            self.middle + other.middle,
            self.delivered + other.delivered,
        )

    def minus(self, other: "Progress") -> "Progress":
        return self.plus(Progress(-other.low, -other.high, -other.middle, -other.delivered))


@dataclass(frozen=True, slots=True)
class SlippageRow:
    """Of a scheme, or of all schemes of the plan where ``scheme`` is null.

    ``expected`` is what of the middle of the year's plan the middle of the forecast does not reach. Of a scheme
    ``original`` is its colour when it was agreed, and ``colour`` that of now.
    """

    scheme: SchemeDefinition | None
    to_date: Progress
    quarters: Sequence[Progress]
    year: Progress
    forecast: Range
    expected: Decimal
    original: Colour | None = None
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class SlippageTable:
    """A fund's year up to a day: a row for each scheme that is not withdrawn, and in total those of the plan."""

    fund: str
    name: str
    financial_year: Period
    day: date
    quarters: Sequence[Period]
    rows: Sequence[SlippageRow]
    total: SlippageRow
    illustrative: bool
    as_at: AsAt = PRESENT


def slippage_table(
    fund: str, name: str, year: Period, today: date, accounts: Iterable[SchemeAccount], as_at: AsAt = PRESENT
) -> SlippageTable:
    """The table of a year; ``accounts`` are its schemes, and ``today`` the business date of what is read.

    The day is the last of the quarter read, where it is over by then.
    """
    day = min(year.end, today) if as_at.quarter is None else min(year.end, today, as_at.quarter.end)
    running = sorted((one for one in accounts if one.scheme.withdrawal is None), key=lambda one: one.scheme.code)
    quarters = _quarters(year)
    rows = [_row(one, quarters, day) for one in running]
    planned = [row for row in rows if row.scheme is not None and row.scheme.delivered_by is Delivery.PLAN]
    illustrative = any(one.scheme.definition.illustrative for one in running)
    return SlippageTable(fund, name, year, day, quarters, rows, _total(planned, quarters), illustrative, as_at)


def _quarters(year: Period) -> list[Period]:
    found = [Period.quarter_of(year.start)]
    while found[-1].end < year.end:
        found.append(found[-1].next())
    return found


def _row(account: SchemeAccount, quarters: Sequence[Period], day: date) -> SlippageRow:
    agreed, figures = account.scheme.definition, figures_of(account)

    def until(last: date) -> Progress:
        return progress(agreed.plan, account.posted, last)

    year = until(quarters[-1].end)
    return SlippageRow(
        scheme=agreed,
        to_date=until(day),
        quarters=[until(one.end).minus(until(one.start - timedelta(days=1))) for one in quarters],
        year=year,
        forecast=figures.forecast,
        expected=year.middle - to_penny(figures.forecast.middle),
        original=original_colour(agreed),
        colour=figures.colour,
    )


def progress(plan: Sequence[PlannedPeriod], posted: Iterable[PostedAmounts], day: date) -> Progress:
    """What was planned for the months that are over on a day, and what was validated of periods that are."""
    planned = planned_until(plan, day)
    pence = planned.to_pence
    delivered = (one.amounts.cash for one in posted if one.state is State.VALIDATED and one.period.end <= day)
    middle = planned.middle
    rounded = to_penny(Decimal(middle.numerator) / Decimal(middle.denominator))
    return Progress(pence.low, pence.high, rounded, sum(delivered, NOTHING))


def planned_until(plan: Sequence[PlannedPeriod], day: date) -> Estimate:
    """The plan of the months that are over on a day."""
    following = day + timedelta(days=1)
    this_month = following.year * MONTHS_A_YEAR + following.month
    parts = [
        (part, Fraction(sum(month < this_month for month in months_of(part.period)), part.period.months))
        for part in plan
    ]
    return Estimate(
        sum((Fraction(part.low) * over for part, over in parts), Fraction(0)),
        sum((Fraction(part.high) * over for part, over in parts), Fraction(0)),
    )


def _total(rows: Sequence[SlippageRow], quarters: Sequence[Period]) -> SlippageRow:
    return SlippageRow(
        scheme=None,
        to_date=_added(row.to_date for row in rows),
        quarters=[_added(row.quarters[place] for row in rows) for place in range(len(quarters))],
        year=_added(row.year for row in rows),
        forecast=Range(
            sum((row.forecast.low for row in rows), NOTHING), sum((row.forecast.high for row in rows), NOTHING)
        ),
        expected=sum((row.expected for row in rows), NOTHING),
    )


def _added(parts: Iterable[Progress]) -> Progress:
    return reduce(Progress.plus, parts, Progress())


@dataclass(frozen=True, slots=True)
class SlippageYears:
    """The tables of all years that a fund has budget lines in, oldest first, and what their totals come to together."""

    fund: str
    name: str
    years: Sequence[SlippageTable]
    as_at: AsAt = PRESENT

    @property
    def total(self) -> SlippageRow:
        return _total([table.total for table in self.years], ())


def slippage_years(
    fund: str, name: str, years: Iterable[Period], today: date, accounts: Sequence[SchemeAccount], as_at: AsAt = PRESENT
) -> SlippageYears:
    """The tables of these years; ``accounts`` are the schemes of all of them."""
    tables = []
    for year in sorted(years):
        of_year = [one for one in accounts if one.scheme.definition.financial_year == year]
        tables.append(slippage_table(fund, name, year, today, of_year, as_at))
    return SlippageYears(fund, name, tables, as_at)

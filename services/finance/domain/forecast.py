"""What a budget line's year is expected to come to, from what was spent on it so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.money import to_penny
from contracts.period import Period
from services.finance.domain.ledger import months_of


@dataclass(frozen=True, slots=True)
class LineForecast:
    """What a line's year is expected to come to, in pounds.

    ``as_budgeted`` is what was spent, and for the months without a posting a twelfth each of the budget in force less
    what is banked; ``run_rate`` is what was spent, spread over twelve months, null while no month has a posting.
    """

    line: str
    division: str
    budget: Decimal
    banked: Decimal
    spent: Decimal
    months: int
    as_budgeted: Decimal
    run_rate: Decimal | None

    @property
    def variance(self) -> Decimal:
        """Against the budget: an overspend is positive."""
        return self.as_budgeted - self.budget


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast outturn of a fund's year, line by line. The total of the run rates is null where a line has none."""

    fund: str
    financial_year: Period
    lines: tuple[LineForecast, ...]

    @property
    def budget(self) -> Decimal:
        return sum((line.budget for line in self.lines), Decimal(0))

    @property
    def spent(self) -> Decimal:
        return sum((line.spent for line in self.lines), Decimal(0))

    @property
    def as_budgeted(self) -> Decimal:
        return sum((line.as_budgeted for line in self.lines), Decimal(0))

    @property
    def variance(self) -> Decimal:
        return self.as_budgeted - self.budget

    @property
    def run_rate(self) -> Decimal | None:
        rates = [line.run_rate for line in self.lines if line.run_rate is not None]
        return sum(rates, Decimal(0)) if len(rates) == len(self.lines) else None


MONTHS: Final = 12


def line_forecast(
    line: str, division: str, budget: Decimal, banked: Decimal, spent: Mapping[Period, Decimal]
) -> LineForecast:
    """Forecast a line by what was spent on it in each month or quarter; rounded half up to the penny, at the end."""
    months = len(frozenset[int]().union(*(months_of(period) for period in spent)))
    total = sum(spent.values(), Decimal(0))
    rest = (budget - banked) * (MONTHS - months) / MONTHS
    rate = to_penny(total * MONTHS / months) if months else None
    return LineForecast(line, division, budget, banked, total, months, to_penny(total + rest), rate)

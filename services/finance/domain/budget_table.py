"""The table of a fund's budget as councils print it: its lines, what they add up to, and what was printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.budget import (
    COLUMNS,
    Budget,
    BudgetLine,
    PrintedDifference,
    printed_differences,
    total,
)
from services.finance.domain.fund import Fund


@dataclass(frozen=True, slots=True)
class BudgetTable:
    """The lines of a year with what was moved to each since, and the totals that were printed, by column.

    ``differences``: every printed figure that is not what its parts add up to. It stays as it is printed.
    """

    fund: str
    name: str
    financial_year: Period
    lines: Sequence[BudgetLine]
    printed: Mapping[str, Decimal]
    differences: Sequence[PrintedDifference]
    as_at: AsAt = PRESENT

    @property
    def budgets(self) -> list[Budget]:
        return [line.budget for line in self.lines]

    @property
    def totals(self) -> Mapping[str, Decimal]:
        """Each column added up; the net column adds the budgets as approved."""
        return {column: total(self.budgets, column) for column in COLUMNS}

    @property
    def vired(self) -> Decimal:
        return sum((budget.vired for budget in self.budgets), Decimal(0))


def budget_table(fund: Fund, year: Period, as_at: AsAt = PRESENT) -> BudgetTable:
    """Of a year that the fund has lines in. Lines that nobody printed are not held against what was."""
    of_year = [line for line in fund.lines if line.financial_year == year]
    printed = {one.column: one.amount for one in fund.printed_totals if one.financial_year == year}
    return BudgetTable(
        fund=fund.summary.code,
        name=fund.summary.name,
        financial_year=year,
        lines=[replace(line, budget=replace(line.budget, vired=fund.moves_of(line).vired)) for line in of_year],
        printed=printed,
        differences=printed_differences([line.budget for line in of_year if not line.illustrative], printed),
        as_at=as_at,
    )

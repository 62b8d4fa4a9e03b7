"""Budget lines: what the parts add to, what was printed, and where the two differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.notes import SourceNote
from contracts.period import Period

COLUMNS: Final = ("opening", "cost_increases", "savings", "other_savings", "net_budget")

LineKey = tuple[Period, str]
"""A budget line of a fund: its financial year and its code."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The figures of a budget line, in pounds; savings are negative. Not every line prints its net.

    ``vired`` is what was moved to it from other lines since it was approved.
    """

    code: str
    opening: Decimal
    cost_increases: Decimal
    savings: Decimal
    other_savings: Decimal
    printed_net: Decimal | None = None
    vired: Decimal = Decimal(0)

    @property
    def computed_net(self) -> Decimal:
        return self.opening + self.cost_increases + self.savings + self.other_savings

    @property
    def net_budget(self) -> Decimal:
        """The budget as approved: the printed figure where there is one, else what the parts add to."""
        return self.computed_net if self.printed_net is None else self.printed_net

    @property
    def savings_within(self) -> Decimal:
        """The savings that the budget has been reduced by, of both columns, positive. What adds to it is none."""
        return sum((-column for column in (self.savings, self.other_savings) if column < 0), Decimal(0))

    @property
    def current(self) -> Decimal:
        """The budget in force: as approved, with what was moved to the line since."""
        return self.net_budget + self.vired


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A division's budget in a financial year; ``partner`` pays for it, the host where none is named.

    One that is ``illustrative`` stands in no printed table.
    """

    financial_year: Period
    directorate: str
    department: str
    division: str
    budget: Budget
    notes: tuple[SourceNote, ...] = ()
    partner: str | None = None
    illustrative: bool = False

    @property
    def code(self) -> str:
        return self.budget.code

    @property
    def key(self) -> LineKey:
        return self.financial_year, self.code


@dataclass(frozen=True, slots=True)
class PrintedTotal:
    """A total as a document prints it, whether or not the lines add to it."""

    financial_year: Period
    column: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PrintedDifference:
    """A printed figure that is not what its parts add to. Both are kept; neither is mended."""

    where: str
    column: str
    printed: Decimal
    computed: Decimal

    @property
    def difference(self) -> Decimal:
        return self.printed - self.computed


def savings_cut(before: Iterable[BudgetLine], after: Iterable[BudgetLine]) -> list[int]:
    """Places in ``after`` of the lines whose budget is reduced by less savings than before."""
    was = {line.key: line.budget.savings_within for line in before}
    now = enumerate((line.key, line.budget.savings_within) for line in after)
    return [place for place, (key, within) in now if within < was.get(key, within)]


def total(lines: Iterable[Budget], column: str) -> Decimal:
    """A column added up; the net column adds the budgets in force."""
    return sum((getattr(line, column) for line in lines), Decimal(0))


def printed_differences(lines: Sequence[Budget], printed: Mapping[str, Decimal]) -> list[PrintedDifference]:
    """Every printed net that its line's parts do not add to, then every printed total its column does not."""
    nets = [
        PrintedDifference(line.code, "net_budget", line.printed_net, line.computed_net)
        for line in lines
        if line.printed_net is not None and line.printed_net != line.computed_net
    ]
    sums = {column: total(lines, column) for column in COLUMNS}
    return nets + [
        PrintedDifference("total", column, printed[column], sums[column])
        for column in COLUMNS
        if column in printed and printed[column] != sums[column]
    ]

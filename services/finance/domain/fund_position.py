"""A fund's year: budget as printed and as added up, savings by certainty, outturn moved by banked money only."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.period import Period
from services.finance.domain.agreement import in_force
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.budget import BudgetLine, PrintedDifference, printed_differences
from services.finance.domain.capping import LineCap
from services.finance.domain.figures import HELD_AT_BUDGET
from services.finance.domain.forecast import Forecast, LineForecast, line_forecast
from services.finance.domain.fund import NO_MOVES, Fund, LineMoves
from services.finance.domain.fund_sharing import LineVariance, RiskShare, risk_share_of
from services.finance.domain.ledger import PostedAmounts, State, total_posted
from services.finance.domain.reconciliation import Reconciled, reconcile
from services.finance.domain.risk_share import variance
from services.finance.domain.scheme import SchemeAccount
from services.finance.domain.scheme_position import figures_of
from services.finance.domain.triggers import NO_TRIGGERS, BudgetKey, Trigger, TriggerReading, Triggers, read_trigger

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Savings:
    """Savings of a line or fund, year to date, in pounds. Only ``banked`` has left the budget."""

    plan_low: Decimal = NOTHING
    plan_high: Decimal = NOTHING
    indicated: Decimal = NOTHING
    validated: Decimal = NOTHING
    banked: Decimal = NOTHING

    def plus(self, other: "Savings") -> "Savings":
        return Savings(
            self.plan_low + other.plan_low,
            self.plan_high + other.plan_high,
            self.indicated + other.indicated,
            self.validated + other.validated,
            self.banked + other.banked,
        )


@dataclass(frozen=True, slots=True)
class LinePosition:
    """A line's year: the outturn is the budget less what is banked, and nothing else.

    The budget is that in force, with what was moved to the line; ``moves`` has that, and what was spent to date.
    ``agreed`` is the trigger that its expected variance is judged by.
    """

    line: BudgetLine
    savings: Savings
    flags: tuple[str, ...]
    moves: LineMoves = NO_MOVES
    agreed: Trigger | None = None

    @property
    def budget(self) -> Decimal:
        return self.line.budget.net_budget + self.moves.vired

    @property
    def outturn(self) -> Decimal:
        return self.budget - self.savings.banked

    @property
    def variance(self) -> Decimal:
        return variance(self.outturn, self.budget)

    @property
    def forecast(self) -> LineForecast:
        banked, outturn = self.savings.banked, self.moves.outturn
        return line_forecast(self.line.code, self.line.division, self.budget, banked, outturn)

    @property
    def trigger(self) -> TriggerReading | None:
        return read_trigger(self.agreed, self.budget, self.forecast.variance)


@dataclass(frozen=True, slots=True)
class GroupPosition:
    """What the lines of a division, or those that a partner pays for, come to together; ``name`` None: nobody's."""

    name: str | None
    lines: Sequence[LinePosition]

    @property
    def budget(self) -> Decimal:
        return sum((line.budget for line in self.lines), NOTHING)

    @property
    def outturn(self) -> Decimal:
        return sum((line.outturn for line in self.lines), NOTHING)

    @property
    def variance(self) -> Decimal:
        return variance(self.outturn, self.budget)

    @property
    def vired(self) -> Decimal:
        return sum((line.moves.vired for line in self.lines), NOTHING)

    @property
    def spent(self) -> Decimal:
        return sum((line.moves.spent for line in self.lines), NOTHING)

    @property
    def forecast(self) -> Decimal:
        return sum((line.forecast.as_budgeted for line in self.lines), NOTHING)

    @property
    def savings(self) -> Savings:
        return sum_savings(self.lines)


def sum_savings(lines: Iterable[LinePosition]) -> Savings:
    total = Savings()
    for line in lines:
        total = total.plus(line.savings)
    return total


@dataclass(frozen=True, slots=True)
class QuarterTotals:
    """What was posted in a quarter, whatever period it belongs to; of banked money what counts."""

    quarter: Period
    closed: bool
    indicated: Decimal
    validated: Decimal
    banked: Decimal


@dataclass(frozen=True, slots=True)
class FundPosition:
    fund: str
    financial_year: Period
    lines: Sequence[LinePosition]
    quarters: Sequence[QuarterTotals]
    printed_differences: Sequence[PrintedDifference]
    risk_share: RiskShare | None
    as_at: AsAt = PRESENT
    agreed: Trigger | None = None
    reconciled: Sequence[Reconciled] = ()
    host: str | None = None

    @property
    def budget(self) -> Decimal:
        return sum((line.budget for line in self.lines), NOTHING)

    @property
    def outturn(self) -> Decimal:
        return sum((line.outturn for line in self.lines), NOTHING)

    @property
    def variance(self) -> Decimal:
        return variance(self.outturn, self.budget)

    @property
    def spent(self) -> Decimal:
        return sum((line.moves.spent for line in self.lines), NOTHING)

    @property
    def forecast(self) -> Forecast:
        return Forecast(self.fund, self.financial_year, tuple(line.forecast for line in self.lines))

    @property
    def trigger(self) -> TriggerReading | None:
        return read_trigger(self.agreed, self.budget, self.forecast.variance)

    @property
    def triggers(self) -> dict[BudgetKey, TriggerReading]:
        """Every variance of the year that a trigger is agreed for: that of the fund, and those of its lines."""
        year = self.financial_year.label
        found: dict[BudgetKey, TriggerReading | None] = {(year, None): self.trigger}
        found |= {(year, line.line.code): line.trigger for line in self.lines}
        return {key: one for key, one in found.items() if one is not None}

    @property
    def savings(self) -> Savings:
        return sum_savings(self.lines)

    @property
    def by_division(self) -> list[GroupPosition]:
        """In the order in which the lines name them first."""
        return self._grouped(lambda line: line.division)

    @property
    def by_partner(self) -> list[GroupPosition]:
        """By who pays for the lines: the host for those that name nobody."""
        return self._grouped(lambda line: line.partner or self.host)

    def _grouped(self, name_of: Callable[[BudgetLine], str | None]) -> list[GroupPosition]:
        found: dict[str | None, list[LinePosition]] = {}
        for one in self.lines:
            found.setdefault(name_of(one.line), []).append(one)
        return [GroupPosition(name, lines) for name, lines in found.items()]

    @property
    def spent_in(self) -> Mapping[Period, Decimal]:
        """What was posted as outturn on all lines, by the month or quarter that it was posted for, oldest first."""
        found: dict[Period, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            for period, amount in line.moves.outturn.items():
                found[period] += amount
        return dict(sorted(found.items()))

    @property
    def flags(self) -> list[str]:
        return sorted({flag for line in self.lines for flag in line.flags})


@dataclass(frozen=True, slots=True)
class FundState:
    """A fund with its position in every year that it has budget lines in."""

    fund: Fund
    years: Sequence[FundPosition]

    @property
    def triggers(self) -> dict[BudgetKey, TriggerReading]:
        return {key: one for position in self.years for key, one in position.triggers.items()}


def fund_state(fund: Fund, accounts: Sequence[SchemeAccount]) -> FundState:
    """The whole state of a fund; ``accounts`` are all its schemes."""
    years = sorted({line.financial_year for line in fund.lines})
    of_year = {year: [one for one in accounts if one.scheme.definition.financial_year == year] for year in years}
    return FundState(fund, [fund_position(fund, year, of_year[year]) for year in years])


def fund_position(fund: Fund, year: Period, accounts: Sequence[SchemeAccount], as_at: AsAt = PRESENT) -> FundPosition:
    """The position of a fund in a year; ``accounts`` are its schemes of that year, all of one state."""
    lines = [line for line in fund.lines if line.financial_year == year]
    on_line = {line.code: [one for one in accounts if one.scheme.definition.budget_line == line.code] for line in lines}
    agreement = in_force(fund.agreements, year)
    triggers = NO_TRIGGERS if agreement is None else agreement.terms.triggers
    positions = [_line_position(line, on_line[line.code], fund.moves_of(line), triggers) for line in lines]
    variances = {
        one.line.code: LineVariance(one.variance, _banked_by_partner(on_line[one.line.code])) for one in positions
    }
    return FundPosition(
        fund=fund.summary.code,
        financial_year=year,
        lines=positions,
        quarters=quarter_totals(accounts, [_cap_of(of_line) for of_line in on_line.values()], fund.closed_quarters),
        printed_differences=printed_differences(
            [line.budget for line in lines if not line.illustrative],
            {total.column: total.amount for total in fund.printed_totals if total.financial_year == year},
        ),
        risk_share=risk_share_of(fund.agreements, year, variances, host=fund.summary.host),
        as_at=as_at,
        agreed=triggers.fund,
        reconciled=reconcile(fund.agreements, year, fund.summary.host, [(one.line, one.budget) for one in positions]),
        host=fund.summary.host,
    )


def _cap_of(accounts: Sequence[SchemeAccount]) -> LineCap:
    """What of the line's banked money counts: every account of the line carries it."""
    return accounts[0].line_cap if accounts else LineCap()


def _line_position(
    line: BudgetLine, accounts: Sequence[SchemeAccount], moves: LineMoves, triggers: Triggers
) -> LinePosition:
    figures, cap = [figures_of(account) for account in accounts], _cap_of(accounts)
    savings = Savings()
    for one in figures:
        savings = savings.plus(Savings(one.plan.low, one.plan.high, one.indicated, one.validated, one.banked.counted))
    flags = {flag for one in figures for flag in one.flags} | ({HELD_AT_BUDGET} if cap.total.excess else set())
    flags |= {"illustrative"} if line.illustrative else set()
    return LinePosition(line, savings, tuple(sorted(flags)), moves, triggers.of_line(line.code))


def _banked_by_partner(accounts: Iterable[SchemeAccount]) -> Mapping[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for account in accounts:
        found[account.scheme.definition.partner] += figures_of(account).banked.counted
    return found


def quarter_totals(
    accounts: Iterable[SchemeAccount], caps: Iterable[LineCap], closed: Collection[Period]
) -> list[QuarterTotals]:
    by_quarter: dict[Period, list[PostedAmounts]] = defaultdict(list)
    for account in accounts:
        for entry in account.posted:
            by_quarter[entry.quarter].append(entry)
    banked: dict[Period, Decimal] = defaultdict(Decimal)
    for cap in caps:
        for quarter, counted in cap.by_quarter.items():
            banked[quarter] += counted
    return [
        QuarterTotals(
            quarter=quarter,
            closed=quarter in closed,
            indicated=total_posted(State.INDICATED, by_quarter[quarter]).cash,
            validated=total_posted(State.VALIDATED, by_quarter[quarter]).cash,
            banked=banked[quarter],
        )
        for quarter in sorted({*by_quarter, *banked})
    ]

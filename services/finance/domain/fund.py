"""A pooled fund: who pools, what they agreed, what they budgeted, which quarters are closed."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from contracts.notes import SourceNote
from contracts.period import Period
from services.finance.domain.agreement import Agreement, AgreementTerms
from services.finance.domain.budget import Budget, BudgetLine, PrintedTotal
from services.finance.domain.return_forms import MetricLink
from services.finance.domain.triggers import triggers_faults


@dataclass(frozen=True, slots=True)
class Partner:
    code: str
    name: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class FundSummary:
    """What names a fund; ``metrics`` are by which series of indicators its return tells its metrics."""

    code: str
    name: str
    host: str | None
    notes: tuple[SourceNote, ...] = ()
    metrics: tuple[MetricLink, ...] = ()


@dataclass(frozen=True, slots=True)
class FundDefinition:
    """The whole of what is said of a fund at once."""

    name: str
    host: str | None
    partners: Sequence[Partner]
    agreement: AgreementTerms | None
    lines: Sequence[BudgetLine]
    printed_totals: Sequence[PrintedTotal]
    notes: tuple[SourceNote, ...] = ()
    metrics: tuple[MetricLink, ...] = ()


@dataclass(frozen=True, slots=True)
class FundVersion:
    """What was said of a fund at once, all but its agreement, which has versions of its own."""

    summary: FundSummary
    partners: Sequence[Partner]
    lines: Sequence[BudgetLine]
    printed_totals: Sequence[PrintedTotal]


@dataclass(frozen=True, slots=True)
class LineMoves:
    """What was moved to a budget line from others, and what was spent on it, in pounds, by the ledger.

    ``outturn`` is by month or quarter. Nought that was posted is there: it says that nothing was spent in the period.
    """

    vired: Decimal = Decimal(0)
    outturn: Mapping[Period, Decimal] = field(default_factory=dict)

    @property
    def spent(self) -> Decimal:
        return sum(self.outturn.values(), Decimal(0))


NO_MOVES: Final = LineMoves()


@dataclass(frozen=True, slots=True)
class ClosedQuarters:
    """The closed quarters of a fund, and what each counted of a line's banked money when it was closed, in pounds.

    ``counted`` is by quarter, label of the line's financial year, and code of the line; what it lacks is nothing.
    """

    quarters: frozenset[Period]
    counted: Mapping[tuple[Period, str, str], Decimal]

    def of_line(self, financial_year: str, code: str) -> dict[Period, Decimal]:
        return {quarter: self.counted.get((quarter, financial_year, code), Decimal(0)) for quarter in self.quarters}


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund as it is: every version of its agreement, its lines, its closed quarters.

    ``moves`` is what the ledger says of its lines, by label of the financial year and code; what it lacks is nothing.
    """

    summary: FundSummary
    partners: Sequence[Partner]
    agreements: Sequence[Agreement]
    lines: Sequence[BudgetLine]
    printed_totals: Sequence[PrintedTotal]
    closed: ClosedQuarters
    moves: Mapping[tuple[str, str], LineMoves] = field(default_factory=dict)

    def moves_of(self, line: BudgetLine) -> LineMoves:
        return self.moves.get((line.financial_year.label, line.code), NO_MOVES)

    @property
    def closed_quarters(self) -> list[Period]:
        return sorted(self.closed.quarters)

    @property
    def budgets(self) -> dict[tuple[str, str], Budget]:
        """By label of the financial year and code of the line, with what was moved to each."""
        return {
            (line.financial_year.label, line.code): replace(line.budget, vired=self.moves_of(line).vired)
            for line in self.lines
        }

    @property
    def version(self) -> FundVersion:
        return FundVersion(self.summary, self.partners, self.lines, self.printed_totals)


@dataclass(frozen=True, slots=True)
class ClosedQuarter:
    fund: str
    quarter: Period
    closed_at: datetime
    closed_by: str
    business_date: date


def definition_faults(fund: FundDefinition) -> list[tuple[str, str]]:
    """Field and fault, where something is named twice, or a partner or a line that the fund has not."""
    return [*_named_twice(fund), *_strangers(fund), *_lines_not_there(fund)]


def _named_twice(fund: FundDefinition) -> Iterator[tuple[str, str]]:
    if _repeats(partner.code for partner in fund.partners):
        yield "partners", "a partner is listed twice"
    if _repeats(line.key for line in fund.lines):
        yield "budget_lines", "a line is listed twice in a year"
    if _repeats((total.financial_year, total.column) for total in fund.printed_totals):
        yield "printed_totals", "a total is listed twice in a year"
    if _repeats(link.metric for link in fund.metrics):
        yield "metrics", "a metric is listed twice"


def _repeats(keys: Iterable[Hashable]) -> bool:
    return any(count > 1 for count in Counter(keys).values())


def _strangers(fund: FundDefinition) -> Iterator[tuple[str, str]]:
    partners = {partner.code for partner in fund.partners}
    named: dict[str, set[str]] = {"host": set() if fund.host is None else {fund.host}}
    named["budget_lines"] = {line.partner for line in fund.lines if line.partner is not None}
    if fund.agreement is not None:
        named["agreement.contributions"] = {part.partner for part in fund.agreement.contributions}
        if fund.agreement.risk_share is not None:
            named["agreement.risk_share"] = fund.agreement.risk_share.partners()
    for where, codes in named.items():
        for stranger in sorted(codes - partners):
            yield where, f"{stranger} is no partner"


def _lines_not_there(fund: FundDefinition) -> Iterator[tuple[str, str]]:
    if fund.agreement is None:
        return
    there, sharing = {line.code for line in fund.lines}, fund.agreement.risk_share
    yield from triggers_faults(fund.agreement.triggers, there)
    for code in sorted(set() if sharing is None else set(sharing.lines) - there):
        yield f"agreement.risk_share.lines.{code}", f"{code} is no budget line"

"""A Better Care Fund return: answers, what the suite fills in, and which cells lack a value or contradict another."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from contracts.period import Period
from services.finance.domain.ledger import financial_year, months_of, within
from services.finance.domain.return_cells import (
    LONGEST,
    QUARTERS,
    Basis,
    Cell,
    CellKind,
    Filled,
    Template,
    quarter_number,
)
from services.finance.domain.return_metrics import MetricFact
from services.finance.domain.return_rules import BUDGETS_BEFORE, Rule, Values, by_cell, contradictions, day_of, rules_of
from services.finance.domain.return_sums import computed

_POUND: Final = Decimal(1)
NO_METRICS: Final[Mapping[str, MetricFact]] = {}


@dataclass(frozen=True, slots=True)
class ReturnSignOff:
    """Who signed a return in which role, of which organisation; where it was delegated, by whom, and when ratified."""

    role: str
    organisation: str
    name: str
    signed_on: date
    delegated_by: str | None = None
    ratified_on: date | None = None


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What the suite knows besides the answers: its own cells, and what the return of the quarter before ended with.

    ``budgets_before`` is how many personal health budgets that was; null where there is no such return or figure.
    """

    values: Values
    budgets_before: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnContent:
    """What people say of a quarter. Once it is signed off, ``frozen`` has what the suite knew then."""

    answers: Values
    sign_offs: tuple[ReturnSignOff, ...] = ()
    frozen: FilledIn | None = None


@dataclass(frozen=True, slots=True)
class ReturnRevision:
    """A revision as it was recorded, from 1. None ever changes."""

    number: int
    content: ReturnContent
    recorded_by: str
    recorded_at: datetime
    business_date: date
    reason: str | None


@dataclass(frozen=True, slots=True)
class CellState:
    """A cell with its value, whether it has all that is asked of it, its rules, and what contradicts it."""

    cell: Cell
    value: str | None
    required: bool
    faults: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def complete(self) -> bool:
        return self.value is not None or not self.required

    @property
    def consistent(self) -> bool:
        return not self.faults

    @property
    def checked_by(self) -> Basis:
        """By what the rule is known that holds it, the best known of them; without a rule it is unsourced."""
        return min((rule.basis for rule in self.rules), key=list(Basis).index, default=Basis.UNSOURCED)


@dataclass(frozen=True, slots=True)
class FundReturn:
    """The return of a fund's quarter by its template, and the revision that it shows; null before the first."""

    fund: str
    template: Template
    cells: Sequence[CellState]
    revision: ReturnRevision | None
    missing_roles: Sequence[str] = field(default=())

    @property
    def complete(self) -> bool:
        return all(one.complete for one in self.cells)

    @property
    def consistent(self) -> bool:
        return all(one.consistent for one in self.cells)

    @property
    def signed_off(self) -> bool:
        return self.revision is not None and self.revision.content.frozen is not None


def fill_from_fund(
    template: Template,
    spent: Mapping[Period, Decimal],
    budget: Decimal,
    *,
    agreed: bool,
    metrics: Mapping[str, MetricFact] = NO_METRICS,
) -> dict[str, str]:
    """What the fund says of cells that the suite fills in: the agreement, the budget, what was posted as outturn.

    ``spent`` is the outturn of the year by month or quarter, in pounds. A quarter has a figure once each of its months
    has a posting, and the year to date once each quarter of it has one. What indicators tell of ``metrics`` is there
    whether the form asks for it or not: answers are checked by it.
    """
    year = financial_year(template.quarter)
    found = {"pooling.section_75": "Yes" if agreed else "No", "money.pooled": whole(budget)}
    found["money.expenditure.planned.year"] = found["money.fund.planned"] = whole(budget)
    sums = _whole_quarters(spent, year)
    for number, amount in sums.items():
        found[f"money.expenditure.actual.{QUARTERS[number - 1]}"] = whole(amount)
    if len(sums) == len(QUARTERS) and template.version == "2017-18":
        found["money.expenditure.actual.year"] = whole(sum(sums.values(), Decimal(0)))
    if len(sums) >= quarter_number(template.quarter):
        found["money.fund.to_date"] = whole(sum(sums.values(), Decimal(0)))
    told = {code: value for metric, fact in metrics.items() for code, value in fact.as_values(metric).items()}
    codes = {cell.code for cell in template.cells if cell.filled is Filled.SUITE}
    return {code: value for code, value in found.items() if code in codes} | told


def _whole_quarters(spent: Mapping[Period, Decimal], year: Period) -> dict[int, Decimal]:
    """The sum of each quarter of which every month has a posting."""
    sums: dict[Period, Decimal] = defaultdict(Decimal)
    months: dict[Period, frozenset[int]] = defaultdict(frozenset)
    for period, amount in spent.items():
        if within(period, year):
            quarter = Period.quarter_of(period.end)
            sums[quarter] += amount
            months[quarter] |= months_of(period)
    return {quarter_number(one): amount for one, amount in sums.items() if months[one] == months_of(one)}


def whole(amount: Decimal) -> str:
    """Pounds without pence, rounded half up, and none as 0 from either side: what a cell of money takes."""
    return f"{amount.quantize(_POUND, ROUND_HALF_UP) + 0:f}"


def answer_faults(template: Template, answers: Values) -> list[tuple[str, str]]:
    """Codes of answers that cannot be saved, and why: no such cell, one that nobody types, or none of what it takes."""
    cells, found = {cell.code: cell for cell in template.cells}, []
    for code, value in answers.items():
        cell = cells.get(code)
        if cell is None:
            found.append((code, f"the form of {template.quarter} has no such cell"))
        elif cell.filled is not Filled.INPUT:
            found.append((code, f"is filled in by the {'suite' if cell.filled is Filled.SUITE else 'form'}"))
        elif fault := _value_fault(cell, value, template.ceiling):
            found.append((code, fault))
    return found


def sign_off_faults(template: Template, one: ReturnSignOff, today: date) -> list[tuple[str, str]]:
    """Fields, and what is wrong with them: a role that the form does not ask for, or a day that cannot be.

    A quarter is signed after its end, ratified once it is signed, and neither in the future.
    """
    found = []
    if one.role not in template.signed_by:
        found.append(("role", "is none of: " + "; ".join(template.signed_by)))
    if one.role in template.not_delegated and one.delegated_by is not None:
        found.append(("delegated_by", f"{one.role} signs in person"))
    if one.signed_on <= template.quarter.end:
        found.append(("signed_on", f"is not after the end of {template.quarter}"))
    if one.ratified_on is not None and one.ratified_on < one.signed_on:
        found.append(("ratified_on", "is before the day of signing"))
    days = (("signed_on", one.signed_on), ("ratified_on", one.ratified_on))
    return found + [(field, f"is after the business date, {today}") for field, day in days if day and day > today]


def _value_fault(cell: Cell, value: str, ceiling: Decimal) -> str | None:
    if not value.strip() or len(value) > LONGEST:
        return f"takes 1 to {LONGEST:,} characters"
    if cell.kind is CellKind.CHOICE and value not in cell.choices:
        return "is none of: " + "; ".join(cell.choices)
    if cell.kind in (CellKind.MONEY, CellKind.INTEGER):
        return None if _WHOLE.fullmatch(value) and int(value) <= ceiling else f"takes a whole number up to {ceiling:,}"
    if cell.kind is CellKind.NUMBER and not _NUMBER.fullmatch(value):
        return "takes a number such as 104.5"
    if cell.kind is CellKind.DATE and day_of(value) is None:
        return "takes a date such as 2018-03-31"
    return None


_WHOLE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)


def fund_return(fund: str, template: Template, filled: FilledIn, revision: ReturnRevision | None) -> FundReturn:
    """A return: what was answered, what is filled in (as it was, where signed off), what adds up, and the checks.

    What is signed off contradicted nothing by the rules of then, and is not judged anew.
    """
    content = ReturnContent({}) if revision is None else revision.content
    known = filled if content.frozen is None else content.frozen
    values = {**known.values, **content.answers}
    values |= computed(template, values)
    rules = rules_of(template)
    faults = contradictions(rules, _with_before(values, known)) if content.frozen is None else {}
    held = by_cell(rules)
    cells = [
        CellState(
            cell,
            values.get(cell.code),
            _required(cell, values),
            faults.get(cell.code, ()),
            held.get(cell.code, ()),
        )
        for cell in template.cells
    ]
    roles = {one.role for one in content.sign_offs}
    return FundReturn(fund, template, cells, revision, [role for role in template.signed_by if role not in roles])


def _with_before(values: Values, known: FilledIn) -> Values:
    before = known.budgets_before
    return values if before is None else {**values, BUDGETS_BEFORE: before}


def _required(cell: Cell, values: Values) -> bool:
    return cell.required and (cell.when is None or cell.when.holds(values.get(cell.when.cell)))

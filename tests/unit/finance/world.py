"""A pooled fund of two lines and its schemes, as state: what rules about positions are tried on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from contracts.colours import Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period, PeriodKind
from services.finance.domain.agreement import Agreement, AgreementTerms, Contribution
from services.finance.domain.budget import Budget, BudgetLine
from services.finance.domain.capping import Banked, cap_line
from services.finance.domain.fund import ClosedQuarters, Fund, FundSummary, LineMoves, Partner
from services.finance.domain.ledger import PostedAmounts, State
from services.finance.domain.savings import Amounts, Baseline, Observation, SchemeLink, Terms, UnitCost
from services.finance.domain.scheme import (
    Delivery,
    PlannedPeriod,
    Scheme,
    SchemeAccount,
    SchemeDefinition,
    SeriesPolarity,
    Withdrawal,
    Workstream,
)
from services.finance.domain.series import Series

D, P = Decimal, Period.parse
YEAR = P("2017/18")
AT, DAY = datetime(2018, 2, 28, tzinfo=UTC), date(2018, 2, 28)
SERIES = Series("admissions", "E06000026")
COST = UnitCost(D(100), "Reference costs", "2017/18")
TERMS = Terms(D(1), COST, D(1), D("0.5"), D("0.8"), D(0))
LINK = SchemeLink(SERIES, YEAR, Baseline(D(1400), PeriodKind.MONTH), TERMS)
LOW = SeriesPolarity(Polarity.LOW_IS_GOOD)


def line(code: str, opening: str = "1000", **changes: Any) -> BudgetLine:
    year = changes.pop("financial_year", YEAR)
    division = changes.pop("division", code.title())
    return BudgetLine(year, "People", "Care", division, Budget(code, D(opening), D(0), D(0), D(0)), **changes)


def agreement(version: int = 1, **terms: Any) -> Agreement:
    given = [Contribution("PCC", YEAR, D(770)), Contribution("CCG", YEAR, D(230), "By agreement")]
    agreed = AgreementTerms(date(2017, 4, 1), terms.pop("contributions", given), **terms)
    return Agreement(version, agreed, AT, "Ana", DAY)


def fund(
    *lines: BudgetLine, moves: Mapping[str, LineMoves] | None = None, closed: Sequence[str] = (), **c: Any
) -> Fund:
    found = Fund(
        summary=FundSummary("pool", "Pool", "PCC"),
        partners=[Partner("PCC", "The council"), Partner("CCG", "The group")],
        agreements=[agreement()],
        lines=lines or (line("care"), line("home", "500")),
        printed_totals=[],
        closed=ClosedQuarters(frozenset(map(P, closed)), {}),
        moves={(YEAR.label, code): moved for code, moved in (moves or {}).items()},
    )
    return replace(found, **c)


def scheme(code: str = "a", **changes: Any) -> Scheme:
    known = {"withdrawal", "pending", "version"} & changes.keys()
    recorded = {name: changes.pop(name) for name in known}
    agreed = SchemeDefinition(
        code=code,
        name=code.title(),
        workstream=Workstream.PREVENTION_AND_DEMAND,
        fund="pool",
        budget_line="care",
        partner="PCC",
        financial_year=YEAR,
        plan=[PlannedPeriod(P(f"2017/18 Q{quarter}"), D(100), D(200)) for quarter in (1, 2, 3, 4)],
        cashable_share=D(1),
        recurrent=True,
        delivered_by=Delivery.PLAN,
        optimism_bias=D(0),
        confidence=D(1),
        illustrative=False,
        link=None,
    )
    return replace(Scheme(replace(agreed, **changes), 1, None, AT, "Ana", DAY), **recorded)


WITHDRAWN = Withdrawal(datetime(2018, 3, 1, tzinfo=UTC), "Ben", "Mistyped", date(2018, 3, 1))


def posted(state: State, period: str, amount: str, non_cash: str = "0", quarter: str | None = None) -> PostedAmounts:
    of = P(period)
    return PostedAmounts(
        state, of, Period.quarter_of(of.end) if quarter is None else P(quarter), Amounts(D(amount), D(non_cash))
    )


def account(of: Scheme | None = None, *entries: PostedAmounts, budget: str = "1000", **changes: Any) -> SchemeAccount:
    """A scheme that is alone on its line, by what was posted to it."""
    found = of or scheme()
    banked = [Banked(found.code, one.quarter, one.amounts.cash) for one in entries if one.state is State.BANKED]
    return SchemeAccount(
        scheme=found,
        budget=Budget(found.definition.budget_line, D(budget), D(0), D(0), D(0)),
        closed_quarters=changes.pop("closed", frozenset()),
        posted=entries,
        line_cap=cap_line(D(budget), banked),
        **changes,
    )


def observed(period: str, value: str | None, revision: int = 1, **changes: Any) -> Observation:
    status = changes.pop("status", ObservationStatus.FINAL if value is not None else ObservationStatus.WITHDRAWN)
    missing = changes.pop("missing", None)
    return Observation(
        P(period),
        None if value is None else D(value),
        revision,
        status,
        f"e-{period}-{revision}",
        missing=missing,
        **changes,
    )


SUPPRESSED = Missing.SUPPRESSED

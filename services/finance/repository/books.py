"""A scheme with all that its position is made of, many schemes at a time."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from contracts.colours import Polarity
from contracts.indicators import ObservationStatus
from contracts.period import Period, PeriodKind
from services.finance.domain.budget import Line
from services.finance.domain.ledger import Posted, State
from services.finance.domain.position import PlannedPeriod
from services.finance.domain.savings import Amounts, Baseline, Fact, Link, Terms, UnitCost
from services.finance.models import (
    BudgetLine,
    ClosedQuarter,
    Entry,
    Fund,
    IndicatorArea,
    IndicatorFact,
    Scheme,
    SchemeBaseline,
    SchemePlan,
)


@dataclass(slots=True)
class Book:
    """One scheme: its terms, what was heard of its indicator, its ledger and its budget line."""

    scheme: Scheme
    line: Line
    closed: frozenset[Period]
    plan: list[PlannedPeriod] = field(default_factory=list)
    link: Link | None = None
    polarity: Polarity | None = None
    polarity_since: int = 0
    facts: list[Fact] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)

    @property
    def year(self) -> Period:
        return Period.parse(self.scheme.financial_year)


def period_of(row: Any) -> Period:
    return Period(PeriodKind(row.period_kind), row.period_start, row.period_end)


def quarter_from(start: date) -> Period:
    return Period.quarter_of(start)


def columns_of(period: Period) -> dict[str, Any]:
    return {"period_kind": period.kind.value, "period_start": period.start, "period_end": period.end}


def line_of(row: BudgetLine) -> Line:
    return Line(row.code, row.opening, row.cost_increases, row.savings, row.other_savings, row.printed_net)


async def lock_schemes(tx: Tx, codes: Collection[str]) -> None:
    """Keep the quarters of their funds as they are, then lock the schemes, each in the order of the codes."""
    funds = select(Scheme.fund).where(Scheme.code.in_(codes))
    await tx.session.execute(
        select(Fund.code).where(Fund.code.in_(funds)).order_by(Fund.code).with_for_update(read=True)
    )
    await tx.session.execute(select(Scheme.code).where(Scheme.code.in_(codes)).order_by(Scheme.code).with_for_update())


async def open_books(tx: Tx, codes: Collection[str]) -> list[Book]:
    """The books of these schemes, in the order of their codes. Unknown codes are left out."""
    query = select(Scheme).where(Scheme.code.in_(codes)).order_by(Scheme.code)
    schemes = list(await tx.session.scalars(query.execution_options(populate_existing=True)))
    lines = await _lines(tx, {scheme.fund for scheme in schemes})
    closed = await closed_quarters(tx, {scheme.fund for scheme in schemes})
    books = {
        s.code: Book(s, lines[s.fund, s.financial_year, s.budget_line], closed.get(s.fund, frozenset()))
        for s in schemes
    }
    if books:
        await _fill_plans(tx, books)
        await _fill_links(tx, books)
        await _fill_facts(tx, books)
        await _fill_entries(tx, books)
    return list(books.values())


async def _lines(tx: Tx, funds: Collection[str]) -> dict[tuple[str, str, str], Line]:
    query = select(BudgetLine).where(BudgetLine.fund.in_(funds)).execution_options(populate_existing=True)
    return {(row.fund, row.financial_year, row.code): line_of(row) for row in await tx.session.scalars(query)}


async def closed_quarters(tx: Tx, funds: Collection[str]) -> dict[str, frozenset[Period]]:
    found: dict[str, set[Period]] = defaultdict(set)
    query = select(ClosedQuarter.fund, ClosedQuarter.quarter_start).where(ClosedQuarter.fund.in_(funds))
    for fund, start in await tx.session.execute(query):
        found[fund].add(quarter_from(start))
    return {fund: frozenset(quarters) for fund, quarters in found.items()}


async def _fill_plans(tx: Tx, books: dict[str, Book]) -> None:
    query = select(SchemePlan).where(SchemePlan.scheme.in_(books)).order_by(SchemePlan.period_start)
    for row in await tx.session.scalars(query):
        books[row.scheme].plan.append(PlannedPeriod(period_of(row), row.low, row.high))


async def _fill_links(tx: Tx, books: dict[str, Book]) -> None:
    query = select(SchemeBaseline).where(SchemeBaseline.scheme.in_(books)).order_by(SchemeBaseline.period_start)
    baselines: dict[str, dict[Period, Decimal]] = defaultdict(dict)
    for row in await tx.session.scalars(query):
        baselines[row.scheme][period_of(row)] = row.value
    for code, book in books.items():
        book.link = link_of(book.scheme, baselines.get(code, {}))


def link_of(scheme: Scheme, baselines: dict[Period, Decimal]) -> Link | None:
    """The tie to an indicator, or null for a scheme that is posted by hand."""
    if scheme.indicator is None or scheme.area is None:
        return None
    every = None if scheme.baseline_every is None else PeriodKind(scheme.baseline_every)
    return Link(
        indicator=scheme.indicator,
        area=scheme.area,
        year=Period.parse(scheme.financial_year),
        baseline=Baseline(scheme.baseline_value, every, baselines),
        terms=_terms(scheme),
    )


def _terms(scheme: Scheme) -> Terms:
    """The columns of a linked scheme, none of which is null."""
    cost = UnitCost(
        scheme.unit_cost or Decimal(0),
        scheme.unit_cost_source or "",
        scheme.unit_cost_price_year or "",
        scheme.unit_cost_from,
        scheme.unit_cost_to,
    )
    zero = Decimal(0)
    return Terms(
        volume=scheme.volume or zero,
        unit_cost=cost,
        marginal_rate=scheme.marginal_rate or zero,
        attribution=scheme.attribution or zero,
        cashable_share=scheme.cashable_share,
        reprovision=scheme.reprovision or zero,
    )


async def _fill_facts(tx: Tx, books: dict[str, Book]) -> None:
    pair = (IndicatorArea.indicator == Scheme.indicator) & (IndicatorArea.area == Scheme.area)
    heard = select(Scheme.code, IndicatorArea.polarity, IndicatorArea.polarity_since).join(IndicatorArea, pair)
    for code, polarity, since in await tx.session.execute(heard.where(Scheme.code.in_(books))):
        books[code].polarity = None if polarity is None else Polarity(polarity)
        books[code].polarity_since = since
    of_scheme = (
        (IndicatorFact.indicator == Scheme.indicator)
        & (IndicatorFact.area == Scheme.area)
        & (IndicatorFact.period_start >= Scheme.year_start)
        & (IndicatorFact.period_end <= Scheme.year_end)
    )
    facts = select(Scheme.code, *IndicatorFact.__table__.c).join(IndicatorFact, of_scheme)
    for row in await tx.session.execute(facts.where(Scheme.code.in_(books)).order_by(IndicatorFact.period_end)):
        status = ObservationStatus(row.status)
        books[row.code].facts.append(Fact(period_of(row), row.value, row.revision, status, row.event_id))


async def _fill_entries(tx: Tx, books: dict[str, Book]) -> None:
    table = Entry.__table__.c
    query = select(
        table.scheme,
        table.state,
        table.period_kind,
        table.period_start,
        table.period_end,
        table.posted_quarter,
        table.cash,
        table.non_cash,
    ).where(table.scheme.in_(books))
    for row in await tx.session.execute(query):
        amounts = Amounts(row.cash, row.non_cash)
        books[row.scheme].posted.append(
            Posted(State(row.state), period_of(row), quarter_from(row.posted_quarter), amounts)
        )


async def post(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Append entries. One that is there already is an error: it would count twice."""
    await insert_many(tx, Entry, rows)

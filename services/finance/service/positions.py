"""Where schemes and funds stand, added up from the ledger each time."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from chassis.storage.transaction import Tx
from contracts.money import pounds
from contracts.period import Period
from services.finance.domain.budget import Line, printed_differences
from services.finance.domain.ledger import Posted, State, posted_by
from services.finance.domain.position import Held, Position, hold
from services.finance.domain.risk_share import variance
from services.finance.models import BudgetLine
from services.finance.repository import books as ledger
from services.finance.repository import funds, schemes
from services.finance.repository.books import Book, line_of
from services.finance.schemas.funds import (
    FundPositionOut,
    LinePositionOut,
    PrintedDifferenceOut,
    QuarterOut,
    SavingsOut,
)
from services.finance.schemas.schemes import HeldOut, LineEffectOut, PeriodTotalOut, RangeOut, SchemePositionOut
from services.finance.service.funds import known, year_of
from services.finance.service.restatement import position_of, why
from services.finance.service.schemes import book as book_of
from services.finance.service.sharing import risk_share

NOTHING = Decimal(0)


async def of_scheme(tx: Tx, code: str) -> SchemePositionOut:
    """A scheme against its plan and its budget line, with how the indicated figure was made."""
    book = await book_of(tx, code)
    made, scheme = position_of(book), book.scheme
    held = HeldOut(
        indicated=pounds(made.indicated.excess),
        validated=pounds(made.validated.excess),
        banked=pounds(made.banked.excess),
    )
    return SchemePositionOut(
        scheme=scheme.code,
        name=scheme.name,
        financial_year=scheme.financial_year,
        version=scheme.version,
        plan=RangeOut(low=pounds(made.plan.low), high=pounds(made.plan.high)),
        indicated=pounds(made.indicated.shown),
        non_cash=pounds(made.non_cash),
        validated=pounds(made.validated.shown),
        banked=pounds(made.banked.shown),
        forecast=RangeOut(low=pounds(made.forecast.low), high=pounds(made.forecast.high)),
        colour=made.colour,
        flags=list(made.flags),
        held=held,
        budget_line=await _line_effect(tx, book),
        periods=_periods(book.posted),
        why=why(book),
    )


async def _line_effect(tx: Tx, book: Book) -> LineEffectOut:
    on_line = await ledger.open_books(tx, await schemes.codes_on_line(tx, book.scheme))
    banked = _of_line(book.line, [position_of(other).banked for other in on_line]).shown
    before = book.line.net_budget
    return LineEffectOut(
        code=book.line.code, before=pounds(before), banked=pounds(banked), after=pounds(before - banked)
    )


def _of_line(line: Line, parts: Iterable[Held]) -> Held:
    """The savings of a line's schemes together, again held at its budget."""
    return hold(sum((part.shown for part in parts), NOTHING), line.net_budget)


def _periods(posted: Sequence[Posted]) -> list[PeriodTotalOut]:
    by_period: dict[Period, list[Posted]] = defaultdict(list)
    for entry in posted:
        by_period[entry.period].append(entry)
    return [
        PeriodTotalOut(
            period=period.label,
            indicated=pounds(posted_by(State.INDICATED, entries).cash),
            non_cash=pounds(posted_by(State.INDICATED, entries).non_cash),
            validated=pounds(posted_by(State.VALIDATED, entries).cash),
            banked=pounds(posted_by(State.BANKED, entries).cash),
        )
        for period, entries in sorted(by_period.items(), key=lambda item: item[0].sort_key)
    ]


async def of_fund(tx: Tx, code: str, year: str | None) -> FundPositionOut:
    """A fund's year: budget as printed and as added up, savings by certainty, outturn moved by banked money only."""
    fund = await known(tx, code)
    rows = await funds.lines(tx, code)
    label = year_of(code, rows, year)
    lines = [row for row in rows if row.financial_year == label]
    codes = await schemes.codes_of_fund(tx, code, label)
    books = await ledger.open_books(tx, codes)
    closed = (await ledger.closed_quarters(tx, [code])).get(code, frozenset())
    by_line = [_line_position(row, [b for b in books if b.scheme.budget_line == row.code]) for row in lines]
    budget = _sum(by_line, lambda line: line.budget.amount)
    outturn = _sum(by_line, lambda line: line.outturn.amount)
    return FundPositionOut(
        fund=code,
        financial_year=label,
        budget=pounds(budget),
        savings=_together(by_line),
        outturn=pounds(outturn),
        variance=pounds(variance(outturn, budget)),
        risk_share=risk_share(
            await funds.agreements(tx, code),
            Period.parse(label),
            variance(outturn, budget),
            host=fund.host,
            banked=_banked_by_partner(books),
        ),
        lines=by_line,
        quarters=_quarters([entry for book in books for entry in book.posted], closed),
        printed_differences=await _differences(tx, code, label, lines),
        flags=sorted({flag for line in by_line for flag in line.flags}),
    )


def _banked_by_partner(books: Iterable[Book]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for book in books:
        found[book.scheme.partner] += position_of(book).banked.shown
    return found


def _sum(lines: Sequence[LinePositionOut], part: Callable[[LinePositionOut], Decimal]) -> Decimal:
    return sum((part(line) for line in lines), NOTHING)


def _together(lines: Sequence[LinePositionOut]) -> SavingsOut:
    parts = [line.savings for line in lines]
    return SavingsOut(
        plan_low=pounds(sum((part.plan_low.amount for part in parts), NOTHING)),
        plan_high=pounds(sum((part.plan_high.amount for part in parts), NOTHING)),
        indicated=pounds(sum((part.indicated.amount for part in parts), NOTHING)),
        validated=pounds(sum((part.validated.amount for part in parts), NOTHING)),
        banked=pounds(sum((part.banked.amount for part in parts), NOTHING)),
    )


def _line_position(row: BudgetLine, books: Sequence[Book]) -> LinePositionOut:
    line, made = line_of(row), [position_of(book) for book in books]
    indicated, validated, banked = (_of_line(line, [getattr(position, state) for position in made]) for state in State)
    flags = {flag for position in made for flag in position.flags}
    if any(held.excess for held in (indicated, validated, banked)):
        flags.add("held_at_budget")
    outturn = line.net_budget - banked.shown
    return LinePositionOut(
        code=row.code,
        division=row.division,
        budget=pounds(line.net_budget),
        savings=_savings(made, indicated, validated, banked),
        outturn=pounds(outturn),
        variance=pounds(variance(outturn, line.net_budget)),
        flags=sorted(flags),
    )


def _savings(made: Sequence[Position], indicated: Held, validated: Held, banked: Held) -> SavingsOut:
    return SavingsOut(
        plan_low=pounds(sum((position.plan.low for position in made), NOTHING)),
        plan_high=pounds(sum((position.plan.high for position in made), NOTHING)),
        indicated=pounds(indicated.shown),
        validated=pounds(validated.shown),
        banked=pounds(banked.shown),
    )


def _quarters(posted: Sequence[Posted], closed: frozenset[Period]) -> list[QuarterOut]:
    """What was posted in each quarter, whatever period it belongs to."""
    by_quarter: dict[Period, list[Posted]] = defaultdict(list)
    for entry in posted:
        by_quarter[entry.quarter].append(entry)
    return [
        QuarterOut(
            quarter=quarter.label,
            closed=quarter in closed,
            indicated=pounds(posted_by(State.INDICATED, entries).cash),
            validated=pounds(posted_by(State.VALIDATED, entries).cash),
            banked=pounds(posted_by(State.BANKED, entries).cash),
        )
        for quarter, entries in sorted(by_quarter.items(), key=lambda item: item[0].sort_key)
    ]


async def _differences(tx: Tx, code: str, label: str, rows: Sequence[BudgetLine]) -> list[PrintedDifferenceOut]:
    printed = {total.column: total.amount for total in await funds.printed_totals(tx, code, label)}
    return [
        PrintedDifferenceOut(
            where=found.where,
            column=found.column,
            printed=pounds(found.printed),
            computed=pounds(found.computed),
            difference=pounds(found.difference),
            used="computed" if found.where == "total" else "printed",
        )
        for found in printed_differences([line_of(row) for row in rows], printed)
    ]

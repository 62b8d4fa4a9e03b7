"""Funds, their partners, agreements, budget lines and closed quarters."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, select, tuple_

from chassis.storage.bulk import insert_many, insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.models import (
    BudgetLine,
    ClosedQuarter,
    Fund,
    FundAgreement,
    FundPartner,
    PrintedTotal,
    Scheme,
)

Rows = Sequence[Mapping[str, Any]]
LINE_KEY: Final = ("fund", "financial_year", "code")
_LINE_PARTS: Final = (
    "directorate",
    "department",
    "division",
    "opening",
    "cost_increases",
    "savings",
    "other_savings",
    "printed_net",
)


async def get(tx: Tx, code: str) -> Fund | None:
    return await tx.session.get(Fund, code)


async def lock(tx: Tx, code: str, *, shared: bool = False) -> bool:
    """Lock the fund, shared to post into its open quarters, alone to change it or close one; false if unknown."""
    query = select(Fund.code).where(Fund.code == code).with_for_update(read=shared)
    return await tx.session.scalar(query) is not None


async def put_fund(tx: Tx, code: str, name: str, host: str | None) -> bool:
    """Insert or change a fund and lock it; true when it is new."""
    row = {"code": code, "name": name, "host": host}
    new = bool(await insert_or_ignore(tx, Fund, [row], ("code",), returning=("code",)))
    await upsert(tx, Fund, [row], ("code",), ("name", "host"))
    return new


async def page(tx: Tx, after: str | None, limit: int) -> list[Fund]:
    query = select(Fund).order_by(Fund.code).limit(limit + 1)
    return list(await tx.session.scalars(query if after is None else query.where(Fund.code > after)))


async def partners(tx: Tx, fund: str) -> list[FundPartner]:
    query = select(FundPartner).where(FundPartner.fund == fund).order_by(FundPartner.code)
    return list(await tx.session.scalars(query))


async def put_partners(tx: Tx, fund: str, rows: Rows) -> None:
    await tx.session.execute(delete(FundPartner).where(FundPartner.fund == fund))
    await insert_many(tx, FundPartner, rows)


async def partners_of_schemes(tx: Tx, fund: str) -> set[str]:
    return set(await tx.session.scalars(select(Scheme.partner).where(Scheme.fund == fund).distinct()))


async def agreements(tx: Tx, fund: str) -> list[FundAgreement]:
    query = select(FundAgreement).where(FundAgreement.fund == fund).order_by(FundAgreement.version)
    return list(await tx.session.scalars(query))


def add_agreement(tx: Tx, agreement: FundAgreement) -> None:
    tx.session.add(agreement)


async def lines(tx: Tx, fund: str, financial_year: str | None = None) -> list[BudgetLine]:
    query = select(BudgetLine).where(BudgetLine.fund == fund)
    if financial_year is not None:
        query = query.where(BudgetLine.financial_year == financial_year)
    ordered = query.order_by(BudgetLine.financial_year, BudgetLine.code).execution_options(populate_existing=True)
    return list(await tx.session.scalars(ordered))


async def lines_in_use(tx: Tx, fund: str) -> set[tuple[str, str]]:
    """Financial year and code of the lines that schemes stand on."""
    query = select(Scheme.financial_year, Scheme.budget_line).where(Scheme.fund == fund).distinct()
    return {(year, code) for year, code in await tx.session.execute(query)}


async def put_lines(tx: Tx, fund: str, rows: Rows) -> None:
    """Make these the lines of the fund; those not among them go."""
    kept = {(row["financial_year"], row["code"]) for row in rows}
    there = {(line.financial_year, line.code) for line in await lines(tx, fund)}
    gone = sorted(there - kept)
    if gone:
        key = tuple_(BudgetLine.financial_year, BudgetLine.code)
        await tx.session.execute(delete(BudgetLine).where(BudgetLine.fund == fund, key.in_(gone)))
    await upsert(tx, BudgetLine, rows, LINE_KEY, _LINE_PARTS)


async def printed_totals(tx: Tx, fund: str, financial_year: str) -> list[PrintedTotal]:
    query = select(PrintedTotal).where(PrintedTotal.fund == fund, PrintedTotal.financial_year == financial_year)
    return list(await tx.session.scalars(query))


async def put_printed_totals(tx: Tx, fund: str, rows: Rows) -> None:
    await tx.session.execute(delete(PrintedTotal).where(PrintedTotal.fund == fund))
    await insert_many(tx, PrintedTotal, rows)


async def close_quarter(tx: Tx, fund: str, quarter: Period) -> ClosedQuarter:
    """Close it, or find it closed; who closed it first stays."""
    row = {"fund": fund, "quarter_start": quarter.start, "closed_at": tx.now, "closed_by": tx.actor}
    await insert_or_ignore(tx, ClosedQuarter, [row], ("fund", "quarter_start"))
    return await tx.session.get_one(ClosedQuarter, (fund, quarter.start))

"""Funds, their partners, agreements and budget lines."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy import BindParameter, Select, bindparam, delete, select, tuple_

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_many, insert_or_ignore, upsert
from chassis.storage.cases import refuse_other_case
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.agreement import Agreement, AgreementTerms
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.budget import Budget, BudgetLine, PrintedTotal
from services.finance.domain.fund import NO_MOVES, Fund, FundSummary, FundVersion, LineMoves, Partner
from services.finance.domain.transfers import MOVING, Layer
from services.finance.models import (
    BudgetLineRow,
    FundAgreementRow,
    FundPartnerRow,
    FundRow,
    LineBalanceRow,
    PrintedTotalRow,
    SchemeRow,
)
from services.finance.repository import agreement_format, metrics_format, notes_format
from services.finance.repository.closed_quarters import get_closed_quarters
from services.finance.repository.fund_versions import get_versions
from services.finance.repository.ledger_balances import PeriodSum, get_past_line_moves, line_moves
from services.finance.repository.recorded import recorded_by

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
    "notes",
    "partner",
    "illustrative",
)


_FUND: BindParameter[str] = bindparam("of_fund")
_FUNDS: BindParameter[Any] = bindparam("of_funds", expanding=True)
_SUMMARY: Final = select(*FundRow.__table__.c).where(FundRow.__table__.c.code == _FUND)
_PARTNER: Final = FundPartnerRow.__table__.c
_PARTNERS: Final = select(*_PARTNER).where(_PARTNER.fund == _FUND).order_by(_PARTNER.code)
_AGREED: Final = FundAgreementRow.__table__.c
_AGREEMENTS: Final = select(*_AGREED).where(_AGREED.fund == _FUND).order_by(_AGREED.version)
_PRINTED: Final = PrintedTotalRow.__table__.c
_PRINTED_TOTALS: Final = (
    select(*_PRINTED).where(_PRINTED.fund == _FUND).order_by(_PRINTED.financial_year, _PRINTED.column)
)
"""What a position is made of is read by statements that are made once: to make one costs more than to read by it."""


async def get_summary(tx: Tx, code: str) -> FundSummary | None:
    row = (await tx.session.execute(_SUMMARY, {"of_fund": code})).one_or_none()
    return None if row is None else _summary(row)


def _summary(row: Any) -> FundSummary:
    return FundSummary(row.code, row.name, row.host, notes_format.read(row.notes), metrics_format.read(row.metrics))


async def get_fund(tx: Tx, code: str, as_at: AsAt = PRESENT) -> Fund | None:
    """A fund as it is, or as it was; null where there is none, or was none yet."""
    found = await _get_present(tx, code) if as_at.is_present else await _get_past(tx, code, as_at)
    if found is None:
        return None
    version, moves = found
    return Fund(
        summary=version.summary,
        partners=version.partners,
        agreements=await list_agreements(tx, code, as_at),
        lines=version.lines,
        printed_totals=version.printed_totals,
        closed=(await get_closed_quarters(tx, [code], as_at))[code],
        moves={(year, line): moved for (_, year, line), moved in moves.items()},
    )


Moves = Mapping[tuple[str, str, str], LineMoves]
"""By fund, label of the financial year, and code of the line."""


async def _get_present(tx: Tx, code: str) -> tuple[FundVersion, Moves] | None:
    summary = await get_summary(tx, code)
    if summary is None:
        return None
    lines = await _list_lines_moved(tx, [code])
    version = FundVersion(
        summary, await list_partners(tx, code), [_line(row) for row, _ in lines], await list_printed_totals(tx, code)
    )
    return version, {_line_key(row): moved for row, moved in lines}


async def _get_past(tx: Tx, code: str, as_at: AsAt) -> tuple[FundVersion, Moves] | None:
    version = (await get_versions(tx, [code], as_at)).get(code)
    return None if version is None else (version, await get_past_line_moves(tx, [code], as_at))


async def _list_lines_moved(
    tx: Tx, funds: Collection[str], layers: tuple[Layer, ...] = MOVING
) -> list[tuple[Any, LineMoves]]:
    """The lines of every year of these funds, in order, with what these layers say was moved to and spent on each."""
    rows = await tx.session.execute(_lines_moved(layers), {"of_funds": list(funds)})
    by_line = [list(of_line) for _, of_line in groupby(rows, key=_line_key)]
    return [
        (
            of_line[0],
            line_moves(
                PeriodSum(row.layer, row.period, row.debit, row.credit) for row in of_line if row.layer is not None
            ),
        )
        for of_line in by_line
    ]


@cache
def _lines_moved(layers: tuple[Layer, ...]) -> Select[Any]:
    """A row for each line and each period of a layer of it, and for each line that has none."""
    line, moved = BudgetLineRow.__table__, LineBalanceRow.__table__
    same = (
        (moved.c.fund == line.c.fund)
        & (moved.c.financial_year == line.c.financial_year)
        & (moved.c.line == line.c.code)
        & moved.c.layer.in_([layer.value for layer in layers])
    )
    query = select(*line.c, moved.c.layer, moved.c.period, moved.c.debit, moved.c.credit)
    query = query.select_from(line.outerjoin(moved, same)).where(line.c.fund.in_(_FUNDS))
    return query.order_by(*(line.c[name] for name in LINE_KEY))


def _line_key(row: Any) -> tuple[str, str, str]:
    return row.fund, row.financial_year, row.code


async def list_funds(tx: Tx, request: PageRequest) -> list[FundSummary]:
    """Funds in the order of their codes, as many as the page needs."""
    query = select(FundRow).order_by(FundRow.code).limit(request.fetch)
    if request.after is not None:
        query = query.where(FundRow.code > request.after)
    return [_summary(row) for row in await tx.session.scalars(query)]


async def list_all_codes(tx: Tx) -> list[str]:
    return list(await tx.session.scalars(select(FundRow.code).order_by(FundRow.code)))


async def lock_fund(tx: Tx, code: str, *, shared: bool = False) -> bool:
    """Lock the fund, shared to post into its open quarters, alone to change it or close one; false if unknown.

    What is recorded of a fund that is locked alone is recorded from then on.
    """
    query = select(FundRow.code).where(FundRow.code == code).with_for_update(read=shared)
    found = await tx.session.scalar(query) is not None
    if not shared:
        tx.catch_up()
    return found


async def save_fund(tx: Tx, fund: FundSummary) -> bool:
    """Insert or change a fund and lock it; true when it is new.

    Raises:
        CodeInOtherCase
    """
    notes, metrics = notes_format.written(fund.notes), metrics_format.written(fund.metrics)
    row = {"code": fund.code, "name": fund.name, "host": fund.host, "notes": notes, "metrics": metrics}
    new = bool(await insert_or_ignore(tx, FundRow, [row], ("code",), returning=("code",)))
    if new:
        await refuse_other_case(tx, FundRow.__table__.c.code, fund.code)
    await upsert(tx, FundRow, [row], ("code",), ("name", "host", "notes", "metrics"))
    tx.catch_up()
    return new


async def list_partners(tx: Tx, fund: str) -> list[Partner]:
    rows = await tx.session.execute(_PARTNERS, {"of_fund": fund})
    return [Partner(row.code, row.name, row.role) for row in rows]


async def save_partners(tx: Tx, fund: str, partners: Iterable[Partner]) -> None:
    """Make these the partners of the fund."""
    await tx.session.execute(delete(FundPartnerRow).where(FundPartnerRow.fund == fund))
    rows = [{"fund": fund, "code": one.code, "name": one.name, "role": one.role} for one in partners]
    await insert_many(tx, FundPartnerRow, rows)


async def list_partners_of_schemes(tx: Tx, fund: str) -> set[str]:
    return set(await tx.session.scalars(select(SchemeRow.partner).where(SchemeRow.fund == fund).distinct()))


async def list_agreements(tx: Tx, fund: str, as_at: AsAt = PRESENT) -> list[Agreement]:
    known = recorded_by(as_at, _AGREED.recorded_at, _AGREED.business_date)
    query = _AGREEMENTS.where(*known) if known else _AGREEMENTS
    return [
        Agreement(row.version, agreement_format.read(row.terms), row.recorded_at, row.recorded_by, row.business_date)
        for row in await tx.session.execute(query, {"of_fund": fund})
    ]


async def append_agreement(tx: Tx, fund: str, version: int, terms: AgreementTerms) -> None:
    row = {
        "fund": fund,
        "version": version,
        "effective_from": terms.effective_from,
        "terms": agreement_format.written(terms),
        "recorded_at": tx.now,
        "recorded_by": tx.actor,
        "business_date": await tx.business_date(),
    }
    await insert_many(tx, FundAgreementRow, [row])


async def list_lines(tx: Tx, fund: str) -> list[BudgetLine]:
    """The lines of every year, in the order of year and code."""
    query = select(BudgetLineRow).where(BudgetLineRow.fund == fund).execution_options(populate_existing=True)
    ordered = query.order_by(BudgetLineRow.financial_year, BudgetLineRow.code)
    return [_line(row) for row in await tx.session.scalars(ordered)]


def _line(row: Any) -> BudgetLine:
    year = Period.parse(row.financial_year)
    return BudgetLine(
        year,
        row.directorate,
        row.department,
        row.division,
        _budget(row),
        notes_format.read(row.notes),
        row.partner,
        row.illustrative,
    )


def _budget(row: Any) -> Budget:
    return Budget(row.code, row.opening, row.cost_increases, row.savings, row.other_savings, row.printed_net)


async def get_budgets(tx: Tx, funds: Collection[str], as_at: AsAt = PRESENT) -> Mapping[tuple[str, str, str], Budget]:
    """The budgets of every line of these funds, by fund, label of the year, and code, with what was moved to each."""
    if as_at.is_present:
        lines = await _list_lines_moved(tx, funds, (Layer.VIREMENT,))
        return {_line_key(row): replace(_budget(row), vired=moved.vired) for row, moved in lines}
    versions, moves = await get_versions(tx, funds, as_at), await get_past_line_moves(tx, funds, as_at)
    approved = {
        (fund, line.financial_year.label, line.code): line.budget
        for fund, version in versions.items()
        for line in version.lines
    }
    return {key: replace(budget, vired=moves.get(key, NO_MOVES).vired) for key, budget in approved.items()}


async def list_lines_in_use(tx: Tx, fund: str) -> set[tuple[Period, str]]:
    """Financial year and code of the lines that have schemes."""
    query = select(SchemeRow.financial_year, SchemeRow.budget_line).where(SchemeRow.fund == fund).distinct()
    return {(Period.parse(year), code) for year, code in await tx.session.execute(query)}


async def save_lines(tx: Tx, fund: str, lines: Sequence[BudgetLine]) -> None:
    """Make these the lines of the fund; those not among them go."""
    wanted = {line.key for line in lines}
    there = {line.key for line in await list_lines(tx, fund)}
    gone = sorted((year.label, code) for year, code in there - wanted)
    if gone:
        key = tuple_(BudgetLineRow.financial_year, BudgetLineRow.code)
        await tx.session.execute(delete(BudgetLineRow).where(BudgetLineRow.fund == fund, key.in_(gone)))
    ordered = sorted(lines, key=lambda line: line.key)
    await upsert(tx, BudgetLineRow, [_line_row(fund, line) for line in ordered], LINE_KEY, _LINE_PARTS)


def _line_row(fund: str, line: BudgetLine) -> dict[str, Any]:
    return {
        "fund": fund,
        "financial_year": line.financial_year.label,
        "code": line.code,
        "directorate": line.directorate,
        "department": line.department,
        "division": line.division,
        "opening": line.budget.opening,
        "cost_increases": line.budget.cost_increases,
        "savings": line.budget.savings,
        "other_savings": line.budget.other_savings,
        "printed_net": line.budget.printed_net,
        "notes": notes_format.written(line.notes),
        "partner": line.partner,
        "illustrative": line.illustrative,
    }


async def list_printed_totals(tx: Tx, fund: str) -> list[PrintedTotal]:
    rows = await tx.session.execute(_PRINTED_TOTALS, {"of_fund": fund})
    return [PrintedTotal(Period.parse(row.financial_year), row.column, row.amount) for row in rows]


async def save_printed_totals(tx: Tx, fund: str, totals: Iterable[PrintedTotal]) -> None:
    """Make these the printed totals of the fund."""
    await tx.session.execute(delete(PrintedTotalRow).where(PrintedTotalRow.fund == fund))
    rows = [
        {"fund": fund, "financial_year": one.financial_year.label, "column": one.column, "amount": one.amount}
        for one in totals
    ]
    await insert_many(tx, PrintedTotalRow, rows)

"""What accounts of ledgers add to: from the balances that each transfer moves, less what came after a moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, literal, select, union_all

from chassis.storage.transaction import Tx
from contracts.money import PENNY
from contracts.period import Period
from services.finance.domain.as_at import AsAt
from services.finance.domain.fund import LineMoves
from services.finance.domain.ledger_check import Day, OfLine, Sums, UnreadableRowError
from services.finance.domain.transfers import CONTROL, MOVING, Account, AccountBalance, ChainEnd, Layer
from services.finance.models import LedgerBalanceRow, LedgerHeadRow, LineBalanceRow, TransferRow
from services.finance.repository.recorded import recorded_by

_ROW = LedgerBalanceRow
_PLACE = (TransferRow.fund, TransferRow.financial_year, TransferRow.layer, TransferRow.period)
_DEBITED = (*_PLACE, TransferRow.debit.label("account"))
_CREDITED = (*_PLACE, TransferRow.credit.label("account"))
_LINE = LineBalanceRow


def _names(layers: Collection[Layer]) -> list[str]:
    return [layer.value for layer in layers]


def _sides(*conditions: ColumnElement[bool]) -> Any:
    """What transfers debit and credit, account by account, as a subquery."""
    nought = literal(0)
    debited = select(*_DEBITED, TransferRow.pence.label("debit"), nought.label("credit")).where(*conditions)
    credited = select(*_CREDITED, nought.label("debit"), TransferRow.pence.label("credit")).where(*conditions)
    return union_all(debited, credited).subquery()


async def get_trial_balance(tx: Tx, fund: str, at: date | None, known_at: datetime | None) -> list[AccountBalance]:
    """Every account of a fund with effect up to a day, both null for now: two statements, however long the ledger."""
    conditions = [_ROW.fund == fund] if at is None else [_ROW.fund == fund, _ROW.effective_on <= at]
    sums = await _get_sums(tx, _ROW.__table__.c, _ROW.__table__, *conditions)
    if known_at is not None:
        later = [TransferRow.fund == fund, TransferRow.recorded_at > known_at]
        since = _sides(*later, *([] if at is None else [TransferRow.effective_on <= at]))
        for account, (debit, credit) in (await _get_sums(tx, since.c, since)).items():
            before = sums.get(account, Sums())
            sums[account] = Sums(before.debit - debit, before.credit - credit)
    return [
        AccountBalance(account, debit * PENNY, credit * PENNY)
        for account, (debit, credit) in sorted(sums.items())
        if debit or credit
    ]


async def _get_sums(tx: Tx, columns: Any, source: Any, *conditions: ColumnElement[bool]) -> dict[Account, Sums]:
    named = (columns.layer, columns.financial_year, columns.account)
    query = select(*named, func.sum(columns.debit), func.sum(columns.credit)).select_from(source)
    rows = await tx.session.execute(query.where(*conditions).group_by(*named))
    return {
        Account(Layer(layer), Period.parse(year), owner): Sums(int(debit), int(credit))
        for layer, year, owner, debit, credit in rows
    }


async def get_balances(tx: Tx, fund: str, layers: Collection[Layer]) -> dict[Account, Decimal]:
    """The balances of these layers in pounds, all but the control accounts'."""
    conditions = [_ROW.fund == fund, _ROW.layer.in_(_names(layers)), _ROW.account != CONTROL]
    sums = await _get_sums(tx, _ROW.__table__.c, _ROW.__table__, *conditions)
    return {account: (debit - credit) * PENNY for account, (debit, credit) in sums.items()}


async def get_past_line_moves(tx: Tx, funds: Collection[str], as_at: AsAt) -> Mapping[tuple[str, str, str], LineMoves]:
    """What had been vired to and spent on each line, by fund, label of the year, and code."""
    posted_by = recorded_by(as_at, TransferRow.recorded_at, TransferRow.business_date)
    moved = _sides(TransferRow.fund.in_(funds), TransferRow.layer.in_(_names(MOVING)), *posted_by).c
    key = (moved.fund, moved.financial_year, moved.account, moved.layer, moved.period)
    query = select(*key, func.sum(moved.debit), func.sum(moved.credit)).group_by(*key)
    found: dict[tuple[str, str, str], list[PeriodSum]] = defaultdict(list)
    for fund, year, line, *summed in await tx.session.execute(query):
        if line != CONTROL:
            found[fund, year, line].append(PeriodSum(*summed))
    return {key: line_moves(sums) for key, sums in found.items()}


class PeriodSum(NamedTuple):
    """What a line was debited and credited in a layer for a period, in pence as an engine adds them up."""

    layer: str
    period: str
    debit: int | Decimal
    credit: int | Decimal


def line_moves(sums: Iterable[PeriodSum]) -> LineMoves:
    """Of outturn a period in which all was reversed is none; nought that was posted is one."""
    vired, outturn = 0, dict[Period, Decimal]()
    for one in sums:
        if one.layer == Layer.VIREMENT:
            vired += int(one.debit - one.credit)
        elif one.debit != one.credit or not one.debit:
            outturn[Period.parse(one.period)] = int(one.debit - one.credit) * PENNY
    return LineMoves(vired * PENNY, outturn)


async def list_lines_moved(tx: Tx, fund: str) -> set[tuple[Period, str]]:
    """Financial year and code of the lines that have entries of virements or outturn."""
    query = select(_LINE.financial_year, _LINE.line).where(_LINE.fund == fund)
    return {(Period.parse(year), line) for year, line in await tx.session.execute(query.distinct())}


async def get_head(tx: Tx, fund: str) -> ChainEnd:
    """The end of a chain as it is stored; that of an empty one where nothing is."""
    row = await tx.session.get(LedgerHeadRow, fund, populate_existing=True)
    return ChainEnd() if row is None else ChainEnd(row.number, row.hash)


async def get_days(tx: Tx, fund: str) -> dict[Day, Sums]:
    """Every balance of a fund as it is stored.

    Raises:
        UnreadableRowError: one says what is never written.
    """
    columns = (_ROW.layer, _ROW.financial_year, _ROW.account, _ROW.period, _ROW.effective_on, _ROW.debit, _ROW.credit)
    rows = await tx.session.execute(select(*columns).where(_ROW.fund == fund))
    return {
        _day(fund, layer, year, owner, period, day): Sums(debit, credit)
        for layer, year, owner, period, day, debit, credit in rows
    }


async def get_lines(tx: Tx, fund: str) -> dict[OfLine, Sums]:
    """Every sum of what moved a line of a fund, as it is stored.

    Raises:
        UnreadableRowError: one says what is never written.
    """
    columns = (_LINE.layer, _LINE.financial_year, _LINE.line, _LINE.period, _LINE.debit, _LINE.credit)
    rows = await tx.session.execute(select(*columns).where(_LINE.fund == fund))
    return {
        _of_line(fund, layer, year, line, period): Sums(debit, credit)
        for layer, year, line, period, debit, credit in rows
    }


def _of_line(fund: str, layer: str, year: str, line: str, period: str) -> OfLine:
    try:
        if period or layer == Layer.OUTTURN:
            Period.parse(period)
        return OfLine(Account(Layer(layer), Period.parse(year), line), period)
    except ValueError as error:
        raise UnreadableRowError("line_balance", f"{fund} {year} {layer} {line} {period}") from error


def _day(fund: str, layer: str, year: str, owner: str, period: str, day: date) -> Day:
    try:
        return Day(Account(Layer(layer), Period.parse(year), owner), period, day)
    except ValueError as error:
        raise UnreadableRowError("ledger_balance", f"{fund} {year} {layer} {owner} {period} {day}") from error

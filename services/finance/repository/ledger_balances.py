"""What accounts of ledgers add to: from the balances that each transfer moves, less what came after a moment."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, literal, select, union_all

from chassis.storage.transaction import Tx
from contracts.money import PENNY
from contracts.period import Period
from services.finance.domain.as_at import AsAt
from services.finance.domain.fund import LineMoves
from services.finance.domain.ledger_check import Day, Sums
from services.finance.domain.transfers import CONTROL, Account, AccountBalance, ChainEnd, Layer
from services.finance.models import LedgerBalanceRow, LedgerHeadRow, TransferRow
from services.finance.repository.recorded import recorded_by

_ROW = LedgerBalanceRow
_DEBITED = (TransferRow.fund, TransferRow.financial_year, TransferRow.layer, TransferRow.debit.label("account"))
_CREDITED = (TransferRow.fund, TransferRow.financial_year, TransferRow.layer, TransferRow.credit.label("account"))


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
    conditions = [_ROW.fund == fund, _ROW.layer.in_({layer.value for layer in layers}), _ROW.account != CONTROL]
    sums = await _get_sums(tx, _ROW.__table__.c, _ROW.__table__, *conditions)
    return {account: (debit - credit) * PENNY for account, (debit, credit) in sums.items()}


async def get_past_line_moves(tx: Tx, funds: Collection[str], as_at: AsAt) -> Mapping[tuple[str, str, str], LineMoves]:
    """What had been vired to and spent on each line, by fund, label of the year, and code."""
    posted_by = recorded_by(as_at, TransferRow.recorded_at, TransferRow.business_date)
    columns = _sides(TransferRow.fund.in_(funds), TransferRow.layer.in_(_MOVING), *posted_by).c
    key = (columns.fund, columns.financial_year, columns.account)
    query = select(*key, *_moved(columns)).group_by(*key)
    return {
        (fund, year, line): line_moves(vired, spent)
        for fund, year, line, vired, spent in await tx.session.execute(query)
        if line != CONTROL
    }


def sum_line_moves(funds: Collection[str]) -> Subquery:
    """What was moved to and spent on each line to date, ``vired`` and ``spent`` in pence, to be joined with lines."""
    key = (_ROW.fund, _ROW.financial_year, _ROW.account)
    query = select(*key, *_moved(_ROW.__table__.c)).where(_ROW.fund.in_(funds), _ROW.layer.in_(_MOVING))
    return query.group_by(*key).subquery()


def _moved(columns: Any) -> list[ColumnElement[int]]:
    net = columns.debit - columns.credit
    layers = {"vired": Layer.VIREMENT, "spent": Layer.OUTTURN}
    return [func.sum(case((columns.layer == layer.value, net), else_=0)).label(name) for name, layer in layers.items()]


_MOVING = (Layer.VIREMENT.value, Layer.OUTTURN.value)


def line_moves(vired: int | Decimal | None, spent: int | Decimal | None) -> LineMoves:
    """Of pence as an engine adds them up; null is nothing."""
    return LineMoves(int(vired or 0) * PENNY, int(spent or 0) * PENNY)


async def list_lines_moved(tx: Tx, fund: str) -> set[tuple[Period, str]]:
    """Financial year and code of the lines that have entries of virements or outturn."""
    query = select(_ROW.financial_year, _ROW.account).where(
        _ROW.fund == fund, _ROW.layer.in_(_MOVING), _ROW.account != CONTROL
    )
    return {(Period.parse(year), line) for year, line in await tx.session.execute(query.distinct())}


async def get_head(tx: Tx, fund: str) -> ChainEnd:
    """The end of a chain as it is stored; that of an empty one where nothing is."""
    row = await tx.session.get(LedgerHeadRow, fund, populate_existing=True)
    return ChainEnd() if row is None else ChainEnd(row.number, row.hash)


async def get_days(tx: Tx, fund: str) -> dict[Day, Sums]:
    """Every balance of a fund as it is stored."""
    columns = (_ROW.layer, _ROW.financial_year, _ROW.account, _ROW.period, _ROW.effective_on, _ROW.debit, _ROW.credit)
    rows = await tx.session.execute(select(*columns).where(_ROW.fund == fund))
    return {
        Day(Account(Layer(layer), Period.parse(year), owner), period, day): Sums(debit, credit)
        for layer, year, owner, period, day, debit, credit in rows
    }


async def get_spent(tx: Tx, fund: str, financial_year: Period) -> Mapping[tuple[str, Period], Decimal]:
    """Pounds spent on each line of a year, by its code and the period; none where all was reversed.

    Nought that was posted is a posting: of its period it says that nothing was spent.
    """
    query = select(_ROW.account, _ROW.period, func.sum(_ROW.debit), func.sum(_ROW.credit)).where(
        _ROW.fund == fund,
        _ROW.financial_year == financial_year.label,
        _ROW.layer == Layer.OUTTURN.value,
        _ROW.account != CONTROL,
    )
    rows = await tx.session.execute(query.group_by(_ROW.account, _ROW.period))
    return {
        (line, Period.parse(period)): int(debit - credit) * PENNY
        for line, period, debit, credit in rows
        if debit != credit or not debit
    }

"""Closed quarters of funds, and what each counted when it was closed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from chassis.storage.bulk import insert_many, insert_or_ignore
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.fund import ClosedQuarter, ClosedQuarters
from services.finance.models import ClosedLineRow, ClosedQuarterRow
from services.finance.repository.recorded import recorded_by


async def get_closed_quarters(tx: Tx, funds: Collection[str], as_at: AsAt = PRESENT) -> Mapping[str, ClosedQuarters]:
    """The closed quarters of each of these funds, where it has none too."""
    quarters: dict[str, set[Period]] = defaultdict(set)
    counted: dict[str, dict[tuple[Period, str, str], Decimal]] = defaultdict(dict)
    known = recorded_by(as_at, _QUARTER.closed_at, _QUARTER.business_date)
    query = _CLOSED.where(*known) if known else _CLOSED
    for fund, start, year, line, amount in await tx.session.execute(query, {"of_funds": list(funds)}):
        quarter = Period.quarter_of(start)
        quarters[fund].add(quarter)
        if line is not None:
            counted[fund][quarter, year, line] = amount
    return {fund: ClosedQuarters(frozenset(quarters[fund]), counted[fund]) for fund in funds}


_QUARTER, _LINE = ClosedQuarterRow.__table__.c, ClosedLineRow.__table__.c
_IS_OF_QUARTER: ColumnElement[bool] = (_LINE.fund == _QUARTER.fund) & (_LINE.quarter_start == _QUARTER.quarter_start)
_CLOSED = (
    select(_QUARTER.fund, _QUARTER.quarter_start, _LINE.financial_year, _LINE.line, _LINE.counted)
    .select_from(ClosedQuarterRow.__table__.outerjoin(ClosedLineRow.__table__, _IS_OF_QUARTER))
    .where(_QUARTER.fund.in_(bindparam("of_funds", expanding=True)))
)


async def get_closed_quarter(tx: Tx, fund: str, quarter: Period) -> ClosedQuarter | None:
    found = await tx.session.get(ClosedQuarterRow, (fund, quarter.start))
    return None if found is None else _closed(found)


def _closed(row: ClosedQuarterRow) -> ClosedQuarter:
    return ClosedQuarter(
        row.fund, Period.quarter_of(row.quarter_start), row.closed_at, row.closed_by, row.business_date
    )


async def record_closed_quarter(
    tx: Tx, fund: str, quarter: Period, counted: Mapping[tuple[str, str], Decimal]
) -> ClosedQuarter:
    """Close it, or find it closed; who closed it first stays, and what it counted then.

    ``counted`` is by the label of a line's financial year, and its code.
    """
    key = {"fund": fund, "quarter_start": quarter.start}
    row: dict[str, Any] = {
        **key,
        "closed_at": tx.now,
        "closed_by": tx.actor,
        "business_date": await tx.business_date(),
    }
    if await insert_or_ignore(tx, ClosedQuarterRow, [row], tuple(key), returning=("fund",)):
        lines = sorted(counted.items())
        rows = [{**key, "financial_year": year, "line": line, "counted": amount} for (year, line), amount in lines]
        await insert_many(tx, ClosedLineRow, rows)
    return _closed(await tx.session.get_one(ClosedQuarterRow, (fund, quarter.start)))

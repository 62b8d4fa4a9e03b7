"""Ends of years: inserted once and read, never changed."""

from sqlalchemy import select

from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.year_end import SignOff, YearEnd
from services.finance.models import YearEndRow
from services.finance.repository import year_end_format
from services.finance.repository.recorded import recorded_by


async def insert_year_end(tx: Tx, end: YearEnd) -> None:
    """Insert the end of a year of a fund that is locked."""
    row = {
        "fund": end.fund,
        "financial_year": end.financial_year.label,
        "result": year_end_format.written(end.result),
        "decision": end.signed.decision,
        "reason": end.signed.reason,
        "signed_by": end.signed.by,
        "signed_at": end.signed.at,
        "business_date": end.signed.business_date,
    }
    await insert_many(tx, YearEndRow, [row])


async def get_year_end(tx: Tx, fund: str, financial_year: Period | None, as_at: AsAt = PRESENT) -> YearEnd | None:
    """The end of a year, by default of the latest that is signed off; null where it is not, or was not then."""
    query = select(YearEndRow).where(
        YearEndRow.fund == fund, *recorded_by(as_at, YearEndRow.signed_at, YearEndRow.business_date)
    )
    if financial_year is not None:
        query = query.where(YearEndRow.financial_year == financial_year.label)
    row: YearEndRow | None = await tx.session.scalar(query.order_by(YearEndRow.financial_year.desc()).limit(1))
    return None if row is None else _year_end(row)


async def list_year_ends(tx: Tx, fund: str) -> list[YearEnd]:
    """The ends of all years of a fund that are signed off."""
    query = select(YearEndRow).where(YearEndRow.fund == fund).order_by(YearEndRow.financial_year)
    return [_year_end(row) for row in await tx.session.scalars(query)]


def _year_end(row: YearEndRow) -> YearEnd:
    signed = SignOff(row.signed_by, row.signed_at, row.business_date, row.decision, row.reason)
    return YearEnd(row.fund, Period.parse(row.financial_year), year_end_format.read(row.result), signed)

"""What was said of each fund, version by version."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from services.finance.domain.as_at import AsAt
from services.finance.domain.fund import FundVersion
from services.finance.models import FundVersionRow
from services.finance.repository import fund_format
from services.finance.repository.recorded import recorded_by


async def append_version(tx: Tx, fund: FundVersion) -> None:
    """Append a version of a fund, which is locked."""
    code = fund.summary.code
    last = await tx.session.scalar(select(func.max(FundVersionRow.version)).where(FundVersionRow.fund == code))
    row = {
        "fund": code,
        "version": (last or 0) + 1,
        "definition": fund_format.written(fund),
        "recorded_at": tx.now,
        "recorded_by": tx.actor,
        "business_date": await tx.business_date(),
    }
    await insert_many(tx, FundVersionRow, [row])


async def get_versions(tx: Tx, funds: Collection[str], as_at: AsAt) -> Mapping[str, FundVersion]:
    """These funds as they were; one that was not defined yet is left out."""
    of_fund = aliased(FundVersionRow)
    newest = (
        select(func.max(of_fund.version))
        .where(of_fund.fund == FundVersionRow.fund, *recorded_by(as_at, of_fund.recorded_at, of_fund.business_date))
        .scalar_subquery()
    )
    query = select(FundVersionRow).where(FundVersionRow.fund.in_(funds), FundVersionRow.version == newest)
    return {row.fund: fund_format.read(row.fund, row.definition) for row in await tx.session.scalars(query)}

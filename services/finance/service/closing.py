"""Close the quarters of a fund."""

from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.explanation import in_pounds
from services.finance.domain.ledger import financial_year, has_ended
from services.finance.errors import FundUnknown, QuarterNotEnded, VarianceUnallocated
from services.finance.repository import books as ledger
from services.finance.repository import funds
from services.finance.schemas.funds import ClosedQuarterOut
from services.finance.service import positions
from services.finance.service.funds import year_of


async def close_quarter(tx: Tx, code: str, label: str) -> ClosedQuarterOut:
    """Close a quarter that has ended on the business date. Closing it again changes nothing.

    Raises:
        FundUnknown, YearUnknown: no such fund, or no budget lines in the quarter's year.
        QuarterNotEnded: its last day is not over.
        VarianceUnallocated: part of the year's variance is nobody's to bear.
    """
    quarter = Period.parse(label)
    if not await funds.lock(tx, code):
        raise FundUnknown(f"There is no fund {code}.")
    year = year_of(code, await funds.lines(tx, code), financial_year(quarter))
    today = await tx.business_date()
    if not has_ended(quarter, today):
        raise QuarterNotEnded(f"{quarter} ends on {quarter.end}; the business date is {today}.")
    if quarter not in (await ledger.closed_quarters(tx, [code])).get(code, frozenset()):
        await _check_allocated(tx, code, year)
    row = await funds.close_quarter(tx, code, quarter)
    return ClosedQuarterOut(fund=code, quarter=quarter.label, closed_at=row.closed_at, closed_by=row.closed_by)


async def _check_allocated(tx: Tx, code: str, year: str) -> None:
    shared = (await positions.of_fund(tx, code, year)).risk_share
    if shared is not None and shared.unallocated.amount:
        left = in_pounds(shared.unallocated.amount)
        raise VarianceUnallocated(
            f"{left} of the variance of {year} is nobody's under version {shared.agreement} of the agreement. "
            "Record an agreement that says whose it is."
        )

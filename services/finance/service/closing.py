"""Close the quarters of a fund."""

from collections.abc import Mapping
from decimal import Decimal

from chassis.audit import record_unchanged
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.explanation import in_pounds
from services.finance.domain.fund import ClosedQuarter, Fund
from services.finance.domain.fund_position import FundPosition
from services.finance.domain.ledger import financial_year, has_ended
from services.finance.errors import FundUnknown, QuarterNotEnded, QuarterOpen, VarianceUnallocated
from services.finance.repository import closed_quarters, funds
from services.finance.repository.accounts import get_accounts_of_fund
from services.finance.service.auditing import record_closing
from services.finance.service.fund_publication import emit_period_closed
from services.finance.service.funds import budgeted_year, get_fund
from services.finance.service.positions import get_fund_position


async def close_quarter(tx: Tx, code: str, quarter: Period) -> ClosedQuarter:
    """Close a quarter that has ended on the business date. Closing it again changes nothing.

    Raises:
        FundUnknown, YearUnknown: no such fund, or no budget lines in the quarter's year.
        QuarterNotEnded: its last day is not over.
        VarianceUnallocated: part of the year's variance is nobody's to bear.
    """
    if not await funds.lock_fund(tx, code):
        raise FundUnknown(f"There is no fund {code}.")
    fund = await get_fund(tx, code)
    year = budgeted_year(fund, financial_year(quarter))
    today = await tx.business_date()
    if not has_ended(quarter, today):
        raise QuarterNotEnded(f"{quarter} ends on {quarter.end}; the business date is {today}.")
    if quarter in fund.closed_quarters:
        record_unchanged(tx)
        return await get_closed_quarter(tx, code, quarter)
    check_allocated(await get_fund_position(tx, code, year))
    record_closing(tx, code, quarter.label)
    closed = await closed_quarters.record_closed_quarter(tx, code, quarter, await _count(tx, fund, quarter))
    await emit_period_closed(tx, closed)
    return closed


async def get_closed_quarter(tx: Tx, code: str, quarter: Period) -> ClosedQuarter:
    """A quarter that is closed.

    Raises:
        QuarterOpen: it is not, or there is no such fund.
    """
    found = await closed_quarters.get_closed_quarter(tx, code, quarter)
    if found is None:
        raise QuarterOpen(f"{quarter} of {code} is not closed.")
    return found


async def _count(tx: Tx, fund: Fund, quarter: Period) -> Mapping[tuple[str, str], Decimal]:
    """What of the money banked on each line counts in the quarter, by the label of the line's year and its code."""
    found = {}
    for account in await get_accounts_of_fund(tx, fund):
        agreed, counted = account.scheme.definition, account.line_cap.by_quarter.get(quarter)
        if counted:
            found[agreed.financial_year.label, agreed.budget_line] = counted
    return found


def check_allocated(position: FundPosition) -> None:
    """Refuse a year of which the agreement leaves a part of the variance to nobody.

    Raises:
        VarianceUnallocated
    """
    risk_share, year = position.risk_share, position.financial_year
    if risk_share is not None and risk_share.blocking:
        rest = " and ".join(
            in_pounds(amount) + ("" if line is None else f" of {line}") for line, amount in risk_share.blocking
        )
        raise VarianceUnallocated(
            f"{rest} of the variance of {year} is nobody's under version {risk_share.agreement} of the agreement. "
            "Record an agreement that says whose it is."
        )

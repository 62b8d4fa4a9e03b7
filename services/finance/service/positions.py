"""Positions of schemes and funds, added up from the ledger each time."""

from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.budget_table import BudgetTable, budget_table
from services.finance.domain.fund import Fund
from services.finance.domain.fund_position import FundPosition, fund_position
from services.finance.domain.ledger import financial_year
from services.finance.domain.scheme_position import SchemePosition, scheme_position
from services.finance.repository.accounts import get_accounts_of_fund
from services.finance.service.funds import budgeted_year, get_fund
from services.finance.service.schemes import get_account


async def get_scheme_position(tx: Tx, code: str, as_at: AsAt = PRESENT) -> SchemePosition:
    """A scheme against its plan and its budget line, with how the indicated figure was made; or as it was.

    Raises:
        SchemeUnknown: there is none, or was none yet.
    """
    return scheme_position(await get_account(tx, code, as_at))


async def get_fund_position(tx: Tx, code: str, wanted: Period | None, as_at: AsAt = PRESENT) -> FundPosition:
    """A fund's year as it is, or as it was: by default that of the quarter, else the latest that has budget lines.

    Raises:
        FundUnknown, YearUnknown: there is no such fund or year of it, or was none yet.
    """
    fund = await get_fund(tx, code, as_at)
    year = _year_of(fund, wanted, as_at)
    accounts = await get_accounts_of_fund(tx, fund, year, as_at)
    return fund_position(fund, year, accounts, as_at)


async def get_budget_table(tx: Tx, code: str, wanted: Period | None, as_at: AsAt = PRESENT) -> BudgetTable:
    """The budget of a fund's year as it is printed, as it is or was: by default of the same year as its position.

    Raises:
        FundUnknown, YearUnknown: there is no such fund or year of it, or was none yet.
    """
    fund = await get_fund(tx, code, as_at)
    return budget_table(fund, _year_of(fund, wanted, as_at), as_at)


def _year_of(fund: Fund, wanted: Period | None, as_at: AsAt) -> Period:
    return budgeted_year(fund, wanted or (None if as_at.quarter is None else financial_year(as_at.quarter)))

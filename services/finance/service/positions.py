"""Positions of schemes and funds, added up from the ledger each time."""

from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.fund_position import FundPosition, fund_position
from services.finance.domain.scheme_position import SchemePosition, scheme_position
from services.finance.repository import schemes
from services.finance.repository.accounts import get_accounts
from services.finance.service.funds import budgeted_year, get_fund
from services.finance.service.schemes import get_account


async def get_scheme_position(tx: Tx, code: str) -> SchemePosition:
    """A scheme against its plan and its budget line, with how the indicated figure was made."""
    return scheme_position(await get_account(tx, code))


async def get_fund_position(tx: Tx, code: str, wanted: Period | None) -> FundPosition:
    """A fund's year, by default the latest that has budget lines."""
    fund = await get_fund(tx, code)
    year = budgeted_year(fund, wanted)
    accounts = await get_accounts(tx, await schemes.list_codes_of_fund(tx, code, year))
    return fund_position(fund, year, accounts)

"""Memorandum accounts of the partners of a fund."""

from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.fund_position import fund_position
from services.finance.domain.ledger import financial_year
from services.finance.domain.partner_account import PartnerAccount, partner_accounts
from services.finance.errors import PartnerUnknown
from services.finance.repository.accounts import get_accounts_of_fund
from services.finance.repository.year_ends import get_year_end
from services.finance.service.funds import budgeted_year, get_fund


async def get_partner_account(
    tx: Tx, code: str, partner: str, wanted: Period | None, as_at: AsAt = PRESENT
) -> PartnerAccount:
    """What a partner put in, spent and bears in a year, by default that of the quarter, else the latest.

    Raises:
        FundUnknown, YearUnknown, PartnerUnknown: there is no such fund, year of it or partner, or was none yet.
    """
    fund = await get_fund(tx, code, as_at)
    year = budgeted_year(fund, wanted or (None if as_at.quarter is None else financial_year(as_at.quarter)))
    accounts = await get_accounts_of_fund(tx, fund, year, as_at)
    position = fund_position(fund, year, accounts, as_at)
    end = await get_year_end(tx, code, year, as_at)
    for account in partner_accounts(fund, position, accounts, end):
        if account.partner.code == partner:
            return account
    raise PartnerUnknown(f"{partner} is no partner of {code}.")

"""What figures rest on, the table of savings, and what of plans was delivered."""

from dataclasses import replace
from decimal import Decimal

from chassis.business_dates import get_business_date_at
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.attribution import Attribution
from services.finance.domain.evidence import Evidence, evidence
from services.finance.domain.fund_position import fund_position
from services.finance.domain.ledger import financial_year
from services.finance.domain.savings_table import SavingsTable, savings_table
from services.finance.domain.slippage import SlippageTable, SlippageYears, slippage_table, slippage_years
from services.finance.domain.transfers import RecordedTransfer
from services.finance.repository import schemes, transfers
from services.finance.repository.accounts import get_accounts_of_fund
from services.finance.service.funds import budgeted_year, get_fund
from services.finance.service.schemes import get_account


async def get_evidence(tx: Tx, code: str, request: PageRequest) -> tuple[Evidence, Page[RecordedTransfer]]:
    """A scheme's figures, the numbers of its formula, its indicator's values, and entries behind them, newest first.

    Raises:
        SchemeUnknown: there is none.
    """
    account = await get_account(tx, code)
    agreed = account.scheme.definition
    claims: dict[str, Decimal] = {}
    if agreed.link is not None:
        claims = await schemes.list_attributions(tx, agreed.link.series, agreed.financial_year)
    rows = await transfers.list_newest_of_scheme(tx, code, request)
    entries = page_of(rows, request, key=lambda one: str(one.number))
    return evidence(account, claims), replace(entries, total=await transfers.count_of_scheme(tx, code))


async def get_savings_table(tx: Tx, code: str, wanted: Period | None, as_at: AsAt = PRESENT) -> SavingsTable:
    """What was proposed, achieved and is missing in a year, by default that of the quarter, else the latest.

    Raises:
        FundUnknown, YearUnknown: there is no such fund or year of it, or was none yet.
    """
    fund = await get_fund(tx, code, as_at)
    year = budgeted_year(fund, wanted or (None if as_at.quarter is None else financial_year(as_at.quarter)))
    accounts = await get_accounts_of_fund(tx, fund, year, as_at)
    budget = fund_position(fund, year, accounts, as_at).budget
    return savings_table(code, fund.summary.name, year, budget, accounts, as_at)


async def get_slippage(tx: Tx, code: str, wanted: Period | None, as_at: AsAt = PRESENT) -> SlippageTable:
    """What schemes of a year planned against what was delivered, by default of that of the quarter, else the latest.

    Raises:
        FundUnknown, YearUnknown: there is no such fund or year of it, or was none yet.
    """
    fund = await get_fund(tx, code, as_at)
    year = budgeted_year(fund, wanted or (None if as_at.quarter is None else financial_year(as_at.quarter)))
    accounts = await get_accounts_of_fund(tx, fund, year, as_at)
    today = await get_business_date_at(tx, as_at.as_of)
    return slippage_table(code, fund.summary.name, year, today, accounts, as_at)


async def get_slippage_years(tx: Tx, code: str, as_at: AsAt = PRESENT) -> SlippageYears:
    """The same of every year that the fund has budget lines in: as many statements as of one year.

    Raises:
        FundUnknown, YearUnknown: there is no such fund, or no year of it, or was none yet.
    """
    fund = await get_fund(tx, code, as_at)
    budgeted_year(fund, None)
    accounts = await get_accounts_of_fund(tx, fund, None, as_at)
    today = await get_business_date_at(tx, as_at.as_of)
    years = {line.financial_year for line in fund.lines}
    return slippage_years(code, fund.summary.name, years, today, accounts, as_at)


async def list_attributions(
    tx: Tx, request: PageRequest, *, indicator: str | None, area: str | None, financial_year: Period | None
) -> Page[Attribution]:
    """What schemes claim of indicators, and what nobody claims, by indicator, area and year."""
    found = await schemes.list_all_attributions(tx, indicator=indicator, area=area, financial_year=financial_year)
    following = [one for one in found if request.after is None or one.key > request.after]
    return page_of(following[: request.fetch], request, key=lambda one: one.key)

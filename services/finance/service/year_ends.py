"""Sign off the end of a fund's year: its variance is shared for good."""

from chassis.audit import record_unchanged
from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.fund import Fund
from services.finance.domain.fund_position import fund_position
from services.finance.domain.year_end import (
    Signing,
    SignOff,
    YearEnd,
    YearResult,
    open_quarters,
    year_end_transfers,
    year_result,
)
from services.finance.errors import (
    FundUnknown,
    InvalidFinance,
    SharingNotAgreed,
    YearEndUnknown,
    YearOpen,
    YearSigned,
)
from services.finance.repository import action_plans, funds, transfers, year_ends
from services.finance.repository.accounts import get_accounts_of_fund
from services.finance.service.auditing import record_year_end
from services.finance.service.closing import check_allocated
from services.finance.service.funds import budgeted_year, get_fund


async def sign_off_year(tx: Tx, code: str, wanted: Period, said: Signing, *, dry_run: bool) -> tuple[YearEnd, bool]:
    """Share the variance of a year by the agreement in force, for good; the same again changes nothing (false).

    A dry run only says what would be signed off.

    Raises:
        FundUnknown, YearUnknown: there is no such fund or year of it.
        YearSigned: it was signed off by another decision.
        YearOpen: quarters of it are not closed.
        SharingNotAgreed, VarianceUnallocated: the agreement does not say who bears all of it.
        InvalidFinance: the agreement asks for a plan and there is none, or not the one that is named.
    """
    if not await funds.lock_fund(tx, code):
        raise FundUnknown(f"There is no fund {code}.")
    fund = await get_fund(tx, code)
    year = budgeted_year(fund, wanted)
    there = await year_ends.get_year_end(tx, code, year)
    if there is not None:
        record_unchanged(tx)
        return _same(there, said), False
    signed = SignOff(tx.actor, tx.now, await tx.business_date(), said.decision, said.reason)
    end = YearEnd(code, year, await _get_result(tx, fund, year, said), signed)
    if dry_run:
        record_unchanged(tx)
        return end, False
    await _record(tx, end, fund)
    return end, True


def _same(there: YearEnd, said: Signing) -> YearEnd:
    signed = there.signed
    if Signing(signed.decision, signed.reason, there.result.plan, there.result.action_plan) != said:
        raise YearSigned(f"{there.financial_year} was signed off by {signed.by}, decided by {signed.decision}.")
    return there


async def _get_result(tx: Tx, fund: Fund, year: Period, said: Signing) -> YearResult:
    if still_open := open_quarters(fund, year):
        raise YearOpen("Not closed: " + ", ".join(quarter.label for quarter in still_open) + ".")
    position = fund_position(fund, year, await get_accounts_of_fund(tx, fund, year))
    result = year_result(position, said)
    if result is None:
        raise SharingNotAgreed(f"No agreement of {fund.summary.code} in force in {year} has a risk share.")
    check_allocated(position)
    await _check_action_plan(tx, fund, year, said)
    if position.risk_share is not None and position.risk_share.asks_for_plan and not said.has_plan:
        fault = f"the agreement asks for one: {result.obliges}"
        raise InvalidFinance("The variance obliges partners to a plan.", [FieldError("plan", fault)])
    return result


async def _check_action_plan(tx: Tx, fund: Fund, year: Period, said: Signing) -> None:
    if said.action_plan is None:
        return
    plan = await action_plans.get_plan(tx, fund.summary.code, said.action_plan)
    if plan is None or plan.resolved.financial_year != year:
        fault = FieldError("action_plan", f"{said.action_plan} is no action plan of {year}")
        raise InvalidFinance("The action plan is not there.", [fault])


async def _record(tx: Tx, end: YearEnd, fund: Fund) -> None:
    await year_ends.insert_year_end(tx, end)
    await transfers.append_transfers(tx, list(year_end_transfers(end, fund)))
    record_year_end(tx, end)


async def get_year_end(tx: Tx, code: str, wanted: Period | None) -> YearEnd:
    """The end of a year as it was signed off, by default of the latest that is.

    Raises:
        YearEndUnknown: it is not signed off, or there is no such fund.
    """
    found = await year_ends.get_year_end(tx, code, wanted)
    if found is None:
        raise YearEndUnknown(f"No end of {wanted or 'a year'} of {code} is signed off.")
    return found

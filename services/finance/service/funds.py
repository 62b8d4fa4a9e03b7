"""Define funds and read them."""

from collections.abc import Sequence
from decimal import Decimal

from chassis.errors import FieldError, ReasonNeeded
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.agreement import AgreementTerms
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.budget import BudgetLine, savings_cut
from services.finance.domain.explanation import in_pounds
from services.finance.domain.fund import Fund, FundDefinition, FundSummary, definition_faults
from services.finance.errors import BudgetLineInUse, FundUnknown, InvalidFinance, YearUnknown
from services.finance.repository import funds, ledger_balances, published_funds, schemes, transfers, virements
from services.finance.repository.accounts import get_accounts
from services.finance.repository.fund_versions import append_version
from services.finance.service.auditing import moves_money, record_fund
from services.finance.service.fund_publication import emit_funds_moved
from services.finance.service.ledger import post_budgets
from services.finance.service.restatement import emit_moved


async def define_fund(tx: Tx, code: str, wanted: FundDefinition, reason: str | None = None) -> tuple[Fund, bool]:
    """Define the whole of a fund; true when it is new. It, and its schemes whose line changed, are published anew.

    Raises:
        InvalidFinance: something is named twice, a stranger as a partner, or a line has less savings than are planned.
        BudgetLineInUse: a line or a partner that is gone has schemes.
        ReasonNeeded: a budget or the agreement changes, and it is not said why.
    """
    if faults := definition_faults(wanted):
        raise InvalidFinance("The fund does not fit together.", [FieldError(field, fault) for field, fault in faults])
    before = await funds.get_fund(tx, code) if await funds.lock_fund(tx, code) else None
    await _check_savings_planned(tx, code, [] if before is None else before.lines, wanted.lines)
    new = await _save_definition(tx, code, wanted)
    after = await get_fund(tx, code)
    await post_budgets(tx, after, reason or "The fund is defined")
    await emit_schemes_moved(tx, code)
    await emit_funds_moved(tx, [code])
    if before is not None and moves_money(before, after) and not reason:
        raise ReasonNeeded
    if before is None or before.version != after.version:
        await append_version(tx, after.version)
    record_fund(tx, before, after, reason)
    return after, new


async def _save_definition(tx: Tx, code: str, wanted: FundDefinition) -> bool:
    new = await funds.save_fund(tx, FundSummary(code, wanted.name, wanted.host, wanted.notes, wanted.metrics))
    if new:
        await published_funds.insert_unpublished(tx, code)
        await transfers.insert_head(tx, code)
    await _check_in_use(tx, code, wanted)
    await funds.save_partners(tx, code, wanted.partners)
    await funds.save_lines(tx, code, wanted.lines)
    await funds.save_printed_totals(tx, code, wanted.printed_totals)
    await _append_changed_agreement(tx, code, wanted.agreement)
    return new


async def _check_in_use(tx: Tx, code: str, wanted: FundDefinition) -> None:
    """Schemes, outturn and virements keep the line that they name, schemes also the partner."""
    lines = {line.key for line in wanted.lines}
    in_use = await funds.list_lines_in_use(tx, code) | await ledger_balances.list_lines_moved(tx, code)
    lost = sorted((in_use | await virements.list_lines_of_virements(tx, code)) - lines)
    if lost:
        raise BudgetLineInUse(
            "Schemes, outturn or virements are on " + ", ".join(f"{line} in {year}" for year, line in lost) + "."
        )
    gone = sorted(await funds.list_partners_of_schemes(tx, code) - {partner.code for partner in wanted.partners})
    if gone:
        raise BudgetLineInUse(f"Schemes belong to {', '.join(gone)}, who must stay a partner.")


async def _check_savings_planned(tx: Tx, code: str, before: Sequence[BudgetLine], after: Sequence[BudgetLine]) -> None:
    """What schemes plan of the savings in the budget of a line stays in it, so that no saving is there twice."""
    cut = savings_cut(before, after)
    plans = await schemes.list_plans_in_budget(tx, code) if cut else {}
    planned = {place: sum(plans.get(after[place].key, {}).values(), Decimal(0)) for place in cut}
    errors = [
        FieldError(f"budget_lines.{place}.savings", f"schemes plan {in_pounds(high)} of the savings in it")
        for place, high in planned.items()
        if high > after[place].budget.savings_within
    ]
    if errors:
        raise InvalidFinance("More would be planned than is in the budget.", errors)


async def _append_changed_agreement(tx: Tx, code: str, terms: AgreementTerms | None) -> None:
    """Append a version where the terms differ from the last one's, in whatever digits."""
    if terms is None:
        return
    before = await funds.list_agreements(tx, code)
    if before and before[-1].terms == terms:
        return
    await funds.append_agreement(tx, code, before[-1].version + 1 if before else 1, terms)


async def emit_schemes_moved(tx: Tx, code: str) -> None:
    """Lock the schemes of a fund, and emit the position of each that is another by now."""
    codes = await schemes.list_codes_of_fund(tx, code)
    if not codes:
        return
    await schemes.lock_schemes(tx, codes)
    for account in await get_accounts(tx, codes):
        await emit_moved(tx, account, ())


async def get_fund(tx: Tx, code: str, as_at: AsAt = PRESENT) -> Fund:
    """A fund as it is, or as it was.

    Raises:
        FundUnknown: there is none, or was none yet.
    """
    fund = await funds.get_fund(tx, code, as_at)
    if fund is None:
        raise FundUnknown(f"There {'is' if as_at.is_present else 'was'} no fund {code}.")
    return fund


def budgeted_year(fund: Fund, wanted: Period | None) -> Period:
    """The financial year asked for, by default the latest that has budget lines.

    Raises:
        YearUnknown: the fund has no line in it.
    """
    there = {line.financial_year for line in fund.lines}
    if not there or (wanted is not None and wanted not in there):
        years = ", ".join(year.label for year in sorted(there))
        raise YearUnknown(f"{fund.summary.code} has budget lines in {years or 'no year'}.")
    return wanted or max(there)


async def list_funds(tx: Tx, request: PageRequest) -> Page[FundSummary]:
    return page_of(await funds.list_funds(tx, request), request, key=lambda fund: fund.code)

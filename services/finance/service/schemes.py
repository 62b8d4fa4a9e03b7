"""Define savings schemes, read them, withdraw them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.budget import Budget
from services.finance.domain.explanation import in_pounds, plain
from services.finance.domain.figures import total_entries, total_plan
from services.finance.domain.restating import Reversal, entries_to_reverse
from services.finance.domain.savings import SchemeLink, SharedCost, unattributed
from services.finance.domain.scheme import Scheme, SchemeAccount, SchemeDefinition, Withdrawal
from services.finance.domain.unit_costs import shared_cost
from services.finance.errors import (
    AttributionExceeded,
    InvalidFinance,
    SchemeExists,
    SchemeNotEmpty,
    SchemeUnknown,
)
from services.finance.repository import funds, observations, schemes, unit_costs
from services.finance.repository.accounts import get_accounts
from services.finance.repository.closed_quarters import get_closed_quarters
from services.finance.service.auditing import record_scheme, record_withdrawal
from services.finance.service.fund_publication import emit_funds_moved
from services.finance.service.ledger import plan_transfers, post_entries, withdrawn_plan_transfers
from services.finance.service.limits import require_own_line, require_own_lines
from services.finance.service.restatement import emit_moved, restate_schemes


async def define_scheme(tx: Tx, wanted: SchemeDefinition) -> tuple[Scheme, bool]:
    """Define a scheme, and whether it is new. A linked one is worth at once what its indicator's observations say.

    The same definition again changes nothing.

    Raises:
        InvalidFinance: no such fund, budget line or partner of it, or more than is in the budget.
        AttributionExceeded: with this claim more than the whole of the indicator's change would be claimed.
        SchemeExists: its code has another definition.
    """
    wanted = await _with_shared_cost(tx, wanted)
    if wanted.link is not None:
        await observations.lock_series(tx, {wanted.link.series, wanted.link.series.total})
    await _check_fund(tx, wanted)
    if wanted.link is not None:
        await _check_attribution(tx, wanted, wanted.link)
    if not await schemes.insert_scheme(tx, await _new_scheme(tx, wanted)):
        return await _get_same(tx, wanted), False
    record_scheme(tx, wanted)
    closed = await get_closed_quarters(tx, [wanted.fund])
    await restate_schemes(tx, [wanted.code], first=plan_transfers(wanted, closed[wanted.fund].quarters))
    return await get_scheme(tx, wanted.code), True


async def _get_same(tx: Tx, wanted: SchemeDefinition) -> Scheme:
    there = await get_scheme(tx, wanted.code)
    if there.definition != wanted:
        raise SchemeExists(f"{wanted.code} is taken.")
    record_unchanged(tx)
    return there


async def _with_shared_cost(tx: Tx, wanted: SchemeDefinition) -> SchemeDefinition:
    """The definition with all versions of a unit cost of the library; that is locked, so that none is missed.

    Raises:
        InvalidFinance: it is none that can be saved.
    """
    link = wanted.link
    if link is None or not isinstance(link.terms.unit_cost, SharedCost):
        return wanted
    code = link.terms.unit_cost.code
    await unit_costs.lock_unit_cost(tx, code, shared=True)
    versions = (await unit_costs.get_versions(tx, [code]))[code]
    if versions and not versions[-1].terms.counts_in_ledger:
        kind = versions[-1].terms.kind
        raise InvalidFinance(f"{code} is {kind}.", [FieldError("link.unit_cost_code", "only fiscal money counts")])
    terms = replace(link.terms, unit_cost=shared_cost(code, versions))
    return replace(wanted, link=replace(link, terms=terms))


async def _new_scheme(tx: Tx, wanted: SchemeDefinition) -> Scheme:
    return Scheme(
        wanted,
        version=0,
        published=None,
        created_at=tx.now,
        created_by=tx.actor,
        business_date=await tx.business_date(),
    )


async def _check_fund(tx: Tx, wanted: SchemeDefinition) -> None:
    if not await funds.lock_fund(tx, wanted.fund, shared=not wanted.in_budget):
        raise InvalidFinance(f"There is no fund {wanted.fund}.", [FieldError("fund", "no such fund")])
    errors, year = [], wanted.financial_year
    listed = await funds.list_lines(tx, wanted.fund)
    lines = {line.code: line.budget for line in listed if line.financial_year == year}
    if wanted.budget_line not in lines:
        errors.append(FieldError("budget_line", f"no such line of {wanted.fund} in {year}"))
    if wanted.partner not in {partner.code for partner in await funds.list_partners(tx, wanted.fund)}:
        errors.append(FieldError("partner", f"no partner of {wanted.fund}"))
    if errors:
        raise InvalidFinance(f"{wanted.fund} has no such budget line or partner.", errors)
    require_own_lines(tx, listed, {(year, wanted.budget_line)})
    if wanted.in_budget:
        await _check_within_budget(tx, wanted, lines[wanted.budget_line])


async def _check_within_budget(tx: Tx, wanted: SchemeDefinition, budget: Budget) -> None:
    """Schemes in a budget plan together no more than it has been reduced by, so that no saving is there twice."""
    plans = (await schemes.list_plans_in_budget(tx, wanted.fund)).get((wanted.financial_year, wanted.budget_line), {})
    left = budget.savings_within - sum((high for code, high in plans.items() if code != wanted.code), Decimal(0))
    if total_plan(wanted.plan).high > left:
        fault = f"at most {in_pounds(left)} of the savings in the budget of {wanted.budget_line} is left"
        raise InvalidFinance("More would be planned than is in the budget.", [FieldError("plan", fault)])


async def _check_attribution(tx: Tx, wanted: SchemeDefinition, link: SchemeLink) -> None:
    claims = await schemes.list_attributions(tx, link.series, wanted.financial_year)
    claims.pop(wanted.code, None)
    rest, claim = unattributed(claims), link.terms.attribution
    if claim > rest:
        named = ", ".join(f"{code} ({plain(other)})" for code, other in sorted(claims.items()))
        raise AttributionExceeded(
            f"Of {link.series.total} in {wanted.financial_year} is claimed already: {named}. "
            f"With {plain(claim)} more it would be over 1.",
            [FieldError("link.attribution", f"at most {plain(rest)} is left")],
        )


async def get_account(tx: Tx, code: str, as_at: AsAt = PRESENT) -> SchemeAccount:
    found = await get_accounts(tx, [code], as_at)
    if not found:
        raise SchemeUnknown(f"There {'is' if as_at.is_present else 'was'} no scheme {code}.")
    return found[0]


async def get_scheme(tx: Tx, code: str) -> Scheme:
    found = await schemes.get_schemes(tx, [code])
    if not found:
        raise SchemeUnknown(f"There is no scheme {code}.")
    return found[0]


async def list_schemes(tx: Tx, filters: Mapping[str, str | None], request: PageRequest) -> Page[Scheme]:
    codes = await schemes.list_codes(tx, filters, request)
    found = {scheme.code: scheme for scheme in await schemes.get_schemes(tx, codes.items)}
    return codes.of(found.__getitem__)


async def withdraw_scheme(tx: Tx, code: str, reason: str | None) -> Scheme:
    """End a scheme: it claims nothing more, what it indicated is taken back, and its code stays taken. Again: no-op.

    Raises:
        ReasonNeeded: it is not said why.
        SchemeNotEmpty: it has validated or banked money; finance takes that back first.
    """
    await schemes.lock_schemes(tx, [code])
    account = await get_account(tx, code)
    await require_own_line(tx, account.scheme.definition)
    if account.scheme.withdrawal is not None:
        record_unchanged(tx)
        return account.scheme
    if not reason:
        raise ReasonNeeded
    _check_emptied(account)
    plan = withdrawn_plan_transfers(account.scheme.definition, account.closed_quarters, reason)
    await post_entries(tx, entries_to_reverse(account, Reversal.WITHDRAWN, reason), [account.scheme], plan)
    withdrawal = Withdrawal(tx.now, tx.actor, reason, await tx.business_date())
    await schemes.save_withdrawal(tx, code, withdrawal)
    record_withdrawal(tx, code, reason)
    await emit_moved(tx, await get_account(tx, code), ())
    await emit_funds_moved(tx, [account.scheme.definition.fund])
    return await get_scheme(tx, code)


def _check_emptied(account: SchemeAccount) -> None:
    totals = total_entries(account.posted)
    if totals.validated or totals.banked:
        raise SchemeNotEmpty(
            f"{in_pounds(totals.validated)} validated and {in_pounds(totals.banked)} banked are on "
            f"{account.scheme.code}. Take them back with postings of the opposite sign."
        )

"""Record the action plans of a fund, and how their actions stand."""

from collections.abc import Sequence

from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.events.outbox import emit
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.action_plans import ActionPlan, Occasion, Resolved, plan_faults
from services.finance.domain.agreement import in_force
from services.finance.domain.fund import Fund
from services.finance.domain.fund_position import fund_position
from services.finance.domain.fund_sharing import obliged_by
from services.finance.errors import ActionPlanUnknown, FundUnknown, InvalidFinance
from services.finance.events import action_plan_updated, new_action_plan_event
from services.finance.repository import action_plans, funds
from services.finance.repository.accounts import get_accounts_of_fund
from services.finance.service.auditing import record_action_plan
from services.finance.service.funds import budgeted_year, get_fund
from services.finance.service.ledger import check_fund

Key = tuple[str, str]
"""Code of the fund, and reference of the plan within it."""


async def record_plan(
    tx: Tx, fund: str, reference: str, wanted: Resolved, reason: str | None
) -> tuple[ActionPlan, bool]:
    """Record what partners resolved, and whether the plan is new; the same again changes nothing.

    Raises:
        FundUnknown, YearUnknown: there is no such fund, or year of it.
        InvalidFinance: an action cannot be as it is said, or one that was resolved is left out.
        ReasonNeeded: it changes, and it is not said why.
    """
    if not await funds.lock_fund(tx, fund):
        raise FundUnknown(f"There is no fund {fund}.")
    before = await action_plans.get_plan(tx, fund, reference)
    if before is not None and before.resolved == wanted:
        record_unchanged(tx)
        return before, False
    today = await tx.business_date()
    found = await get_fund(tx, fund)
    budgeted_year(found, wanted.financial_year)
    if faults := plan_faults(wanted, None if before is None else before.resolved, today):
        raise InvalidFinance("The plan cannot be as it is said.", [FieldError(*fault) for fault in faults])
    if before is not None and not reason:
        raise ReasonNeeded
    occasion = await _get_occasion(tx, found, wanted.financial_year) if before is None else before.occasion
    plan = ActionPlan(fund, reference, wanted, occasion, tx.actor, tx.now, today)
    await action_plans.save_plan(tx, plan)
    record_action_plan(tx, before, plan, reason)
    [version] = (await action_plans.raise_event_versions(tx, [(fund, reference)])).values()
    emit(tx, new_action_plan_event(action_plan_updated(plan), version))
    return plan, before is None


async def _get_occasion(tx: Tx, fund: Fund, year: Period) -> Occasion:
    """The variance that is expected of a year now, and what it obliges partners to."""
    position = fund_position(fund, year, await get_accounts_of_fund(tx, fund, year))
    variance = position.forecast.variance
    return Occasion(variance, obliged_by(in_force(fund.agreements, year), variance))


async def emit_plans_again(tx: Tx, keys: Sequence[Key]) -> None:
    """Emit the state of each of these plans as its next version. To raise the version locks a plan; then it is read."""
    versions = await action_plans.raise_event_versions(tx, keys) if keys else {}
    for (fund, reference), version in sorted(versions.items()):
        emit(tx, new_action_plan_event(action_plan_updated(await get_plan(tx, fund, reference)), version))


async def get_plan(tx: Tx, fund: str, reference: str) -> ActionPlan:
    """A plan of a fund.

    Raises:
        ActionPlanUnknown: there is none.
    """
    found = await action_plans.get_plan(tx, fund, reference)
    if found is None:
        raise ActionPlanUnknown(f"{fund} has no action plan {reference}.")
    return found


async def list_plans(tx: Tx, fund: str, year: Period | None, request: PageRequest) -> Page[ActionPlan]:
    """Plans of a fund in the order of their references.

    Raises:
        FundUnknown: there is no such fund.
    """
    await check_fund(tx, fund)
    return page_of(await action_plans.list_plans(tx, fund, year, request), request, key=lambda one: one.reference)


async def list_all(tx: Tx, fund: str, year: Period | None) -> list[ActionPlan]:
    """Every plan of a fund, or of a year of it.

    Raises:
        FundUnknown: there is no such fund.
    """
    await check_fund(tx, fund)
    return await action_plans.list_plans(tx, fund, year)

"""Propose virements, and have a second person approve or reject them."""

from dataclasses import replace

from chassis.access import require_other_person
from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.explanation import in_pounds
from services.finance.domain.fund import Fund
from services.finance.domain.virements import (
    Decided,
    Virement,
    VirementProposal,
    VirementState,
    budget_left,
    proposal_faults,
    virement_transfer,
)
from services.finance.errors import (
    BudgetExceeded,
    FundUnknown,
    InvalidFinance,
    ReferenceUsed,
    VirementDecided,
    VirementUnknown,
)
from services.finance.repository import funds, transfers, virements
from services.finance.service.auditing import record_virement
from services.finance.service.fund_publication import emit_funds_moved
from services.finance.service.funds import emit_schemes_moved, get_fund
from services.finance.service.ledger import check_fund
from services.finance.service.limits import require_own_lines
from services.finance.service.outturn import check_open


async def propose_virement(tx: Tx, code: str, proposal: VirementProposal) -> tuple[Virement, bool]:
    """Propose to move budget between lines; true when it is new. No budget moves until it is approved.

    Raises:
        FundUnknown: there is no such fund.
        InvalidFinance: a line or the day is none of the year's.
        PeriodClosed: the quarter of its day is closed.
        ReferenceUsed: the reference has another virement.
    """
    fund = await _lock_fund(tx, code)
    if faults := proposal_faults(proposal, fund):
        raise InvalidFinance("The virement does not fit the fund.", [FieldError(*fault) for fault in faults])
    _require_own(tx, fund, proposal)
    today = await tx.business_date()
    wanted = Virement(code, proposal, VirementState.PROPOSED, tx.actor, tx.now, today)
    there = await virements.get_virement(tx, code, proposal.reference)
    if there is not None:
        if there.proposal != proposal:
            raise ReferenceUsed(f"{proposal.reference} is another virement.", [FieldError("reference", "in use")])
        record_unchanged(tx)
        return there, False
    await check_open(tx, code, fund.closed_quarters, [Period.quarter_of(proposal.effective_on)])
    await virements.insert_virement(tx, wanted)
    record_virement(tx, wanted, "virement.proposed", proposal.reason)
    return wanted, True


def _require_own(tx: Tx, fund: Fund, proposal: VirementProposal) -> None:
    """A virement is of both its lines: who is limited to one of the directorates does not move the other's money."""
    year = proposal.financial_year
    require_own_lines(tx, fund.lines, {(year, proposal.giving), (year, proposal.receiving)})


async def _lock_fund(tx: Tx, code: str) -> Fund:
    """Lock a fund alone: its budgets are going to move."""
    if not await funds.lock_fund(tx, code):
        raise FundUnknown(f"There is no fund {code}.")
    return await get_fund(tx, code)


async def get_virement(tx: Tx, code: str, reference: str) -> Virement:
    """A virement of a fund.

    Raises:
        VirementUnknown: there is none.
    """
    found = await virements.get_virement(tx, code, reference)
    if found is None:
        raise VirementUnknown(f"{code} has no virement {reference}.")
    return found


async def list_virements(tx: Tx, code: str, state: VirementState | None, request: PageRequest) -> Page[Virement]:
    await check_fund(tx, code)
    return page_of(await virements.list_virements(tx, code, state, request), request, key=lambda one: one.reference)


async def approve_virement(tx: Tx, code: str, reference: str, reason: str | None) -> Virement:
    """Move the budget. Approving it again changes nothing.

    Raises:
        VirementUnknown: there is none.
        VirementDecided: it was rejected.
        InvalidFinance, PeriodClosed: the fund has changed since, and it fits no more.
        BudgetExceeded: the giving line has not that much.
        SamePerson: who proposed it approves it.
    """
    fund, before = await _lock_fund(tx, code), await get_virement(tx, code, reference)
    if before.state is VirementState.APPROVED:
        record_unchanged(tx)
        return before
    _check_decidable(before)
    await _check_movable(tx, fund, before.proposal)
    _require_own(tx, fund, before.proposal)
    require_other_person(tx, before.proposed_by, did="proposed it")
    [entered] = await transfers.append_transfers(tx, [virement_transfer(before)])
    decided = Decided(tx.actor, tx.now, reason, entered.number)
    virement = replace(before, state=VirementState.APPROVED, decided=decided)
    await virements.save_decision(tx, virement)
    record_virement(tx, virement, "virement.approved", reason or before.proposal.reason)
    await emit_schemes_moved(tx, code)
    await emit_funds_moved(tx, [code])
    return virement


async def reject_virement(tx: Tx, code: str, reference: str, reason: str | None) -> Virement:
    """Say that the budget does not move, and why. Rejecting it again changes nothing.

    Raises:
        VirementUnknown: there is none.
        VirementDecided: it was approved.
        ReasonNeeded: it is not said why.
        SamePerson: who proposed it rejects it.
    """
    fund, before = await _lock_fund(tx, code), await get_virement(tx, code, reference)
    if before.state is VirementState.REJECTED:
        record_unchanged(tx)
        return before
    _check_decidable(before)
    if not reason:
        raise ReasonNeeded
    _require_own(tx, fund, before.proposal)
    require_other_person(tx, before.proposed_by, did="proposed it")
    decided = Decided(tx.actor, tx.now, reason, None)
    virement = replace(before, state=VirementState.REJECTED, decided=decided)
    await virements.save_decision(tx, virement)
    record_virement(tx, virement, "virement.rejected", reason)
    return virement


def _check_decidable(virement: Virement) -> None:
    if virement.state is not VirementState.PROPOSED:
        raise VirementDecided(f"{virement.reference} is {virement.state}.")


async def _check_movable(tx: Tx, fund: Fund, proposal: VirementProposal) -> None:
    if faults := proposal_faults(proposal, fund):
        raise InvalidFinance("The virement does not fit the fund.", [FieldError(*fault) for fault in faults])
    await check_open(tx, fund.summary.code, fund.closed_quarters, [Period.quarter_of(proposal.effective_on)])
    left = budget_left(fund, proposal)
    if proposal.amount > left:
        raise BudgetExceeded(f"{proposal.giving} has {in_pounds(left)} in {proposal.financial_year}.")

"""Sign pledges off, reopen them, and read what was decided."""

from dataclasses import replace

from chassis.errors import BadRequest, FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.pledges.domain.pledges import PledgeView
from services.pledges.domain.sets import PledgeRef
from services.pledges.domain.sign_offs import DecidedState, Decision, DecisionTaken, SignOff, sign_off_faults
from services.pledges.domain.status import Delivery
from services.pledges.errors import PledgeClosed, PledgeOpen, SignOffIncomplete
from services.pledges.repository import decisions
from services.pledges.service.delegations import require_signer
from services.pledges.service.pledges import get_pledge, lock_view, publish_change
from services.pledges.service.progress import moved


async def sign_off(tx: Tx, ref: PledgeRef, wanted: SignOff) -> PledgeView:
    """Close a pledge as its portfolio holder signs: delivered with evidence, or out of reach with why.

    Raises:
        PledgeUnknown: no such number.
        PledgeClosed: it is signed off already.
        SignOffIncomplete: nobody who answers for it signs, or what is signed is not borne out.
        DelegationMissing: a caller who is known as a person is not the one who signs, and has no delegation of theirs.
        ClosingDayWrong: a closing day in the future.
    """
    before = await lock_view(tx, ref)
    if before.pledge.progress.delivery.is_closed:
        raise PledgeClosed(f"Pledge {before.pledge.id} is {before.pledge.progress.delivery}.")
    if faults := sign_off_faults(wanted, before):
        raise SignOffIncomplete("It cannot be signed so.", [FieldError(*fault) for fault in faults])
    await require_signer(tx, wanted.portfolio_holder, "portfolio_holder", before.today)
    taken = DecisionTaken(
        decision=Decision(wanted.delivery),
        by=tx.actor,
        at=tx.now,
        business_date=before.today,
        state=DecidedState.of(before),
        portfolio_holder=wanted.portfolio_holder,
        evidence=wanted.evidence,
        reason=wanted.reason,
        would_change_it=wanted.would_change_it,
    )
    progress = moved(before.pledge.progress, wanted.delivery, wanted.closed_on, before.today)
    await decisions.append_decision(tx, before.pledge.id, taken)
    changed = replace(before.pledge, progress=progress)
    return await publish_change(tx, before, changed, "pledge.signed_off", wanted.reason)


async def reopen(tx: Tx, ref: PledgeRef, reason: str) -> PledgeView:
    """Put a pledge that was closed back in progress.

    Raises:
        PledgeUnknown: no such number.
        PledgeOpen: it is not closed.
    """
    before = await lock_view(tx, ref)
    if not before.pledge.progress.delivery.is_closed:
        raise PledgeOpen(f"Pledge {before.pledge.id} is {before.pledge.progress.delivery}.")
    taken = DecisionTaken(Decision.REOPENED, tx.actor, tx.now, before.today, DecidedState.of(before), reason=reason)
    await decisions.append_decision(tx, before.pledge.id, taken)
    progress = moved(before.pledge.progress, Delivery.IN_PROGRESS, None, before.today)
    return await publish_change(tx, before, replace(before.pledge, progress=progress), "pledge.reopened", reason)


async def list_decisions(tx: Tx, ref: PledgeRef, page: PageRequest) -> Page[DecisionTaken]:
    """Of a pledge, oldest first."""
    view = await get_pledge(tx, ref)
    after = None if page.after is None else _decision_id(page.after)
    found = await decisions.list_decisions(tx, view.pledge.id, after, page)
    return page_of(found, page, lambda one: str(one.id))


def _decision_id(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < len(str(2**63))):
        raise BadRequest("This cursor is not one of these decisions.", [FieldError("cursor", "take it from `next`")])
    return int(cursor)

"""Quarterly returns: opened and missed by the calendar, written, submitted, handed back and approved by people."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chassis.errors import FieldError
from chassis.events.outbox import emit
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges import events
from services.pledges.domain.formats import write_return_state
from services.pledges.domain.returns import (
    QuarterlyReturn,
    ReturnChanges,
    ReturnFilter,
    ReturnView,
    Step,
    StepTaken,
    quarters_to_open,
)
from services.pledges.domain.sets import PledgeRef
from services.pledges.errors import ReturnIncomplete, ReturnLocked, ReturnUnknown
from services.pledges.repository import returns as stored
from services.pledges.service.history import record_state
from services.pledges.service.sets import id_of


async def open_returns(tx: Tx) -> None:
    """Open the returns of the last closed quarter, and of those before it that nobody opened; repeatable."""
    today = await tx.business_date()
    for quarter in quarters_to_open(await stored.get_newest_quarter(tx), today):
        await stored.insert_returns(tx, await stored.list_unopened(tx, quarter))


async def emit_missing(tx: Tx) -> None:
    """Publish each return that is missing, once: it is due and was never submitted."""
    today = await tx.business_date()
    missing = [
        replace(one, missing_since=today, version=one.version + 1) for one in await stored.lock_newly_missing(tx, today)
    ]
    await stored.save_returns(tx, missing)
    for one in missing:
        emit(tx, events.return_missing(one, today))


async def change_return(tx: Tx, code: str, changes: ReturnChanges) -> ReturnView:
    """Write what is named into a return that is a draft, or was handed back.

    Raises:
        ReturnUnknown: no such return.
        ReturnLocked: it is submitted or approved.
    """
    before, today = await _lock(tx, code), await tx.business_date()
    if not before.can_be_written:
        raise ReturnLocked(f"Return {code} is {before.state}.")
    after = before.changed(changes)
    await _save(tx, before, after, "return.written", today)
    return await _view(tx, after, today)


async def take_step(tx: Tx, code: str, step: Step, on_behalf_of: str | None, reason: str | None = None) -> ReturnView:
    """Submit, hand back or approve a return; who did it is recorded apart from who wrote it.

    Raises:
        ReturnUnknown: no such return.
        ReturnLocked: its state does not allow the step.
        ReturnIncomplete: it is submitted without a colour or a narrative.
    """
    before, today = await _lock(tx, code), await tx.business_date()
    if not before.allows(step):
        raise ReturnLocked(f"Return {code} is {before.state}: {step} is not possible.")
    if step is Step.SUBMIT and before.lacks:
        raise ReturnIncomplete("Write it first.", [FieldError(name, "is not said") for name in before.lacks])
    after = before.stepped(step, today)
    if step in events.STEP_EVENTS:
        after = replace(after, version=before.version + 1)
        emit(tx, events.return_stepped(after, step, today))
    await stored.save_step(tx, code, StepTaken(step, tx.actor, tx.now, today, on_behalf_of, reason))
    await _save(tx, before, after, f"return.{after.state}", today, reason)
    return await _view(tx, after, today)


async def _save(
    tx: Tx, before: QuarterlyReturn, after: QuarterlyReturn, action: str, today: date, reason: str | None = None
) -> None:
    await stored.save_returns(tx, [after])
    states = write_return_state(before), write_return_state(after)
    await record_state(tx, action, after.id, *states, today, reason)


async def get_return(tx: Tx, code: str) -> ReturnView:
    found = await stored.get_return(tx, code)
    if found is None:
        raise ReturnUnknown(f"There is no return {code}.")
    return await _view(tx, found, await tx.business_date())


async def list_returns(tx: Tx, wanted: ReturnFilter, page: PageRequest) -> Page[ReturnView]:
    """Returns; a pledge in the filter may be a bare number."""
    today = await tx.business_date()
    if wanted.pledge is not None:
        wanted = replace(wanted, pledge=await id_of(tx, PledgeRef.parse(wanted.pledge)))
    found = await stored.list_returns(tx, wanted, today, page)
    return found.with_items(await _views(tx, found.items, today))


async def _lock(tx: Tx, code: str) -> QuarterlyReturn:
    found = await stored.lock_return(tx, code)
    if found is None:
        raise ReturnUnknown(f"There is no return {code}.")
    return found


async def _view(tx: Tx, found: QuarterlyReturn, today: date) -> ReturnView:
    return (await _views(tx, [found], today))[0]


async def _views(tx: Tx, returns: Sequence[QuarterlyReturn], today: date) -> list[ReturnView]:
    steps = await stored.steps_of(tx, [one.id for one in returns])
    return [ReturnView(one, steps.get(one.id, ()), today) for one in returns]

"""Quarterly returns: missed by the calendar, written, submitted, handed back and approved by people."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chassis.access import require_other_person
from chassis.audit import list_actors
from chassis.errors import FieldError
from chassis.events.outbox import emit
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges import events
from services.pledges.domain.delegations import can_delegate
from services.pledges.domain.formats import write_return_state
from services.pledges.domain.returns import (
    QuarterlyReturn,
    ReturnChanges,
    ReturnFilter,
    ReturnView,
    Step,
    StepTaken,
)
from services.pledges.domain.sets import PledgeRef
from services.pledges.errors import DelegationMissing, ReturnIncomplete, ReturnLocked, ReturnUnknown
from services.pledges.repository import returns as stored
from services.pledges.service.delegations import require_delegated, require_in_own_name
from services.pledges.service.history import record_state
from services.pledges.service.sets import id_of

PAGE: Final = 500
"""Returns that are opened, or found missing, in one transaction."""

WRITTEN: Final = "return.written"


async def emit_missing(tx: Tx) -> int:
    """Publish a page of returns that are missing, each once: never submitted, or not submitted again. How many."""
    today = await tx.business_date()
    found = await stored.lock_newly_missing(tx, today, PAGE)
    missing = [replace(one, missing_since=today, version=one.version + 1) for one in found]
    await stored.save_returns(tx, missing)
    for one in missing:
        emit(tx, events.return_missing(one, today))
    return len(missing)


async def change_return(tx: Tx, code: str, changes: ReturnChanges) -> ReturnView:
    """Write what is named into a return that is a draft, or was handed back.

    Raises:
        ReturnUnknown: no such return.
        ReturnLocked: it is submitted or approved, or its quarter is closed.
    """
    before, today = await _lock(tx, code), await tx.business_date()
    if not before.can_be_written(today):
        raise ReturnLocked(f"Return {code} is {_state_in_words(before, today)}.")
    after = before.changed(changes)
    await _save(tx, before, after, WRITTEN, today)
    return await _view(tx, after, today)


async def take_step(tx: Tx, code: str, step: Step, on_behalf_of: str | None, reason: str | None = None) -> ReturnView:
    """Submit, hand back or approve a return; who did it is recorded apart from who wrote it.

    Raises:
        ReturnUnknown: no such return.
        ReturnLocked: its state does not allow the step, or its quarter is closed.
        DelegationMissing: it is taken on behalf of somebody who did not delegate it, or cannot; or a person who is not
            the portfolio holder approves it or hands it back in their own name.
        ReturnIncomplete: it is submitted without a colour or a narrative.
        SamePerson: who wrote or submitted it approves it.
    """
    before, today = await _lock(tx, code), await tx.business_date()
    if not before.allows(step, today):
        raise ReturnLocked(f"Return {code} is {_state_in_words(before, today)}: {step} is not possible.")
    await _check_delegated(tx, before, step, on_behalf_of, today)
    if step is Step.SUBMIT and before.lacks:
        raise ReturnIncomplete("Write it first.", [FieldError(name, "is not said") for name in before.lacks])
    if step is Step.APPROVE:
        require_other_person(tx, *await _writers(tx, code), did="wrote the return")
    after = before.stepped(step, today)
    if step in events.STEP_EVENTS:
        after = replace(after, version=before.version + 1)
        emit(tx, events.return_stepped(after, step, today))
    taken = StepTaken(step, tx.actor, tx.now, today, on_behalf_of, reason, tx.caller.person)
    await stored.save_step(tx, code, taken)
    await _save(tx, before, after, f"return.{after.state}", today, reason)
    return await _view(tx, after, today)


async def _writers(tx: Tx, code: str) -> Sequence[str]:
    """Who submitted a return, by key and as a person, whose keys may be others by now; and who wrote it."""
    steps = (await stored.steps_of(tx, [code])).get(code, ())
    submitted = [name for taken in steps if taken.step is Step.SUBMIT for name in (taken.by, taken.person) if name]
    return [*submitted, *await list_actors(tx, code, WRITTEN)]


def _state_in_words(found: QuarterlyReturn, today: date) -> str:
    return f"{found.state} and closed since {found.closes_on}" if found.is_closed(today) else found.state


async def _check_delegated(tx: Tx, found: QuarterlyReturn, step: Step, person: str | None, today: date) -> None:
    """A caller who is known as a person approves and hands back as the portfolio holder or on their behalf."""
    able = can_delegate(found.assignment, step)
    if person is None:
        if step is not Step.SUBMIT:
            require_in_own_name(tx, found.assignment.portfolio_holder, "on_behalf_of")
    elif person in able:
        await require_delegated(tx, person, "on_behalf_of", today)
    else:
        fault = f"is none of {', '.join(able)}"
        raise DelegationMissing(f"Not on behalf of {person}.", [FieldError("on_behalf_of", fault)])


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


async def export_returns(tx: Tx, wanted: ReturnFilter) -> Sequence[ReturnView]:
    """All that :func:`list_returns` lists, by id. Four statements at most, and one more for every 10,000 returns."""
    today = await tx.business_date()
    if wanted.pledge is not None:
        wanted = replace(wanted, pledge=await id_of(tx, PledgeRef.parse(wanted.pledge)))
    return await _views(tx, await stored.list_all_returns(tx, wanted, today), today)


async def emit_return_states(tx: Tx, codes: Sequence[str]) -> None:
    """Lock returns, and emit each once more as its next version."""
    today = await tx.business_date()
    found = [replace(one, version=one.version + 1) for one in await stored.lock_returns(tx, codes)]
    await stored.save_returns(tx, found)
    for one in found:
        emit(tx, events.return_again(one, today))


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

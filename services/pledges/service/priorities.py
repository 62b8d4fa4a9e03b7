"""Priorities, rolled up from their actions."""

from collections.abc import Sequence

from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.pledges.domain.formats import write_priority_state
from services.pledges.domain.past import PRESENT, AsAt
from services.pledges.domain.priorities import Priority, PriorityView, roll_up_on
from services.pledges.errors import PriorityUnknown
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import priorities as stored
from services.pledges.service.actions import action_views
from services.pledges.service.history import record_state
from services.pledges.service.past_plan import get_past_plan


async def put_priority(tx: Tx, priority: Priority) -> tuple[PriorityView, bool]:
    """Make or replace a priority; and whether it is new."""
    before = await stored.get_priority(tx, priority.code)
    created = await stored.save_priority(tx, priority)
    former, after = write_priority_state(before) if before else None, write_priority_state(priority)
    await record_state(tx, "priority.put", priority.code, former, after, await tx.business_date())
    return (await _views(tx, [priority]))[0], created


async def get_priority(tx: Tx, code: str, wanted: AsAt = PRESENT) -> PriorityView:
    """A priority with its actions."""
    if wanted.is_present:
        return await _get_present(tx, code)
    if found := (await get_past_plan(tx, wanted)).priority(code):
        return found
    raise PriorityUnknown(f"No priority {code} was recorded then.")


async def _get_present(tx: Tx, code: str) -> PriorityView:
    priority = await stored.get_priority(tx, code)
    if priority is None:
        raise PriorityUnknown(f"There is no priority {code}.")
    actions = (await stored_actions.actions_of(tx, [code])).get(code, ())
    today = await tx.business_date()
    return PriorityView(priority, roll_up_on(actions, today), tuple(await action_views(tx, actions, today)))


async def list_priorities(tx: Tx, page: PageRequest, wanted: AsAt = PRESENT) -> Page[PriorityView]:
    if not wanted.is_present:
        return (await get_past_plan(tx, wanted)).list_priorities(page)
    found = await stored.list_priorities(tx, page)
    return page_of(await _views(tx, found), page, lambda one: one.priority.code)


async def _views(tx: Tx, priorities: Sequence[Priority]) -> list[PriorityView]:
    today = await tx.business_date()
    actions = await stored_actions.actions_of(tx, [one.code for one in priorities])
    return [PriorityView(one, roll_up_on(actions.get(one.code, ()), today)) for one in priorities]

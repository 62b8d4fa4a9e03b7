"""Actions: must-dos, hub sites, workforce steps and stages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.pledges.domain.actions import (
    Action,
    ActionChanges,
    ActionDefinition,
    ActionFilter,
    ActionInput,
    ActionView,
    circular,
)
from services.pledges.errors import ActionUnknown, DependencyCircular, ReferenceUnknown
from services.pledges.repository import actions as stored
from services.pledges.repository import indicators as linked
from services.pledges.repository import priorities as stored_priorities
from services.pledges.service.progress import moved


async def put_action(tx: Tx, code: str, sent: ActionInput) -> tuple[ActionView, bool]:
    """Make or replace an action; and whether it is new. Without a delivery, what was recorded stays.

    Raises:
        ReferenceUnknown: its priority, or an action it waits for, does not exist.
        DependencyCircular: it would wait for itself.
        ClosingDayWrong: a closing day for open work, or in the future.
    """
    today = await tx.business_date()
    await _check_references(tx, code, sent.definition)
    created = await stored.insert_action(tx, Action(code, sent.definition))
    action = await _lock(tx, code)
    progress = moved(action.progress, sent.delivery, sent.closed_on, today)
    action = replace(action, definition=sent.definition, progress=progress)
    await stored.save_action(tx, action)
    await linked.save_action_links(tx, code, sent.links)
    return (await action_views(tx, [action], today))[0], created


async def _check_references(tx: Tx, code: str, definition: ActionDefinition) -> None:
    errors: list[FieldError] = []
    priority, needed = definition.priority, definition.depends_on
    if priority and await stored_priorities.get_priority(tx, priority) is None:
        errors.append(FieldError("priority", f"there is no priority {priority}"))
    graph = await stored.lock_dependencies(tx) if needed else {}
    unknown = [one for one in needed if one not in graph and one != code]
    errors += [FieldError("depends_on", f"there is no action {one}") for one in unknown]
    if errors:
        raise ReferenceUnknown("Make what an action refers to before the action.", errors)
    way = circular({**graph, code: needed}, code)
    if way:
        raise DependencyCircular(f"{' waits for '.join(way)}.", [FieldError("depends_on", "goes round in a circle")])


async def change_action(tx: Tx, code: str, changes: ActionChanges) -> ActionView:
    action, today = await _lock(tx, code), await tx.business_date()
    progress = moved(action.progress, changes.get("delivery"), changes.get("closed_on"), today)
    action = action.changed(changes, progress)
    await stored.save_action(tx, action)
    return (await action_views(tx, [action], today))[0]


async def get_action(tx: Tx, code: str) -> ActionView:
    action = await stored.get_action(tx, code)
    if action is None:
        raise ActionUnknown(f"There is no action {code}.")
    return (await action_views(tx, [action], await tx.business_date()))[0]


async def list_actions(tx: Tx, wanted: ActionFilter, page: PageRequest) -> Page[ActionView]:
    today = await tx.business_date()
    found = await stored.list_actions(tx, wanted, today, page)
    return page_of(await action_views(tx, found, today), page, lambda one: one.action.code)


async def _lock(tx: Tx, code: str) -> Action:
    action = await stored.lock_action(tx, code)
    if action is None:
        raise ActionUnknown(f"There is no action {code}.")
    return action


async def action_views(tx: Tx, actions: Sequence[Action], today: date) -> list[ActionView]:
    indicators = await linked.indicators_of_actions(tx, [one.code for one in actions])
    return [ActionView(one, indicators.get(one.code, ()), today) for one in actions]

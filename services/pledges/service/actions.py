"""Actions: must-dos, hub sites, workforce steps and stages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
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
from services.pledges.domain.formats import write_action_state
from services.pledges.errors import ActionUnknown, DependencyCircular, PartNotPossible, ReferenceUnknown
from services.pledges.repository import actions as stored
from services.pledges.repository import indicators as linked
from services.pledges.repository import priorities as stored_priorities
from services.pledges.service.history import record_state
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
    before = await _lock_view(tx, code, today)
    progress = moved(before.action.progress, sent.delivery, sent.closed_on, today)
    await linked.save_action_links(tx, code, sent.links)
    action = replace(before.action, definition=sent.definition, progress=progress)
    after = await _save_change(tx, before, action, "action.put", None, was_there=not created)
    return after, created


async def _save_change(
    tx: Tx, before: ActionView, action: Action, what: str, reason: str | None, *, was_there: bool = True
) -> ActionView:
    """Save and record a locked action after a change."""
    await stored.save_action(tx, action)
    after = (await action_views(tx, [action], before.today))[0]
    former = write_action_state(before) if was_there else None
    await record_state(tx, what, action.code, former, write_action_state(after), before.today, reason)
    return after


async def _check_references(tx: Tx, code: str, definition: ActionDefinition) -> None:
    errors: list[FieldError] = []
    priority, needed = definition.priority, definition.depends_on
    if priority and await stored_priorities.get_priority(tx, priority) is None:
        errors.append(FieldError("priority", f"there is no priority {priority}"))
    graph = await stored.lock_dependencies(tx) if needed else {}
    if definition.part_of:
        await _check_whole(tx, code, definition)
    unknown = [one for one in needed if one not in graph and one != code]
    errors += [FieldError("depends_on", f"there is no action {one}") for one in unknown]
    if errors:
        raise ReferenceUnknown("Make what an action refers to before the action.", errors)
    way = circular({**graph, code: needed}, code)
    if way:
        raise DependencyCircular(f"{' waits for '.join(way)}.", [FieldError("depends_on", "goes round in a circle")])


async def _check_whole(tx: Tx, code: str, definition: ActionDefinition) -> None:
    """Parts have one level, and the priority of the action they are parts of."""
    whole = await stored.get_action(tx, definition.part_of or "")
    fault = None
    if whole is None:
        fault = f"there is no action {definition.part_of}"
    elif whole.code == code or whole.definition.part_of or await stored.has_parts(tx, code):
        fault = "a part has no parts of its own"
    elif whole.definition.priority != definition.priority:
        fault = f"is of another priority than {whole.code}"
    if fault:
        raise PartNotPossible("Milestones are parts of one action.", [FieldError("part_of", fault)])


async def change_action(tx: Tx, code: str, changes: ActionChanges) -> ActionView:
    today = await tx.business_date()
    before = await _lock_view(tx, code, today)
    progress = moved(before.action.progress, changes.get("delivery"), changes.get("closed_on"), today)
    changed = before.action.changed(changes, progress)
    return await _save_change(tx, before, changed, "action.amended", changes.get("reason"))


async def get_action(tx: Tx, code: str) -> ActionView:
    action = await stored.get_action(tx, code)
    if action is None:
        raise ActionUnknown(f"There is no action {code}.")
    return (await action_views(tx, [action], await tx.business_date()))[0]


async def list_actions(tx: Tx, wanted: ActionFilter, page: PageRequest) -> Page[ActionView]:
    today = await tx.business_date()
    found = await stored.list_actions(tx, wanted, today, page)
    return found.with_items(await action_views(tx, found.items, today))


async def _lock_view(tx: Tx, code: str, today: date) -> ActionView:
    action = await stored.lock_action(tx, code)
    if action is None:
        raise ActionUnknown(f"There is no action {code}.")
    return (await action_views(tx, [action], today))[0]


async def action_views(tx: Tx, actions: Sequence[Action], today: date) -> list[ActionView]:
    indicators = await linked.indicators_of_actions(tx, [one.code for one in actions])
    return [ActionView(one, indicators.get(one.code, ()), today) for one in actions]

"""Actions: must-dos, hub sites, workforce steps and stages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges.domain.action_views import ActionView, CriticalDates, critical_dates
from services.pledges.domain.actions import (
    Action,
    ActionChanges,
    ActionDefinition,
    ActionFilter,
    ActionInput,
    naming_faults,
    part_faults,
    parts_of,
)
from services.pledges.domain.circles import way_round
from services.pledges.domain.formats import write_action_state
from services.pledges.domain.past import PRESENT, AsAt
from services.pledges.domain.readiness import READY, ActionGraph
from services.pledges.errors import ActionUnknown, DependencyCircular, PartNotPossible, ReferenceUnknown
from services.pledges.repository import actions as stored
from services.pledges.repository import indicators as linked
from services.pledges.repository import priorities as stored_priorities
from services.pledges.service.history import record_state
from services.pledges.service.past_plan import get_past_plan
from services.pledges.service.progress import moved
from services.pledges.service.readiness import emit_changed_of, get_graph, get_graph_of

DAYS_AHEAD: Final = timedelta(days=90)


async def put_action(tx: Tx, code: str, sent: ActionInput) -> tuple[ActionView, bool]:
    """Make or replace an action; and whether it is new. Without a delivery, what was recorded stays.

    Raises:
        ReferenceUnknown: its priority, or an action it waits for, does not exist.
        DependencyCircular: it would wait for itself.
        ClosingDayWrong: a closing day for open work, or in the future.
    """
    today = await tx.business_date()
    actions = await _lock_all(tx)
    await _check(tx, code, sent.definition, actions)
    made = Action(code, sent.definition)
    created = await stored.insert_action(tx, made)
    before = (await _views(tx, [actions.get(code, made)], today))[0]
    progress = moved(before.action.progress, sent.delivery, sent.closed_on, today)
    await linked.save_action_links(tx, code, sent.links)
    action = replace(before.action, definition=sent.definition, progress=progress)
    return await _save_change(tx, before, action, actions, "action.put", None, was_there=not created), created


async def _save_change(
    tx: Tx,
    before: ActionView,
    action: Action,
    actions: Mapping[str, Action],
    what: str,
    reason: str | None,
    *,
    was_there: bool = True,
) -> ActionView:
    """Save, record and publish a change of one of all ``actions``, which are locked, with those it blocks or frees."""
    await stored.save_actions(tx, [action])
    after = (await _views(tx, [action], before.today))[0]
    former, state = write_action_state(before) if was_there else None, write_action_state(after)
    await record_state(tx, what, action.code, former, state, before.today, reason)
    by_code = {**actions, action.code: action}
    in_order = [by_code[code] for code in sorted(by_code)]
    if former == state:
        return replace(after, readiness=(await get_graph_of(tx, in_order)).readiness(action.code))
    graph, published = await emit_changed_of(tx, in_order)
    return replace(after, action=published[action.code], readiness=graph.readiness(action.code))


async def _lock_all(tx: Tx) -> dict[str, Action]:
    return {one.code: one for one in await stored.lock_actions(tx)}


async def _check(tx: Tx, code: str, definition: ActionDefinition, actions: Mapping[str, Action]) -> None:
    """Refuse a definition that names what is not there, or waits for itself.

    Raises:
        PartNotPossible
        ReferenceUnknown
        DependencyCircular
    """
    if faults := part_faults(code, definition, actions, parts_of(actions)):
        raise PartNotPossible("Milestones are parts of one action.", [FieldError(*fault) for fault in faults])
    named = definition.priority
    priorities = {named} if named and await stored_priorities.get_priority(tx, named) else set()
    if faults := naming_faults(code, definition, actions, priorities):
        raise ReferenceUnknown(
            "Make what an action refers to before the action.", [FieldError(*fault) for fault in faults]
        )
    if way := way_round({**actions, code: Action(code, definition)}, code):
        raise DependencyCircular(f"{' waits for '.join(way)}.", [FieldError("depends_on", "goes round in a circle")])


async def change_action(tx: Tx, code: str, changes: ActionChanges) -> ActionView:
    today = await tx.business_date()
    actions = await _lock_all(tx)
    if code not in actions:
        raise ActionUnknown(f"There is no action {code}.")
    before = (await _views(tx, [actions[code]], today))[0]
    progress = moved(before.action.progress, changes.get("delivery"), changes.get("closed_on"), today)
    changed = before.action.changed(changes, progress)
    return await _save_change(tx, before, changed, actions, "action.amended", changes.get("reason"))


async def get_action(tx: Tx, code: str, at: AsAt = PRESENT) -> ActionView:
    if not at.is_present:
        return await _get_past(tx, code, at)
    action = await stored.get_action(tx, code)
    if action is None:
        raise ActionUnknown(f"There is no action {code}.")
    return (await action_views(tx, [action], await tx.business_date()))[0]


async def _get_past(tx: Tx, code: str, at: AsAt) -> ActionView:
    if found := (await get_past_plan(tx, at)).action(code):
        return found
    raise ActionUnknown(f"No action {code} was recorded then.")


async def list_actions(tx: Tx, wanted: ActionFilter, page: PageRequest, at: AsAt = PRESENT) -> Page[ActionView]:
    """A fixed number of statements, however many there are."""
    if not at.is_present:
        return (await get_past_plan(tx, at)).list_actions(wanted, page)
    graph = await get_graph(tx)
    found = await stored.list_actions(tx, wanted, graph.blocked, graph.today, page)
    return found.with_items(await _views(tx, found.items, graph.today, graph))


async def get_critical_dates(tx: Tx, priority: str | None, until: date | None) -> CriticalDates:
    """The days ahead by which open actions are needed, up to ``until``; without one those of the next 90 days."""
    graph = await get_graph(tx)
    actions = [one for one in graph.actions.values() if priority in {None, one.definition.priority}]
    views = await _views(tx, actions, graph.today, graph)
    return critical_dates(views, until or graph.today + DAYS_AHEAD, graph.today)


async def action_views(tx: Tx, actions: Sequence[Action], today: date) -> list[ActionView]:
    return await _views(tx, actions, today, await get_graph(tx))


async def _views(tx: Tx, actions: Sequence[Action], today: date, graph: ActionGraph | None = None) -> list[ActionView]:
    """Without a graph nothing is said of what blocks them."""
    indicators = await linked.indicators_of_actions(tx, [one.code for one in actions])
    return [
        ActionView(one, indicators.get(one.code, ()), today, graph.readiness(one.code) if graph else READY)
        for one in actions
    ]

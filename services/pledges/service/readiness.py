"""What blocks actions, and their events: after every change of what they carry, by people or by the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from services.pledges import events
from services.pledges.domain.action_views import is_newly_overdue, publishable
from services.pledges.domain.actions import Action
from services.pledges.domain.readiness import ActionGraph
from services.pledges.repository import actions as stored
from services.pledges.repository import dependencies


async def get_graph(tx: Tx) -> ActionGraph:
    """All actions and what they wait for. Three statements at most."""
    return await get_graph_of(tx, await stored.get_all(tx))


async def get_graph_of(tx: Tx, actions: Sequence[Action]) -> ActionGraph:
    """What blocks all actions, which were read before."""
    return ActionGraph(actions, await dependencies.list_unmet(tx), await tx.business_date())


async def emit_changed_actions(tx: Tx) -> None:
    """Lock all actions, and publish those that show something else than their newest event."""
    await emit_changed_of(tx, await stored.lock_actions(tx))


async def emit_changed_of(tx: Tx, actions: Sequence[Action]) -> tuple[ActionGraph, Mapping[str, Action]]:
    """The same of all actions, which are locked. What blocks them, and they by their codes as they are then."""
    graph = await get_graph_of(tx, actions)
    changed = _changed(actions, graph)
    await _save_and_emit(tx, changed)
    return graph, {one.code: one for one in actions} | {after.code: after for _, after in changed}


async def emit_actions_moved_by_calendar(tx: Tx) -> None:
    """The same, where the business date has changed anything; where it has not, nothing is locked."""
    actions = await stored.get_all(tx)
    if _changed(actions, await get_graph_of(tx, actions)):
        await emit_changed_actions(tx)


async def emit_action_states(tx: Tx, codes: Sequence[str]) -> None:
    """Lock all actions, and publish those of these codes once more."""
    if not codes:
        return
    actions = await stored.lock_actions(tx)
    graph, named = await get_graph_of(tx, actions), set(codes)
    await _save_and_emit(tx, [(one, _next(one, graph)) for one in actions if one.code in named])


def _changed(actions: Sequence[Action], graph: ActionGraph) -> list[tuple[Action, Action]]:
    """Actions as they are stored, and as their next event carries them."""
    pairs = [(one, _next(one, graph)) for one in actions]
    return [(before, after) for before, after in pairs if after.published != before.published]


def _next(action: Action, graph: ActionGraph) -> Action:
    """As its next event carries it."""
    now = publishable(action, graph.readiness(action.code), graph.today)
    return replace(action, version=action.version + 1, published=now)


async def _save_and_emit(tx: Tx, changed: Sequence[tuple[Action, Action]]) -> None:
    await stored.save_actions(tx, [after for _, after in changed])
    for before, after in changed:
        overdue = after.published is not None and is_newly_overdue(before, after.published)
        emit(tx, events.milestone_overdue(after) if overdue else events.action_updated(after))

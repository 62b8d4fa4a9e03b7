"""Priorities and actions as they were: rolled up, filtered and ordered as those of today are, on states that were read.

Series that an action was linked to are named; what they showed is in the indicators service. How many events an action
had had is not kept.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from chassis.paging import Page, PageRequest, cursor_made_up
from services.pledges.domain.action_views import ActionView
from services.pledges.domain.actions import Action, ActionFilter, ActionOrder, plan_order
from services.pledges.domain.indicators import Colours, LinkedIndicator
from services.pledges.domain.past import Revised, RevisedKind, states_of
from services.pledges.domain.past_formats import (
    as_they_were,
    read_action_state,
    read_dependency_state,
    read_links,
    read_priority_state,
)
from services.pledges.domain.priorities import Priority, PriorityView, roll_up_on
from services.pledges.domain.readiness import ActionGraph
from services.pledges.domain.status import PRESSING


class PastPlan:
    """All priorities, actions and dependencies that there were, looked at on the business date ``day``."""

    KINDS = (RevisedKind.PRIORITY, RevisedKind.ACTION, RevisedKind.DEPENDENCY)

    def __init__(self, revised: Sequence[Revised], day: date) -> None:
        self.day = day
        self._priorities = as_they_were(RevisedKind.PRIORITY, revised, read_priority_state)
        self._states = states_of(RevisedKind.ACTION, revised)
        dependencies = as_they_were(RevisedKind.DEPENDENCY, revised, read_dependency_state)
        self._graph = ActionGraph(as_they_were(RevisedKind.ACTION, revised, read_action_state), dependencies, day)

    def action(self, code: str) -> ActionView | None:
        """None: it was not recorded then."""
        found = self._graph.actions.get(code)
        return self._view(found) if found else None

    def _view(self, action: Action) -> ActionView:
        links = tuple(LinkedIndicator(key, Colours()) for key in read_links(self._states[action.code]))
        return ActionView(action, links, self.day, self._graph.readiness(action.code), self.day)

    def list_actions(self, wanted: ActionFilter, page: PageRequest) -> Page[ActionView]:
        found = [one for one in map(self._view, self._graph.actions.values()) if one.fits(wanted)]
        found.sort(key=_ORDERS[ActionOrder(page.sort or ActionOrder.CODE)], reverse=page.descending)
        return _page(found, page, lambda one: one.action.code)

    def priority(self, code: str) -> PriorityView | None:
        """With its actions; None: it was not recorded then."""
        found = next((one for one in self._priorities if one.code == code), None)
        if found is None:
            return None
        views = tuple(self._view(one) for one in sorted(self._actions_of(found), key=plan_order))
        return PriorityView(found, roll_up_on(self._actions_of(found), self.day), views, self.day)

    def list_priorities(self, page: PageRequest) -> Page[PriorityView]:
        """By code, without their actions."""
        views = [
            PriorityView(one, roll_up_on(self._actions_of(one), self.day), state_on=self.day)
            for one in self._priorities
        ]
        return _page(views, page, lambda one: one.priority.code)

    def _actions_of(self, priority: Priority) -> list[Action]:
        return [one for one in self._graph.actions.values() if one.definition.priority == priority.code]


_ORDERS: dict[ActionOrder, Callable[[ActionView], tuple[Any, ...]]] = {
    ActionOrder.CODE: lambda one: (one.action.code,),
    ActionOrder.DUE: lambda one: (_due(one), one.action.code),
    ActionOrder.SCHEDULE: lambda one: (PRESSING.index(one.schedule), _due(one), one.action.code),
}


def _due(view: ActionView) -> date:
    """What has no due day comes after all that has one."""
    return view.action.definition.due or date.max


def _page(found: Sequence[Any], request: PageRequest, code: Callable[[Any], str]) -> Page[Any]:
    """A part of all that was found, in order; nothing is ever deleted, so the one last seen is among it.

    Raises:
        BadRequest: it is not.
    """
    begin, codes = 0, [code(one) for one in found]
    if request.after is not None:
        if request.after not in codes:
            raise cursor_made_up()
        begin = codes.index(request.after) + 1
    shown = found[begin : begin + request.limit]
    more = begin + request.limit < len(found)
    return Page(shown, code(shown[-1]) if more else None, len(found) if request.counted else None)

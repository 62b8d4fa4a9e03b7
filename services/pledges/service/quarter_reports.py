"""The report of a quarter to the board."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from chassis.storage.transaction import Tx
from contracts.period import Period
from services.pledges.domain import quarter_reports as domain
from services.pledges.domain.actions import Action
from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.dependencies import Dependency
from services.pledges.domain.governance import RecordKind
from services.pledges.domain.past import AsAt, Revised, RevisedKind
from services.pledges.domain.past_formats import read_action_state, read_dependency_state, read_priority_state
from services.pledges.domain.priorities import Priority
from services.pledges.domain.quarter_reports import QuarterReport
from services.pledges.domain.returns import ReturnFilter
from services.pledges.errors import QuarterAhead
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import decisions as stored_decisions
from services.pledges.repository import dependencies as stored_dependencies
from services.pledges.repository import governance as stored_governance
from services.pledges.repository import priorities as stored_priorities
from services.pledges.repository import returns as stored_returns
from services.pledges.repository.revisions import list_revised
from services.pledges.service.past import lines_of, past_states

Coded = TypeVar("Coded", Action, Dependency, Priority)


async def get_quarter_report(tx: Tx, quarter: Period) -> QuarterReport:
    """Fifteen statements at most, however much there is to report.

    Raises:
        QuarterAhead: it has not begun.
    """
    today = await tx.business_date()
    if today < quarter.start:
        raise QuarterAhead(f"{quarter} begins on {quarter.start}.")
    wanted = AsAt(quarter)
    day, revised = wanted.day(today), await list_revised(tx, list(RevisedKind), wanted)
    returns = await stored_returns.list_all_returns(tx, ReturnFilter(quarter), today)
    pledges = domain.reported_pledges(await lines_of(tx, wanted, revised), returns)
    actions = await _actions(tx, revised)
    decisions = await stored_governance.get_all_records(tx, RecordKind.DECISION)
    signed = await stored_decisions.list_taken_between(tx, quarter.start, quarter.end)
    return QuarterReport(
        quarter=quarter,
        day=day,
        today=today,
        pledges=pledges,
        priorities=domain.reported_priorities(await _priorities(tx, revised), actions, day),
        exceptions=domain.exceptions(pledges, actions, await _dependencies(tx, revised), day, today),
        board_decisions=domain.decided_by_boards([one for one in decisions if isinstance(one, BoardDecision)], quarter),
        pledge_decisions=tuple(domain.DecidedOnPledge(pledge, taken) for pledge, taken in signed),
    )


async def _actions(tx: Tx, revised: list[Revised]) -> list[Action]:
    states = past_states(RevisedKind.ACTION, revised)
    return _as_they_were(states, await stored_actions.get_all(tx), read_action_state)


async def _dependencies(tx: Tx, revised: list[Revised]) -> list[Dependency]:
    states = past_states(RevisedKind.DEPENDENCY, revised)
    return _as_they_were(states, await stored_dependencies.list_all(tx), read_dependency_state)


async def _priorities(tx: Tx, revised: list[Revised]) -> list[Priority]:
    states = past_states(RevisedKind.PRIORITY, revised)
    found = await stored_priorities.list_all_priorities(tx)
    return _as_they_were(states, found, lambda _, state: read_priority_state(state))


def _as_they_were(
    states: Mapping[str, Mapping[str, Any] | None],
    present: Iterable[Coded],
    read: Callable[[str, Mapping[str, Any]], Coded],
) -> list[Coded]:
    """By code, those that there were: by their revisions, or as they are now where they were never changed."""
    found = [read(code, state) for code, state in states.items() if state is not None]
    return sorted(found + [one for one in present if one.code not in states], key=lambda one: one.code)

"""The report of a quarter to the board."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from chassis.business_dates import get_business_date_at
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.pledges.domain import quarter_reports as domain
from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.governance import RecordKind
from services.pledges.domain.past import AsAt, RevisedKind, states_of
from services.pledges.domain.past_formats import (
    as_they_were,
    read_action_state,
    read_decision_state,
    read_dependency_state,
    read_priority_state,
    read_return_state,
)
from services.pledges.domain.quarter_reports import QuarterReport
from services.pledges.domain.returns import QuarterlyReturn, ReturnFilter
from services.pledges.repository import decisions as stored_decisions
from services.pledges.repository import governance as stored_governance
from services.pledges.repository import returns as stored_returns
from services.pledges.repository.revisions import list_revised
from services.pledges.service.past import check_begun, lines_of

_AT_ITS_END: Final = (RevisedKind.PLEDGE, RevisedKind.PRIORITY, RevisedKind.ACTION, RevisedKind.DEPENDENCY)
"""What is as it was at the quarter's end."""


async def get_quarter_report(tx: Tx, quarter: Period, as_of: datetime | None = None) -> QuarterReport:
    """Eleven statements at most, however much there is to report. ``as_of``: of what was recorded by that moment.

    Raises:
        QuarterAhead: it has not begun, or had not by then.
    """
    await check_begun(tx, quarter, as_of)
    wanted, today = AsAt(quarter, as_of), await get_business_date_at(tx, as_of)
    day, revised = wanted.day(today), await list_revised(tx, _AT_ITS_END, wanted)
    returns, decisions = await _returns_and_decisions(tx, quarter, as_of, today)
    pledges = domain.reported_pledges(await lines_of(tx, wanted, revised), returns)
    actions = as_they_were(RevisedKind.ACTION, revised, read_action_state)
    dependencies = as_they_were(RevisedKind.DEPENDENCY, revised, read_dependency_state)
    priorities = as_they_were(RevisedKind.PRIORITY, revised, read_priority_state)
    signed = await stored_decisions.list_taken_between(tx, quarter.start, quarter.end)
    return QuarterReport(
        quarter=quarter,
        day=day,
        today=today,
        pledges=pledges,
        priorities=domain.reported_priorities(priorities, actions, day),
        exceptions=domain.exceptions(pledges, actions, dependencies, day, today),
        board_decisions=domain.decided_by_boards(decisions, quarter),
        pledge_decisions=tuple(domain.DecidedOnPledge(*one) for one in signed if as_of is None or one[1].at <= as_of),
        open_decisions=domain.not_taken(decisions),
    )


async def _returns_and_decisions(
    tx: Tx, quarter: Period, as_of: datetime | None, today: date
) -> tuple[Sequence[QuarterlyReturn], Sequence[BoardDecision]]:
    """Returns of the quarter, and decisions of whenever, by code: as they are, or by what their changes have left."""
    returns = await stored_returns.list_all_returns(tx, ReturnFilter(quarter), today)
    if as_of is None:
        records = await stored_governance.get_all_records(tx, RecordKind.DECISION)
        return returns, [one for one in records if isinstance(one, BoardDecision)]
    revised = await list_revised(tx, (RevisedKind.RETURN, RevisedKind.DECISION), AsAt(as_of=as_of))
    said, asked = (states_of(kind, revised) for kind in (RevisedKind.RETURN, RevisedKind.DECISION))
    decisions = [read_decision_state(state) for _, state in sorted(asked.items())]
    return [read_return_state(one, said.get(one.id)) for one in returns], decisions

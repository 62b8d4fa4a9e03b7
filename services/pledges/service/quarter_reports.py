"""The report of a quarter to the board."""

from chassis.storage.transaction import Tx
from contracts.period import Period
from services.pledges.domain import quarter_reports as domain
from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.governance import RecordKind
from services.pledges.domain.past import AsAt, RevisedKind
from services.pledges.domain.past_formats import (
    as_they_were,
    read_action_state,
    read_dependency_state,
    read_priority_state,
)
from services.pledges.domain.quarter_reports import QuarterReport
from services.pledges.domain.returns import ReturnFilter
from services.pledges.repository import decisions as stored_decisions
from services.pledges.repository import governance as stored_governance
from services.pledges.repository import returns as stored_returns
from services.pledges.repository.revisions import list_revised
from services.pledges.service.past import check_begun, lines_of


async def get_quarter_report(tx: Tx, quarter: Period) -> QuarterReport:
    """Ten statements at most, however much there is to report.

    Raises:
        QuarterAhead: it has not begun.
    """
    await check_begun(tx, quarter)
    wanted, today = AsAt(quarter), await tx.business_date()
    day, revised = wanted.day(today), await list_revised(tx, list(RevisedKind), wanted)
    returns = await stored_returns.list_all_returns(tx, ReturnFilter(quarter), today)
    pledges = domain.reported_pledges(await lines_of(tx, wanted, revised), returns)
    actions = as_they_were(RevisedKind.ACTION, revised, read_action_state)
    dependencies = as_they_were(RevisedKind.DEPENDENCY, revised, read_dependency_state)
    priorities = as_they_were(RevisedKind.PRIORITY, revised, read_priority_state)
    decisions = await stored_governance.get_all_records(tx, RecordKind.DECISION)
    signed = await stored_decisions.list_taken_between(tx, quarter.start, quarter.end)
    return QuarterReport(
        quarter=quarter,
        day=day,
        today=today,
        pledges=pledges,
        priorities=domain.reported_priorities(priorities, actions, day),
        exceptions=domain.exceptions(pledges, actions, dependencies, day, today),
        board_decisions=domain.decided_by_boards([one for one in decisions if isinstance(one, BoardDecision)], quarter),
        pledge_decisions=tuple(domain.DecidedOnPledge(pledge, taken) for pledge, taken in signed),
    )

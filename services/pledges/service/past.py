"""Pledges as at a past quarter, as known at a moment, or now: in a fixed number of statements."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from chassis.business_dates import get_business_date_at
from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.pledges.domain.past import PRESENT, AsAt, PledgeLine, PledgeState, Revised, RevisedKind, states_of
from services.pledges.domain.past_formats import read_pledge_state
from services.pledges.errors import QuarterAhead
from services.pledges.repository import pledges as stored
from services.pledges.repository.evidence import get_evidence_days
from services.pledges.repository.revisions import list_revised
from services.pledges.repository.sets import list_public
from services.pledges.service.pledges import pledge_views


async def list_pledge_lines(tx: Tx, wanted: AsAt, pledge_set: str | None = None) -> list[PledgeLine]:
    """All pledges, or those of a set, by set and number. Seven statements at most.

    Raises:
        QuarterAhead: the quarter has not begun.
    """
    await check_begun(tx, wanted.quarter)
    if wanted.is_present:
        lines = await _present_lines(tx)
    else:
        lines = await _lines(tx, wanted, await _past_states(tx, wanted))
    return [one for one in lines if pledge_set in {None, one.state.set_code}]


async def check_begun(tx: Tx, quarter: Period | None, as_of: datetime | None = None) -> None:
    if quarter and await get_business_date_at(tx, as_of) < quarter.start:
        message = f"begins on {quarter.start}"
        raise QuarterAhead(f"{quarter} {message}.", [FieldError("quarter", message)])


async def lines_of(tx: Tx, wanted: AsAt, revised: Sequence[Revised]) -> list[PledgeLine]:
    """The same of pledges whose revisions were read."""
    states = states_of(RevisedKind.PLEDGE, revised).values()
    return await _lines(tx, wanted, [read_pledge_state(state) for state in states])


async def _present_lines(tx: Tx) -> list[PledgeLine]:
    views = await pledge_views(tx, await stored.list_all_pledges(tx), await tx.business_date())
    lines = [PledgeLine(PledgeState.of(view), view.today, view.last_evidence_on) for view in views]
    return sorted(lines, key=lambda one: one.state.order)


async def _past_states(tx: Tx, wanted: AsAt) -> list[PledgeState]:
    return [read_pledge_state(one.state) for one in await list_revised(tx, [RevisedKind.PLEDGE], wanted)]


async def _lines(tx: Tx, wanted: AsAt, states: Iterable[PledgeState]) -> list[PledgeLine]:
    day = wanted.day(await get_business_date_at(tx, wanted.as_of))
    evidence = await get_evidence_days(tx, day, wanted.as_of)
    return [PledgeLine(one, day, evidence.get(one.id)) for one in sorted(states, key=lambda one: one.order)]


async def list_published(tx: Tx) -> tuple[list[PledgeLine], date]:
    """The same as :func:`list_promises`, and the business date that they are of."""
    return await list_promises(tx), await tx.business_date()


async def list_promises(tx: Tx) -> list[PledgeLine]:
    """Pledges of the sets that are public, as they are now."""
    public = await list_public(tx)
    return [one for one in await list_pledge_lines(tx, PRESENT) if one.state.set_code in public]

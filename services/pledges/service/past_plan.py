"""Priorities and actions as at a past quarter, as known at a moment, or both, in a fixed number of statements."""

from chassis.business_dates import get_business_date_at
from chassis.storage.transaction import Tx
from services.pledges.domain.past import AsAt
from services.pledges.domain.past_plan import PastPlan
from services.pledges.repository.revisions import list_revised
from services.pledges.service.past import check_begun


async def get_past_plan(tx: Tx, wanted: AsAt) -> PastPlan:
    """What was recorded, by the revisions that changes left; nothing else is known of the past.

    Raises:
        QuarterAhead: the quarter has not begun.
    """
    await check_begun(tx, wanted.quarter)
    day = wanted.day(await get_business_date_at(tx, wanted.as_of))
    return PastPlan(await list_revised(tx, PastPlan.KINDS, wanted), day)

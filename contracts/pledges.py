"""What the pledges service tells the world."""

from datetime import date
from typing import Final

from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.envelope import Body
from contracts.period import Period

SOURCE: Final = "/pledges"
PLEDGE_UPDATED: Final = "commissioning.pledge.updated.v1"
RETURN_SUBMITTED: Final = "commissioning.return.submitted.v1"
RETURN_APPROVED: Final = "commissioning.return.approved.v1"
RETURN_MISSING: Final = "commissioning.return.missing.v1"


class LinkedIndicatorState(Body):
    """The latest colours of a series a pledge is linked to; null, and ``pending``, until an event told of it."""

    indicator: str
    area: str
    breakdown: Breakdown = Breakdown.TOTAL
    period: Period | None
    benchmark: Colour | None
    trend: Colour | None
    target: Colour | None
    pending: bool = False
    benchmark_provisional: bool = False
    trend_provisional: bool = False
    target_provisional: bool = False


class PledgeUpdated(Body):
    """A pledge's state. Subject and key: its set and number, ``2018-46``; before there were sets, its number."""

    set: str | None = None
    number: str
    title: str
    delivery: str
    evidence: str
    schedule: str
    indicators: list[LinkedIndicatorState]


class QuarterlyReturnState(Body):
    """What an assignment's people report of a pledge for one quarter. Subject and key: its id.

    ``state`` is ``draft``, ``submitted``, ``returned`` or ``approved``; ``colour`` their own judgement. It is ``late``
    where it was first submitted after it was due, and ``missing`` while it is due and never was.
    """

    id: str
    pledge: str
    quarter: Period
    due: date
    state: str
    portfolio_holder: str
    department: str
    colour: Colour | None
    narrative: str | None
    submitted_on: date | None
    late: bool
    missing: bool

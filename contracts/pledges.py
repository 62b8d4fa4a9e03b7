"""What the pledges service tells the world."""

from typing import Final

from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.envelope import Body
from contracts.period import Period

SOURCE: Final = "/pledges"
PLEDGE_UPDATED: Final = "commissioning.pledge.updated.v1"


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

"""From a pledge to the event that tells of it."""

from collections.abc import Sequence
from datetime import date

from chassis.events.envelope import NewEvent
from contracts.pledges import PLEDGE_UPDATED, SOURCE, LinkedIndicatorState, PledgeUpdated
from services.pledges.domain import Colours, IndicatorKey, schedule
from services.pledges.models import Pledge


def indicator_states(standing: Sequence[tuple[IndicatorKey, Colours]]) -> list[LinkedIndicatorState]:
    return [
        LinkedIndicatorState(
            indicator=key.indicator,
            area=key.area,
            period=said.period,
            benchmark=said.benchmark,
            trend=said.trend,
            target=said.target,
        )
        for key, said in standing
    ]


def pledge_updated(pledge: Pledge, indicators: list[LinkedIndicatorState], today: date) -> NewEvent:
    """The whole present state of a pledge, as its newest version."""
    body = PledgeUpdated(
        number=pledge.number,
        title=pledge.title,
        delivery=pledge.delivery,
        evidence=pledge.evidence,
        schedule=schedule(pledge.due, today, pledge.closed_on),
        indicators=indicators,
    )
    return NewEvent(type=PLEDGE_UPDATED, source=SOURCE, subject=pledge.number, version=pledge.version, data=body)

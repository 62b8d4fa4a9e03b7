"""From a pledge to the event that carries it."""

from datetime import date

from chassis.events.envelope import NewEvent
from contracts.pledges import PLEDGE_UPDATED, SOURCE, LinkedIndicatorState, PledgeUpdated
from services.pledges.domain.indicators import LinkedIndicator
from services.pledges.domain.pledges import Pledge


def pledge_updated(pledge: Pledge, today: date) -> NewEvent:
    """The whole present state of a pledge, as its newest version."""
    body = PledgeUpdated(
        number=pledge.number,
        title=pledge.title,
        delivery=pledge.progress.delivery,
        evidence=pledge.evidence,
        schedule=pledge.schedule(today),
        indicators=[_indicator_state(one) for one in pledge.published],
    )
    return NewEvent(type=PLEDGE_UPDATED, source=SOURCE, subject=pledge.number, version=pledge.version, data=body)


def _indicator_state(linked: LinkedIndicator) -> LinkedIndicatorState:
    colours = linked.colours
    return LinkedIndicatorState(
        indicator=linked.key.indicator,
        area=linked.key.area,
        period=colours.period,
        benchmark=colours.benchmark,
        trend=colours.trend,
        target=colours.target,
    )

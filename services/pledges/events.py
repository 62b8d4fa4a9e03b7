"""From a pledge to the event that carries it."""

from datetime import date

from chassis.events.envelope import NewEvent
from contracts.pledges import PLEDGE_UPDATED, SOURCE, LinkedIndicatorState, PledgeUpdated
from services.pledges.domain.indicators import LinkedIndicator
from services.pledges.domain.pledges import Pledge


def pledge_updated(pledge: Pledge, today: date) -> NewEvent:
    """The whole present state of a pledge, as its newest version."""
    body = PledgeUpdated(
        set=pledge.set_code,
        number=pledge.number,
        title=pledge.title,
        delivery=pledge.progress.delivery,
        evidence=pledge.evidence,
        schedule=pledge.schedule(today),
        indicators=[_indicator_state(one) for one in pledge.published.indicators],
    )
    return NewEvent(type=PLEDGE_UPDATED, source=SOURCE, subject=pledge.id, version=pledge.version, data=body)


def _indicator_state(linked: LinkedIndicator) -> LinkedIndicatorState:
    colours = linked.colours
    return LinkedIndicatorState(
        indicator=linked.key.indicator,
        area=linked.key.area,
        breakdown=linked.key.breakdown,
        period=colours.period,
        benchmark=colours.benchmark,
        trend=colours.trend,
        target=colours.target,
        benchmark_provisional=colours.benchmark_provisional,
        trend_provisional=colours.trend_provisional,
        target_provisional=colours.target_provisional,
        pending=linked.pending,
    )

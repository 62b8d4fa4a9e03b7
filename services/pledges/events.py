"""From a pledge or a return to the event that carries it."""

from datetime import date

from chassis.events.envelope import NewEvent
from contracts.pledges import (
    PLEDGE_UPDATED,
    RETURN_APPROVED,
    RETURN_MISSING,
    RETURN_SUBMITTED,
    SOURCE,
    LinkedIndicatorState,
    PledgeUpdated,
    QuarterlyReturnState,
)
from services.pledges.domain.indicators import LinkedIndicator
from services.pledges.domain.pledges import Pledge
from services.pledges.domain.returns import QuarterlyReturn, Step


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


STEP_EVENTS = {Step.SUBMIT: RETURN_SUBMITTED, Step.APPROVE: RETURN_APPROVED}
"""What is published of a step; a return that is handed back stays between those two."""


def return_stepped(found: QuarterlyReturn, step: Step, today: date) -> NewEvent:
    return _return_event(STEP_EVENTS[step], found, today)


def return_missing(found: QuarterlyReturn, today: date) -> NewEvent:
    return _return_event(RETURN_MISSING, found, today)


def _return_event(type_: str, found: QuarterlyReturn, today: date) -> NewEvent:
    body = QuarterlyReturnState(
        id=found.id,
        pledge=found.pledge,
        quarter=found.quarter,
        due=found.due,
        state=found.state,
        portfolio_holder=found.assignment.portfolio_holder,
        department=found.assignment.department,
        colour=found.colour,
        narrative=found.narrative,
        submitted_on=found.submitted_on,
        late=found.is_late,
        missing=found.is_missing(today),
    )
    return NewEvent(type=type_, source=SOURCE, subject=found.id, version=found.version, data=body)

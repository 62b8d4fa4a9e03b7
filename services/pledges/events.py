"""From a pledge or a return to the event that carries it."""

from datetime import date

from chassis.events.envelope import NewEvent
from contracts.pledges import (
    ACTION_UPDATED,
    DECISION_MADE,
    HOMES_RATED,
    MILESTONE_OVERDUE,
    PLEDGE_UPDATED,
    RETURN_APPROVED,
    RETURN_MISSING,
    RETURN_SUBMITTED,
    SOURCE,
    ActionState,
    DecisionCondition,
    DecisionMade,
    HomesRated,
    LinkedIndicatorState,
    LinkedRiskState,
    LinkedSchemeState,
    PledgeUpdated,
    QuarterlyReturnState,
    RatedPeriodState,
    action_subject,
    decision_subject,
    homes_subject,
)
from services.pledges.domain.actions import Action
from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.indicators import LinkedIndicator
from services.pledges.domain.linked import LinkedRisk, LinkedScheme
from services.pledges.domain.pledges import Pledge
from services.pledges.domain.rating_feeds import FeedEvent
from services.pledges.domain.returns import QuarterlyReturn, ReturnState, Step


def pledge_updated(pledge: Pledge) -> NewEvent:
    """The whole present state of a pledge, as its newest version."""
    found = pledge.published
    if found.schedule is None:
        raise ValueError(f"nothing is published of pledge {pledge.id}")
    body = PledgeUpdated(
        set=pledge.set_code,
        number=pledge.number,
        title=pledge.title,
        delivery=pledge.progress.delivery,
        evidence=pledge.evidence,
        schedule=found.schedule,
        indicators=[_indicator_state(one) for one in found.indicators],
        risks=[_risk_state(one) for one in found.elsewhere.risks],
        schemes=[_scheme_state(one) for one in found.elsewhere.schemes],
    )
    return NewEvent(type=PLEDGE_UPDATED, source=SOURCE, subject=pledge.id, version=pledge.version, data=body)


def _indicator_state(linked: LinkedIndicator) -> LinkedIndicatorState:
    return LinkedIndicatorState(**linked.said)


def _risk_state(linked: LinkedRisk) -> LinkedRiskState:
    rating = linked.rating
    return LinkedRiskState(risk=linked.code, pending=rating is None, **(rating.said if rating else {}))


def _scheme_state(linked: LinkedScheme) -> LinkedSchemeState:
    position = linked.position
    return LinkedSchemeState(scheme=linked.code, pending=position is None, **(position.said if position else {}))


def action_updated(action: Action) -> NewEvent:
    return _action_event(ACTION_UPDATED, action)


def milestone_overdue(action: Action) -> NewEvent:
    return _action_event(MILESTONE_OVERDUE, action)


def _action_event(type_: str, action: Action) -> NewEvent:
    """What is published of an action, as its newest version."""
    found = action.published
    if found is None:
        raise ValueError(f"nothing is published of action {action.code}")
    body = ActionState(
        code=action.code,
        title=found.title,
        priority=found.priority,
        kind=found.kind,
        part_of=found.part_of,
        due=found.due,
        delivery=found.delivery,
        schedule=found.schedule,
        closed_on=found.closed_on,
        depends_on=list(found.depends_on),
        blocked_by=list(found.blocked_by),
        blocked_at=list(found.blocked_at),
        needed_by=found.needed_by,
    )
    subject = action_subject(action.code)
    return NewEvent(type=type_, source=SOURCE, subject=subject, version=action.version, data=body)


def decision_made(decision: BoardDecision) -> NewEvent:
    """A decision as it was taken last, with what was asked then, as its newest version."""
    if decision.latest is None:
        raise ValueError(f"decision {decision.code} was not taken")
    asked, taking = decision.latest.asked, decision.latest.taking
    body = DecisionMade(
        code=decision.code,
        title=asked.title,
        report=asked.report,
        board=asked.board,
        outcome=taking.outcome,
        taken_on=taking.taken_on,
        reason=taking.reason,
        conditions=[DecisionCondition(text=one.text, due=one.due, met_on=one.met_on) for one in taking.conditions],
        in_force=decision.is_in_force,
    )
    subject = decision_subject(decision.code)
    return NewEvent(type=DECISION_MADE, source=SOURCE, subject=subject, version=decision.version, data=body)


STEP_EVENTS = {Step.SUBMIT: RETURN_SUBMITTED, Step.APPROVE: RETURN_APPROVED}
"""What is published of a step; a return that is handed back stays between those two."""


def return_stepped(found: QuarterlyReturn, step: Step, today: date) -> NewEvent:
    return _return_event(STEP_EVENTS[step], found, today)


def return_missing(found: QuarterlyReturn, today: date) -> NewEvent:
    return _return_event(RETURN_MISSING, found, today)


def return_again(found: QuarterlyReturn, today: date) -> NewEvent:
    """What its newest event told, once more; one that was handed back tells so under the type of its submission."""
    if found.is_told_missing:
        return return_missing(found, today)
    approved = found.state is ReturnState.APPROVED
    return _return_event(RETURN_APPROVED if approved else RETURN_SUBMITTED, found, today)


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


def homes_rated(event: FeedEvent) -> NewEvent:
    """What ratings make of an indicator, as its newest version."""
    feed = event.feed
    body = HomesRated(
        feed=feed.code,
        title=feed.title,
        indicator=feed.indicator,
        area=feed.area,
        source=feed.source,
        periods=[
            RatedPeriodState(period=one.period, rated=one.rated, good_or_better=one.good_or_better, final=one.final)
            for one in event.periods
        ],
    )
    subject = homes_subject(feed.code)
    return NewEvent(type=HOMES_RATED, source=SOURCE, subject=subject, version=event.version, data=body)

"""What the pledges service tells the world."""

from datetime import date
from typing import Final

from pydantic import Field

from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.envelope import Body
from contracts.money import EventNumber, Money
from contracts.period import Period
from contracts.risks import Band

SOURCE: Final = "/pledges"
PLEDGE_UPDATED: Final = "commissioning.pledge.updated.v1"
RETURN_SUBMITTED: Final = "commissioning.return.submitted.v1"
RETURN_APPROVED: Final = "commissioning.return.approved.v1"
RETURN_MISSING: Final = "commissioning.return.missing.v1"
ACTION_UPDATED: Final = "commissioning.action.updated.v1"
MILESTONE_OVERDUE: Final = "commissioning.milestone.overdue.v1"
DECISION_MADE: Final = "commissioning.decision.made.v1"
HOMES_RATED: Final = "commissioning.homes.rated.v1"

EVENT_TYPES: Final = (
    PLEDGE_UPDATED,
    RETURN_SUBMITTED,
    RETURN_APPROVED,
    RETURN_MISSING,
    ACTION_UPDATED,
    MILESTONE_OVERDUE,
    DECISION_MADE,
    HOMES_RATED,
)
"""All that is on the topic. Whoever compares with the service's digests reads all of them, and folds what it needs."""

_ACTION: Final = "action/"
_DECISION: Final = "decision/"
_HOMES: Final = "rated-homes/"


def homes_subject(code: str) -> str:
    """Subject and key of the events of a feed of an indicator by ratings of homes."""
    return f"{_HOMES}{code}"


def homes_of(subject: str) -> str | None:
    """The code of the feed whose subject it is, None where it is another's."""
    return subject.removeprefix(_HOMES) if subject.startswith(_HOMES) else None


def decision_subject(code: str) -> str:
    """Subject and key of a board's decision's events."""
    return f"{_DECISION}{code}"


def decision_of(subject: str) -> str | None:
    """The code of the decision whose subject it is, None where it is another's."""
    return subject.removeprefix(_DECISION) if subject.startswith(_DECISION) else None


def action_subject(code: str) -> str:
    """Subject and key of an action's events."""
    return f"{_ACTION}{code}"


def action_of(subject: str) -> str | None:
    """The code of the action whose subject it is, None where it is another's."""
    return subject.removeprefix(_ACTION) if subject.startswith(_ACTION) else None


class LinkedIndicatorState(Body):
    """Latest value and colours of a series a pledge is linked to; null, and ``pending``, until an event told of it."""

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
    value: EventNumber | None = None
    unit: str | None = None


class LinkedRiskState(Body):
    """The effective rating of a risk a pledge is linked to; null, and ``pending``, until an event told of it.

    A legacy risk may have only a band.
    """

    risk: str
    title: str | None = None
    status: str | None = None
    impact: int | None = None
    likelihood: int | None = None
    score: int | None = None
    band: Band | None = None
    pending: bool = False


class LinkedSchemeState(Body):
    """The position of a savings scheme a pledge is linked to, year to date; null, and ``pending``, as above.

    Only ``banked`` has reduced a budget.
    """

    scheme: str
    title: str | None = None
    fund: str | None = None
    financial_year: str | None = None
    plan_low: Money | None = None
    plan_high: Money | None = None
    indicated: Money | None = None
    validated: Money | None = None
    banked: Money | None = None
    forecast_low: Money | None = None
    forecast_high: Money | None = None
    colour: Colour | None = None
    flags: list[str] = Field(default=[])
    pending: bool = False


class PledgeUpdated(Body):
    """A pledge's state. Subject and key: its set and number, ``2018-46``; before there were sets, its number."""

    set: str | None = None
    number: str
    title: str
    delivery: str
    evidence: str
    schedule: str
    indicators: list[LinkedIndicatorState]
    risks: list[LinkedRiskState] = Field(default=[])
    schemes: list[LinkedSchemeState] = Field(default=[])


class ActionState(Body):
    """An action's state. Subject and key: ``action/`` and its code.

    ``blocked_by`` names what keeps it from going on, ``blocked_at`` where the chains behind that begin: each
    ``action/<code>`` or ``dependency/<code>``. ``needed_by`` is the earliest day by which it, or what comes
    after it, is due. ``commissioning.milestone.overdue.v1`` is published where it has become overdue, else
    ``commissioning.action.updated.v1``.
    """

    code: str
    title: str
    priority: str | None
    kind: str
    part_of: str | None
    due: date | None
    delivery: str
    schedule: str
    closed_on: date | None
    depends_on: list[str]
    blocked_by: list[str]
    blocked_at: list[str]
    needed_by: date | None


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


class DecisionCondition(Body):
    """What a decision hangs on; ``met_on`` null while it is not met."""

    text: str
    due: date | None
    met_on: date | None


class DecisionMade(Body):
    """A board's decision as it was taken last. Subject and key: ``decision/`` and its code.

    ``outcome`` is ``agreed``, ``rejected`` or ``deferred``. ``in_force``: it is agreed, every condition met.
    """

    code: str
    title: str
    report: str | None
    board: str | None
    outcome: str
    taken_on: date
    reason: str | None
    conditions: list[DecisionCondition]
    in_force: bool


class RatedPeriodState(Body):
    """Homes by the last rating of each up to the period's last day; while it goes on up to now, so it is not ``final``.

    Where none is ``rated`` any more there is no share.
    """

    period: Period
    rated: int = Field(ge=0)
    good_or_better: int = Field(ge=0)
    final: bool


class HomesRated(Body):
    """The share of homes that are rated good or outstanding, of every period that an indicator takes it in.

    Subject and key: ``rated-homes/`` and the code of the feed. ``source`` says where the ratings are from.
    """

    feed: str
    title: str
    indicator: str
    area: str
    source: str | None
    periods: list[RatedPeriodState]

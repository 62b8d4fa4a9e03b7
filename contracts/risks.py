"""What the risks service tells the world.

Every event of a risk has its whole state: ``links``, ``fund_links``, ``status``, ``losses``, the ratings (``assessed``,
``indicated``, and ``effective``, or ``after`` where that changed), ``matrix`` and ``rule_version``. Those of these that
may be null or have a default were not in every event that was ever published.
"""

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import Field

from contracts.breakdown import Breakdown
from contracts.envelope import Body

SOURCE: Final = "/risks"
RISK_RESCORED: Final = "commissioning.risk.rescored.v1"
RISK_REVIEWED: Final = "commissioning.risk.reviewed.v1"
ACCEPTANCE_SUSPENDED: Final = "commissioning.acceptance.suspended.v1"
TOLERANCE_BREACHED: Final = "commissioning.tolerance.breached.v1"
REVIEW_OVERDUE: Final = "commissioning.review.overdue.v1"
PROPOSAL_UPDATED: Final = "commissioning.proposal.updated.v1"
CONTROL_UPDATED: Final = "commissioning.control.updated.v1"
ASSURANCE_UPDATED: Final = "commissioning.assurance.updated.v1"
TREATMENT_UPDATED: Final = "commissioning.treatment.updated.v1"

OF_RISKS: Final = (
    RISK_RESCORED,
    RISK_REVIEWED,
    ACCEPTANCE_SUSPENDED,
    TOLERANCE_BREACHED,
    REVIEW_OVERDUE,
    PROPOSAL_UPDATED,
)
"""Each has a risk's whole state."""
EVENT_TYPES: Final = (*OF_RISKS, CONTROL_UPDATED, ASSURANCE_UPDATED, TREATMENT_UPDATED)
"""All that is on the topic. Whoever compares with the service's digests reads all of them, and folds what it needs."""


def is_risk(subject: str) -> bool:
    """Whether a subject names a risk: what treats or assures risks has a name before its reference."""
    return "/" not in subject


class Band(StrEnum):
    """A cell of a risk matrix. ``yellow`` stands only on legacy registers."""

    GREEN = "green"
    YELLOW = "yellow"
    AMBER = "amber"
    RED = "red"


class RatingState(Body):
    """Impact and likelihood on the matrix's axes. The score is for display; a legacy risk may have only a band."""

    impact: int | None
    likelihood: int | None
    score: int | None
    band: Band | None


class LinkState(Body):
    """A link and its confirmed severities, 0 to 2, now and at its snapshot; null where unknown.

    ``pending`` says that no event has told of its indicator yet.
    """

    indicator: str
    area: str
    breakdown: Breakdown = Breakdown.TOTAL
    group: str
    signal: str
    severity_now: int | None
    severity_at: int | None
    version: int | None = None
    pending: bool = False


class FundLinkState(Body):
    """A link to the variance of a fund, or of one of its lines, with its severities, 0 to 2, now and at its snapshot.

    They are null where unknown; ``line`` is null for the whole fund. ``pending`` says that no event has told of it yet.
    """

    fund: str
    line: str | None
    group: str
    signal: str
    severity_now: int | None
    severity_at: int | None
    version: int | None = None
    pending: bool = False


class LossState(Body):
    """What a risk would cost at a likelihood: the chance that it strikes within a year, and pounds from low to high.

    Numbers are text of plain digits; nine of ten chances lie between ``low`` and ``high``.
    """

    likelihood: int
    chance: str
    low: str
    high: str


class RiskRescored(Body):
    """The effective rating changed. Subject and key: the risk's reference.

    ``status``: draft, open, escalated, accepted or closed.
    """

    ref: str
    kind: str
    title: str
    before: RatingState | None
    after: RatingState
    why: str
    caused_by: list[str]
    matrix: str
    rule_version: int
    links: list[LinkState]
    status: str = "open"
    losses: list[LossState] = Field(default=[])
    fund_links: list[FundLinkState] = Field(default=[])
    assessed: RatingState | None = None
    indicated: RatingState | None = None


class RiskReviewed(Body):
    """An owner assessed, overrode, decided on a proposal, closed or reopened; or what was decided ended by its day.

    ``override_until``: the last day of the override in force. ``review_due``: by when a change of its rating is to be
    reviewed that nobody has judged yet. ``proposed``: what the indicators propose and the owner has not decided on.
    Each is null where there is none.
    """

    ref: str
    kind: str
    title: str
    by: str
    reason: str
    assessed: RatingState
    indicated: RatingState
    effective: RatingState
    links: list[LinkState]
    status: str = "open"
    losses: list[LossState] = Field(default=[])
    fund_links: list[FundLinkState] = Field(default=[])
    matrix: str | None = None
    rule_version: int | None = None
    owner: str | None = None
    override_until: date | None = None
    review_due: date | None = None
    proposed: RatingState | None = None


class AcceptanceSuspended(Body):
    """A risk is rated worse than what was accepted, and is open again. Subject and key: the risk's reference.

    ``acceptance`` is its number, ``accepted`` the rating up to which it was accepted until the day ``until``.
    """

    ref: str
    kind: str
    title: str
    acceptance: int
    accepted: RatingState
    effective: RatingState
    until: date
    requested_by: str
    approved_by: str
    why: str
    links: list[LinkState]
    status: str = "open"
    losses: list[LossState] = Field(default=[])
    fund_links: list[FundLinkState] = Field(default=[])
    assessed: RatingState | None = None
    indicated: RatingState | None = None
    matrix: str | None = None
    rule_version: int | None = None


class ToleranceBreached(Body):
    """A threat is rated beyond what is tolerated in its category. Subject and key: the risk's reference.

    ``appetite`` and ``tolerance`` are scores of its matrix, ``since`` the business date from which it is beyond.
    """

    ref: str
    kind: str
    title: str
    category: str
    matrix: str
    appetite: int
    tolerance: int
    effective: RatingState
    since: date
    why: str
    links: list[LinkState]
    status: str = "open"
    losses: list[LossState] = Field(default=[])
    fund_links: list[FundLinkState] = Field(default=[])
    assessed: RatingState | None = None
    indicated: RatingState | None = None
    rule_version: int | None = None


class ReviewOverdue(Body):
    """A rating changed and its owner did not review it in time. Subject and key: the risk's reference.

    ``opened_on``: the business date of the change; ``due``: ten working days later.
    """

    ref: str
    kind: str
    title: str
    owner: str | None
    opened_on: date
    due: date
    effective: RatingState
    why: str
    links: list[LinkState]
    status: str
    losses: list[LossState] = Field(default=[])
    fund_links: list[FundLinkState] = Field(default=[])
    assessed: RatingState | None = None
    indicated: RatingState | None = None
    matrix: str | None = None
    rule_version: int | None = None


class ProposalUpdated(Body):
    """The indicators propose another rating than before, or none any more. Subject and key: the risk's reference.

    ``proposed`` waits for its owner; null where the indicators are back at the assessment, or propose no more.
    """

    ref: str
    kind: str
    title: str
    owner: str | None
    proposed: RatingState | None
    effective: RatingState
    why: str
    links: list[LinkState]
    status: str
    losses: list[LossState] = Field(default=[])
    fund_links: list[FundLinkState] = Field(default=[])
    assessed: RatingState | None = None
    indicated: RatingState | None = None
    matrix: str | None = None
    rule_version: int | None = None


class ControlTestState(Body):
    """The newest test of an aspect of a control: its ``design``, or its ``operation``.

    ``result``: effective, partly_effective or ineffective.
    """

    aspect: str
    result: str
    tested_on: date
    tested_by: str
    finding: str | None


class ControlUpdated(Body):
    """A control's state. Subject and key: ``control/`` and its reference.

    ``risks``: references of the risks that it keeps down. ``state``: planned, in_place or retired. ``test_every``:
    months within which its operation is to be tested.
    """

    ref: str
    title: str
    owner: str | None
    design: str | None
    state: str
    test_every: int
    risks: list[str]
    tests: list[ControlTestState]


class AssuranceUpdated(Body):
    """Comfort that controls work. Subject and key: ``assurance/`` and its reference.

    ``line``: line of defence, 1 management, 2 oversight, 3 independent.
    """

    ref: str
    source: str
    line: int
    opinion: str
    given_on: date
    risks: list[str]


class TreatmentUpdated(Body):
    """An action that treats risks. Subject and key: ``action/`` and its reference.

    ``state``: open, done or cancelled, since the business date ``closed_on``. ``effect``: what it is expected to do;
    ``impact_steps`` and ``likelihood_steps``: how many steps down these axes.
    """

    ref: str
    title: str
    owner: str | None
    due: date | None
    effect: str | None
    impact_steps: int
    likelihood_steps: int
    state: str
    closed_on: date | None
    risks: list[str]

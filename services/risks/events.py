"""What the register publishes, from domain state."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from chassis.events.envelope import NewEvent
from contracts.risks import (
    ACCEPTANCE_SUSPENDED,
    ASSURANCE_UPDATED,
    CONTROL_UPDATED,
    REVIEW_OVERDUE,
    RISK_RESCORED,
    RISK_REVIEWED,
    SOURCE,
    TOLERANCE_BREACHED,
    TREATMENT_UPDATED,
    AcceptanceSuspended,
    AssuranceUpdated,
    ControlTestState,
    ControlUpdated,
    LinkState,
    LossState,
    RatingState,
    ReviewOverdue,
    RiskRescored,
    RiskReviewed,
    ToleranceBreached,
    TreatmentUpdated,
)
from services.risks.domain.acceptances import Acceptance
from services.risks.domain.links import IndicatorLink
from services.risks.domain.losses import LossBand
from services.risks.domain.matrix import BandedRating
from services.risks.domain.rating import RULE_VERSION, Status
from services.risks.domain.records import RatingChange
from services.risks.domain.rescoring import Breach, Rescored, Suspension
from services.risks.domain.reviews import Review as OwnersReview
from services.risks.domain.treatment import AssuranceRecord, ControlRecord, ControlTest, Record


@dataclass(frozen=True, slots=True)
class Review:
    """Who reviewed a risk and why, and its status after that."""

    by: str
    reason: str
    status: Status


def rating_state(given: BandedRating) -> RatingState:
    rating = given.rating
    return RatingState(impact=rating.impact, likelihood=rating.likelihood, score=rating.score, band=given.band)


def link_states(links: Sequence[IndicatorLink]) -> list[LinkState]:
    return [
        LinkState(
            indicator=link.series.indicator,
            area=link.series.area,
            breakdown=link.series.breakdown,
            group=link.group,
            signal=link.signal.value,
            severity_now=link.now,
            severity_at=link.at,
            version=link.version or None,
            pending=link.pending,
        )
        for link in links
    ]


def loss_states(bands: Sequence[LossBand]) -> list[LossState]:
    return [
        LossState(likelihood=each.likelihood, chance=f"{each.chance:f}", low=f"{each.low:f}", high=f"{each.high:f}")
        for each in bands
    ]


def rescored(after: Rescored, change: RatingChange, version: int, status: Status) -> NewEvent:
    risk = after.risk
    body = RiskRescored(
        ref=risk.ref,
        kind=risk.inputs.kind.value,
        title=risk.title,
        before=rating_state(change.before) if change.before else None,
        after=rating_state(change.after),
        why=change.why,
        caused_by=list(change.event_ids),
        matrix=change.matrix,
        rule_version=RULE_VERSION,
        links=link_states(after.links),
        status=status.value,
        losses=loss_states(risk.losses),
    )
    return NewEvent(RISK_RESCORED, SOURCE, risk.ref, version, body)


def reviewed(after: Rescored, review: Review, version: int) -> NewEvent:
    risk, ratings, matrix = after.risk, after.ratings, after.risk.inputs.matrix
    body = RiskReviewed(
        ref=risk.ref,
        kind=risk.inputs.kind.value,
        title=risk.title,
        by=review.by,
        reason=review.reason,
        assessed=rating_state(matrix.banded(risk.inputs.assessed)),
        indicated=rating_state(matrix.banded(ratings.indicated)),
        effective=rating_state(matrix.banded(ratings.effective)),
        links=link_states(after.links),
        status=review.status.value,
        losses=loss_states(risk.losses),
    )
    return NewEvent(RISK_REVIEWED, SOURCE, risk.ref, version, body)


def acceptance_suspended(suspension: Suspension, acceptance: Acceptance) -> NewEvent:
    rescored = suspension.rescored
    risk, matrix = rescored.risk, rescored.risk.inputs.matrix
    body = AcceptanceSuspended(
        ref=risk.ref,
        kind=risk.inputs.kind.value,
        title=risk.title,
        acceptance=acceptance.acceptance_id,
        accepted=rating_state(acceptance.accepted),
        effective=rating_state(matrix.banded(rescored.ratings.effective)),
        until=acceptance.until,
        requested_by=acceptance.requested_by,
        approved_by=acceptance.approved_by or "",
        why=suspension.why,
        links=link_states(rescored.links),
        status=Status.OPEN.value,
    )
    return NewEvent(ACCEPTANCE_SUSPENDED, SOURCE, risk.ref, suspension.version, body)


def tolerance_breached(breach: Breach) -> NewEvent:
    risk, matrix = breach.rescored.risk, breach.rescored.risk.inputs.matrix
    body = ToleranceBreached(
        ref=risk.ref,
        kind=risk.inputs.kind.value,
        title=risk.title,
        category=risk.category or "",
        matrix=matrix.name,
        appetite=breach.limits.appetite,
        tolerance=breach.limits.tolerance,
        effective=rating_state(matrix.banded(breach.rescored.ratings.effective)),
        since=breach.since,
        why=breach.why,
        links=link_states(breach.rescored.links),
        status=breach.status.value,
    )
    return NewEvent(TOLERANCE_BREACHED, SOURCE, risk.ref, breach.version, body)


def review_overdue(now: Rescored, review: OwnersReview, version: int) -> NewEvent:
    risk, matrix = now.risk, now.risk.inputs.matrix
    changed, due = review.opened_on.isoformat(), review.due.isoformat()
    body = ReviewOverdue(
        ref=risk.ref,
        kind=risk.inputs.kind.value,
        title=risk.title,
        owner=risk.owner,
        opened_on=review.opened_on,
        due=review.due,
        effective=rating_state(matrix.banded(now.ratings.effective)),
        why=f"Its rating changed on {changed}, and nobody reviewed it by {due}.",
        links=link_states(now.links),
        status=now.status.value,
    )
    return NewEvent(REVIEW_OVERDUE, SOURCE, risk.ref, version, body)


def record_updated(record: Record, version: int) -> NewEvent:
    """The whole present state of a control, an assurance or an action."""
    content, named = record.content, {"ref": record.ref, "risks": list(record.risks)}
    if isinstance(content, ControlRecord):
        tests = [_test_state(test) for test in record.tests.values()]
        control = ControlUpdated(**named, **asdict(content), tests=tests)
        return NewEvent(CONTROL_UPDATED, SOURCE, record.subject, version, control)
    if isinstance(content, AssuranceRecord):
        assurance = AssuranceUpdated(**named, **asdict(content))
        return NewEvent(ASSURANCE_UPDATED, SOURCE, record.subject, version, assurance)
    return NewEvent(TREATMENT_UPDATED, SOURCE, record.subject, version, TreatmentUpdated(**named, **asdict(content)))


def _test_state(test: ControlTest) -> ControlTestState:
    return ControlTestState(**asdict(test))

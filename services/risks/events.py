"""What the register publishes, from domain state."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from chassis.events.envelope import NewEvent
from contracts.risks import (
    ACCEPTANCE_SUSPENDED,
    ASSURANCE_UPDATED,
    CONTROL_UPDATED,
    PROPOSAL_UPDATED,
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
    FundLinkState,
    LinkState,
    LossState,
    ProposalUpdated,
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
from services.risks.domain.matrix import BandedRating, Rating
from services.risks.domain.proposals import Proposing
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


@lru_cache(maxsize=1024)
def rating_state(given: BandedRating) -> RatingState:
    """Cells are few, and every event has several."""
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
        if not link.series.is_fund
    ]


def fund_link_states(links: Sequence[IndicatorLink]) -> list[FundLinkState]:
    return [
        FundLinkState(
            fund=link.series.fund or "",
            line=link.series.line,
            group=link.group,
            signal=link.signal.value,
            severity_now=link.now,
            severity_at=link.at,
            version=link.version or None,
            pending=link.pending,
        )
        for link in links
        if link.series.is_fund
    ]


def loss_states(bands: Sequence[LossBand]) -> list[LossState]:
    return [
        LossState(likelihood=each.likelihood, chance=f"{each.chance:f}", low=f"{each.low:f}", high=f"{each.high:f}")
        for each in bands
    ]


def _state(rescored: Rescored, status: Status) -> dict[str, Any]:
    """The whole state of a risk but for the rating in effect, which each event names by what became of it."""
    risk, matrix = rescored.risk, rescored.risk.inputs.matrix
    return {
        "ref": risk.ref,
        "kind": risk.inputs.kind.value,
        "title": risk.title,
        "matrix": matrix.name,
        "rule_version": RULE_VERSION,
        "assessed": rating_state(matrix.banded(risk.inputs.assessed)),
        "indicated": rating_state(matrix.banded(rescored.ratings.indicated)),
        "links": link_states(rescored.links),
        "fund_links": fund_link_states(rescored.links),
        "status": status.value,
        "losses": loss_states(risk.losses),
    }


def _effective(rescored: Rescored) -> RatingState:
    return rating_state(rescored.risk.inputs.matrix.banded(rescored.ratings.effective))


def rescored(after: Rescored, change: RatingChange, version: int, status: Status) -> NewEvent:
    body = RiskRescored(
        **_state(after, status),
        before=rating_state(change.before) if change.before else None,
        after=rating_state(change.after),
        why=change.why,
        caused_by=list(change.event_ids),
    )
    return NewEvent(RISK_RESCORED, SOURCE, after.risk.ref, version, body)


def reviewed(
    after: Rescored, review: Review, version: int, waiting: OwnersReview | None, proposed: Rating | None
) -> NewEvent:
    """``waiting``: the review of a change that nobody has judged; ``proposed``: what is open: both from now on."""
    override = after.risk.inputs.override
    body = RiskReviewed(
        **_state(after, review.status),
        by=review.by,
        reason=review.reason,
        effective=_effective(after),
        owner=after.risk.owner,
        override_until=override.until if override and override.is_in_force_on(after.today) else None,
        review_due=waiting.due if waiting else None,
        proposed=rating_state(after.risk.inputs.matrix.banded(proposed)) if proposed else None,
    )
    return NewEvent(RISK_REVIEWED, SOURCE, after.risk.ref, version, body)


def acceptance_suspended(suspension: Suspension, acceptance: Acceptance) -> NewEvent:
    now = suspension.rescored
    body = AcceptanceSuspended(
        **_state(now, Status.OPEN),
        acceptance=acceptance.acceptance_id,
        accepted=rating_state(acceptance.accepted),
        effective=_effective(now),
        until=acceptance.until,
        requested_by=acceptance.requested_by,
        approved_by=acceptance.approved_by or "",
        why=suspension.why,
    )
    return NewEvent(ACCEPTANCE_SUSPENDED, SOURCE, now.risk.ref, suspension.version, body)


def tolerance_breached(breach: Breach) -> NewEvent:
    now = breach.rescored
    body = ToleranceBreached(
        **_state(now, breach.status),
        category=now.risk.category or "",
        appetite=breach.limits.appetite,
        tolerance=breach.limits.tolerance,
        effective=_effective(now),
        since=breach.since,
        why=breach.why,
    )
    return NewEvent(TOLERANCE_BREACHED, SOURCE, now.risk.ref, breach.version, body)


def review_overdue(now: Rescored, review: OwnersReview, version: int, status: Status) -> NewEvent:
    changed, due = review.opened_on.isoformat(), review.due.isoformat()
    body = ReviewOverdue(
        **_state(now, status),
        owner=now.risk.owner,
        opened_on=review.opened_on,
        due=review.due,
        effective=_effective(now),
        why=f"Its rating changed on {changed}, and nobody reviewed it by {due}.",
    )
    return NewEvent(REVIEW_OVERDUE, SOURCE, now.risk.ref, version, body)


def proposal_updated(now: Rescored, proposing: Proposing, version: int, status: Status) -> NewEvent:
    waiting = proposing.waiting
    body = ProposalUpdated(
        **_state(now, status),
        owner=now.risk.owner,
        proposed=rating_state(now.risk.inputs.matrix.banded(waiting)) if waiting else None,
        effective=_effective(now),
        why=proposing.proposed.why if proposing.proposed else "",
    )
    return NewEvent(PROPOSAL_UPDATED, SOURCE, now.risk.ref, version, body)


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

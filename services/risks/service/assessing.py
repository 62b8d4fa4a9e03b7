"""What owners decide: assessments, overrides, and answers to proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import RULE_VERSION, Link, last_closed_quarter, last_override_day
from services.risks.domain.register import Cause, ProposalState
from services.risks.errors import (
    AlreadyRated,
    ExpiryTooLate,
    NoOverride,
    NotAssessed,
    OffMatrix,
    ProposalDecided,
    ProposalUnknown,
    RiskUnknown,
)
from services.risks.models import History, Risk
from services.risks.repository import rating as stored
from services.risks.repository import records, register
from services.risks.repository.matrices import matrices
from services.risks.schemas.assessing import AssessmentIn, OverrideIn
from services.risks.schemas.register import RiskOut
from services.risks.service.reading import show
from services.risks.service.rescoring import Occasion, rating_row, rescore

NO_OVERRIDE = {
    "override_impact": None,
    "override_likelihood": None,
    "override_until": None,
    "override_reason": None,
    "override_by": None,
}


def check_on_matrix(matrix: Matrix, impact: int, likelihood: int, *, prefix: str = "") -> None:
    """Refuse a rating that is not a cell of the matrix, naming each field at fault.

    Raises:
        OffMatrix: impact or likelihood is beyond its axis.
    """
    errors = []
    if not matrix.holds_impact(impact):
        errors.append(FieldError(f"{prefix}impact", f"{matrix.name} has impacts 1 to {len(matrix.impacts)}"))
    if not matrix.holds_likelihood(likelihood):
        errors.append(FieldError(f"{prefix}likelihood", f"{matrix.name} has likelihoods 1 to {matrix.top}"))
    if errors:
        raise OffMatrix(f"{impact} x {likelihood} is not a cell of {matrix.name}.", errors)


async def lock(tx: Tx, ref: str) -> tuple[Risk, Matrix]:
    """The risk, locked, with its matrix.

    Raises:
        RiskUnknown: nothing has this reference.
    """
    risk = await register.locked_risk(tx, ref)
    if risk is None:
        raise RiskUnknown(f"No risk has the reference {ref[:40]!r}.")
    return risk, (await matrices(tx, [risk.matrix_id]))[risk.matrix_id]


@dataclass(frozen=True, slots=True)
class Judgement:
    """An assessment in the making; ``proposal_id`` where it accepts a proposal."""

    rating: Rating
    reason: str
    proposal_id: int | None = None


async def assess(tx: Tx, ref: str, body: AssessmentIn) -> RiskOut:
    """Record what the owner judged, with where the linked indicators stand at this moment.

    The risk's lock is enough: an event that commits later waits for it and then reads this snapshot; one that
    committed before is in the snapshot.

    Raises:
        RiskUnknown, OffMatrix, AlreadyRated
    """
    risk, matrix = await lock(tx, ref)
    await begin(tx, risk.id, matrix, body)
    await judge(tx, risk.id, Judgement(Rating(body.impact, body.likelihood), body.reason))
    return await show(tx, ref)


async def begin(tx: Tx, risk_id: int, matrix: Matrix, body: AssessmentIn, *, prefix: str = "") -> None:
    """Check an assessment, and carry over the rating of the last closed quarter where one is given."""
    check_on_matrix(matrix, body.impact, body.likelihood, prefix=prefix)
    if body.previous_impact is None or body.previous_likelihood is None:
        return
    check_on_matrix(matrix, body.previous_impact, body.previous_likelihood, prefix=f"{prefix}previous_")
    if await records.has_history(tx, risk_id):
        raise AlreadyRated("The rating of the last quarter is known from the risk's own history.")
    await _carry_over(tx, risk_id, matrix, Rating(body.previous_impact, body.previous_likelihood))


async def _carry_over(tx: Tx, risk_id: int, matrix: Matrix, previous: Rating) -> None:
    quarter = last_closed_quarter(await tx.business_date())
    why = f"Rating at the end of {quarter.label}, carried over from an earlier register."
    entry = {
        "risk_id": risk_id,
        "cause": Cause.CARRIED_OVER.value,
        "before": None,
        "after": rating_row(matrix, previous),
        "why": why,
        "by": tx.actor,
        "event_ids": [],
        "indicator_versions": [],
        "rule_version": RULE_VERSION,
        "matrix": matrix.name,
        "at": tx.now,
        "business_date": quarter.end,
    }
    await stored.add_all(tx, History, [entry])
    values = {"effective_impact": previous.impact, "effective_likelihood": previous.likelihood}
    await register.change_risk(tx, risk_id, values)


async def judge(tx: Tx, risk_id: int, judgement: Judgement) -> None:
    """Make a judgement the risk's assessment: snapshot its links, answer what was open, re-score, tell."""
    links = (await stored.links_of(tx, [risk_id]))[risk_id]
    key = await records.add_assessment(tx, await _assessment(tx, risk_id, judgement, links))
    values = {
        "assessment_id": key,
        "assessed_impact": judgement.rating.impact,
        "assessed_likelihood": judgement.rating.likelihood,
    }
    await register.change_risk(tx, risk_id, values)
    await stored.save_links(tx, [_snapshot(tx, link) for link in links])
    await records.withdraw_proposals(tx, risk_id)
    await records.close_tasks(tx, risk_id)
    await rescore(tx, [risk_id], Occasion(Cause.ASSESSMENT, reviewed=judgement.reason))


async def _assessment(tx: Tx, risk_id: int, judgement: Judgement, links: Sequence[Link]) -> dict[str, Any]:
    return {
        "risk_id": risk_id,
        "impact": judgement.rating.impact,
        "likelihood": judgement.rating.likelihood,
        "reason": judgement.reason,
        "by": tx.actor,
        "at": tx.now,
        "business_date": await tx.business_date(),
        "proposal_id": judgement.proposal_id,
        "snapshot": [
            {
                "indicator": link.indicator,
                "area": link.area,
                "group": link.group,
                "signal": link.signal.value,
                "severity": link.now,
                "version": link.version,
            }
            for link in links
        ],
    }


def _snapshot(tx: Tx, link: Link) -> dict[str, Any]:
    return {
        "id": link.link_id,
        "severity_at": link.now,
        "snapshot_version": link.version,
        "snapshot_at": tx.now,
        "review_opened": False,
    }


async def override(tx: Tx, ref: str, body: OverrideIn) -> RiskOut:
    """Set a rating by hand until a day, the end of the next quarter at the latest.

    Raises:
        RiskUnknown, NotAssessed, OffMatrix, ExpiryTooLate
    """
    risk, matrix = await lock(tx, ref)
    if risk.assessment_id is None:
        raise NotAssessed(f"{ref} has no rating that could be overridden.")
    check_on_matrix(matrix, body.impact, body.likelihood)
    _check_expiry(body.until, await tx.business_date())
    values = {
        "override_impact": body.impact,
        "override_likelihood": body.likelihood,
        "override_until": body.until,
        "override_reason": body.reason,
        "override_by": tx.actor,
    }
    await register.change_risk(tx, risk.id, values)
    await rescore(tx, [risk.id], Occasion(Cause.OVERRIDE, reviewed=body.reason))
    return await show(tx, ref)


def _check_expiry(until: date, today: date) -> None:
    latest = last_override_day(today)
    if not today <= until <= latest:
        message = f"between {today.isoformat()} and {latest.isoformat()}, the end of the next quarter"
        raise ExpiryTooLate("An override is short.", [FieldError("until", message)])


async def lift_override(tx: Tx, ref: str) -> RiskOut:
    """End an override before its day.

    Raises:
        RiskUnknown, NoOverride
    """
    risk, _ = await lock(tx, ref)
    if risk.override_until is None or risk.override_until < await tx.business_date():
        raise NoOverride(f"{ref} stands without an override.")
    await register.change_risk(tx, risk.id, NO_OVERRIDE)
    await rescore(tx, [risk.id], Occasion(Cause.OVERRIDE, reviewed="Override lifted"))
    return await show(tx, ref)


async def sweep_overrides(tx: Tx) -> int:
    """Take away overrides that ended before the business date, and tell what the risks fall back to.

    Readers see the fall-back from the day itself; this writes the history, as of that day, and the events. Returns
    how many ended.
    """
    ended = await stored.with_expired_override(tx, await tx.business_date())
    for risk_id in ended:
        await register.change_risk(tx, risk_id, NO_OVERRIDE)
    since = {risk_id: last + timedelta(days=1) for risk_id, last in ended.items()}
    await rescore(tx, since.keys(), Occasion(Cause.OVERRIDE, since=since))
    return len(ended)


async def accept(tx: Tx, ref: str, proposal_id: int, reason: str) -> RiskOut:
    """Make a proposed rating the assessment.

    Raises:
        RiskUnknown, ProposalUnknown, ProposalDecided
    """
    risk, proposed = await _open_proposal(tx, ref, proposal_id)
    await records.decide(tx, proposal_id, ProposalState.ACCEPTED, reason)
    await judge(tx, risk.id, Judgement(proposed, reason, proposal_id))
    return await show(tx, ref)


async def reject(tx: Tx, ref: str, proposal_id: int, reason: str) -> RiskOut:
    """Keep the assessment; the same rating is not proposed again unless the indicators come back to it anew.

    Raises:
        RiskUnknown, ProposalUnknown, ProposalDecided
    """
    risk, _ = await _open_proposal(tx, ref, proposal_id)
    await records.decide(tx, proposal_id, ProposalState.REJECTED, reason)
    await rescore(tx, [risk.id], Occasion(Cause.ASSESSMENT, reviewed=reason))
    return await show(tx, ref)


async def _open_proposal(tx: Tx, ref: str, proposal_id: int) -> tuple[Risk, Rating]:
    risk, _ = await lock(tx, ref)
    row = await records.proposal(tx, risk.id, proposal_id)
    if row is None:
        raise ProposalUnknown(f"{ref} has no proposal {proposal_id}.")
    if row.state != ProposalState.OPEN:
        raise ProposalDecided(f"Proposal {proposal_id} is {row.state}.")
    return risk, Rating(row.impact, row.likelihood)

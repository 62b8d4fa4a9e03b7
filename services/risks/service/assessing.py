"""What owners judge: assessments, with where the linked indicators stand at that moment."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from chassis.errors import FieldError
from chassis.identity import require_scope
from chassis.storage.transaction import Tx
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import RULE_VERSION, RatingInputs, Status, last_closed_quarter
from services.risks.domain.records import Cause, Judgement, RatedBy, RatingChange
from services.risks.domain.register import Risk
from services.risks.domain.rescoring import Occasion
from services.risks.domain.view import RiskView
from services.risks.errors import AlreadyRated, OffMatrix, RiskClosed, RiskUnknown
from services.risks.repository import links as stored_links
from services.risks.repository import proposals, records, register
from services.risks.service.auditing import record_assessment
from services.risks.service.expiring import expire_ended
from services.risks.service.reading import get_view
from services.risks.service.rescoring import rescore

ASSESS: Final = "risks:assess"
"""What whoever judges a risk may do, in whatever way that comes."""


def check_on_matrix(matrix: Matrix, rating: Rating, *, prefix: str = "") -> None:
    """Refuse a rating that is not a cell of the matrix, naming each field at fault.

    Raises:
        OffMatrix: impact or likelihood is beyond its axis.
    """
    errors = []
    if not matrix.has_impact(rating.impact):
        errors.append(FieldError(f"{prefix}impact", f"{matrix.name} has impacts 1 to {len(matrix.impacts)}"))
    if not matrix.has_likelihood(rating.likelihood):
        errors.append(FieldError(f"{prefix}likelihood", f"{matrix.name} has likelihoods 1 to {matrix.top}"))
    if errors:
        raise OffMatrix(f"{rating.impact} x {rating.likelihood} is not a cell of {matrix.name}.", errors)


async def lock_risk(tx: Tx, ref: str) -> Risk:
    """The risk, which is not closed, locked until the end of the transaction.

    Raises:
        RiskUnknown: nothing has this reference.
        RiskClosed: it takes no part until it is reopened.
    """
    risk = await lock_any_risk(tx, ref)
    if risk.status is Status.CLOSED:
        raise RiskClosed(f"{ref} is closed. Reopen it first.")
    return risk


async def lock_any_risk(tx: Tx, ref: str) -> Risk:
    """The risk, closed or not, locked until the end of the transaction.

    Raises:
        RiskUnknown: nothing has this reference.
    """
    risk = (await lock_risks(tx, [ref])).get(ref)
    if risk is None:
        raise RiskUnknown(f"No risk has the reference {ref[:40]!r}.")
    return risk


async def lock_risks(tx: Tx, refs: Collection[str]) -> dict[str, Risk]:
    """Those of these risks that are there, by reference, locked in that order until the end of the transaction.

    As they are today: an acceptance whose last day is over is ended first, swept or not.
    """
    risks = await register.lock_risks(tx, refs)
    return await register.lock_risks(tx, refs) if await expire_ended(tx, risks.values()) else risks


async def assess(tx: Tx, ref: str, judgement: Judgement) -> RiskView:
    """Record what the owner judged, with where the linked indicators stand at this moment.

    The risk's lock is enough: an event that commits later waits for it and then reads this snapshot; one that
    committed before is in the snapshot.

    Raises:
        RiskUnknown, OffMatrix, AlreadyRated, InsufficientScope
    """
    risk = await lock_risk(tx, ref)
    await check_and_carry_over(tx, risk.risk_id, risk.matrix, judgement)
    record_assessment(tx, risk, judgement.rating, judgement.reason)
    await record_judgement(tx, risk.risk_id, judgement, risk.inputs_judged(judgement.rating))
    return await get_view(tx, ref)


async def check_and_carry_over(tx: Tx, risk_id: int, matrix: Matrix, judgement: Judgement, *, prefix: str = "") -> None:
    """Check an assessment, and record the rating of the last closed quarter where it brings one.

    Raises:
        OffMatrix, AlreadyRated
    """
    check_on_matrix(matrix, judgement.rating, prefix=prefix)
    if judgement.previous is None:
        return
    check_on_matrix(matrix, judgement.previous, prefix=f"{prefix}previous_")
    if await records.has_history(tx, risk_id):
        raise AlreadyRated("The rating of the last quarter is known from the risk's own history.")
    await _carry_over(tx, risk_id, matrix, judgement.previous)


async def _carry_over(tx: Tx, risk_id: int, matrix: Matrix, previous: Rating) -> None:
    quarter = last_closed_quarter(await tx.business_date())
    change = RatingChange(
        risk_id=risk_id,
        cause=Cause.CARRIED_OVER,
        before=None,
        after=matrix.banded(previous),
        why=f"Rating at the end of {quarter.label}, carried over from an earlier register.",
        event_ids=(),
        indicator_versions=(),
        rule_version=RULE_VERSION,
        matrix=matrix.name,
        business_date=quarter.end,
    )
    await records.save_history(tx, [change])
    await register.save_carried_over(tx, risk_id, previous)


async def record_judgement(
    tx: Tx, risk_id: int, judgement: Judgement, inputs: RatingInputs, proposal_id: int | None = None
) -> None:
    """Make a judgement the assessment of a risk that the caller has locked.

    Snapshots its links, answers what was open, re-scores and emits. ``inputs``: what decides the risk's ratings once
    it is assessed so; ``proposal_id``: the proposal it accepts.

    Raises:
        InsufficientScope: the caller may not assess, though perhaps do what brought the judgement.
    """
    require_scope(tx.caller, ASSESS)
    links = (await stored_links.get_links(tx, [risk_id]))[risk_id]
    snapshot = [replace(link, at=link.now, snapshot_at=tx.now) for link in links]
    rated = RatedBy(inputs, snapshot, await tx.business_date())
    assessment_id = await records.save_assessment(tx, risk_id, judgement, rated, proposal_id)
    await register.save_assessed(tx, risk_id, assessment_id, judgement.rating)
    await stored_links.save_snapshots(tx, links)
    await proposals.withdraw_proposals(tx, risk_id)
    await records.close_review_tasks(tx, risk_id)
    await rescore(tx, [risk_id], Occasion(Cause.ASSESSMENT, review=judgement.reason))

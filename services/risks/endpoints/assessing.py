"""HTTP of what owners decide: assessments, closing, overrides and proposals."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from contracts.reasons import Reason
from services.risks.domain.matrix import Rating
from services.risks.domain.proposals import ProposalState
from services.risks.domain.records import TaskState
from services.risks.endpoints.paths import ProposalPath, RefPath
from services.risks.schemas.assessing import (
    AssessmentIn,
    DecisionIn,
    OverrideIn,
    OverrideOut,
    ProposalOut,
    RegisterProposalOut,
    ReviewTaskOut,
)
from services.risks.schemas.register import RiskOut
from services.risks.service import assessing, lifecycle, overriding, proposing, reading

router = APIRouter()


@router.post(
    "/risks/{ref}/assessments",
    status_code=status.HTTP_201_CREATED,
    summary="Assess a risk",
    responses=problems(404, 409, 422),
)
async def assess_risk(write: Write, ref: RefPath, body: AssessmentIn) -> RiskOut:
    """Record the owner's judgement. Every link is snapshotted, so indicators move the risk from here on."""
    return RiskOut.of(await write(lambda tx: assessing.assess(tx, ref, body.to_domain())))


@router.post("/risks/{ref}/close", summary="Close a risk", responses=problems(404, 409, 422))
async def close_risk(write: Write, ref: RefPath, body: DecisionIn) -> RiskOut:
    """It keeps its rating, without its override, and takes no part: indicators do not move it, nobody assesses it."""
    return RiskOut.of(await write(lambda tx: lifecycle.close(tx, ref, body.reason)))


@router.post("/risks/{ref}/reopen", summary="Reopen a closed risk", responses=problems(404, 409, 422))
async def reopen_risk(write: Write, ref: RefPath, body: DecisionIn) -> RiskOut:
    """It takes part again, from where its indicators stand now."""
    return RiskOut.of(await write(lambda tx: lifecycle.reopen(tx, ref, body.reason)))


@router.post("/risks/{ref}/override", summary="Override a rating for a while", responses=problems(404, 409, 422))
async def override_risk(write: Write, ref: RefPath, body: OverrideIn) -> RiskOut:
    """Set a rating by hand, with a reason, until the end of the next quarter at the latest."""
    rating = Rating(body.impact, body.likelihood)
    view = await write(lambda tx: overriding.override(tx, ref, rating, body.until, body.reason))
    return RiskOut.of(view)


@router.get("/risks/{ref}/override", summary="The override in force", responses=problems(404))
async def get_override(read: Read, ref: RefPath) -> OverrideOut:
    """The rating set by hand, by whom, why and until when; not found where there is none or it has ended."""
    override, matrix = await read(lambda tx: reading.get_override(tx, ref))
    return OverrideOut.of(override, matrix)


@router.delete("/risks/{ref}/override", summary="Lift an override", responses=problems(404, 409, 422))
async def lift_override(
    write: Write,
    ref: RefPath,
    reason: Annotated[Reason, Query(description="Why it ends", examples=["The beds closed early"])],
) -> RiskOut:
    """End an override before its day."""
    return RiskOut.of(await write(lambda tx: overriding.lift_override(tx, ref, reason)))


@router.get("/risks/{ref}/proposals", summary="What indicators propose for a risk", responses=problems(404))
async def list_proposals(
    read: Read, ref: RefPath, paging: Paging, state: ProposalState | None = None
) -> PageBody[ProposalOut]:
    """Proposals of a risk in propose mode, oldest first."""
    page = await read(lambda tx: reading.list_proposals(tx, ref, state, paging.request))
    return paging.body(page, ProposalOut.of)


@router.get("/proposals", summary="What indicators propose across the register")
async def list_register_proposals(
    read: Read, paging: Paging, state: ProposalState | None = None
) -> PageBody[RegisterProposalOut]:
    """Proposals of every risk in propose mode, oldest first, each with its risk."""
    page = await read(lambda tx: reading.list_all_proposals(tx, state, paging.request))
    return paging.body(page, RegisterProposalOut.of_register)


@router.post(
    "/risks/{ref}/proposals/{proposal_id}/accept", summary="Accept a proposal", responses=problems(404, 409, 422)
)
async def accept_proposal(write: Write, ref: RefPath, proposal_id: ProposalPath, body: DecisionIn) -> RiskOut:
    """The proposed rating becomes the assessment, with a new snapshot."""
    return RiskOut.of(await write(lambda tx: proposing.accept(tx, ref, proposal_id, body.reason)))


@router.post(
    "/risks/{ref}/proposals/{proposal_id}/reject", summary="Reject a proposal", responses=problems(404, 409, 422)
)
async def reject_proposal(write: Write, ref: RefPath, proposal_id: ProposalPath, body: DecisionIn) -> RiskOut:
    """The assessment stays; the same is not proposed again while the indicators stay where they are."""
    return RiskOut.of(await write(lambda tx: proposing.reject(tx, ref, proposal_id, body.reason)))


@router.get("/review-tasks", summary="What owners should look at")
async def list_review_tasks(
    read: Read,
    paging: Paging,
    state: TaskState | None = None,
    risk: Annotated[str | None, Query(max_length=40, description="Reference of a risk")] = None,
) -> PageBody[ReviewTaskOut]:
    """Indicators known for the first time since their link's snapshot, oldest first."""
    page = await read(lambda tx: reading.list_review_tasks(tx, state, risk, paging.request))
    return paging.body(page, ReviewTaskOut.of)

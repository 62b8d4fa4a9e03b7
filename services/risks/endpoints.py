"""HTTP of the register."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response, status

from chassis.errors import BadRequest, FieldError
from chassis.paging import PageRequest
from chassis.web.paging import OldPage, OldPaging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from contracts.risks import Band
from services.risks.domain.rating import Kind
from services.risks.domain.register import ProposalState, TaskState
from services.risks.repository.register import RiskFilter
from services.risks.schemas.assessing import (
    AssessmentIn,
    DecisionIn,
    HistoryOut,
    OverrideIn,
    ProposalOut,
    ReviewTaskOut,
)
from services.risks.schemas.explaining import ExplanationOut, SimulationIn, SimulationOut
from services.risks.schemas.linking import LinksIn
from services.risks.schemas.matrices import MatrixIn, MatrixOut
from services.risks.schemas.register import RiskIn, RiskOut, RiskPatch
from services.risks.service import assessing, linking, reading, register

router = APIRouter(prefix="/risks/v1", tags=["risks"], responses=problems(401, 503))

RefPath = Annotated[str, Path(max_length=40, description="Reference of the risk", examples=["OCC4"])]
ProposalPath = Annotated[int, Path(ge=1, le=2**53)]


def _filter(
    register: Annotated[str | None, Query(max_length=60, examples=["people-2018"])] = None,
    category: Annotated[str | None, Query(max_length=120)] = None,
    department: Annotated[str | None, Query(max_length=120)] = None,
    outcome: Annotated[str | None, Query(max_length=120)] = None,
    kind: Annotated[Kind | None, Query()] = None,
    band: Annotated[Band | None, Query(description="Band of the effective rating")] = None,
    search: Annotated[str | None, Query(max_length=100, description="Part of a reference or title")] = None,
) -> RiskFilter:
    return RiskFilter(register, category, department, outcome, kind, band.value if band else None, search)


def _after(paging: PageRequest) -> int:
    if paging.after is None:
        return 0
    if not (paging.after.isascii() and paging.after.isdigit() and len(paging.after) < 19):  # noqa: PLR2004  digits of a key
        raise BadRequest("This cursor was not given out here.", [FieldError("cursor", "take it from `next`")])
    return int(paging.after)


@router.get("/risks", summary="The register", responses=problems(422))
async def list_risks(
    read: Read, paging: OldPaging, wanted: Annotated[RiskFilter, Depends(_filter)]
) -> OldPage[RiskOut]:
    """Risks by reference, filtered by register, category, department, outcome, kind and band, or searched."""
    return await read(lambda tx: reading.browse(tx, wanted, paging.after, paging.limit))


@router.post(
    "/risks", status_code=status.HTTP_201_CREATED, summary="Enter a risk", responses=problems(409, 413, 415, 422)
)
async def create_risk(write: Write, body: RiskIn, response: Response) -> RiskOut:
    """Enter a risk, with links and a first assessment where given.

    Links are snapshotted as their indicators stand now.
    """
    entered = await write(lambda tx: register.enter(tx, body))
    response.headers["location"] = f"/risks/v1/risks/{entered.ref}"
    return entered


@router.get("/risks/{ref}", summary="One risk", responses=problems(404))
async def get_risk(read: Read, ref: RefPath) -> RiskOut:
    """A risk as assessed, as its indicators say, and as it stands, with its links and flags."""
    return await read(lambda tx: reading.show(tx, ref))


@router.patch("/risks/{ref}", summary="Change a risk's description, aims or mode", responses=problems(404, 422))
async def amend_risk(write: Write, ref: RefPath, body: RiskPatch) -> RiskOut:
    """Change only what is sent. Ratings change by assessment; a reference never changes."""
    return await write(lambda tx: register.amend(tx, ref, body))


@router.post(
    "/risks/{ref}/assessments",
    status_code=status.HTTP_201_CREATED,
    summary="Assess a risk",
    responses=problems(404, 409, 422),
)
async def assess_risk(write: Write, ref: RefPath, body: AssessmentIn) -> RiskOut:
    """Record the owner's judgement. Every link is snapshotted, so indicators move the risk from here on."""
    return await write(lambda tx: assessing.assess(tx, ref, body))


@router.put("/risks/{ref}/links", summary="Say which indicators move a risk", responses=problems(404, 422))
async def replace_links(write: Write, ref: RefPath, body: LinksIn) -> RiskOut:
    """The whole set of links. Links that stay keep their snapshot, also in another group; new ones are snapshotted."""
    return await write(lambda tx: linking.replace_links(tx, ref, body.links))


@router.get("/risks/{ref}/history", summary="How a risk's rating changed", responses=problems(404))
async def get_history(read: Read, ref: RefPath, paging: OldPaging) -> OldPage[HistoryOut]:
    """Every change of the effective rating, oldest first, with its reason and the events behind it."""
    after = _after(paging)
    return await read(lambda tx: register.history(tx, ref, after, paging.limit))


@router.get("/risks/{ref}/explanation", summary="Why a risk stands where it does", responses=problems(404))
async def get_explanation(read: Read, ref: RefPath) -> ExplanationOut:
    """Each link and causal group at its snapshot and now, the rules that limited the change, and a paragraph."""
    return await read(lambda tx: reading.explanation(tx, ref))


@router.post("/risks/{ref}/simulations", summary="What if an indicator changed", responses=problems(404, 409, 422))
async def simulate_risk(read: Read, ref: RefPath, body: SimulationIn) -> SimulationOut:
    """The rating if linked indicators stood as supposed. Nothing is stored."""
    return await read(lambda tx: reading.simulate(tx, ref, body))


@router.post("/risks/{ref}/override", summary="Override a rating for a while", responses=problems(404, 409, 422))
async def override_risk(write: Write, ref: RefPath, body: OverrideIn) -> RiskOut:
    """Set a rating by hand, with a reason, until the end of the next quarter at the latest."""
    return await write(lambda tx: assessing.override(tx, ref, body))


@router.delete("/risks/{ref}/override", summary="Lift an override", responses=problems(404, 409))
async def lift_override(write: Write, ref: RefPath) -> RiskOut:
    """End an override before its day."""
    return await write(lambda tx: assessing.lift_override(tx, ref))


@router.get("/risks/{ref}/proposals", summary="What indicators propose for a risk", responses=problems(404))
async def list_proposals(
    read: Read, ref: RefPath, paging: OldPaging, state: ProposalState | None = None
) -> OldPage[ProposalOut]:
    """Proposals of a risk in propose mode, oldest first."""
    after = _after(paging)
    return await read(lambda tx: register.proposals(tx, ref, state, after, paging.limit))


@router.post(
    "/risks/{ref}/proposals/{proposal_id}/accept", summary="Accept a proposal", responses=problems(404, 409, 422)
)
async def accept_proposal(write: Write, ref: RefPath, proposal_id: ProposalPath, body: DecisionIn) -> RiskOut:
    """The proposed rating becomes the assessment, with a new snapshot."""
    return await write(lambda tx: assessing.accept(tx, ref, proposal_id, body.reason))


@router.post(
    "/risks/{ref}/proposals/{proposal_id}/reject", summary="Reject a proposal", responses=problems(404, 409, 422)
)
async def reject_proposal(write: Write, ref: RefPath, proposal_id: ProposalPath, body: DecisionIn) -> RiskOut:
    """The assessment stays; the same is not proposed again while the indicators stay where they are."""
    return await write(lambda tx: assessing.reject(tx, ref, proposal_id, body.reason))


@router.get("/review-tasks", summary="What owners should look at")
async def list_review_tasks(
    read: Read,
    paging: OldPaging,
    state: TaskState | None = None,
    risk: Annotated[str | None, Query(max_length=40, description="Reference of a risk")] = None,
) -> OldPage[ReviewTaskOut]:
    """Indicators that spoke for the first time since their link's snapshot, oldest first."""
    after = _after(paging)
    return await read(lambda tx: register.review_tasks(tx, state, risk, after, paging.limit))


@router.get("/matrices", summary="Risk matrices")
async def list_matrices(read: Read) -> OldPage[MatrixOut]:
    """Every version of every matrix: axes with labels, and a band for each cell."""
    return await read(register.matrices)


@router.post(
    "/matrices",
    status_code=status.HTTP_201_CREATED,
    summary="Add a version of a matrix",
    responses={200: {"description": "It exists already, just so"}, **problems(409, 422)},
)
async def add_matrix(write: Write, body: MatrixIn, response: Response) -> MatrixOut:
    """Add a matrix or a new version of one. A version that exists is never changed."""
    matrix, added = await write(lambda tx: register.add_matrix(tx, body))
    if not added:
        response.status_code = status.HTTP_200_OK
    return matrix

"""Budget that moves between the lines of a fund."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.finance.domain.virements import VirementState
from services.finance.schemas.fields import Code
from services.finance.schemas.virements import DecisionBody, VirementBody, VirementOut
from services.finance.service import virements

router = APIRouter(prefix="/funds/{code}/virements", tags=["virements"])

Reference = Annotated[str, Path(max_length=100, description="Reference of the virement", examples=["vir-2018-03"])]


@router.get("", summary="List virements", responses=problems(400, 401, 404, 422, 503))
async def list_virements(
    read: Read,
    code: str,
    paging: Paging,
    state: Annotated[VirementState | None, Query(description="Only virements in this state")] = None,
) -> PageBody[VirementOut]:
    """Virements of a fund in the order of their references."""
    page = await read(lambda tx: virements.list_virements(tx, code, state, paging.request))
    return paging.body(page, VirementOut.of)


@router.post(
    "",
    status_code=201,
    summary="Propose a virement",
    responses=problems(401, 404, 409, 413, 415, 422, 503)
    | {200: {"model": VirementOut, "description": "It was proposed before"}},
)
async def propose_virement(write: Write, code: Code, body: VirementBody, response: Response) -> VirementOut:
    """Ask for budget to be moved from one line to another of the same year. Nothing moves until it is approved."""
    virement, new = await write(lambda tx: virements.propose_virement(tx, code, body.to_domain()))
    response.status_code = 201 if new else 200
    return VirementOut.of(virement)


@router.get("/{reference}", summary="Read a virement", responses=problems(401, 404, 422, 503))
async def get_virement(read: Read, code: str, reference: Reference) -> VirementOut:
    """What was proposed, and what became of it."""
    return VirementOut.of(await read(lambda tx: virements.get_virement(tx, code, reference)))


@router.post(
    "/{reference}/approve", summary="Approve a virement", responses=problems(401, 404, 409, 413, 415, 422, 503)
)
async def approve_virement(write: Write, code: str, reference: Reference, body: DecisionBody) -> VirementOut:
    """Move the budget, by an entry of the ledger. Somebody else than who proposed it approves (409).

    The line that gives needs to have that much in force (409), and the quarter of its day to be open (409). The budget
    as approved stays what it is; the budget in force is that with what was moved. Approving again changes nothing.
    """
    return VirementOut.of(await write(lambda tx: virements.approve_virement(tx, code, reference, body.reason)))


@router.post("/{reference}/reject", summary="Reject a virement", responses=problems(401, 404, 409, 413, 415, 422, 503))
async def reject_virement(write: Write, code: str, reference: Reference, body: DecisionBody) -> VirementOut:
    """Say that the budget does not move, and why (`reason`). Somebody else than who proposed it rejects (409)."""
    return VirementOut.of(await write(lambda tx: virements.reject_virement(tx, code, reference, body.reason)))

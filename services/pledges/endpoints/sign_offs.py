"""Signing pledges off over HTTP."""

from fastapi import APIRouter

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.pledges.domain.sets import PledgeRef
from services.pledges.endpoints.pledges import PledgeInPath
from services.pledges.schemas.pledges import PledgeOut
from services.pledges.schemas.sign_offs import PledgeDecisionOut, ReopenIn, SignOffIn
from services.pledges.service import sign_offs

router = APIRouter(tags=["pledges"])


@router.post(
    "/pledges/{pledge}/sign-off", summary="Sign a pledge off", responses=problems(401, 404, 409, 413, 415, 422)
)
async def sign_off(write: Write, pledge: PledgeInPath, body: SignOffIn) -> PledgeOut:
    """Close it as delivered, with evidence, or as undeliverable for a reason outside, with what would change it.

    A portfolio holder who answers for it signs; a caller who is entered as a person is that holder, by the printed
    name, or acts by delegation (409). The decision keeps the state that it was taken on. One that is signed off already
    is refused (409): it is reopened first.
    """
    return PledgeOut.of(await write(lambda tx: sign_offs.sign_off(tx, PledgeRef.parse(pledge), body.to_domain())))


@router.post("/pledges/{pledge}/reopen", summary="Reopen a pledge", responses=problems(401, 404, 409, 413, 415, 422))
async def reopen(write: Write, pledge: PledgeInPath, body: ReopenIn) -> PledgeOut:
    """Put a pledge that was closed back in progress, with a reason. One that is open is refused (409)."""
    return PledgeOut.of(await write(lambda tx: sign_offs.reopen(tx, PledgeRef.parse(pledge), body.reason)))


@router.get("/pledges/{pledge}/decisions", summary="Decisions about a pledge", responses=problems(400, 401, 404, 422))
async def list_decisions(read: Read, pledge: PledgeInPath, paging: Paging) -> PageBody[PledgeDecisionOut]:
    """How it was signed off and reopened, oldest first, each decision with the state that it was taken on."""
    page = await read(lambda tx: sign_offs.list_decisions(tx, PledgeRef.parse(pledge), paging.request))
    return paging.body(page, PledgeDecisionOut.of)

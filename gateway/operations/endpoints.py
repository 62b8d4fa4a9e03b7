"""Recoveries and verifications over HTTP: asked for with 202, and looked at until they have ended."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from gateway.operations import work
from gateway.operations.schemas import RecoveryIn, RecoveryOut, VerificationOut

PREFIX = "/operations/v1"
router = APIRouter(tags=["operations"])

Number = Annotated[int, Path(ge=1, le=2**62, description="Its number", examples=[7])]


@router.post("/recoveries", status_code=202, summary="Recover from a store that went back", responses=problems(409))
async def begin_recovery(write: Write, response: Response, body: RecoveryIn | None = None) -> RecoveryOut:
    """Have the present state of every aggregate, or of one, published again in a new generation, then verified.

    It is done by the gateway while the suite works, ready or not; look at the answer's `Location` until it has ended.
    """
    begun = await write(lambda tx: work.begin_recovery(tx, body.subject if body else None))
    response.headers["location"] = f"{PREFIX}/recoveries/{begun.job.id}"
    return RecoveryOut.of(begun)


@router.get("/recoveries", summary="Recoveries, the newest first")
async def list_recoveries(read: Read, paging: Paging) -> PageBody[RecoveryOut]:
    """Every recovery that was asked for over HTTP."""
    page = await read(lambda tx: work.list_operations(tx, work.RECOVERY, paging.request))
    return paging.body(page, RecoveryOut.of)


@router.get("/recoveries/{number}", summary="A recovery", responses=problems(404))
async def get_recovery(read: Read, number: Number) -> RecoveryOut:
    """What was done so far, and what differs once it has ended."""
    return RecoveryOut.of(await read(lambda tx: work.get_operation(tx, work.RECOVERY, number)))


@router.post("/verifications", status_code=202, summary="Verify that nothing differs")
async def begin_verification(write: Write, response: Response) -> VerificationOut:
    """Have every consumer's events and state compared with what its producers published last.

    Look at the answer's `Location` until it has ended.
    """
    begun = await write(work.begin_verification)
    response.headers["location"] = f"{PREFIX}/verifications/{begun.job.id}"
    return VerificationOut.of(begun)


@router.get("/verifications", summary="Verifications, the newest first")
async def list_verifications(read: Read, paging: Paging) -> PageBody[VerificationOut]:
    """Every verification that was asked for over HTTP."""
    page = await read(lambda tx: work.list_operations(tx, work.VERIFICATION, paging.request))
    return paging.body(page, VerificationOut.of)


@router.get("/verifications/{number}", summary="A verification", responses=problems(404))
async def get_verification(read: Read, number: Number) -> VerificationOut:
    """What differs, once it has ended."""
    return VerificationOut.of(await read(lambda tx: work.get_operation(tx, work.VERIFICATION, number)))

"""Pledge sets over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from chassis.web.making import made, set_made
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.pledges.schemas.sets import PledgeSetIn, PledgeSetOut
from services.pledges.service import sets

router = APIRouter(tags=["pledges"])

CodeInPath = Annotated[str, Path(pattern=r"^[0-9]{4}$", description="Year of the set", examples=["2018"])]


@router.get("/sets", summary="List pledge sets", responses=problems(400, 401, 422))
async def list_sets(read: Read, paging: Paging) -> PageBody[PledgeSetOut]:
    """Sets by year. A bare number in a path is a pledge of the newest."""
    return paging.body(await read(lambda tx: sets.list_sets(tx, paging.request)), PledgeSetOut.of)


@router.get("/sets/{code}", summary="Read a pledge set", responses=problems(401, 404))
async def read_set(read: Read, code: CodeInPath) -> PledgeSetOut:
    return PledgeSetOut.of(await read(lambda tx: sets.get_set(tx, code)))


@router.put(
    "/sets/{code}",
    summary="Make or replace a pledge set",
    responses=made(PledgeSetOut) | problems(401, 413, 415, 422),
)
async def put_set(write: Write, code: CodeInPath, body: PledgeSetIn, response: Response) -> PledgeSetOut:
    view, created = await write(lambda tx: sets.put_set(tx, body.to_domain(code)))
    set_made(response, created=created)
    return PledgeSetOut.of(view)

"""Priorities over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from chassis.web.making import made, set_made
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.pledges.endpoints.answers import NewCode, WantedState
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.schemas.priorities import PriorityDetail, PriorityIn, PriorityOut
from services.pledges.service import priorities

router = APIRouter(tags=["priorities"])

PriorityInPath = Annotated[str, Path(max_length=80, pattern=WHOLE_TEXT, examples=["mental-health"])]


@router.get("/priorities", summary="List priorities", responses=problems(400, 401, 422))
async def list_priorities(read: Read, paging: Paging, wanted: WantedState) -> PageBody[PriorityOut]:
    """Priorities by code, each rolled up from its actions: now, at the end of a past quarter, or as known at a moment.

    What was recorded after a quarter is not in it.
    """
    page = await read(lambda tx: priorities.list_priorities(tx, paging.request, wanted))
    return paging.body(page, PriorityOut.of)


@router.get("/priorities/{code}", summary="Read a priority", responses=problems(401, 404, 422))
async def read_priority(read: Read, code: PriorityInPath, wanted: WantedState) -> PriorityDetail:
    """A priority with its actions and their weighted roll-up: now, at the end of a past quarter, or as known then."""
    return PriorityDetail.of(await read(lambda tx: priorities.get_priority(tx, code, wanted)))


@router.put(
    "/priorities/{code}",
    summary="Make or replace a priority",
    responses=made(PriorityOut) | problems(401, 409, 413, 415, 422),
)
async def put_priority(write: Write, code: NewCode, body: PriorityIn, response: Response) -> PriorityOut:
    view, created = await write(lambda tx: priorities.put_priority(tx, body.to_domain(code)))
    set_made(response, created=created)
    return PriorityOut.of(view)

"""Pledges over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.pledges.domain.pledges import PledgeFilter
from services.pledges.domain.status import Delivery, Evidence, Schedule
from services.pledges.endpoints.answers import Word, made, set_made
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.schemas.pledges import LinksIn, PledgeIn, PledgeOut, PledgePatch
from services.pledges.service import pledges

router = APIRouter(tags=["pledges"])

NumberInPath = Annotated[str, Path(max_length=20, pattern=WHOLE_TEXT, examples=["55"])]


def _filter(
    theme: Word = None,
    delivery: Delivery | None = None,
    evidence: Evidence | None = None,
    schedule: Schedule | None = None,
    top: bool | None = None,
    indicator: Word = None,
) -> PledgeFilter:
    return PledgeFilter(theme, delivery, evidence, schedule, top, indicator)


@router.get("/pledges", summary="List pledges", responses=problems(400, 401, 422))
async def list_pledges(
    read: Read, paging: Paging, wanted: Annotated[PledgeFilter, Depends(_filter)]
) -> PageBody[PledgeOut]:
    """Pledges by number, each with its three axes and the latest colours of its indicators."""
    page = await read(lambda tx: pledges.list_pledges(tx, wanted, paging.request))
    return paging.body(page, PledgeOut.of)


@router.post(
    "/pledges",
    summary="Make a pledge",
    status_code=201,
    responses=made(PledgeOut) | problems(401, 409, 413, 415, 422),
)
async def add_pledge(write: Write, body: PledgeIn, response: Response) -> PledgeOut:
    """Keep a pledge in its original wording. The same content sent again answers 200, other content 409."""
    view, created = await write(lambda tx: pledges.make_pledge(tx, body.to_domain()))
    set_made(response, created=created)
    return PledgeOut.of(view)


@router.get("/pledges/{number}", summary="Read a pledge", responses=problems(401, 404))
async def read_pledge(read: Read, number: NumberInPath) -> PledgeOut:
    return PledgeOut.of(await read(lambda tx: pledges.get_pledge(tx, number)))


@router.patch("/pledges/{number}", summary="Change a pledge", responses=problems(401, 404, 413, 415, 422))
async def change_pledge(write: Write, number: NumberInPath, body: PledgePatch) -> PledgeOut:
    """Move delivery or evidence, set the due date or the top flag, or append an amendment with its reason.

    What is left out stays. The original wording never changes. Sending what is there already changes nothing.
    """
    return PledgeOut.of(await write(lambda tx: pledges.change_pledge(tx, number, body.to_domain())))


@router.put(
    "/pledges/{number}/links",
    summary="Link a pledge to indicators",
    responses=problems(401, 404, 413, 415, 422),
)
async def link_pledge(write: Write, number: NumberInPath, body: LinksIn) -> PledgeOut:
    """Replace the whole set of linked indicators. Colours published before the link are shown at once."""
    return PledgeOut.of(await write(lambda tx: pledges.link_pledge(tx, number, body.to_domain())))

"""Pledges over HTTP."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from chassis.web.making import made, set_made
from chassis.web.moments import ChangedSince
from chassis.web.paging import CollectionPaging, PageBody, sortable
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.pledges.domain.pledges import PledgeFilter, PledgeOrder
from services.pledges.domain.sets import PledgeRef
from services.pledges.domain.status import Delivery, Evidence, Schedule
from services.pledges.endpoints.answers import WantedSet, Word
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.schemas.pledges import (
    AssignmentsIn,
    AssignmentsOut,
    LinksIn,
    PledgeIn,
    PledgeLinksOut,
    PledgeOut,
    PledgePatch,
)
from services.pledges.service import pledges

router = APIRouter(tags=["pledges"])

PledgeInPath = Annotated[
    str,
    Path(
        max_length=30,
        pattern=WHOLE_TEXT,
        description="Set and number; a bare number is of the newest set",
        examples=["2018-55"],
    ),
]


def _filter(
    pledge_set: WantedSet = None,
    theme: Word = None,
    delivery: Delivery | None = None,
    evidence: Evidence | None = None,
    schedule: Schedule | None = None,
    top: bool | None = None,
    indicator: Word = None,
    area: Annotated[str | None, Query(max_length=200, pattern=WHOLE_TEXT, description="Area of a link")] = None,
    risk: Word = None,
    scheme: Word = None,
    owner: Annotated[str | None, Query(max_length=200, pattern=WHOLE_TEXT, description="A portfolio holder")] = None,
    changed_since: ChangedSince = None,
) -> PledgeFilter:
    found = PledgeFilter(pledge_set, theme, delivery, evidence, schedule, top, indicator)
    return replace(found, area=area, risk=risk, scheme=scheme, owner=owner, changed_since=changed_since)


@router.get("/pledges", summary="List pledges", responses=problems(400, 401, 422))
async def list_pledges(
    read: Read,
    paging: Annotated[CollectionPaging, Depends(sortable(PledgeOrder))],
    wanted: Annotated[PledgeFilter, Depends(_filter)],
) -> PageBody[PledgeOut]:
    """Pledges by set and number unless asked otherwise, each with its three axes and what it is linked to."""
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


@router.get("/pledges/{pledge}", summary="Read a pledge", responses=problems(401, 404))
async def read_pledge(read: Read, pledge: PledgeInPath) -> PledgeOut:
    return PledgeOut.of(await read(lambda tx: pledges.get_pledge(tx, PledgeRef.parse(pledge))))


@router.patch("/pledges/{pledge}", summary="Change a pledge", responses=problems(401, 404, 409, 413, 415, 422))
async def change_pledge(write: Write, pledge: PledgeInPath, body: PledgePatch) -> PledgeOut:
    """Move delivery or evidence, set due date, top flag, measure or notes, or append an amendment with its reason.

    What is left out stays. The original wording never changes. Sending what is there already changes nothing. A pledge
    is closed by signing it off and opened again by reopening it, not by this (409).
    """
    return PledgeOut.of(await write(lambda tx: pledges.change_pledge(tx, PledgeRef.parse(pledge), body.to_domain())))


@router.get("/pledges/{pledge}/links", summary="What a pledge is linked to", responses=problems(401, 404))
async def read_links(read: Read, pledge: PledgeInPath) -> PledgeLinksOut:
    """The whole set, as it is replaced; the pledge itself has their values, ratings and positions."""
    return PledgeLinksOut.of(await read(lambda tx: pledges.get_pledge(tx, PledgeRef.parse(pledge))))


@router.put(
    "/pledges/{pledge}/links",
    summary="Link a pledge to indicators, risks and savings schemes",
    responses=problems(401, 404, 413, 415, 422),
)
async def link_pledge(write: Write, pledge: PledgeInPath, body: LinksIn) -> PledgeOut:
    """Replace all of it: what is not named is linked no more. What was published before the link is shown at once."""
    return PledgeOut.of(await write(lambda tx: pledges.link_pledge(tx, PledgeRef.parse(pledge), body.to_domain())))


@router.get("/pledges/{pledge}/assignments", summary="Who answers for a pledge", responses=problems(401, 404))
async def read_assignments(read: Read, pledge: PledgeInPath) -> AssignmentsOut:
    """The whole list, as it is replaced."""
    return AssignmentsOut.of(await read(lambda tx: pledges.get_pledge(tx, PledgeRef.parse(pledge))))


@router.put(
    "/pledges/{pledge}/assignments",
    summary="Assign a pledge",
    responses=problems(401, 404, 413, 415, 422),
)
async def assign_pledge(write: Write, pledge: PledgeInPath, body: AssignmentsIn) -> PledgeOut:
    """Replace the whole list of assignments, as when a pledge changes hands: each with the days it holds for."""
    assigned = await write(lambda tx: pledges.assign_pledge(tx, PledgeRef.parse(pledge), body.to_domain(), body.reason))
    return PledgeOut.of(assigned)

"""Pledges, priorities and actions over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response, status

from chassis.web.paging import OldPage, OldPaging, old_page
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.pledges.domain import ActionKind, Delivery, Evidence, Schedule
from services.pledges.repository import ActionFilter, PledgeFilter
from services.pledges.schemas import (
    WHOLE_TEXT,
    ActionIn,
    ActionOut,
    ActionPatch,
    LinksIn,
    PledgeIn,
    PledgeOut,
    PledgePatch,
    PriorityDetail,
    PriorityIn,
    PriorityOut,
)
from services.pledges.service import pledges, priorities

router = APIRouter(prefix="/pledges/v1")

NumberInPath = Annotated[str, Path(max_length=20, pattern=WHOLE_TEXT, examples=["55"])]
PriorityInPath = Annotated[str, Path(max_length=80, pattern=WHOLE_TEXT, examples=["mental-health"])]
ActionInPath = Annotated[str, Path(max_length=80, pattern=WHOLE_TEXT, examples=["crisis-cafe"])]
NewPriority = Annotated[str, Path(max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", examples=["mental-health"])]
NewAction = Annotated[str, Path(max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", examples=["crisis-cafe"])]
Word = Annotated[str | None, Query(max_length=200, pattern=WHOLE_TEXT)]


def _made(model: Any) -> dict[int | str, dict[str, Any]]:
    """A PUT or POST that makes something answers 201; the same again answers 200."""
    return {201: {"model": model, "description": "Made"}, 200: {"model": model, "description": "Was there"}}


def _pledge_filter(
    theme: Word = None,
    delivery: Delivery | None = None,
    evidence: Evidence | None = None,
    schedule: Schedule | None = None,
    top: bool | None = None,
    indicator: Word = None,
) -> PledgeFilter:
    return PledgeFilter(theme, delivery, evidence, schedule, top, indicator)


def _action_filter(
    priority: Word = None,
    kind: ActionKind | None = None,
    phase: Annotated[int | None, Query(ge=1, le=20)] = None,
    delivery: Delivery | None = None,
    schedule: Schedule | None = None,
) -> ActionFilter:
    return ActionFilter(priority, kind, phase, delivery, schedule)


PledgesWanted = Annotated[PledgeFilter, Depends(_pledge_filter)]
ActionsWanted = Annotated[ActionFilter, Depends(_action_filter)]


@router.get("/pledges", tags=["pledges"], summary="List pledges", responses=problems(401, 422))
async def list_pledges(read: Read, paging: OldPaging, wanted: PledgesWanted) -> OldPage[PledgeOut]:
    """Pledges by number, each with its three axes and what its indicators last said."""
    rows = await read(lambda tx: pledges.listed(tx, wanted, paging.after, paging.limit + 1))
    return old_page(rows, paging.limit, key=lambda one: one.number)


@router.post(
    "/pledges",
    tags=["pledges"],
    summary="Make a pledge",
    status_code=201,
    responses=_made(PledgeOut) | problems(401, 409, 413, 415, 422),
)
async def add_pledge(write: Write, body: PledgeIn, response: Response) -> PledgeOut:
    """Keep a pledge in its original wording. The same content sent again answers 200, other content 409."""
    pledge, created = await write(lambda tx: pledges.add(tx, body))
    response.status_code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
    return pledge


@router.get("/pledges/{number}", tags=["pledges"], summary="Read a pledge", responses=problems(401, 404))
async def read_pledge(read: Read, number: NumberInPath) -> PledgeOut:
    return await read(lambda tx: pledges.read(tx, number))


@router.patch(
    "/pledges/{number}",
    tags=["pledges"],
    summary="Change a pledge",
    responses=problems(401, 404, 413, 415, 422),
)
async def change_pledge(write: Write, number: NumberInPath, body: PledgePatch) -> PledgeOut:
    """Move delivery or evidence, set the due date or the top flag, or append an amendment with its reason.

    What is left out stays. The original wording never changes. Sending what is there already changes nothing.
    """
    return await write(lambda tx: pledges.change(tx, number, body))


@router.put(
    "/pledges/{number}/links",
    tags=["pledges"],
    summary="Link a pledge to indicators",
    responses=problems(401, 404, 413, 415, 422),
)
async def link_pledge(write: Write, number: NumberInPath, body: LinksIn) -> PledgeOut:
    """Replace the whole set of linked indicators. Colours heard before the link are shown at once."""
    return await write(lambda tx: pledges.link(tx, number, body.links))


@router.get("/priorities", tags=["priorities"], summary="List priorities", responses=problems(401, 422))
async def list_priorities(read: Read, paging: OldPaging) -> OldPage[PriorityOut]:
    """Priorities by code, each rolled up from its actions."""
    rows = await read(lambda tx: priorities.list_priorities(tx, paging.after, paging.limit + 1))
    return old_page(rows, paging.limit, key=lambda one: one.code)


@router.get("/priorities/{code}", tags=["priorities"], summary="Read a priority", responses=problems(401, 404))
async def read_priority(read: Read, code: PriorityInPath) -> PriorityDetail:
    """A priority with its actions and their weighted roll-up."""
    return await read(lambda tx: priorities.read_priority(tx, code))


@router.put(
    "/priorities/{code}",
    tags=["priorities"],
    summary="Make or replace a priority",
    responses=_made(PriorityOut) | problems(401, 413, 415, 422),
)
async def put_priority(write: Write, code: NewPriority, body: PriorityIn, response: Response) -> PriorityOut:
    priority, created = await write(lambda tx: priorities.put_priority(tx, code, body))
    response.status_code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
    return priority


@router.get("/actions", tags=["actions"], summary="List actions", responses=problems(401, 422))
async def list_actions(read: Read, paging: OldPaging, wanted: ActionsWanted) -> OldPage[ActionOut]:
    """Must-dos, hub sites, workforce steps and stages, by code."""
    rows = await read(lambda tx: priorities.list_actions(tx, wanted, paging.after, paging.limit + 1))
    return old_page(rows, paging.limit, key=lambda one: one.code)


@router.get("/actions/{code}", tags=["actions"], summary="Read an action", responses=problems(401, 404))
async def read_action(read: Read, code: ActionInPath) -> ActionOut:
    return await read(lambda tx: priorities.read_action(tx, code))


@router.put(
    "/actions/{code}",
    tags=["actions"],
    summary="Make or replace an action",
    responses=_made(ActionOut) | problems(401, 413, 415, 422),
)
async def put_action(write: Write, code: NewAction, body: ActionIn, response: Response) -> ActionOut:
    """Set the definition of an action. A delivery that is left out keeps what was recorded."""
    action, created = await write(lambda tx: priorities.put_action(tx, code, body))
    response.status_code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
    return action


@router.patch(
    "/actions/{code}",
    tags=["actions"],
    summary="Change an action",
    responses=problems(401, 404, 413, 415, 422),
)
async def change_action(write: Write, code: ActionInPath, body: ActionPatch) -> ActionOut:
    """Move its delivery, or set due date, weight, or whether a site is confirmed. What is left out stays."""
    return await write(lambda tx: priorities.change_action(tx, code, body))

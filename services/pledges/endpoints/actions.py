"""Actions over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from chassis.web.making import made, set_made
from chassis.web.paging import CollectionPaging, PageBody, sortable
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.pledges.domain.actions import ActionFilter, ActionKind, ActionOrder
from services.pledges.domain.status import Delivery, Schedule
from services.pledges.endpoints.answers import NewCode, WantedState, Word
from services.pledges.schemas.actions import ActionIn, ActionOut, ActionPatch, CriticalDatesOut
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.service import actions

router = APIRouter(tags=["actions"])

Until = Annotated[date | None, Query(description="Last day that is looked at", examples=["2018-06-30"])]
ActionInPath = Annotated[str, Path(max_length=80, pattern=WHOLE_TEXT, examples=["crisis-cafe"])]


def _filter(
    priority: Word = None,
    kind: ActionKind | None = None,
    phase: Annotated[int | None, Query(ge=1, le=20)] = None,
    delivery: Delivery | None = None,
    schedule: Schedule | None = None,
    part_of: Word = None,
    blocked: bool | None = None,
) -> ActionFilter:
    return ActionFilter(priority, kind, phase, delivery, schedule, part_of, blocked)


@router.get("/actions", summary="List actions", responses=problems(400, 401, 422))
async def list_actions(
    read: Read,
    paging: Annotated[CollectionPaging, Depends(sortable(ActionOrder))],
    wanted: Annotated[ActionFilter, Depends(_filter)],
    at: WantedState,
) -> PageBody[ActionOut]:
    """Must-dos, hub sites, workforce steps and stages, by code unless ordered otherwise.

    As they are now, were at the end of a past quarter (`quarter`), or were known at a moment (`as_of`), or both; the
    filters look at the same state. What was recorded after a quarter is not in it.
    """
    page = await read(lambda tx: actions.list_actions(tx, wanted, paging.request, at))
    return paging.body(page, ActionOut.of)


@router.get("/critical-dates", summary="Critical dates ahead", responses=problems(401, 422))
async def read_critical_dates(read: Read, priority: Word = None, until: Until = None) -> CriticalDatesOut:
    """Open actions by the day they are needed: their own due day, or that of what comes after them where it is earlier.

    What is overdue comes first. Without ``until``, up to 90 days after the business date.
    """
    return CriticalDatesOut.of(await read(lambda tx: actions.get_critical_dates(tx, priority, until)))


@router.get("/actions/{code}", summary="Read an action", responses=problems(401, 404, 422))
async def read_action(read: Read, code: ActionInPath, at: WantedState) -> ActionOut:
    """As it is now, was at the end of a past quarter, or was known at a moment.

    Of a past state `state_on` is the day, `version` is null, and of linked series only which they were is said: what
    they showed then is in the indicators service.
    """
    return ActionOut.of(await read(lambda tx: actions.get_action(tx, code, at)))


@router.put(
    "/actions/{code}",
    summary="Make or replace an action",
    responses=made(ActionOut) | problems(401, 409, 413, 415, 422),
)
async def put_action(write: Write, code: NewCode, body: ActionIn, response: Response) -> ActionOut:
    """Set the definition of an action. A delivery that is left out keeps what was recorded."""
    view, created = await write(lambda tx: actions.put_action(tx, code, body.to_domain()))
    set_made(response, created=created)
    return ActionOut.of(view)


@router.patch("/actions/{code}", summary="Change an action", responses=problems(401, 404, 413, 415, 422))
async def change_action(write: Write, code: ActionInPath, body: ActionPatch) -> ActionOut:
    """Move its delivery, or set due date, weight, or whether a site is confirmed. What is left out stays."""
    return ActionOut.of(await write(lambda tx: actions.change_action(tx, code, body.to_domain())))

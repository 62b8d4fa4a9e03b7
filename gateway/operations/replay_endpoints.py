"""Replays, rebuilds and the business date over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from chassis import business_dates
from chassis.web.identity import caller_of
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from gateway.operations import replays
from gateway.operations.replay_schemas import (
    BusinessDateIn,
    BusinessDateOut,
    RebuildIn,
    RebuildOut,
    ReplayIn,
    ReplayOut,
)
from gateway.operations.replays import Stores

PREFIX = "/operations/v1"
router = APIRouter(tags=["operations"])


def _stores(request: Request) -> Stores:
    found: Stores = request.app.state.services.replays(caller_of(request.scope).name)
    return found


Asked = Annotated[Stores, Depends(_stores)]
Number = Annotated[int, Path(ge=1, le=2**62, description="Its number", examples=[7])]


@router.post("/replays", summary="Have a consumer read its log again", responses=problems(404, 409, 422))
async def replay_consumer(asked: Asked, body: ReplayIn) -> ReplayOut:
    """Apply what the log has from an offset or a moment on through the same handler.

    What is guarded by versions and revisions stays as it is. Where the log no longer has all of that nothing is
    changed (409), unless it is to be replayed anyway.
    """
    return ReplayOut.of(body.consumer, await replays.replay(asked, body.consumer, body.to_domain()))


@router.post("/rebuilds", status_code=202, summary="Make derived state anew", responses=problems(409, 422))
async def begin_rebuild(write: Write, response: Response, body: RebuildIn) -> RebuildOut:
    """Have a service drop what it derives from events, and fold its whole log again, in one transaction.

    Readers see the old state until it is done. What people entered stays. Look at the answer's `Location` until it has
    ended.
    """
    begun = await write(lambda tx: replays.begin_rebuild(tx, body.service))
    response.headers["location"] = f"{PREFIX}/rebuilds/{begun.job.id}"
    return RebuildOut.of(begun)


@router.get("/rebuilds", summary="Rebuilds, the newest first")
async def list_rebuilds(read: Read, paging: Paging) -> PageBody[RebuildOut]:
    """Every rebuild that was asked for over HTTP."""
    page = await read(lambda tx: replays.list_rebuilds(tx, paging.request))
    return paging.body(page, RebuildOut.of)


@router.get("/rebuilds/{number}", summary="A rebuild", responses=problems(404))
async def get_rebuild(read: Read, number: Number) -> RebuildOut:
    """What was folded, once it has ended."""
    return RebuildOut.of(await read(lambda tx: replays.get_rebuild(tx, number)))


@router.get("/business-date", summary="The business date")
async def get_business_date(
    read: Read,
    asked: Asked,
    services: Annotated[
        bool, Query(description="Whether each service is asked for its own too, which takes longer")
    ] = True,
) -> BusinessDateOut:
    """The date that rules of the calendar read: pinned, or today in England. Whoever may read anything may read it."""
    own = await read(business_dates.get_business_date)
    return BusinessDateOut.of(own, await replays.list_business_dates(asked) if services else None)


@router.put("/business-date", summary="Pin the business date, or let it go", responses=problems(422))
async def put_business_date(write: Write, asked: Asked, body: BusinessDateIn) -> BusinessDateOut:
    """Pin it for every service, or have it follow the calendar. Timestamps and `as_of` stay real time."""
    await replays.set_business_dates(asked, body.date)
    await write(lambda tx: replays.set_own_business_date(tx, body.date))
    return await get_business_date(write, asked, services=True)

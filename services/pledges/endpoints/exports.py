"""Pledges as files, the report of a quarter, and promises as anybody may read them."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from chassis.web.identity import Calling
from chassis.web.moments import AsOf
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from contracts.anybody import ANYBODY, PUBLISHED_PROMISES
from services.pledges.endpoints.answers import WantedSet, WantedState, parse_quarter
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.schemas.pledge_lines import PledgeLinesOut
from services.pledges.schemas.pledge_table import pledges_table
from services.pledges.schemas.promises import PromisesOut
from services.pledges.schemas.published_promises import PublishedPromisesOut
from services.pledges.schemas.quarter_reports import QuarterReportOut
from services.pledges.service import past, quarter_reports

router = APIRouter(tags=["pledges"])

QuarterInPath = Annotated[
    str, Path(max_length=40, pattern=WHOLE_TEXT, description="A financial quarter", examples=["2017-18-Q3"])
]

_FOR_CACHES: Final = "public, max-age=300"


async def _table(
    request: Request,
    read: Read,
    wanted: WantedState,
    pledge_set: WantedSet = None,
) -> Table:
    lines = await read(lambda tx: past.list_pledge_lines(tx, wanted, pledge_set))
    return pledges_table(lines, request.app.state.resources.clock())


add_table_routes(
    router,
    "/pledges",
    _table,
    name="list_pledges",
    title="Pledges",
    description="Pledges by set and number, a row each: now, as at the end of a past quarter (`quarter`), as it was "
    "known at a moment (`as_of`), or both. A past quarter's schedule is that of its last day.",
)


@router.get("/pledge-lines", summary="Pledges as they were", responses=problems(400, 401, 422))
async def read_pledge_lines(read: Read, wanted: WantedState, pledge_set: WantedSet = None) -> PledgeLinesOut:
    """What the file of pledges holds, in full: now, at the end of a past quarter, as known at a moment, or both.

    What indicators, risks and schemes showed then is in their own services.
    """
    return PledgeLinesOut.of(await read(lambda tx: past.list_pledge_lines(tx, wanted, pledge_set)))


@router.get("/quarters/{quarter}/report", summary="Report of a quarter", responses=problems(401, 422))
async def read_quarter_report(read: Read, quarter: QuarterInPath, as_of: AsOf = None) -> QuarterReportOut:
    """Pledges, priorities, exceptions and decisions of a quarter, for the Health and Wellbeing Board.

    Pledges, priorities and actions are as they were at the quarter's end, or are now where it is not over; its returns,
    which are written when it is, are as they are now, as are decisions that no board has taken. `as_of` tells all of it
    by what was recorded by that moment. An exception is what is overdue, blocked, out of reach, missing, late or red.
    """
    found = parse_quarter(quarter)
    return QuarterReportOut.of(await read(lambda tx: quarter_reports.get_quarter_report(tx, found, as_of)))


@router.get("/promises", summary="Public promises", responses=problems(401))
async def read_promises(read: Read) -> PromisesOut:
    """The pledges of the sets that say that they are public, with the day of the last evidence of each.

    Nothing is given out before somebody sets `public` on a set. Made to be published as it is.
    """
    return PromisesOut.of(await read(past.list_promises))


@router.get(PUBLISHED_PROMISES.removeprefix("/pledges/v1"), summary="Published promises", responses=problems(401))
async def read_published_promises(read: Read, caller: Calling, response: Response) -> PublishedPromisesOut:
    """The promises of the sets that say that they are public, as printed, with where they stand.

    Where the deployment says so (`GATEWAY_PUBLIC_PROMISES`), it is read without a key, so often a minute from an
    address (429 after that), and may then be kept by any cache for five minutes. Otherwise a key is asked for as
    everywhere.
    """
    if caller.name == ANYBODY:
        response.headers["cache-control"] = _FOR_CACHES
    return PublishedPromisesOut.of(*await read(past.list_published))

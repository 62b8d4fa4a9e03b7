"""Quarterly returns over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from chassis.web.paging import CollectionPaging, PageBody, sortable
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.pledges.domain.returns import ReturnFilter, ReturnOrder, ReturnState, Step
from services.pledges.endpoints.answers import parse_quarter
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.schemas.return_table import returns_table
from services.pledges.schemas.returns import ReturnBackIn, ReturnOut, ReturnPatch, ReturnStepIn
from services.pledges.service import returns

router = APIRouter(tags=["returns"])

ReturnInPath = Annotated[str, Path(max_length=60, pattern=WHOLE_TEXT, examples=["2018-46.2017-18-Q3.1"])]


def _filter(
    quarter: Annotated[
        str | None, Query(max_length=40, pattern=WHOLE_TEXT, description="A financial quarter", examples=["2017-18-Q3"])
    ] = None,
    state: ReturnState | None = None,
    pledge: Annotated[
        str | None,
        Query(
            pattern=r"^([0-9]{4}-)?0*[1-9][0-9]{0,5}$",
            description="A pledge by set and number, or by its number in the newest set",
            examples=["2018-46"],
        ),
    ] = None,
    missing: bool | None = None,
    late: bool | None = None,
    owner: Annotated[str | None, Query(max_length=200, pattern=WHOLE_TEXT, description="A portfolio holder")] = None,
    department: Annotated[
        str | None, Query(max_length=200, pattern=WHOLE_TEXT, description="Only returns of this department")
    ] = None,
) -> ReturnFilter:
    named = None if quarter is None else parse_quarter(quarter)
    return ReturnFilter(named, state, pledge, missing, late, owner, department)


Wanted = Annotated[ReturnFilter, Depends(_filter)]


@router.get("/returns", summary="List quarterly returns", responses=problems(400, 401, 422))
async def list_returns(
    read: Read,
    paging: Annotated[CollectionPaging, Depends(sortable(ReturnOrder))],
    wanted: Wanted,
) -> PageBody[ReturnOut]:
    """Returns by id, unless ordered otherwise. The service opens one for each assignment when a quarter has closed."""
    return paging.body(await read(lambda tx: returns.list_returns(tx, wanted, paging.request)), ReturnOut.of)


async def _table(request: Request, read: Read, wanted: Wanted) -> Table:
    found = await read(lambda tx: returns.export_returns(tx, wanted))
    return returns_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/returns",
    _table,
    name="list_returns",
    title="Quarterly returns",
    description="Returns by id, a row each, with the same filters as the list.",
)


@router.get("/returns/{code}", summary="Read a quarterly return", responses=problems(401, 404))
async def read_return(read: Read, code: ReturnInPath) -> ReturnOut:
    return ReturnOut.of(await read(lambda tx: returns.get_return(tx, code)))


@router.patch("/returns/{code}", summary="Write a quarterly return", responses=problems(401, 404, 409, 413, 415, 422))
async def change_return(write: Write, code: ReturnInPath, body: ReturnPatch) -> ReturnOut:
    """Say how it goes, while it is a draft or was returned. What is left out stays."""
    return ReturnOut.of(await write(lambda tx: returns.change_return(tx, code, body.to_domain())))


@router.post(
    "/returns/{code}/submit", summary="Submit a quarterly return", responses=problems(401, 404, 409, 413, 415, 422)
)
async def submit_return(write: Write, code: ReturnInPath, body: ReturnStepIn) -> ReturnOut:
    """Hand it to the portfolio holder; it needs a colour and a narrative."""
    return ReturnOut.of(await write(lambda tx: returns.take_step(tx, code, Step.SUBMIT, body.on_behalf_of)))


@router.post(
    "/returns/{code}/return", summary="Hand back a quarterly return", responses=problems(401, 404, 409, 413, 415, 422)
)
async def return_return(write: Write, code: ReturnInPath, body: ReturnBackIn) -> ReturnOut:
    """Hand it back with a reason; it can be written and submitted again."""
    step = Step.RETURN
    return ReturnOut.of(await write(lambda tx: returns.take_step(tx, code, step, body.on_behalf_of, body.reason)))


@router.post(
    "/returns/{code}/approve", summary="Approve a quarterly return", responses=problems(401, 404, 409, 413, 415, 422)
)
async def approve_return(write: Write, code: ReturnInPath, body: ReturnStepIn) -> ReturnOut:
    """Approve it as the portfolio holder, or on their behalf. It is locked from then on.

    A caller who is entered as a person has to be the portfolio holder, by the printed name, or say on whose behalf.
    """
    return ReturnOut.of(await write(lambda tx: returns.take_step(tx, code, Step.APPROVE, body.on_behalf_of)))

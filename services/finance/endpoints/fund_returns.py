"""Quarterly returns of a pooled fund to NHS England."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from chassis.web.problems import problems
from chassis.web.render.routes import SPREADSHEETS, add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from contracts.period import Period
from services.finance.domain.fund_return import FundReturn
from services.finance.schemas.fields import Code, QuarterLabel
from services.finance.schemas.fund_returns import FundReturnBody, FundReturnOut, return_table
from services.finance.service import fund_returns

router = APIRouter()

Quarter = Annotated[QuarterLabel, Path(description="Financial quarter, such as `2017-18-Q3`", examples=["2017-18-Q3"])]
_FORM = (
    "The return of a quarter by the form of its year, with the checklist: presence as the form checks it, and "
    "consistency, which is ours. Cells that the fund tells are filled in; once it is signed off they are frozen. A "
    "cell says by what it is known: where that is `unsourced` its rule is not known, and any text fits."
)


async def _return(
    read: Read,
    code: str,
    quarter: Quarter,
    revision: Annotated[int | None, Query(ge=1, le=100_000, description="Default: the newest")] = None,
) -> FundReturn:
    return await read(lambda tx: fund_returns.get_return(tx, code, Period.parse(quarter), revision))


async def _file(request: Request, found: Annotated[FundReturn, Depends(_return)]) -> Table:
    return return_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/funds/{code}/returns/{quarter}",
    _file,
    name="get_fund_return",
    title="A return",
    description=_FORM,
    formats=SPREADSHEETS,
    tags=["returns"],
)


@router.get(
    "/funds/{code}/returns/{quarter}",
    tags=["returns"],
    summary="Read a return",
    description=_FORM,
    responses=problems(401, 404, 422, 503),
)
async def get_fund_return(found: Annotated[FundReturn, Depends(_return)]) -> FundReturnOut:
    return FundReturnOut.of(found)


@router.put(
    "/funds/{code}/returns/{quarter}",
    tags=["returns"],
    summary="Save a return",
    responses=problems(401, 404, 409, 413, 415, 422, 503)
    | {201: {"model": FundReturnOut, "description": "It is the first revision"}},
)
async def put_fund_return(
    write: Write, code: Code, quarter: Quarter, body: FundReturnBody, response: Response
) -> FundReturnOut:
    """Save all that is said of a quarter that has ended, as the next revision; no revision ever changes.

    Cells that the fund or the form fills in take no answer (422). With a sign-off in every role that the form asks for
    it is signed off, which needs every required cell and no contradiction (409 `return-incomplete`); a body with
    sign-offs asks for `finance:close`, one without for `finance:write`, and for both where it takes signatures away.
    Days of signing and ratifying are after the quarter and not in the future. What is changed after that needs a
    reason. The same again changes nothing.
    """
    found, new = await write(
        lambda tx: fund_returns.save_return(tx, code, Period.parse(quarter), body.to_domain(), body.reason)
    )
    response.status_code = 201 if new else 200
    return FundReturnOut.of(found)

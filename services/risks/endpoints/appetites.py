"""HTTP of what is wanted and tolerated, by category, and of the risks that are beyond it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from chassis.web.making import made, set_made
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.risks.domain.appetites import BreachState
from services.risks.endpoints.parameters import AsAtWanted
from services.risks.schemas.appetites import AppetiteIn, AppetitesOut, BreachOut, StatementOut
from services.risks.service import appetites

router = APIRouter()


@router.get("/appetites", summary="What is wanted and tolerated, by category", responses=problems(422))
async def list_appetites(
    read: Read,
    at: AsAtWanted,
    quarters: Annotated[
        int, Query(ge=0, le=12, description="Ends of quarters before, of which the drift is shown")
    ] = 4,
) -> AppetitesOut:
    """With how many threats are within the appetite, within the tolerance and beyond, now and quarter by quarter.

    Each quarter is judged by what was stated then. Drafts, closed risks and those not rated count nowhere.
    """
    return AppetitesOut.of(await read(lambda tx: appetites.list_appetites(tx, at, quarters)))


@router.post(
    "/appetites",
    summary="State what is wanted and tolerated in a category",
    responses=made(StatementOut) | problems(422),
)
async def state_appetite(write: Write, body: AppetiteIn, response: Response) -> StatementOut:
    """By scores of a matrix, from today on. Threats that are beyond by that are published as breaches."""
    stated, new = await write(lambda tx: appetites.state(tx, body.to_domain()))
    set_made(response, created=new)
    if new:
        response.headers["location"] = f"/risks/v1/appetites/{stated.statement_id}"
    return StatementOut.of(stated)


@router.get("/appetites/{statement_id}", summary="One statement", responses=problems(404))
async def get_statement(
    read: Read, statement_id: Annotated[int, Path(ge=1, le=2**53, description="Number of the statement")]
) -> StatementOut:
    """As it was made, in force or not."""
    return StatementOut.of(await read(lambda tx: appetites.get_statement(tx, statement_id)))


@router.get("/breaches", summary="Risks beyond what is tolerated", responses=problems(422))
async def list_breaches(
    read: Read,
    paging: Paging,
    state: BreachState | None = None,
    risk: Annotated[str | None, Query(max_length=40, description="Reference of a risk")] = None,
) -> PageBody[BreachOut]:
    """Each time that a risk was beyond, oldest first; open while it lasts."""
    page = await read(lambda tx: appetites.list_breaches(tx, state, risk, paging.request))
    return paging.body(page, BreachOut.of)

"""HTTP of acceptances: asked for, approved by somebody else, withdrawn."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, status

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.risks.domain.acceptances import AcceptanceState
from services.risks.endpoints.paths import RefPath
from services.risks.schemas.accepting import AcceptanceIn, AcceptanceOut
from services.risks.schemas.assessing import DecisionIn
from services.risks.service import accepting

router = APIRouter()

AcceptancePath = Annotated[int, Path(ge=1, le=2**53, description="Number of the acceptance")]


@router.post(
    "/risks/{ref}/acceptances",
    status_code=status.HTTP_201_CREATED,
    summary="Ask that a risk be accepted",
    responses=problems(404, 409, 422),
)
async def request_acceptance(write: Write, ref: RefPath, body: AcceptanceIn, response: Response) -> AcceptanceOut:
    """As it is rated now, until a day within a year. Nothing is accepted until somebody else approves."""
    view = await write(lambda tx: accepting.request(tx, ref, body.to_domain()))
    response.headers["location"] = f"/risks/v1/risks/{ref}/acceptances/{view.acceptance.acceptance_id}"
    return AcceptanceOut.of(view)


@router.get("/risks/{ref}/acceptances", summary="Acceptances of a risk", responses=problems(404))
async def list_acceptances(read: Read, ref: RefPath, paging: Paging) -> PageBody[AcceptanceOut]:
    """Oldest first, each with the state it was asked for on and what changed since."""
    page = await read(lambda tx: accepting.list_acceptances(tx, ref, paging.request))
    return paging.body(page, AcceptanceOut.of)


@router.get("/acceptances", summary="Acceptances across the register", responses=problems(400, 401, 422))
async def list_register_acceptances(
    read: Read,
    paging: Paging,
    state: Annotated[
        AcceptanceState | None, Query(description="Only those that are in this state on the business date")
    ] = None,
) -> PageBody[AcceptanceOut]:
    """Of every risk, oldest first, each with its risk and what changed since it was asked for."""
    page = await read(lambda tx: accepting.list_all_acceptances(tx, state, paging.request))
    return paging.body(page, AcceptanceOut.of)


@router.get("/risks/{ref}/acceptances/{acceptance_id}", summary="One acceptance", responses=problems(404))
async def get_acceptance(read: Read, ref: RefPath, acceptance_id: AcceptancePath) -> AcceptanceOut:
    """With the state it was asked for on, and what changed since."""
    return AcceptanceOut.of(await read(lambda tx: accepting.get_acceptance(tx, ref, acceptance_id)))


@router.post(
    "/risks/{ref}/acceptances/{acceptance_id}/approve",
    summary="Accept a risk",
    responses=problems(403, 404, 409, 422),
)
async def approve_acceptance(
    write: Write, ref: RefPath, acceptance_id: AcceptancePath, body: DecisionIn
) -> AcceptanceOut:
    """By somebody other than who asked for it. It is suspended by itself once the rating is worse than accepted."""
    return AcceptanceOut.of(await write(lambda tx: accepting.approve(tx, ref, acceptance_id, body.reason)))


@router.post(
    "/risks/{ref}/acceptances/{acceptance_id}/withdraw",
    summary="End an acceptance",
    responses=problems(404, 409, 422),
)
async def withdraw_acceptance(
    write: Write, ref: RefPath, acceptance_id: AcceptancePath, body: DecisionIn
) -> AcceptanceOut:
    """Before its last day, or before it is approved; the risk is open again."""
    return AcceptanceOut.of(await write(lambda tx: accepting.withdraw(tx, ref, acceptance_id, body.reason)))

"""Outcomes, objectives and service standards."""

from typing import Any

from fastapi import APIRouter, Response

from chassis.web.paging import OldPage, OldPaging, old_page
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.endpoints.parameters import NewCode, say_whether_new
from services.indicators.models import ObjectiveRow, OutcomeRow, StandardRow
from services.indicators.repository import reference
from services.indicators.schemas.reference import LinkedIn, LinkedOut, StandardIn, StandardOut
from services.indicators.service import kept

router = APIRouter()

_PUT: dict[int | str, dict[str, Any]] = problems(401, 413, 415, 422, 503)
_NEW_LINKED: dict[int | str, dict[str, Any]] = {201: {"model": LinkedOut, "description": "It is new"}, **_PUT}


@router.get("/outcomes", tags=["Outcomes and objectives"], summary="List outcomes", responses=problems(401, 422))
async def list_outcomes(read: Read, paging: OldPaging) -> OldPage[LinkedOut]:
    rows = await read(lambda tx: reference.listing(tx, OutcomeRow, paging.after, paging.limit + 1))
    return old_page([LinkedOut.model_validate(r, from_attributes=True) for r in rows], paging.limit, key=_code)


@router.put(
    "/outcomes/{code}", tags=["Outcomes and objectives"], summary="Put an outcome in place", responses=_NEW_LINKED
)
async def put_outcome(write: Write, code: NewCode, body: LinkedIn, response: Response) -> LinkedOut:
    outcome, new = await write(lambda tx: kept.put_linked(tx, OutcomeRow, code, body))
    say_whether_new(response, new=new)
    return outcome


@router.get(
    "/objectives",
    tags=["Outcomes and objectives"],
    summary="List system performance objectives",
    responses=problems(401, 422),
)
async def list_objectives(read: Read, paging: OldPaging) -> OldPage[LinkedOut]:
    rows = await read(lambda tx: reference.listing(tx, ObjectiveRow, paging.after, paging.limit + 1))
    return old_page([LinkedOut.model_validate(r, from_attributes=True) for r in rows], paging.limit, key=_code)


@router.put(
    "/objectives/{code}",
    tags=["Outcomes and objectives"],
    summary="Put a system performance objective in place",
    responses=_NEW_LINKED,
)
async def put_objective(write: Write, code: NewCode, body: LinkedIn, response: Response) -> LinkedOut:
    objective, new = await write(lambda tx: kept.put_linked(tx, ObjectiveRow, code, body))
    say_whether_new(response, new=new)
    return objective


@router.get("/standards", tags=["Service standards"], summary="List service standards", responses=problems(401, 422))
async def list_standards(read: Read, paging: OldPaging) -> OldPage[StandardOut]:
    rows = await read(lambda tx: reference.listing(tx, StandardRow, paging.after, paging.limit + 1))
    found = [StandardOut.model_validate(dict(row._mapping)) for row in rows]  # noqa: SLF001  the documented way to a row's names
    return old_page(found, paging.limit, key=_code)


@router.put(
    "/standards/{code}",
    tags=["Service standards"],
    summary="Put a service standard in place",
    description="With its limits oldest first; their dates may not overlap.",
    responses={201: {"model": StandardOut, "description": "It is new"}, **_PUT},
)
async def put_standard(write: Write, code: NewCode, body: StandardIn, response: Response) -> StandardOut:
    standard, new = await write(lambda tx: kept.put_standard(tx, code, body))
    say_whether_new(response, new=new)
    return standard


def _code(row: LinkedOut | StandardOut) -> str:
    return row.code

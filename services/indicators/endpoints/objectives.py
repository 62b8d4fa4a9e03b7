"""Outcomes and objectives."""

from typing import Any

from fastapi import APIRouter, Response

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.objectives import Objective, ObjectiveKind
from services.indicators.endpoints.parameters import CodeInPath, NewCode, answer_whether_new
from services.indicators.schemas.objectives import LinkedIn, LinkedOut
from services.indicators.service import objectives

router = APIRouter(tags=["Outcomes and objectives"])

_PUT: dict[int | str, dict[str, Any]] = {
    201: {"model": LinkedOut, "description": "It is new"},
    **problems(401, 413, 415, 422, 503),
}


@router.get("/outcomes", summary="List outcomes", responses=problems(400, 401, 422))
async def list_outcomes(read: Read, paging: Paging) -> PageBody[LinkedOut]:
    page = await read(lambda tx: objectives.list_objectives(tx, ObjectiveKind.OUTCOME, paging.request))
    return paging.body(page, LinkedOut.of)


@router.get("/outcomes/{code}", summary="An outcome", responses=problems(401, 404, 422))
async def get_outcome(read: Read, code: CodeInPath) -> LinkedOut:
    return LinkedOut.of(await read(lambda tx: objectives.get_objective(tx, ObjectiveKind.OUTCOME, code)))


@router.put("/outcomes/{code}", summary="Put an outcome in place", responses=_PUT)
async def put_outcome(write: Write, code: NewCode, body: LinkedIn, response: Response) -> LinkedOut:
    return await _save(write, ObjectiveKind.OUTCOME, body.to_domain(code), response)


@router.get("/objectives", summary="List system performance objectives", responses=problems(400, 401, 422))
async def list_objectives(read: Read, paging: Paging) -> PageBody[LinkedOut]:
    page = await read(lambda tx: objectives.list_objectives(tx, ObjectiveKind.OBJECTIVE, paging.request))
    return paging.body(page, LinkedOut.of)


@router.get("/objectives/{code}", summary="A system performance objective", responses=problems(401, 404, 422))
async def get_objective(read: Read, code: CodeInPath) -> LinkedOut:
    return LinkedOut.of(await read(lambda tx: objectives.get_objective(tx, ObjectiveKind.OBJECTIVE, code)))


@router.put("/objectives/{code}", summary="Put a system performance objective in place", responses=_PUT)
async def put_objective(write: Write, code: NewCode, body: LinkedIn, response: Response) -> LinkedOut:
    return await _save(write, ObjectiveKind.OBJECTIVE, body.to_domain(code), response)


async def _save(write: Write, kind: ObjectiveKind, objective: Objective, response: Response) -> LinkedOut:
    answer_whether_new(response, new=await write(lambda tx: objectives.save_objective(tx, kind, objective)))
    return LinkedOut.of(objective)

"""Outcomes and objectives, gaps of the system and priorities."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from chassis.errors import FieldError, Invalid
from chassis.web.moments import AsOf
from chassis.web.paging import CollectionPaging, PageBody, sortable
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.objectives import Objective, ObjectiveKind, ObjectiveOrder, RollUpQuery
from services.indicators.endpoints.parameters import (
    AreaFilter,
    CodeInPath,
    NewCode,
    PeriodFilter,
    answer_whether_new,
    parse_period,
)
from services.indicators.schemas.objectives import LinkedIn, LinkedOut
from services.indicators.service import objectives

router = APIRouter(tags=["Outcomes and objectives"])

_PUT: dict[int | str, dict[str, Any]] = {
    201: {"model": LinkedOut, "description": "It is new"},
    **problems(401, 413, 415, 422, 503),
}
_ROLLED_UP = "In printed order. With `area` each has `roll_up`: how its indicators and those of its parts stand there."
Paging = Annotated[CollectionPaging, Depends(sortable(ObjectiveOrder))]


def _roll_up(area: AreaFilter = None, period: PeriodFilter = None, as_of: AsOf = None) -> RollUpQuery | None:
    if area is not None:
        return RollUpQuery(area, parse_period(period), as_of)
    if period is not None or as_of is not None:
        raise Invalid("Nothing is rolled up.", [FieldError("area", "name one; period and as_of go with it")])
    return None


Wanted = Annotated[RollUpQuery | None, Depends(_roll_up)]


@router.get("/outcomes", summary="List outcomes", description=_ROLLED_UP, responses=problems(400, 401, 422))
async def list_outcomes(read: Read, paging: Paging, wanted: Wanted) -> PageBody[LinkedOut]:
    return await _list(read, ObjectiveKind.OUTCOME, paging, wanted)


@router.get("/outcomes/{code}", summary="An outcome", responses=problems(401, 404, 422))
async def get_outcome(read: Read, code: CodeInPath, wanted: Wanted) -> LinkedOut:
    return await _get(read, ObjectiveKind.OUTCOME, code, wanted)


@router.put("/outcomes/{code}", summary="Put an outcome in place", responses=_PUT)
async def put_outcome(write: Write, code: NewCode, body: LinkedIn, response: Response) -> LinkedOut:
    return await _save(write, ObjectiveKind.OUTCOME, body.to_domain(code), response)


@router.get(
    "/objectives",
    summary="List system performance objectives",
    description=_ROLLED_UP,
    responses=problems(400, 401, 422),
)
async def list_objectives(read: Read, paging: Paging, wanted: Wanted) -> PageBody[LinkedOut]:
    return await _list(read, ObjectiveKind.OBJECTIVE, paging, wanted)


@router.get("/objectives/{code}", summary="A system performance objective", responses=problems(401, 404, 422))
async def get_objective(read: Read, code: CodeInPath, wanted: Wanted) -> LinkedOut:
    return await _get(read, ObjectiveKind.OBJECTIVE, code, wanted)


@router.put(
    "/objectives/{code}",
    summary="Put a system performance objective in place",
    description="`part_of` is the outcome that it serves.",
    responses=_PUT,
)
async def put_objective(write: Write, code: NewCode, body: LinkedIn, response: Response) -> LinkedOut:
    return await _save(write, ObjectiveKind.OBJECTIVE, body.to_domain(code), response)


@router.get(
    "/system-gaps", summary="List gaps of the system", description=_ROLLED_UP, responses=problems(400, 401, 422)
)
async def list_system_gaps(read: Read, paging: Paging, wanted: Wanted) -> PageBody[LinkedOut]:
    return await _list(read, ObjectiveKind.SYSTEM_GAP, paging, wanted)


@router.get("/system-gaps/{code}", summary="A gap of the system", responses=problems(401, 404, 422))
async def get_system_gap(read: Read, code: CodeInPath, wanted: Wanted) -> LinkedOut:
    return await _get(read, ObjectiveKind.SYSTEM_GAP, code, wanted)


@router.put("/system-gaps/{code}", summary="Put a gap of the system in place", responses=_PUT)
async def put_system_gap(write: Write, code: NewCode, body: LinkedIn, response: Response) -> LinkedOut:
    return await _save(write, ObjectiveKind.SYSTEM_GAP, body.to_domain(code), response)


@router.get("/priorities", summary="List priorities", description=_ROLLED_UP, responses=problems(400, 401, 422))
async def list_priorities(read: Read, paging: Paging, wanted: Wanted) -> PageBody[LinkedOut]:
    return await _list(read, ObjectiveKind.PRIORITY, paging, wanted)


@router.get("/priorities/{code}", summary="A priority", responses=problems(401, 404, 422))
async def get_priority(read: Read, code: CodeInPath, wanted: Wanted) -> LinkedOut:
    return await _get(read, ObjectiveKind.PRIORITY, code, wanted)


@router.put(
    "/priorities/{code}",
    summary="Put a priority in place",
    description="`part_of` is the gap of the system that it is to close.",
    responses=_PUT,
)
async def put_priority(write: Write, code: NewCode, body: LinkedIn, response: Response) -> LinkedOut:
    return await _save(write, ObjectiveKind.PRIORITY, body.to_domain(code), response)


async def _list(
    read: Read, kind: ObjectiveKind, paging: CollectionPaging, wanted: RollUpQuery | None
) -> PageBody[LinkedOut]:
    return paging.body(
        await read(lambda tx: objectives.list_objectives(tx, kind, paging.request, wanted)), LinkedOut.of
    )


async def _get(read: Read, kind: ObjectiveKind, code: str, wanted: RollUpQuery | None) -> LinkedOut:
    return LinkedOut.of(await read(lambda tx: objectives.get_objective(tx, kind, code, wanted)))


async def _save(write: Write, kind: ObjectiveKind, objective: Objective, response: Response) -> LinkedOut:
    view, new = await write(lambda tx: objectives.save_objective(tx, kind, objective))
    answer_whether_new(response, new=new)
    return LinkedOut.of(view)

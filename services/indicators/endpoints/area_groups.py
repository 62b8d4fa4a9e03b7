"""Groups of areas that others are compared with."""

from fastapi import APIRouter, Response

from chassis.web.moments import AsOf
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.endpoints.parameters import CodeInPath, NewCode, answer_whether_new
from services.indicators.schemas.area_groups import AreaGroupIn, AreaGroupOut
from services.indicators.service import comparisons

router = APIRouter(tags=["Areas"])


@router.get("/area-groups", summary="List groups of areas", responses=problems(400, 401, 422))
async def list_area_groups(read: Read, paging: Paging) -> PageBody[AreaGroupOut]:
    return paging.body(await read(lambda tx: comparisons.list_groups(tx, paging.request)), AreaGroupOut.of)


@router.get("/area-groups/{code}", summary="A group of areas", responses=problems(401, 404, 422))
async def get_area_group(read: Read, code: CodeInPath, as_of: AsOf = None) -> AreaGroupOut:
    return AreaGroupOut.of(await read(lambda tx: comparisons.get_group(tx, code, as_of)))


@router.put(
    "/area-groups/{code}",
    summary="Put a group of areas in place",
    description="Such as the nearest neighbours of a council by somebody's model. A scorecard is compared with the "
    "mean of the group, and each of its rows ranked within it, by `comparator={code}`.",
    responses={201: {"model": AreaGroupOut, "description": "It is new"}, **problems(401, 413, 415, 422, 503)},
)
async def put_area_group(write: Write, code: NewCode, body: AreaGroupIn, response: Response) -> AreaGroupOut:
    group = body.to_domain(code)
    answer_whether_new(response, new=await write(lambda tx: comparisons.save_group(tx, group)))
    return AreaGroupOut.of(group)

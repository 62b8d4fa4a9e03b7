"""Areas."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from chassis.web.paging import CollectionPaging, PageBody, sortable
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.areas import AreaOrder
from services.indicators.endpoints.parameters import AreaCodeInPath, answer_whether_new
from services.indicators.schemas.areas import AreaIn, AreaOut, AreaPatch
from services.indicators.service import area_changes, areas

router = APIRouter(tags=["Areas and frameworks"])


@router.get("/areas", summary="List areas", responses=problems(400, 401, 422))
async def list_areas(
    read: Read,
    paging: Annotated[CollectionPaging, Depends(sortable(AreaOrder))],
    kind: Annotated[str | None, Query(alias="type", max_length=60, pattern=r"^[^\x00]*$")] = None,
) -> PageBody[AreaOut]:
    return paging.body(await read(lambda tx: areas.list_areas(tx, paging.request, kind)), AreaOut.of)


@router.post(
    "/areas",
    status_code=201,
    summary="Add an area",
    description="The same content again is answered with 200 and changes nothing.",
    responses={200: {"model": AreaOut, "description": "It was there"}, **problems(401, 409, 413, 415, 422, 503)},
)
async def add_area(write: Write, body: AreaIn, response: Response) -> AreaOut:
    area = body.to_domain()
    answer_whether_new(response, new=await write(lambda tx: areas.add_area(tx, area)))
    return AreaOut.of(area)


@router.get("/areas/{code}", summary="An area", responses=problems(401, 404, 422))
async def get_area(read: Read, code: AreaCodeInPath) -> AreaOut:
    return AreaOut.of(await read(lambda tx: areas.get_area(tx, code)))


@router.patch(
    "/areas/{code}",
    summary="Rename or close an area, or say what came in its place",
    description="A change says why. Every series of the area is published where it is renamed.",
    responses=problems(401, 404, 413, 415, 422, 503),
)
async def change_area(write: Write, code: AreaCodeInPath, body: AreaPatch) -> AreaOut:
    return AreaOut.of(await write(lambda tx: area_changes.change_area(tx, code, body.to_domain(), body.reason)))

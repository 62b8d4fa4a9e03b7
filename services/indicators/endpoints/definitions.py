"""Indicators, areas and frameworks."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.web.paging import OldPage, OldPaging, old_page
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.endpoints.parameters import IndicatorCode, say_whether_new
from services.indicators.repository import definitions as stored
from services.indicators.schemas.definitions import (
    AreaIn,
    AreaOut,
    FrameworkIn,
    FrameworkOut,
    IndicatorIn,
    IndicatorOut,
    IndicatorPatch,
)
from services.indicators.schemas.values import FrameworkCode
from services.indicators.service import definitions

router = APIRouter()


@router.get("/indicators", tags=["Indicators"], summary="List indicators", responses=problems(401, 422))
async def list_indicators(
    read: Read, paging: OldPaging, framework: Annotated[FrameworkCode | None, Query()] = None
) -> OldPage[IndicatorOut]:
    rows = await read(lambda tx: stored.list_indicators(tx, paging.after, paging.limit + 1, framework))
    return old_page([definitions.indicator_out(row) for row in rows], paging.limit, key=lambda i: i.code)


@router.post(
    "/indicators",
    tags=["Indicators"],
    status_code=201,
    summary="Define an indicator",
    responses=problems(401, 409, 413, 415, 422, 503),
)
async def add_indicator(write: Write, body: IndicatorIn) -> IndicatorOut:
    return await write(lambda tx: definitions.add_indicator(tx, body))


@router.get("/indicators/{code}", tags=["Indicators"], summary="An indicator", responses=problems(401, 404))
async def get_indicator(read: Read, code: IndicatorCode) -> IndicatorOut:
    return definitions.indicator_out(await read(lambda tx: definitions.require_indicator(tx, code)))


@router.patch(
    "/indicators/{code}",
    tags=["Indicators"],
    summary="Change a definition",
    description="Every area whose state the change alters is published. Unit and frequency are fixed once anything "
    "was recorded.",
    responses=problems(401, 404, 409, 413, 415, 422, 503),
)
async def change_indicator(write: Write, code: IndicatorCode, body: IndicatorPatch) -> IndicatorOut:
    return await write(lambda tx: definitions.change_indicator(tx, code, body))


@router.get("/areas", tags=["Areas and frameworks"], summary="List areas", responses=problems(401, 422))
async def list_areas(
    read: Read,
    paging: OldPaging,
    kind: Annotated[str | None, Query(alias="type", max_length=60, pattern=r"^[^\x00]*$")] = None,
) -> OldPage[AreaOut]:
    rows = await read(lambda tx: stored.list_areas(tx, paging.after, paging.limit + 1, kind))
    areas = [AreaOut.model_validate(row, from_attributes=True) for row in rows]
    return old_page(areas, paging.limit, key=lambda area: area.code)


@router.post(
    "/areas",
    tags=["Areas and frameworks"],
    status_code=201,
    summary="Add an area",
    description="The same content again is answered with 200 and changes nothing.",
    responses={200: {"model": AreaOut, "description": "It was there"}, **problems(401, 409, 413, 415, 422, 503)},
)
async def add_area(write: Write, body: AreaIn, response: Response) -> AreaOut:
    area, new = await write(lambda tx: definitions.add_area(tx, body))
    say_whether_new(response, new=new)
    return area


@router.get("/frameworks", tags=["Areas and frameworks"], summary="List frameworks", responses=problems(401, 422))
async def list_frameworks(read: Read, paging: OldPaging) -> OldPage[FrameworkOut]:
    rows = await read(lambda tx: stored.list_frameworks(tx, paging.after, paging.limit + 1))
    frameworks = [FrameworkOut.model_validate(row, from_attributes=True) for row in rows]
    return old_page(frameworks, paging.limit, key=lambda framework: framework.code)


@router.post(
    "/frameworks",
    tags=["Areas and frameworks"],
    status_code=201,
    summary="Add a framework and the method it benchmarks by",
    description="The same content again is answered with 200 and changes nothing.",
    responses={200: {"model": FrameworkOut, "description": "It was there"}, **problems(401, 409, 413, 415, 422, 503)},
)
async def add_framework(write: Write, body: FrameworkIn, response: Response) -> FrameworkOut:
    framework, new = await write(lambda tx: definitions.add_framework(tx, body))
    say_whether_new(response, new=new)
    return framework

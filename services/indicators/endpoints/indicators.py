"""Indicators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from chassis.web.moments import AsOf, ChangedSince
from chassis.web.paging import CollectionPaging, PageBody, sortable
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.definitions import IndicatorFilter, IndicatorOrder
from services.indicators.endpoints.parameters import AreaFilter, IndicatorCode, answer_whether_new
from services.indicators.schemas.indicators import IndicatorIn, IndicatorOut, IndicatorPatch
from services.indicators.schemas.values import FrameworkCode
from services.indicators.service import definitions, indicators

router = APIRouter(tags=["Indicators"])


@router.get("/indicators", summary="List indicators", responses=problems(400, 401, 422))
async def list_indicators(
    read: Read,
    paging: Annotated[CollectionPaging, Depends(sortable(IndicatorOrder))],
    framework: Annotated[FrameworkCode | None, Query()] = None,
    owner: Annotated[str | None, Query(max_length=300, description="Who answers for it")] = None,
    area: AreaFilter = None,
    changed_since: ChangedSince = None,
) -> PageBody[IndicatorOut]:
    wanted = IndicatorFilter(framework, owner, area, changed_since)
    page = await read(lambda tx: indicators.list_indicators(tx, paging.request, wanted))
    return paging.body(page, IndicatorOut.of)


@router.post(
    "/indicators",
    status_code=201,
    summary="Define an indicator",
    description="The same content again is answered with 200 and changes nothing.",
    responses={200: {"model": IndicatorOut, "description": "It was there"}, **problems(401, 409, 413, 415, 422, 503)},
)
async def add_indicator(write: Write, body: IndicatorIn, response: Response) -> IndicatorOut:
    indicator, new = await write(lambda tx: definitions.add_indicator(tx, body.to_domain()))
    answer_whether_new(response, new=new)
    return IndicatorOut.of(indicator)


@router.get("/indicators/{code}", summary="An indicator", responses=problems(401, 404, 422))
async def get_indicator(read: Read, code: IndicatorCode, as_of: AsOf = None) -> IndicatorOut:
    return IndicatorOut.of(await read(lambda tx: indicators.get_indicator(tx, code, as_of)))


@router.patch(
    "/indicators/{code}",
    summary="Change a definition",
    description="Every series whose state the change alters is published. A change says why. Unit, frequency and gap "
    "are fixed once anything was recorded, and so are dimensions in use.",
    responses=problems(401, 404, 409, 413, 415, 422, 503),
)
async def change_indicator(write: Write, code: IndicatorCode, body: IndicatorPatch) -> IndicatorOut:
    changes = body.to_domain()
    return IndicatorOut.of(await write(lambda tx: definitions.change_indicator(tx, code, changes, body.reason)))

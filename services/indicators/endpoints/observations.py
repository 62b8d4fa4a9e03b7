"""Observations."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from chassis.web.moments import AsOf, ChangedSince
from chassis.web.paging import CollectionPaging, PageBody, sortable
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from contracts.indicators import ObservationStatus
from services.indicators.domain.observations import ObservationFilter, ObservationOrder, SeriesKey
from services.indicators.endpoints.parameters import (
    AreaFilter,
    BreakdownFilter,
    IndicatorCode,
    PeriodFilter,
    answer_whether_new,
)
from services.indicators.schemas.observations import (
    BulkOut,
    ListedObservationOut,
    ObservationIn,
    ObservationsIn,
    RecordedOut,
)
from services.indicators.service import batches, observations

router = APIRouter(tags=["Observations"])


@router.post(
    "/indicators/{code}/observations",
    status_code=201,
    summary="Record an observation",
    description="A new revision where the content differs, answered with 201. The same content again is answered "
    "with 200: no revision, no event. What once was final changes only with a `reason`; it cannot be recorded before "
    "its period has ended in England. An England value is the comparator's and may recolour every area.",
    responses={
        200: {"model": RecordedOut, "description": "The same content is current already"},
        **problems(401, 404, 409, 413, 415, 422, 503),
    },
)
async def record_observation(write: Write, code: IndicatorCode, body: ObservationIn, response: Response) -> RecordedOut:
    key = SeriesKey(code, body.area, body.breakdown)
    recorded = await write(lambda tx: observations.record_observation(tx, key, body.read))
    answer_whether_new(response, new=recorded.new)
    return RecordedOut.of_recorded(recorded)


@router.post(
    "/observations",
    summary="Record many observations at once",
    description="At most 5,000, each naming its indicator: all are recorded or none, and every faulty field of every "
    "row is named. What is current already is left as it is. A series that changes in several periods is published "
    "once. The body may have 8 MiB.",
    responses=problems(401, 409, 413, 415, 422, 503),
)
async def record_many(write: Write, body: ObservationsIn) -> BulkOut:
    sent = [(entry.series, entry.read) for entry in body.observations]
    return BulkOut.of(await write(lambda tx: batches.record_bulk(tx, sent)))


@router.get(
    "/indicators/{code}/observations",
    summary="List observations",
    description="The current revision of each period, by area, breakdown and period unless ordered "
    "otherwise; with `revisions=true` every revision.",
    responses=problems(400, 401, 404, 422),
)
async def list_observations(
    read: Read,
    paging: Annotated[CollectionPaging, Depends(sortable(ObservationOrder))],
    code: IndicatorCode,
    area: AreaFilter = None,
    breakdown: BreakdownFilter = None,
    period: PeriodFilter = None,
    status: ObservationStatus | None = None,
    as_of: AsOf = None,
    revisions: Annotated[bool, Query(description="Every revision, not only the current ones")] = False,
    sort_keys: Annotated[bool, Query(description="With the Fingertips sort key of each period")] = False,
    changed_since: ChangedSince = None,
) -> PageBody[ListedObservationOut]:
    wanted = ObservationFilter(area, breakdown, period, status, as_of, revisions, changed_since)
    page, indicator = await read(lambda tx: observations.list_observations(tx, paging.request, code, wanted))
    return paging.body(page, lambda revision: ListedObservationOut.of_listed(revision, indicator, sort_keys=sort_keys))

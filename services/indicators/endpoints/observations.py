"""Observations, the state they make, and the targets they are held against."""

import json
import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.errors import BadRequest, FieldError
from chassis.web.paging import OldPage, OldPaging, old_page
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from contracts.indicators import ObservationStatus
from services.indicators.domain.readings import Unit
from services.indicators.endpoints.parameters import (
    AREA_PATTERN,
    AreaFilter,
    AreaWanted,
    AsOf,
    IndicatorCode,
    PeriodFilter,
    parse_period,
    say_whether_new,
)
from services.indicators.errors import IndicatorUnknown
from services.indicators.repository.observations import Place
from services.indicators.schemas.observations import ObservationIn, ObservationOut, RecordedOut, StatusOut
from services.indicators.schemas.targets import TargetIn, TargetOut
from services.indicators.schemas.values import is_slug
from services.indicators.service import observations, targets, views

router = APIRouter()

HIGHEST_NUMBER = 2**31 - 1
"""Beyond it a revision or version does not fit its column, so no cursor given out here names one."""


@router.post(
    "/indicators/{code}/observations",
    tags=["Observations"],
    status_code=201,
    summary="Record an observation",
    description="A new revision where the content differs, answered with 201. The same content again is answered "
    "with 200: no revision, no event. A final value changes only with a `reason`; it cannot be recorded before its "
    "period has ended in England. An England value is the comparator's and may recolour every area.",
    responses={
        200: {"model": RecordedOut, "description": "The same content stands already"},
        **problems(401, 404, 409, 413, 415, 422, 503),
    },
)
async def record_observation(write: Write, code: IndicatorCode, body: ObservationIn, response: Response) -> RecordedOut:
    if not is_slug(code):
        raise IndicatorUnknown(code)
    recorded, unit = await write(lambda tx: observations.record_observation(tx, code, body.entry()))
    say_whether_new(response, new=recorded.new)
    shown = views.observation_out(recorded.observation, unit)
    return RecordedOut(**dict(shown), version=recorded.version, event=recorded.event)


@router.get(
    "/indicators/{code}/observations",
    tags=["Observations"],
    summary="List observations",
    description="The standing revision of each period, by area and period; with `revisions=true` every revision.",
    responses=problems(401, 404, 422),
)
async def list_observations(
    read: Read,
    paging: OldPaging,
    code: IndicatorCode,
    area: AreaFilter = None,
    period: PeriodFilter = None,
    status: ObservationStatus | None = None,
    as_of: AsOf = None,
    revisions: Annotated[bool, Query(description="Every revision, not only the standing ones")] = False,
) -> OldPage[ObservationOut]:
    wanted, after = parse_period(period), _place(paging.after)
    listed, unit = await read(
        lambda tx: observations.list_observations(
            tx,
            code,
            area=area,
            period=wanted,
            status=status,
            as_of=as_of,
            revisions=revisions,
            after=after,
            limit=paging.limit + 1,
        )
    )
    return old_page([views.observation_out(o, Unit(unit)) for o in listed], paging.limit, key=_cursor)


def _cursor(shown: ObservationOut) -> str:
    period = shown.period
    return json.dumps([shown.area, period.end.isoformat(), period.start.isoformat(), shown.revision])


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    try:
        area, end, start, revision = json.loads(after)
        return _area(area), date.fromisoformat(end), date.fromisoformat(start), _number(revision)
    except (ValueError, TypeError) as error:
        raise _foreign_cursor() from error


def _area(value: object) -> str:
    if not (isinstance(value, str) and re.fullmatch(AREA_PATTERN, value)):
        raise ValueError(value)
    return value


def _number(value: object) -> int:
    if not (type(value) is int and 0 <= value <= HIGHEST_NUMBER):
        raise ValueError(value)
    return value


def _foreign_cursor() -> BadRequest:
    return BadRequest("This cursor was not given out here.", [FieldError("cursor", "take it from `next`")])


@router.get(
    "/indicators/{code}/status",
    tags=["Observations"],
    summary="The state of an indicator in an area",
    description="The latest observation, its benchmark, trend and target colours with their reasons, and the six "
    "latest periods, oldest first. `as_of` reads it as it was known then.",
    responses=problems(401, 404, 422),
)
async def get_status(read: Read, code: IndicatorCode, area: AreaWanted, as_of: AsOf = None) -> StatusOut:
    return await read(lambda tx: views.status(tx, code, area, as_of))


@router.get(
    "/indicators/{code}/targets",
    tags=["Targets"],
    summary="List targets and their versions",
    responses=problems(401, 404, 422),
)
async def list_targets(
    read: Read, paging: OldPaging, code: IndicatorCode, area: AreaFilter = None
) -> OldPage[TargetOut]:
    after = _target_place(paging.after)
    listed = await read(lambda tx: targets.list_targets(tx, code, area, after, paging.limit + 1))
    return old_page(listed, paging.limit, key=lambda target: json.dumps([target.area, target.version]))


def _target_place(after: str | None) -> tuple[str, int] | None:
    if after is None:
        return None
    try:
        area, version = json.loads(after)
        return _area(area), _number(version)
    except (ValueError, TypeError) as error:
        raise _foreign_cursor() from error


@router.post(
    "/indicators/{code}/targets",
    tags=["Targets"],
    status_code=201,
    summary="Set a target",
    description="Other content than the newest version's is a new version, also where an older one had it. The newest "
    "one's again is answered with 200.",
    responses={
        200: {"model": TargetOut, "description": "The newest version has this content"},
        **problems(401, 404, 413, 415, 422, 503),
    },
)
async def set_target(write: Write, code: IndicatorCode, body: TargetIn, response: Response) -> TargetOut:
    target, new = await write(lambda tx: targets.set_target(tx, code, body))
    say_whether_new(response, new=new)
    return target

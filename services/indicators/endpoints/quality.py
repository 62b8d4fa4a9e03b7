"""Data quality."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Request

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.indicators.domain.definitions import IndicatorFilter
from services.indicators.domain.quality import QualityKind
from services.indicators.endpoints.parameters import AreaFilter, IndicatorCode
from services.indicators.schemas.quality import IndicatorQualityOut, QualityRulesIn, QualityRulesOut
from services.indicators.schemas.quality_table import quality_table
from services.indicators.service import quality

router = APIRouter(tags=["Data quality"])


_DESCRIPTION = (
    "By indicator: nobody answers for it (`no_owner`); a value is due and not there (`late`); one of the six shown is "
    "far from the series' own history, by a modified z-score beyond 3.5 (`outlier`), contradicts another indicator by "
    "a declared relation (`contradiction`), or is a small number, or would give one away, and is published as `[c]` "
    "(`small_number`). Findings are made with what is published."
)


class _Wanted(NamedTuple):
    indicators: IndicatorFilter
    kinds: frozenset[QualityKind]


def _query(
    area: AreaFilter = None,
    owner: Annotated[
        str | None, Query(max_length=300, description="Only indicators of this owner", examples=["Craig McArdle"])
    ] = None,
    kind: Annotated[
        list[QualityKind] | None,
        Query(max_length=len(QualityKind), description="Only findings of these kinds", examples=[["late"]]),
    ] = None,
) -> _Wanted:
    return _Wanted(IndicatorFilter(area=area, owner=owner), frozenset(kind or ()))


Wanted = Annotated[_Wanted, Depends(_query)]


@router.get(
    "/data-quality",
    summary="What is to be looked at of figures",
    description=f"{_DESCRIPTION} A page looks at as many indicators as its limit and lists those with findings, so it "
    "may be short, or empty, where `next` goes on.",
    responses=problems(400, 401, 422),
)
async def list_quality(read: Read, paging: Paging, wanted: Wanted) -> PageBody[IndicatorQualityOut]:
    page = await read(lambda tx: quality.list_quality(tx, paging.request, *wanted))
    return paging.body(page, IndicatorQualityOut.of)


async def _table(request: Request, read: Read, wanted: Wanted) -> Table:
    found = await read(lambda tx: quality.get_all_quality(tx, *wanted))
    return quality_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/data-quality",
    _table,
    name="list_quality",
    title="What is to be looked at of figures",
    description=f"{_DESCRIPTION} A row for each finding, of all indicators.",
)


@router.get(
    "/indicators/{code}/quality-rules",
    summary="Rules of quality of an indicator",
    responses=problems(401, 404, 422),
)
async def get_quality_rules(read: Read, code: IndicatorCode) -> QualityRulesOut:
    return QualityRulesOut.of(await read(lambda tx: quality.get_rules(tx, code)))


@router.put(
    "/indicators/{code}/quality-rules",
    summary="Put rules of quality in place",
    description="All of them: when a value is due, below which count it is published as `[c]`, and what it is to other "
    "indicators. Suppression holds from now on for scorecards, roll-ups, exceptions, exports, data quality, process "
    "control, the trend test and forecasts, of past moments too; the status and the observations of one indicator, and "
    "events, have every figure.",
    responses=problems(401, 404, 413, 415, 422, 503),
)
async def put_quality_rules(write: Write, code: IndicatorCode, body: QualityRulesIn) -> QualityRulesOut:
    rules = body.to_domain(code)
    await write(lambda tx: quality.save_rules(tx, rules))
    return QualityRulesOut.of(rules)

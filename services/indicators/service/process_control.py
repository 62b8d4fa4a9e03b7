"""Process control of a series, and of everything that is recorded of an area."""

from collections.abc import Collection
from datetime import datetime

from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from services.indicators.domain.control.process import (
    AreaProcessControl,
    ProcessControl,
    SeriesProcessControl,
    process_control,
)
from services.indicators.domain.control.remarks import RecordedRemark
from services.indicators.domain.control.settings import ChartSettings
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.observations import SeriesKey
from services.indicators.repository import remarks, series
from services.indicators.service.areas import get_named_area
from services.indicators.service.breakdowns import refuse_undeclared
from services.indicators.service.indicators import get_definitions, get_indicator
from services.indicators.service.scorecards import get_scorecard_definition
from services.indicators.service.series_inputs import get_inputs
from services.indicators.service.whole_series import get_whole_published


async def get_process_control(
    tx: Tx, key: SeriesKey, settings: ChartSettings, as_of: datetime | None
) -> SeriesProcessControl:
    """The chart of a series: as it is, or as it was known at ``as_of``.

    Raises:
        IndicatorUnknown, NotDefinedYet: there is no such indicator, or was none.
        ReferenceInvalid: the area is not known, or the indicator is not broken down so.
    """
    indicator = await get_indicator(tx, key.indicator, as_of)
    refuse_undeclared(indicator, key.breakdown)
    area = await get_named_area(tx, key.area, as_of)
    (control,) = await _get_charts(tx, [indicator], key.area, key.breakdown, settings, as_of)
    return SeriesProcessControl(area, control, as_of)


async def get_area_process_control(
    tx: Tx,
    area: str,
    breakdown: Breakdown,
    settings: ChartSettings,
    as_of: datetime | None,
    scorecard: str | None = None,
) -> AreaProcessControl:
    """The charts of all indicators that are recorded of an area, or of those of a scorecard, by code.

    The same number of statements for any number.

    Raises:
        ReferenceInvalid: the area is not known.
        ScorecardUnknown, NotDefinedYet: there is no such scorecard, or was none.
    """
    found = await get_named_area(tx, area, as_of)
    present = await series.list_indicators_of_area(tx, area, breakdown)
    if scorecard is not None:
        wanted = set((await get_scorecard_definition(tx, scorecard, as_of)).indicators)
        present = [each for each in present if each.code in wanted]
    defined = await get_definitions(tx, [each.code for each in present], as_of) if as_of else None
    indicators = present if defined is None else [defined[each.code] for each in present]
    rows = await _get_charts(tx, indicators, area, breakdown, settings, as_of)
    return AreaProcessControl(found, settings, tuple(rows), as_of)


async def _get_charts(
    tx: Tx,
    indicators: Collection[Indicator],
    area: str,
    breakdown: Breakdown,
    settings: ChartSettings,
    as_of: datetime | None,
) -> list[ProcessControl]:
    keys = [SeriesKey(each.code, area, breakdown) for each in indicators]
    inputs = await get_inputs(tx, indicators, area, [breakdown], as_of=as_of)
    whole = await get_whole_published(tx, inputs, keys, as_of)
    remarked: dict[SeriesKey, list[RecordedRemark]] = {}
    for each in await remarks.get_remarks(tx, list(inputs.indicators), area, breakdown, as_of):
        remarked.setdefault(each.series, []).append(each)
    return [
        process_control(
            key,
            inputs.indicators[key.indicator],
            whole.get(key, ()),
            remarked.get(key, ()),
            inputs.targets.get(key, ()),
            inputs.state(key),
            settings,
        )
        for key in keys
    ]

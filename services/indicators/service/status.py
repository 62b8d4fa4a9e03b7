"""The state of a series, and of the inequality gaps that are derived from it."""

from datetime import datetime

from chassis.storage.transaction import Tx
from services.indicators.domain.gaps import series_beside
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.series import SeriesStatus
from services.indicators.repository import series
from services.indicators.service.areas import get_named_area
from services.indicators.service.breakdowns import refuse_undeclared
from services.indicators.service.indicators import get_definitions, get_indicator
from services.indicators.service.series_inputs import get_inputs, get_inputs_of


async def get_status(tx: Tx, key: SeriesKey, as_of: datetime | None) -> SeriesStatus:
    """The state of a series: as it is, or as it was known at ``as_of``.

    Raises:
        IndicatorUnknown, NotDefinedYet: there is no such indicator, or was none.
        ReferenceInvalid: the area is not known, or the indicator is not broken down so.
    """
    indicator = await get_indicator(tx, key.indicator, as_of)
    refuse_undeclared(indicator, key.breakdown)
    area = await get_named_area(tx, key.area, as_of)
    inputs = await get_inputs(tx, [indicator], key.area, [key.breakdown], as_of=as_of)
    version = await series.get_version(tx, key) if as_of is None else None
    return SeriesStatus(key, indicator, area, inputs.state(key), version, as_of)


async def get_gaps(tx: Tx, key: SeriesKey, as_of: datetime | None) -> list[SeriesStatus]:
    """The states of the inequality gaps that are derived from a series, or from its parts, by their codes.

    Of a breakdown that names an end of a gap, the gap between the ends; of one that names another value, none. The same
    number of statements for any number.

    Raises:
        IndicatorUnknown, NotDefinedYet: there is no such indicator, or was none.
        ReferenceInvalid: the area is not known, or the indicator is not broken down so.
    """
    indicator = await get_indicator(tx, key.indicator, as_of)
    refuse_undeclared(indicator, key.breakdown)
    area = await get_named_area(tx, key.area, as_of)
    gaps = await get_definitions(tx, sorted(indicator.gaps), as_of)
    keys = [beside for _, gap in sorted(gaps.items()) if (beside := series_beside(gap, key))]
    inputs = await get_inputs_of(tx, gaps.values(), key.area, keys, as_of=as_of)
    return [SeriesStatus(each, gaps[each.indicator], area, inputs.state(each), None, as_of) for each in keys]

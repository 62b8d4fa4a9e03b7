"""The state of a series."""

from datetime import datetime

from chassis.storage.transaction import Tx
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.series import SeriesStatus
from services.indicators.repository import series
from services.indicators.service.areas import get_named_area
from services.indicators.service.breakdowns import refuse_undeclared
from services.indicators.service.indicators import get_indicator
from services.indicators.service.series_inputs import get_inputs


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

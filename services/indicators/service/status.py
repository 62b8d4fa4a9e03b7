"""The state of an indicator in an area."""

from datetime import datetime

from chassis.storage.transaction import Tx
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.series import SeriesStatus
from services.indicators.repository import series
from services.indicators.service.areas import get_area
from services.indicators.service.indicators import get_indicator
from services.indicators.service.series_inputs import get_inputs


async def get_status(tx: Tx, key: SeriesKey, as_of: datetime | None) -> SeriesStatus:
    """The state of a series: as it is, or as it was known at ``as_of``."""
    indicator = await get_indicator(tx, key.indicator, as_of)
    area = await get_area(tx, key.area)
    inputs = await get_inputs(tx, [indicator], key.area, as_of=as_of)
    version = await series.get_version(tx, key) if as_of is None else None
    return SeriesStatus(indicator, area, inputs.state(key), version, as_of)

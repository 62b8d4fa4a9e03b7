"""What the past of a series says: its recent trend, tested, where it is going, and where it was to go."""

from collections.abc import Collection
from datetime import datetime

from chassis.storage.transaction import Tx
from services.indicators.domain.areas import ENGLAND
from services.indicators.domain.expectations import Expectation, trajectory
from services.indicators.domain.forecast import Forecast, forecast
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.recent_trend import RecentTrend, recent_trend
from services.indicators.domain.series import SeriesPast
from services.indicators.service.areas import get_named_area
from services.indicators.service.breakdowns import refuse_undeclared
from services.indicators.service.indicators import get_indicator
from services.indicators.service.series_inputs import get_inputs
from services.indicators.service.whole_series import WholeSeries, get_whole_published


async def get_past(tx: Tx, key: SeriesKey, as_of: datetime | None) -> SeriesPast:
    """A series as it is, or as it was known at ``as_of``.

    Raises:
        IndicatorUnknown, NotDefinedYet: there is no such indicator, or was none.
        ReferenceInvalid: the area is not known, or the indicator is not broken down so.
    """
    return (await _get_past(tx, key, as_of, [key]))[0]


async def _get_past(
    tx: Tx, key: SeriesKey, as_of: datetime | None, wanted: Collection[SeriesKey]
) -> tuple[SeriesPast, WholeSeries]:
    """A series, which is among the ``wanted``, and all of these whole; raises as :func:`get_past`."""
    indicator = await get_indicator(tx, key.indicator, as_of)
    refuse_undeclared(indicator, key.breakdown)
    area = await get_named_area(tx, key.area, as_of)
    inputs = await get_inputs(tx, [indicator], key.area, [key.breakdown], as_of=as_of)
    whole = await get_whole_published(tx, inputs, wanted, as_of)
    targets = tuple(inputs.targets.get(key, ()))
    return SeriesPast(key, indicator, area, tuple(whole.get(key, ())), targets, inputs.state(key), as_of), whole


async def get_recent_trend(tx: Tx, key: SeriesKey, as_of: datetime | None) -> tuple[SeriesPast, RecentTrend]:
    """The recent trend of a series; raises as :func:`get_past`."""
    past = await get_past(tx, key, as_of)
    return past, recent_trend(past.indicator, past.revisions)


async def get_forecast(tx: Tx, key: SeriesKey, as_of: datetime | None) -> tuple[SeriesPast, Forecast]:
    """The forecast of a series to the due period of its target; raises as :func:`get_past`."""
    past = await get_past(tx, key, as_of)
    return past, forecast(past.indicator, past.revisions, past.targets)


async def get_trajectory(tx: Tx, key: SeriesKey, as_of: datetime | None) -> tuple[SeriesPast, list[Expectation]]:
    """What is expected in each period of a series, on to the due one; raises as :func:`get_past`."""
    england = key._replace(area=ENGLAND)
    past, whole = await _get_past(tx, key, as_of, {key, england})
    compared = {each.period: each.observation.value for each in whole.get(england, ())}
    observed = [each.period for each in past.revisions if not each.observation.is_withdrawn]
    return past, trajectory(past.targets, observed, compared)

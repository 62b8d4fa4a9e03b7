"""Locks on series that change.

Writers take locks in one order: indicators, then areas, then series by (indicator, breakdown, area), then the series
of the gaps derived from them. Whoever changes one open series locks that series alone. Whoever changes the comparator,
the definition or the area, or opens a series, locks the indicator or the area first, so that a series opened meanwhile
cannot miss the change.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from chassis.storage.bulk import plan_by_key
from chassis.storage.transaction import Tx
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.series_inputs import NO_WHOLE, WholeIndicators
from services.indicators.errors import IndicatorUnknown
from services.indicators.repository import areas, indicators, series
from services.indicators.service.areas import refuse_unknown


@dataclass(frozen=True, slots=True)
class LockedSeries:
    """The versions of locked series before this change, and those that are in the database now.

    A new one is not in the database, and nobody else can open it: its indicator is locked.
    """

    before: Mapping[SeriesKey, int]
    stored: Mapping[SeriesKey, int]


async def lock_series(tx: Tx, keys: Collection[SeriesKey], whole: WholeIndicators = NO_WHOLE) -> LockedSeries:
    """Lock the series of ``keys``, opening them where they are new, and the series of the ``whole`` indicators.

    Raises as :func:`lock_to_record`.
    """
    locked = await lock_to_record(tx, keys, whole)
    await series.open_series(tx, locked.before.keys() - locked.stored)
    return LockedSeries(locked.before, {**locked.before, **locked.stored})


async def lock_to_record(
    tx: Tx, keys: Collection[SeriesKey], whole: WholeIndicators = NO_WHOLE, *, has_indicators: bool = False
) -> LockedSeries:
    """As :func:`lock_series`; those that are new are opened with the versions that the caller saves.

    One open series, the usual case, takes one statement. Whatever is recorded of them is recorded from here on.
    ``has_indicators``: the caller has locked all their indicators, so that nobody opens any of them meanwhile.

    Raises:
        IndicatorUnknown: a key names an indicator that is not known.
        ReferenceInvalid: a key names an area that is not known.
    """
    locked = await _lock(tx, keys, whole, has_indicators=has_indicators)
    tx.catch_up()
    return locked


async def _lock(tx: Tx, keys: Collection[SeriesKey], whole: WholeIndicators, *, has_indicators: bool) -> LockedSeries:
    if len(keys) == 1 and not whole.codes:
        (key,) = keys
        version = await series.lock_and_raise_version(tx, key)
        if version is not None:
            return LockedSeries({key: version}, {key: version + 1})
    await plan_by_key(tx)
    are_open = await series.get_open_keys(tx, keys)
    missing = set(keys) - are_open
    await indicators.lock_indicators(tx, {key.indicator for key in missing} | whole.codes)
    if missing:
        await _require_known(tx, missing)
    versions = await series.lock_series(tx, are_open if has_indicators else keys, whole)
    return LockedSeries(dict.fromkeys(missing, 0) | versions, versions)


async def _require_known(tx: Tx, keys: Collection[SeriesKey]) -> None:
    named, areas_named = {key.indicator for key in keys}, {key.area for key in keys}
    for unknown in sorted(named - set(await indicators.get_indicators(tx, named))):
        raise IndicatorUnknown(unknown)
    refuse_unknown(areas_named - await areas.lock_areas_for_reading(tx, areas_named))

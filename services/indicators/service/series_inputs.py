"""Loading what the states of series follow from."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import ENGLAND, Indicator
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.repository import observations, series, targets


async def get_inputs_of_locked(
    tx: Tx, indicators: Collection[str], areas: Collection[str] | None, ends: Collection[date] = ()
) -> SeriesInputs:
    """For changing open series of these indicators and areas (None: all), which the caller has locked. Two queries.

    Besides the latest periods, those that end on one of ``ends``.
    """
    inputs = await series.get_inputs(tx, indicators, areas)
    for revision in await observations.get_latest(tx, indicators, areas, ENGLAND, ends=ends):
        inputs.put_revision(revision)
    return inputs


async def get_inputs(
    tx: Tx,
    indicators: Iterable[Indicator],
    area: str,
    *,
    comparator: str = ENGLAND,
    as_of: datetime | None = None,
    until: date | None = None,
) -> SeriesInputs:
    """For reading these indicators in one area: as known at ``as_of``, of periods up to ``until``. Two queries."""
    inputs = SeriesInputs(comparator=comparator, indicators={each.code: each for each in indicators})
    codes = list(inputs.indicators)
    for recorded in await targets.get_targets(tx, codes, area, as_of):
        inputs.put_target(recorded.series, recorded.target)
    for revision in await observations.get_latest(tx, codes, [area], comparator, as_of=as_of, until=until):
        inputs.put_revision(revision)
    return inputs

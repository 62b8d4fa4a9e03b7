"""Loading what the states of series follow from."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from services.indicators.domain.areas import ENGLAND
from services.indicators.domain.comparisons import Comparison
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.repository import control_signals, observations, series, targets
from services.indicators.settings import IndicatorsSettings

WITH_ENGLAND = Comparison(ENGLAND, "England")
"""What every published state is compared with."""


async def get_inputs_of_locked(tx: Tx, keys: Collection[SeriesKey]) -> SeriesInputs:
    """For changing open series, which the caller has locked. Two queries, and two more where events carry charts."""
    inputs = await series.get_inputs(tx, keys)
    await load_revisions(tx, inputs, keys)
    await load_charts(tx, inputs)
    return inputs


async def load_charts(tx: Tx, inputs: SeriesInputs) -> None:
    """Put what process control follows from into the inputs, of the series whose events carry it; most carry none.

    Where the operator has switched these signals off, none do.
    """
    if inputs.charted and IndicatorsSettings().process_control_signals:
        inputs.charts = await control_signals.get_charts(tx, inputs.charted)


async def load_revisions(
    tx: Tx, inputs: SeriesInputs, keys: Collection[SeriesKey], ends: Collection[observations.SeriesEnd] = ()
) -> None:
    """Put current revisions into the inputs: of the latest periods of these series, and of those named in ``ends``."""
    for revision in await observations.get_latest(tx, keys, inputs.comparator, ends=ends):
        inputs.put_revision(revision)


async def get_inputs(
    tx: Tx,
    indicators: Iterable[Indicator],
    area: str,
    breakdowns: Collection[Breakdown],
    *,
    comparison: Comparison = WITH_ENGLAND,
    as_of: datetime | None = None,
    until: date | None = None,
) -> SeriesInputs:
    """For reading these indicators in one area: as known at ``as_of``, of periods up to ``until``.

    Two queries, and one more where the comparison is with a group.
    """
    defined = list(indicators)
    keys = [SeriesKey(each.code, area, breakdown) for each in defined for breakdown in breakdowns]
    return await get_inputs_of(tx, defined, area, keys, comparison=comparison, as_of=as_of, until=until)


async def get_inputs_of(
    tx: Tx,
    indicators: Iterable[Indicator],
    area: str,
    keys: Collection[SeriesKey],
    *,
    comparison: Comparison = WITH_ENGLAND,
    as_of: datetime | None = None,
    until: date | None = None,
) -> SeriesInputs:
    """As :func:`get_inputs`, for these series of one area and no others."""
    defined = {each.code: each for each in indicators}
    inputs = SeriesInputs(comparison.code, comparison.group, defined)
    for recorded in await targets.get_targets(tx, list(defined), area, as_of):
        inputs.put_target(recorded.series, recorded.target)
    for revision in await observations.get_latest(tx, keys, comparison.code, as_of=as_of, until=until):
        inputs.put_revision(revision)
    if comparison.group:
        await _load_group(tx, inputs, keys, as_of)
    return inputs


async def _load_group(tx: Tx, inputs: SeriesInputs, keys: Collection[SeriesKey], as_of: datetime | None) -> None:
    """What the areas of a group have in the periods of these series."""
    ends = {
        (key._replace(area=area), period.end)
        for key in keys
        for period in inputs.revisions.get(key, ())
        for area in inputs.group
        if area != key.area
    }
    for revision in await observations.get_ending(tx, ends, as_of=as_of):
        inputs.put_revision(revision)

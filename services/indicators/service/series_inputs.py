"""Loading what the states of series follow from."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from services.indicators.domain.areas import ENGLAND
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.repository import observations, series, targets


async def get_inputs_of_locked(tx: Tx, keys: Collection[SeriesKey]) -> SeriesInputs:
    """For changing open series, which the caller has locked. Two queries."""
    inputs = await series.get_inputs(tx, keys)
    await load_revisions(tx, inputs, keys)
    return inputs


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
    comparator: str = ENGLAND,
    as_of: datetime | None = None,
    until: date | None = None,
) -> SeriesInputs:
    """For reading these indicators in one area: as known at ``as_of``, of periods up to ``until``. Two queries."""
    inputs = SeriesInputs(comparator=comparator, indicators={each.code: each for each in indicators})
    codes = list(inputs.indicators)
    for recorded in await targets.get_targets(tx, codes, area, as_of):
        inputs.put_target(recorded.series, recorded.target)
    keys = [SeriesKey(code, area, breakdown) for code in codes for breakdown in breakdowns]
    for revision in await observations.get_latest(tx, keys, comparator, as_of=as_of, until=until):
        inputs.put_revision(revision)
    return inputs

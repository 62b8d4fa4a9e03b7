"""Deriving the observations of inequality gaps from those of their ends."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from chassis.storage.transaction import Tx
from chassis.tabular.sorting import batches_of
from contracts.period import Period
from services.indicators.domain.areas import ENGLAND
from services.indicators.domain.definitions import Gap, Indicator
from services.indicators.domain.gaps import derived_observation, end_series, gap_series, withdrawn_observation
from services.indicators.domain.observations import Observation, SeriesKey
from services.indicators.domain.series_inputs import WholeIndicators
from services.indicators.repository import indicators, observations
from services.indicators.service.recording import Current, LockedBatch, OpenSeries, load_batch, lock_batch, save_batch
from services.indicators.service.series_locks import lock_series
from services.indicators.service.settling import Unsettled, emit_unsettled, group_of

BATCH: Final = 5000
"""Observations that are derived at a time."""

SeriesPeriod = tuple[SeriesKey, Period]
Ends = Mapping[SeriesKey, Mapping[Period, Observation]]
"""Current observations of the ends of gaps."""


async def derive_gaps(
    tx: Tx, sources: Mapping[str, Indicator], changed: Iterable[SeriesPeriod], size: int = BATCH
) -> None:
    """Record and emit the gaps that follow from changed observations of ``sources``, some ``size`` at a time.

    No statement where none do.
    """
    codes = {code for source in sources.values() for code in source.gaps}
    gaps = await indicators.get_indicators(tx, codes) if codes else {}
    wanted = set(changed) if gaps else set()
    for gap in sorted(gaps.values(), key=lambda each: each.code):
        await _derive(tx, gap, wanted, size)


async def derive_whole_gap(tx: Tx, gap: Indicator) -> None:
    """Record and emit a new gap, of all that was recorded of its source. The caller has locked the source indicator."""
    if gap.gap is None:
        return
    locked = await lock_series(tx, (), WholeIndicators(frozenset({gap.gap.source})))
    ends = [key for key in locked.before if gap_series(gap, key)]
    found = await observations.get_whole(tx, ends)
    await _derive(tx, gap, {(revision.series, revision.period) for revision in found})


async def _derive(tx: Tx, gap: Indicator, changed: Collection[SeriesPeriod], size: int = BATCH) -> None:
    """In batches, each series once: the comparator of a breakdown first, as it may recolour all others."""
    derived = {(key, period) for source, period in changed if (key := gap_series(gap, source))}
    unsettled = Unsettled()
    for batch in batches_of(sorted(derived, key=_order), _sorted_by, size):
        unsettled.group = group_of(batch.rows[-1][0]) if batch.goes_on else None
        await _derive_batch(tx, gap, batch.rows, unsettled)
        if not batch.goes_on:
            await emit_unsettled(tx, unsettled)


def _order(one: SeriesPeriod) -> tuple[str, str, tuple[date, date]]:
    return *_sorted_by(one), one[1].sort_key


def _sorted_by(one: SeriesPeriod) -> tuple[str, str]:
    key = one[0]
    return key.breakdown.text, "" if key.area == ENGLAND else key.area


async def _derive_batch(tx: Tx, gap: Indicator, derived: Sequence[SeriesPeriod], unsettled: Unsettled) -> None:
    if gap.gap is None:
        return
    ends = await _get_ends(tx, gap.gap, derived)
    batch = await lock_batch(tx, {key for key, _ in derived})
    await load_batch(tx, batch, _by_series(derived))
    current = [_take(tx, batch, gap, key, period, ends) for key, period in derived]
    await save_batch(tx, batch, [each for each in current if each], unsettled)


def _by_series(wanted: Iterable[SeriesPeriod]) -> dict[SeriesKey, list[Period]]:
    found: dict[SeriesKey, list[Period]] = {}
    for key, period in wanted:
        found.setdefault(key, []).append(period)
    return found


async def _get_ends(tx: Tx, gap: Gap, derived: Collection[SeriesPeriod]) -> Ends:
    ends = {(end, period.end) for key, period in derived for end in end_series(gap, key)}
    found: dict[SeriesKey, dict[Period, Observation]] = {}
    for revision in await observations.get_ending(tx, ends):
        found.setdefault(revision.series, {})[revision.period] = revision.observation
    return found


def _take(tx: Tx, batch: LockedBatch, gap: Indicator, key: SeriesKey, period: Period, ends: Ends) -> Current | None:
    """Let what the ends make now be current; None where there is nothing, and was nothing.

    Its audit entry has the business date of the change that it follows from, which is of the same transaction.
    """
    if gap.gap is None:
        return None
    a, b = (ends.get(end, {}).get(period) for end in end_series(gap.gap, key))
    current = batch.inputs.current(key, period)
    new = derived_observation(gap.gap, gap.decimals, a, b)
    if new is None:
        if current is None or current.observation.is_withdrawn:
            return None
        new = withdrawn_observation(period)
    if current and current.observation.content == new.content:
        return None
    return OpenSeries(tx, batch, key).take(new)

"""Recording observations in locked series, and emitting what changes by them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chassis.storage.transaction import Tx
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.indicators.domain.areas import ENGLAND
from services.indicators.domain.observations import Observation, RecordedObservation, Revision, SeriesKey
from services.indicators.domain.series_inputs import SeriesInputs, WholeIndicators
from services.indicators.repository import observations, series
from services.indicators.service.publishing import EmittedEvents, Published, emit_changes, published_states
from services.indicators.service.series_inputs import load_revisions
from services.indicators.service.series_locks import LockedSeries, lock_series
from services.indicators.service.settling import Unsettled


class Current(NamedTuple):
    """What is current once an observation was sent, and whether that is new."""

    revision: Revision
    new: bool


@dataclass(frozen=True, slots=True)
class LockedBatch:
    """Series that are to be recorded in, locked, with the definitions and targets of all that may change by it.

    ``finals`` are the newest final observations of periods whose current one is not final; ``before`` what was last
    published of the series that may change by the comparator's alone, which are all that are locked then: those that
    are sent what they have already among them.
    """

    keys: Collection[SeriesKey]
    locked: LockedSeries
    inputs: SeriesInputs
    finals: dict[tuple[SeriesKey, Period], Observation] = field(default_factory=dict)
    before: dict[SeriesKey, Published] = field(default_factory=dict)


async def lock_batch(tx: Tx, keys: Collection[SeriesKey]) -> LockedBatch:
    """Lock series for recording in them.

    A value of the comparator may change the state of every area of its indicator and breakdown: those are locked too.
    """
    compared = [key for key in keys if key.area == ENGLAND]
    breakdowns = frozenset(key.breakdown for key in compared)
    whole = WholeIndicators(frozenset(key.indicator for key in compared), breakdowns)
    locked = await lock_series(tx, keys, whole)
    return LockedBatch(keys, locked, await series.get_inputs(tx, locked.before))


async def load_batch(tx: Tx, batch: LockedBatch, periods: Iterable[tuple[SeriesKey, Period]]) -> None:
    """Put the current revisions of these periods, and of the latest, into the batch."""
    named = set(periods)
    ends = {(key, period.end) for key, period in named}
    await load_revisions(tx, batch.inputs, batch.locked.before, ends)
    if any(key.area == ENGLAND for key in batch.keys):
        batch.before.update(published_states(batch.inputs, batch.locked.before))
    current = [batch.inputs.current(key, period) for key, period in named]
    reopened = [
        (found.series, found.period, found.last_final)
        for found in current
        if found and found.last_final and found.last_final != found.number
    ]
    for revision in await observations.get_revisions(tx, reopened):
        batch.finals[revision.series, revision.period] = revision.observation


def take(tx: Tx, batch: LockedBatch, key: SeriesKey, new: Observation) -> Revision:
    """Let ``new`` be the current observation of its period."""
    current = batch.inputs.current(key, new.period)
    final = current.last_final if current else None
    if current and current.observation.status is ObservationStatus.FINAL:
        batch.finals[key, new.period] = current.observation
    number = current.number + 1 if current else 1
    if new.status is ObservationStatus.FINAL:
        final = number
    recorded_at = max(tx.now, current.recorded_at) if current else tx.now  # also where the clock was set back
    revision = Revision(key, new, number, tx.actor, recorded_at, final)
    batch.inputs.put_revision(revision)
    return revision


async def save_batch(
    tx: Tx, batch: LockedBatch, current: Sequence[Current], unsettled: Unsettled | None = None
) -> list[RecordedObservation]:
    """Save what is new, and emit every locked series whose state it changes; ``unsettled`` has those that wait."""
    new = [revision for revision, is_new in current if is_new]
    await observations.add_revisions(tx, new)
    changed = _changed(new)
    lists = {key: list(periods.values()) for key, periods in changed.items()}
    before = batch.before if unsettled is None else unsettled.put_off(batch.before, changed)
    emitted = await emit_changes(tx, batch.locked, batch.inputs, lists, before)
    return _recorded(batch, current, changed, emitted)


Changed = Mapping[SeriesKey, Mapping[Period, Revision]]
"""The periods that changed, each as it is in the end."""


def _changed(new: Sequence[Revision]) -> Changed:
    changed: dict[SeriesKey, dict[Period, Revision]] = {}
    for revision in new:
        changed.setdefault(revision.series, {})[revision.period] = revision
    return changed


def _recorded(
    batch: LockedBatch, current: Sequence[Current], changed: Changed, emitted: Mapping[SeriesKey, EmittedEvents]
) -> list[RecordedObservation]:
    """Each observation with the version of its series and the event that lists its period."""
    numbers = {key: {period: n for n, period in enumerate(periods)} for key, periods in changed.items()}
    recorded = []
    for revision, new in current:
        key = revision.series
        events = emitted.get(key, EmittedEvents(batch.locked.before[key]))
        event = events.id_of(numbers[key][revision.period]) if new else None
        indicator = batch.inputs.indicators[key.indicator]
        recorded.append(RecordedObservation(revision, indicator, new, events.version, event))
    return recorded

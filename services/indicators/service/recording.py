"""Recording observations in locked series, and emitting what changes by them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import NamedTuple

from chassis.audit import record_unchanged
from chassis.storage.meanwhile import while_writing
from chassis.storage.transaction import Tx
from chassis.turns import Turns
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.indicators.domain.areas import ENGLAND
from services.indicators.domain.observations import Observation, RecordedObservation, Revision, SeriesKey
from services.indicators.domain.recording import Outcome, outcome
from services.indicators.domain.series_inputs import SeriesInputs, WholeIndicators
from services.indicators.errors import FinalValue, NothingToWithdraw
from services.indicators.repository import observations, series
from services.indicators.service.auditing import record_revision
from services.indicators.service.publishing import (
    EmittedEvents,
    Published,
    published_state,
    save_versions,
    stage_changes,
)
from services.indicators.service.series_inputs import load_charts, load_revisions
from services.indicators.service.series_locks import LockedSeries, lock_to_record
from services.indicators.service.settling import Unsettled, group_of

Periods = Mapping[SeriesKey, Collection[Period]]
"""Periods by series."""


class Current(NamedTuple):
    """What is current once an observation was sent, and whether that is new."""

    revision: Revision
    new: bool


@dataclass(frozen=True, slots=True)
class LockedBatch:
    """Series that are to be recorded in, locked, with the definitions and targets of all that may change by it.

    ``finals`` are the newest final observations of periods whose current one is not final; ``compared`` what the
    comparator's series that are recorded in had before.
    """

    keys: Collection[SeriesKey]
    locked: LockedSeries
    inputs: SeriesInputs
    finals: dict[SeriesKey, dict[Period, Observation]] = field(default_factory=dict)
    compared: dict[SeriesKey, dict[Period, Revision]] = field(default_factory=dict)


async def lock_batch(tx: Tx, keys: Collection[SeriesKey], *, has_indicators: bool = False) -> LockedBatch:
    """Lock series for recording in them; ``has_indicators``: the caller has locked all their indicators.

    A value of the comparator may change the state of every area of its indicator and breakdown: those are locked too.
    """
    compared = [key for key in keys if key.area == ENGLAND]
    breakdowns = frozenset(key.breakdown for key in compared)
    whole = WholeIndicators(frozenset(key.indicator for key in compared), breakdowns)
    locked = await lock_to_record(tx, keys, whole, has_indicators=has_indicators)
    return LockedBatch(keys, locked, await series.get_inputs(tx, locked.before, locked.before.keys() - locked.stored))


async def load_batch(tx: Tx, batch: LockedBatch, wanted: Periods) -> None:
    """Put the current revisions of these periods, and of the latest, into the batch.

    Where nothing of a series was ever published nothing was recorded.
    """
    published = [key for key, version in batch.locked.before.items() if version]
    await load_revisions(tx, batch.inputs, published, _ends(batch.locked, wanted))
    await load_charts(tx, batch.inputs)
    found = batch.inputs.revisions
    batch.compared.update((key, dict(found.get(key, {}))) for key in batch.keys if key.area == ENGLAND)
    current = [found[key][period] for key in wanted if key in found for period in wanted[key] if period in found[key]]
    reopened = [
        (each.series, each.period, each.last_final)
        for each in current
        if each.last_final and each.last_final != each.number
    ]
    for revision in await observations.get_revisions(tx, reopened):
        batch.finals.setdefault(revision.series, {})[revision.period] = revision.observation


def _ends(locked: LockedSeries, wanted: Periods) -> set[observations.SeriesEnd]:
    """What is to be looked up of these periods: of a series that was never published the comparator's alone."""
    days: dict[SeriesKey, set[date]] = {}
    for key, periods in wanted.items():
        of = key if locked.before[key] else SeriesKey(key.indicator, ENGLAND, key.breakdown)
        days.setdefault(of, set()).update(period.end for period in periods)
    return {(key, day) for key, ends in days.items() for day in ends}


class OpenSeries:
    """One locked series that is recorded in."""

    def __init__(self, tx: Tx, batch: LockedBatch, key: SeriesKey) -> None:
        self._tx, self._key = tx, key
        self._current = batch.inputs.revisions.setdefault(key, {})
        self._finals = batch.finals.setdefault(key, {})

    def take_sent(self, sent: Observation) -> Current:
        """Let ``sent`` be current where it differs.

        Raises:
            FinalValue, NothingToWithdraw: it may not.
        """
        current = self._current.get(sent.period)
        final = self._finals.get(sent.period)
        match outcome(current.observation if current else None, sent, final):
            case Outcome.NEEDS_REASON:
                raise FinalValue(f"{self._key.subject}, {sent.period}")
            case Outcome.NOTHING_TO_WITHDRAW:
                raise NothingToWithdraw(f"{self._key.subject}, {sent.period}")
            case Outcome.SAME if current:
                record_unchanged(self._tx)
                return Current(current, new=False)
        return self.take(sent)

    def take(self, new: Observation) -> Current:
        """Let ``new`` be the current observation of its period, and record who changed what."""
        tx, current = self._tx, self._current.get(new.period)
        number, final, recorded_at = 1, None, tx.now
        if current:
            number, final = current.number + 1, current.last_final
            recorded_at = max(tx.now, current.recorded_at)  # also where the clock was set back
            if current.observation.status is ObservationStatus.FINAL:
                self._finals[new.period] = current.observation
        if new.status is ObservationStatus.FINAL:
            final = number
        revision = Revision(self._key, new, number, tx.actor, recorded_at, final)
        self._current[new.period] = revision
        record_revision(tx, current, revision)
        return Current(revision, new=True)


Changed = Mapping[SeriesKey, Mapping[Period, Revision]]
"""The periods that changed, each as it is in the end."""


@dataclass(frozen=True, slots=True)
class SavedBatch:
    """What was saved, and the events that tell of it."""

    batch: LockedBatch
    changed: Changed
    emitted: Mapping[SeriesKey, EmittedEvents]

    def recorded(self, current: Iterable[Current]) -> list[RecordedObservation]:
        """Each observation with the version of its series and the event that lists its period."""
        numbers = {key: {period: n for n, period in enumerate(periods)} for key, periods in self.changed.items()}
        recorded = []
        for revision, new in current:
            key = revision.series
            events = self.emitted.get(key, EmittedEvents(self.batch.locked.before[key]))
            event = events.id_of(numbers[key][revision.period]) if new else None
            indicator = self.batch.inputs.indicators[key.indicator]
            recorded.append(RecordedObservation(revision, indicator, new, events.version, event))
        return recorded


async def save_batch(
    tx: Tx, batch: LockedBatch, current: Sequence[Current], unsettled: Unsettled | None = None
) -> SavedBatch:
    """Save what is new, and emit every locked series whose state it changes; ``unsettled`` has those that wait."""
    new = [revision for revision, is_new in current if is_new]
    changed = _changed(new)
    emitted = await while_writing(
        tx, partial(observations.add_revisions, tx, new), partial(_stage_events, tx, batch, changed, unsettled)
    )
    await save_versions(tx, batch.locked, emitted)
    return SavedBatch(batch, changed, emitted)


async def _stage_events(
    tx: Tx, batch: LockedBatch, changed: Changed, unsettled: Unsettled | None
) -> dict[SeriesKey, EmittedEvents]:
    lists = {key: list(periods.values()) for key, periods in changed.items()}
    before = await _published_before(batch, changed)
    if unsettled is not None:
        before = unsettled.put_off(before, changed)
    return await stage_changes(tx, batch.locked, batch.inputs, lists, before)


def _changed(new: Sequence[Revision]) -> Changed:
    changed: dict[SeriesKey, dict[Period, Revision]] = {}
    key, periods = None, dict[Period, Revision]()
    for revision in new:
        if revision.series is not key:
            key = revision.series
            periods = changed.setdefault(key, {})
        periods[revision.observation.period] = revision
    return changed


async def _published_before(batch: LockedBatch, changed: Changed) -> dict[SeriesKey, Published]:
    """What was last published of the locked series that have not changed themselves, but whose comparator has."""
    moved = {group_of(key) for key in changed if key.area == ENGLAND}
    if not moved:
        return {}
    former = replace(batch.inputs, revisions=batch.inputs.revisions | batch.compared)
    turns, found = Turns(), dict[SeriesKey, Published]()
    for key in batch.locked.before:
        if key not in changed and group_of(key) in moved:
            found[key] = published_state(former, key)
            await turns.give()
    return found

"""Publishing what became of locked series."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from chassis.turns import Turns
from contracts.indicators import MAX_CHANGED
from services.indicators import events
from services.indicators.domain.control.colours import process_control_colours
from services.indicators.domain.observations import Revision, SeriesKey
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.repository import series
from services.indicators.service.series_locks import LockedSeries

Published = events.State
"""What the events of a series carry: only a change of it is worth an event."""


@dataclass(frozen=True, slots=True)
class EmittedEvents:
    """The version of a series after a change, and the ids of the events that carry it, in order."""

    version: int
    ids: Sequence[str] = ()

    def id_of(self, change: int) -> str | None:
        """The event that lists the change numbered ``change``, from 0, of all the changes."""
        return self.ids[change // MAX_CHANGED] if self.ids else None


def published_state(inputs: SeriesInputs, key: SeriesKey) -> Published:
    """The state of a series as its event tells it."""
    indicator, area, chart = inputs.indicators[key.indicator], inputs.areas[key.area], inputs.charts.get(key)
    if chart is None:
        return events.updated(key, indicator, area, inputs.state(key))
    whole = chart.revisions | inputs.revisions.get(key, {})
    colours = process_control_colours(key, indicator, whole.values(), chart.remarks)
    return events.updated(key, indicator, area, inputs.state(key), colours)


def published_states(inputs: SeriesInputs, keys: Iterable[SeriesKey]) -> dict[SeriesKey, Published]:
    return {key: published_state(inputs, key) for key in keys}


async def emit_changes(
    tx: Tx,
    locked: LockedSeries,
    inputs: SeriesInputs,
    changed: Mapping[SeriesKey, Sequence[Revision]],
    before: Mapping[SeriesKey, Published],
    *,
    complete: bool = False,
) -> dict[SeriesKey, EmittedEvents]:
    """Emit every locked series with a changed period, and those whose state is no longer what it was ``before``.

    Saves the versions of the series. ``complete``: every period of the series is among ``changed``.
    """
    emitted = await stage_changes(tx, locked, inputs, changed, before, complete=complete)
    await save_versions(tx, locked, emitted)
    return emitted


async def stage_changes(
    tx: Tx,
    locked: LockedSeries,
    inputs: SeriesInputs,
    changed: Mapping[SeriesKey, Sequence[Revision]],
    before: Mapping[SeriesKey, Published],
    *,
    complete: bool = False,
) -> dict[SeriesKey, EmittedEvents]:
    """As :func:`emit_changes`, without the versions: the database is not asked for anything."""
    emitted, turns = dict[SeriesKey, EmittedEvents](), Turns()
    for key in sorted({*changed, *before}):
        state = published_state(inputs, key)
        if key in changed or state != before[key]:
            new = events.state_events(key, state, changed.get(key, ()), locked.before[key], complete=complete)
            emitted[key] = EmittedEvents(locked.before[key] + len(new), [emit(tx, event) for event in new])
        await turns.give()
    return emitted


async def save_versions(tx: Tx, locked: LockedSeries, emitted: Mapping[SeriesKey, EmittedEvents]) -> None:
    """Save what versions series have once these events were emitted: by one statement, whatever is new among them."""
    after, stored = {**locked.before, **{key: each.version for key, each in emitted.items()}}, locked.stored
    differing = {key: version for key, version in after.items() if version != stored.get(key)}
    save = series.add_series if differing.keys().isdisjoint(stored) else series.save_versions
    await save(tx, differing)

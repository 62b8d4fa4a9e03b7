"""Publishing series once more, after a database went back in time."""

from collections.abc import Sequence

from chassis.events.recovery import Republication
from chassis.storage.transaction import Tx
from services.indicators.domain.observations import Revision, SeriesKey
from services.indicators.repository import observations, series
from services.indicators.service.publishing import emit_changes
from services.indicators.service.series_inputs import get_inputs_of_locked
from services.indicators.service.series_locks import lock_series


async def emit_states(tx: Tx, subjects: Sequence[str]) -> None:
    """Lock these series, and emit each with every period it has; the last event of each is marked complete."""
    keys = {SeriesKey.parse(subject) for subject in subjects}
    locked = await lock_series(tx, keys)
    inputs = await get_inputs_of_locked(tx, keys)
    changed: dict[SeriesKey, list[Revision]] = {key: [] for key in keys}
    for revision in await observations.get_whole(tx, keys):
        changed[revision.series].append(revision)
    for revisions in changed.values():
        revisions.sort(key=lambda revision: revision.period.sort_key)
    await emit_changes(tx, locked, inputs, changed, {}, complete=True)


REPUBLICATION = Republication(series.list_subjects, emit_states)

"""Publishing series, commentaries and what is late once more, after a database went back in time."""

from collections.abc import Sequence

from chassis.events.recovery import Republication
from chassis.storage.transaction import Tx
from contracts.indicators import COMMENTARY, LATE, is_series
from services.indicators.domain.observations import Revision, SeriesKey
from services.indicators.repository import commentaries, late_values, observations, series
from services.indicators.service.commentaries import emit_commentaries
from services.indicators.service.late_values import emit_reminders
from services.indicators.service.publishing import emit_changes
from services.indicators.service.series_inputs import get_inputs_of_locked
from services.indicators.service.series_locks import lock_series


async def list_subjects(tx: Tx) -> list[str]:
    """Every aggregate that has an event."""
    of_series = await series.list_subjects(tx)
    return [*of_series, *await commentaries.list_subjects(tx), *await late_values.list_subjects(tx)]


async def emit_states(tx: Tx, subjects: Sequence[str]) -> None:
    """Lock these aggregates, and emit each once more."""
    keys = {SeriesKey.parse(subject) for subject in subjects if is_series(subject)}
    if keys:
        await _emit_series(tx, keys)
    others = [subject.split("/", 2) for subject in subjects if not is_series(subject)]
    await emit_commentaries(tx, [(code, int(number)) for code, kind, number in others if kind == COMMENTARY])
    late = [f"{code}/{rest}" for code, kind, rest in others if kind == LATE]
    await emit_reminders(tx, [SeriesKey.parse(subject) for subject in late])


async def _emit_series(tx: Tx, keys: set[SeriesKey]) -> None:
    """With every period each has; the last event of each is marked complete."""
    locked = await lock_series(tx, keys)
    inputs = await get_inputs_of_locked(tx, keys)
    changed: dict[SeriesKey, list[Revision]] = {key: [] for key in keys}
    for revision in await observations.get_whole(tx, keys):
        changed[revision.series].append(revision)
    for revisions in changed.values():
        revisions.sort(key=lambda revision: revision.period.sort_key)
    await emit_changes(tx, locked, inputs, changed, {}, complete=True)


REPUBLICATION = Republication(list_subjects, emit_states)

"""Recording what the pledges service counts of the ratings of homes, as anybody would record it."""

from collections.abc import Collection, Mapping, Sequence

from chassis.storage.transaction import Tx
from contracts.period import Period, PeriodKind
from services.indicators.domain.counted_homes import REASON, CountedHomes, TakenHomes, withdrawn
from services.indicators.domain.observations import Observation, ReadObservation, SeriesKey
from services.indicators.domain.series_inputs import NO_WHOLE
from services.indicators.repository import indicators, observations, series, source_events
from services.indicators.service.batches import record_bulk
from services.indicators.service.observations import Sent


async def record_counted(tx: Tx, told: Sequence[CountedHomes]) -> None:
    """Record the observations of events that are newer than those taken before; older and repeated ones do nothing.

    What is recorded already changes nothing, and publishes nothing. What was taken from the event before, and is not
    any more, is withdrawn, unless somebody has recorded it otherwise since.

    Raises:
        Problem: as :func:`record_bulk`; then nothing is noted as taken.
    """
    before = await source_events.save_newer(tx, told)
    newer = [one for one in told if one.subject in before]
    sent = [(one.key, _read(each)) for one in newer for each in one.observations()]
    sent += await _withdrawals(tx, newer, before)
    if sent:
        await record_bulk(tx, sent, REASON)


async def _withdrawals(
    tx: Tx, newer: Sequence[CountedHomes], before: Mapping[str, TakenHomes | None]
) -> Sequence[Sent]:
    left = [one.no_longer(taken) for one in newer if (taken := before[one.subject]) is not None]
    left = [each for each in left if each.periods]
    if not left:
        return []
    current = await _get_locked(tx, {each.key for each in left}, {one.key for one in newer})
    still = {(each.key, period) for each in await source_events.list_taken(tx) for period in each.periods}
    places = {(taken.key, period): taken for taken in left for period in taken.periods}
    return [
        (place[0], _read(withdrawn(place[1])))
        for place, taken in places.items()
        if place not in still and place in current and taken.holds(current[place])
    ]


async def _get_locked(
    tx: Tx, keys: Collection[SeriesKey], others: Collection[SeriesKey]
) -> Mapping[tuple[SeriesKey, Period], Observation]:
    """What is current in series, which nobody else changes from here on; indicators of ``others`` are locked first."""
    await indicators.lock_indicators(tx, sorted({key.indicator for key in {*keys, *others}}))
    await series.lock_series(tx, keys, NO_WHOLE)
    found = await observations.get_whole(tx, keys)
    return {(each.series, each.period): each.observation for each in found}


def _read(observation: Observation) -> ReadObservation:
    """Its period is of a kind already."""

    def read(_kind: PeriodKind) -> Observation:
        return observation

    return read


async def list_untaken(tx: Tx, told: Sequence[CountedHomes]) -> Sequence[str]:
    """Subjects of newest events that are not those that observations were taken from last."""
    noted = await source_events.get_noted(tx, [one.subject for one in told])
    return [one.subject for one in told if noted.get(one.subject) != one.event_id]


async def forget_counted(tx: Tx, subjects: Collection[str]) -> None:
    """Forget events that their producer no longer has. What was observed stays, as whatever was recorded does."""
    await source_events.delete_noted(tx, subjects)

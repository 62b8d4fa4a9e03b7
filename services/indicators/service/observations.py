"""Recording and reading observations. :func:`record_observations` is the one way in, for one or for many."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from chassis.clock import london_date
from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.indicators.domain.definitions import ENGLAND, Indicator, Unit, is_code
from services.indicators.domain.observations import (
    Fault,
    Observation,
    ObservationFilter,
    Outcome,
    RecordedObservation,
    Revision,
    SeriesKey,
    observation_faults,
    outcome,
)
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.errors import FinalValue, IndicatorUnknown, NothingToWithdraw, ObservationInvalid
from services.indicators.repository import observations
from services.indicators.service.indicators import get_indicator
from services.indicators.service.publishing import EmittedEvents, emit_changes, published_state
from services.indicators.service.series_inputs import get_inputs_of_locked
from services.indicators.service.series_locks import LockedSeries, lock_series

Sent = tuple[SeriesKey, Observation]

Changed = Mapping[SeriesKey, Mapping[Period, Revision]]
"""The periods that changed, each as it is in the end."""


class Current(NamedTuple):
    """What is current once an observation was sent, and whether that is new."""

    revision: Revision
    new: bool


async def record_observation(tx: Tx, key: SeriesKey, sent: Observation) -> RecordedObservation:
    """Record one observation; raises as :func:`record_observations`."""
    return (await record_observations(tx, [(key, sent)]))[0]


async def record_observations(tx: Tx, sent: Sequence[Sent]) -> list[RecordedObservation]:
    """Record observations, all or none, and emit every series whose state changes. In the order sent.

    A value of the comparator may change the state of every area of its indicator; those are emitted too.
    The same number of statements for any number of observations; give it a few thousand at a time.

    Raises:
        IndicatorUnknown: an indicator is not known.
        ReferenceInvalid: an area is not known.
        ObservationInvalid: names every faulty field, as ``observations.3.value`` where several were sent.
        FinalValue: a final observation would change without a reason.
        NothingToWithdraw: there is no observation to withdraw.
    """
    keys = {key for key, _ in sent}
    whole = {key.indicator for key in keys if key.area == ENGLAND}
    locked = await _lock_series(tx, keys, whole)
    areas = None if whole else {key.area for key in keys}
    ends = {observation.period.end for _, observation in sent}
    inputs = await get_inputs_of_locked(tx, {key.indicator for key in keys}, areas, ends)
    before = {key: published_state(inputs, key) for key in locked.before if key not in keys}
    _refuse_faults(sent, inputs, london_date(tx.now))
    current = [_take(tx, inputs, key, observation) for key, observation in sent]
    await observations.add_revisions(tx, [revision for revision, new in current if new])
    changed = _changed([revision for revision, new in current if new])
    lists = {key: list(periods.values()) for key, periods in changed.items()}
    emitted = await emit_changes(tx, locked, inputs, lists, before)
    return _recorded(current, locked, inputs.indicators, changed, emitted)


async def _lock_series(tx: Tx, keys: set[SeriesKey], whole: set[str]) -> LockedSeries:
    for key in keys:
        if not is_code(key.indicator):
            raise IndicatorUnknown(key.indicator)
    return await lock_series(tx, keys, whole)


def _recorded(
    current: Sequence[Current],
    locked: LockedSeries,
    indicators: Mapping[str, Indicator],
    changed: Changed,
    emitted: Mapping[SeriesKey, EmittedEvents],
) -> list[RecordedObservation]:
    """Each observation with the version of its series and the event that lists its period."""
    numbers = {key: {period: n for n, period in enumerate(periods)} for key, periods in changed.items()}
    recorded = []
    for revision, new in current:
        key = revision.series
        events = emitted.get(key, EmittedEvents(locked.before[key]))
        event = events.id_of(numbers[key][revision.period]) if new else None
        unit = indicators[key.indicator].unit
        recorded.append(RecordedObservation(revision, unit, new, events.version, event))
    return recorded


def _refuse_faults(sent: Sequence[Sent], inputs: SeriesInputs, today: date) -> None:
    errors = [
        FieldError(f"observations.{n}.{field}" if len(sent) > 1 else field, message)
        for n, (key, observation) in enumerate(sent)
        for field, message in _faults(key, observation, inputs, today)
    ]
    if errors:
        raise ObservationInvalid("; ".join(f"{e.field}: {e.message}" for e in errors[:3]) + ".", errors)


def _faults(key: SeriesKey, sent: Observation, inputs: SeriesInputs, today: date) -> list[Fault]:
    faults = observation_faults(sent, inputs.indicators[key.indicator], today)
    if not inputs.areas[key.area].existed(sent.period):
        faults.append(("area", f"{key.area} did not exist in {sent.period}"))
    return faults


def _take(tx: Tx, inputs: SeriesInputs, key: SeriesKey, sent: Observation) -> Current:
    """Let ``sent`` be current where it differs."""
    current = inputs.current(key, sent.period)
    where = f"{key.indicator} in {key.area}, {sent.period}"
    match outcome(current.observation if current else None, sent):
        case Outcome.NEEDS_REASON:
            raise FinalValue(where)
        case Outcome.NOTHING_TO_WITHDRAW:
            raise NothingToWithdraw(where)
        case Outcome.SAME if current:
            return Current(current, new=False)
    number = current.number + 1 if current else 1
    revision = Revision(key, sent, number, tx.actor, tx.now)
    inputs.put_revision(revision)
    return Current(revision, new=True)


def _changed(new: Sequence[Revision]) -> Changed:
    changed: dict[SeriesKey, dict[Period, Revision]] = {}
    for revision in new:
        changed.setdefault(revision.series, {})[revision.period] = revision
    return changed


async def list_observations(
    tx: Tx, request: PageRequest, code: str, wanted: ObservationFilter
) -> tuple[Page[Revision], Unit]:
    """Observations of an indicator by area and period, and the unit they are in."""
    indicator = await get_indicator(tx, code)
    rows = await observations.list_revisions(tx, request, code, wanted)
    return page_of(rows, request, observations.revision_sort_key), indicator.unit

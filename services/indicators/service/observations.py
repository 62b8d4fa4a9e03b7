"""Recording and reading observations. :func:`record_observations` is the one way in, for one or for many."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chassis.access import require_within_areas
from chassis.clock import london_date
from chassis.errors import FieldError, Invalid
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.period import Period, PeriodKind, UnknownPeriodError
from services.indicators.domain.count_against_value import computed_value
from services.indicators.domain.definitions import Indicator, is_code
from services.indicators.domain.observations import (
    Observation,
    ObservationFilter,
    ReadObservation,
    RecordedObservation,
    Revision,
    SeriesKey,
)
from services.indicators.domain.recording import Fault, observation_faults
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.errors import (
    DerivedIndicator,
    IndicatorRetired,
    IndicatorUnknown,
    ObservationInvalid,
)
from services.indicators.repository import observations
from services.indicators.service.gaps import derive_gaps
from services.indicators.service.indicators import get_indicator
from services.indicators.service.recording import LockedBatch, OpenSeries, Periods, load_batch, lock_batch, save_batch

Sent = tuple[SeriesKey, ReadObservation]


async def record_observation(tx: Tx, key: SeriesKey, read: ReadObservation) -> RecordedObservation:
    """Record one observation; raises as :func:`record_observations`."""
    return (await record_observations(tx, [(key, read)]))[0]


async def record_observations(tx: Tx, sent: Sequence[Sent]) -> list[RecordedObservation]:
    """Record observations, all or none, and emit every series whose state changes. In the order sent.

    A value of the comparator may change the state of every area of its indicator; those are emitted too, and so are
    the gaps that are derived from what changed. The same number of statements for any number of observations; give
    it a few thousand at a time.

    Raises:
        IndicatorUnknown: an indicator is not known.
        IndicatorRetired: an indicator takes no new observations.
        DerivedIndicator: an indicator is a gap, whose observations are derived.
        ReferenceInvalid: an area is not known.
        ObservationInvalid: names every faulty field, as ``observations.3.value`` where several were sent.
        FinalValue: what once was final would change without a reason.
        NothingToWithdraw: there is no observation to withdraw.
        AreaForbidden: the caller does not write for an area.
    """
    keys = {key for key, _ in sent}
    require_within_areas(tx, {key.area for key in keys})
    for key in keys:
        if not is_code(key.indicator):
            raise IndicatorUnknown(key.indicator)
    batch = await lock_batch(tx, keys)
    await _refuse_closed(tx, batch)
    taken = _read(sent, batch.inputs, london_date(tx.now))
    await load_batch(tx, batch, _periods(taken))
    current = [OpenSeries(tx, batch, key).take_sent(observation) for key, observation in taken]
    recorded = (await save_batch(tx, batch, current)).recorded(current)
    await derive_gaps(
        tx, batch.inputs.indicators, [(each.revision.series, each.revision.period) for each in current if each.new]
    )
    return recorded


async def _refuse_closed(tx: Tx, batch: LockedBatch) -> None:
    """Refuse to record in indicators that are derived, or retired by the business date."""
    for code in sorted({key.indicator for key in batch.keys}):
        await refuse_closed(tx, batch.inputs.indicators[code])


async def refuse_closed(tx: Tx, indicator: Indicator) -> None:
    """Refuse to record in an indicator that is derived, or retired by the business date.

    Raises:
        DerivedIndicator, IndicatorRetired: it is.
    """
    if indicator.gap is not None:
        raise DerivedIndicator(indicator.code)
    if indicator.retired_on is not None and indicator.is_retired(await tx.business_date()):  # what is not costs nothing
        raise IndicatorRetired(indicator.code)


def _read(sent: Sequence[Sent], inputs: SeriesInputs, today: date) -> list[tuple[SeriesKey, Observation]]:
    """The observations, each with its period and value.

    Raises:
        ObservationInvalid: names every fault of all of them.
    """
    taken: list[tuple[SeriesKey, Observation]] = []
    errors: list[FieldError] = []
    for n, (key, read) in enumerate(sent):
        found, faults = SentReader(key, inputs, today).read(read)
        if found is not None:
            taken.append((key, found))
        field = f"observations.{n}." if len(sent) > 1 else ""
        errors += [FieldError(field + name, message) for name, message in faults]
    if errors:
        raise ObservationInvalid("; ".join(f"{e.field}: {e.message}" for e in errors[:3]) + ".", errors)
    return taken


def _periods(taken: Sequence[tuple[SeriesKey, Observation]]) -> Periods:
    found: dict[SeriesKey, set[Period]] = {}
    for key, observation in taken:
        found.setdefault(key, set()).add(observation.period)
    return found


class SentReader:
    """Reads what is sent to one series, and says everything that is wrong with it."""

    def __init__(self, key: SeriesKey, inputs: SeriesInputs, today: date) -> None:
        self._indicator, self._area, self._today = inputs.indicators[key.indicator], inputs.areas[key.area], today
        undeclared = self._indicator.breakdown_fault(key.breakdown)
        self._of_series: list[Fault] = [("breakdown", undeclared)] if undeclared else []

    def read(self, read: ReadObservation) -> tuple[Observation | None, list[Fault]]:
        """One observation with its period and value, None where it has no period; and what is wrong with it."""
        indicator = self._indicator
        try:
            observation = _with_value(read(indicator.frequency), indicator)
        except UnknownPeriodError as error:
            return None, [("period", str(error))]
        faults = [*observation_faults(observation, indicator, self._today), *self._of_series]
        if not self._area.existed(observation.period):
            faults.append(("area", f"{self._area.code} did not exist in {observation.period}"))
        return observation, faults


def _with_value(sent: Observation, indicator: Indicator) -> Observation:
    """With the value that its count and denominator make, where none was sent."""
    if sent.value is not None or sent.missing is not None or sent.is_withdrawn:
        return sent
    return replace(sent, value=computed_value(sent, indicator))


async def list_observations(
    tx: Tx, request: PageRequest, code: str, wanted: ObservationFilter
) -> tuple[Page[Revision], Indicator]:
    """Observations of an indicator, and the definition they are read by.

    Raises:
        IndicatorUnknown: there is none.
        Invalid: the period that is wanted is none.
    """
    indicator = await get_indicator(tx, code)
    period = None if wanted.period is None else read_period(wanted.period, indicator.frequency)
    return await observations.list_revisions(tx, request, code, wanted, period), indicator


def read_period(text: str, kind: PeriodKind | None) -> Period:
    """The period of a query.

    Raises:
        Invalid: it is none.
    """
    try:
        return Period.parse(text, kind)
    except UnknownPeriodError as error:
        raise Invalid(str(error), [FieldError("period", str(error))]) from error

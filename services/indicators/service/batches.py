"""Recording many observations at once, with everything that is wrong by the number of its row.

The same locks, rules and events as for one: :mod:`services.indicators.service.recording`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from chassis.clock import london_date
from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.indicators.domain.definitions import Indicator, is_code
from services.indicators.domain.observations import Observation, RecordedObservation, SeriesKey
from services.indicators.domain.recording import Fault
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.errors import (
    DerivedIndicator,
    FinalValue,
    IndicatorRetired,
    NothingToWithdraw,
    ObservationInvalid,
)
from services.indicators.repository import areas, indicators
from services.indicators.service.gaps import derive_gaps
from services.indicators.service.observations import Sent, read_sent, refuse_closed, take_sent
from services.indicators.service.recording import Current, LockedBatch, load_batch, lock_batch, save_batch
from services.indicators.service.settling import Unsettled


@dataclass(frozen=True, slots=True)
class BatchResult:
    """By the numbers of the rows that were sent: what is recorded now, and what is wrong with the others."""

    recorded: Mapping[int, RecordedObservation] = field(default_factory=dict)
    faults: Mapping[int, Sequence[Fault]] = field(default_factory=dict)


@dataclass(slots=True)
class Later:
    """What several batches leave to be done once, when all of them are recorded."""

    unsettled: Unsettled = field(default_factory=Unsettled)
    sources: dict[str, Indicator] = field(default_factory=dict)
    changed: dict[SeriesKey, set[Period]] = field(default_factory=dict)
    """Of the sources of gaps, by series."""

    def add(self, defined: Mapping[str, Indicator], changed: Iterable[tuple[SeriesKey, Period]]) -> None:
        self.sources |= {code: each for code, each in defined.items() if each.gaps}
        for key, period in changed:
            if key.indicator in self.sources:
                self.changed.setdefault(key, set()).add(period)


async def derive_later(tx: Tx, later: Later, size: int) -> None:
    """Record and emit the gaps that follow from what changed in all batches, some ``size`` at a time."""
    changed = [(key, period) for key, periods in later.changed.items() for period in periods]
    await derive_gaps(tx, later.sources, changed, size)


async def record_bulk(tx: Tx, sent: Sequence[Sent]) -> list[RecordedObservation]:
    """Record observations, all or none, in the order sent.

    Raises:
        ObservationInvalid: names every faulty field of every row, as ``observations.3.value``.
    """
    result = await record_acceptable(tx, sent, partly=False)
    if not result.faults:
        return [result.recorded[n] for n in range(len(sent))]
    errors = [
        FieldError(f"observations.{n}.{name}", message)
        for n, faults in sorted(result.faults.items())
        for name, message in faults
    ]
    raise ObservationInvalid(f"{len(result.faults)} of {len(sent)} observations cannot be recorded.", errors)


def _entry_name(n: int) -> str:
    return f"observations.{n}"


async def record_acceptable(
    tx: Tx,
    sent: Sequence[Sent],
    *,
    partly: bool,
    reason: str | None = None,
    name_of: Callable[[int], str] = _entry_name,
    later: Later | None = None,
) -> BatchResult:
    """Record the rows that can be, and emit every series whose state changes.

    The same number of statements for any number of rows; give it a few thousand at a time.

    Args:
        tx: the unit of work.
        sent: the rows.
        partly: record also where other rows cannot be; else one faulty row keeps all from being recorded.
        reason: why final figures change, of rows that do not say so themselves.
        name_of: what a row is called where another is told of it.
        later: takes what is done once, after other batches; without it, all is done here.
    """
    inputs = await _get_inputs(tx, {key for key, _ in sent})
    rows = _Rows(sent, inputs, london_date(tx.now), await _closed(tx, inputs), name_of)
    rows.read_all()
    if not rows.taken:
        return BatchResult(faults=rows.faults)
    batch = await lock_batch(tx, {key for key, _ in rows.taken.values()})
    if any(each != inputs.indicators[code] for code, each in batch.inputs.indicators.items()):
        rows = _Rows(sent, _over(inputs, batch.inputs), rows.today, await _closed(tx, batch.inputs), name_of)
        rows.read_all()  # somebody has changed a definition in between
    await load_batch(tx, batch, [(key, observation.period) for key, observation in rows.taken.values()])
    return await _save(tx, batch, rows, partly=partly, reason=reason, later=later)


async def _get_inputs(tx: Tx, keys: set[SeriesKey]) -> SeriesInputs:
    codes = {key.indicator for key in keys if is_code(key.indicator)}
    return SeriesInputs(
        indicators=await indicators.get_indicators(tx, codes),
        areas=await areas.get_areas(tx, {key.area for key in keys}),
    )


def _over(before: SeriesInputs, locked: SeriesInputs) -> SeriesInputs:
    return SeriesInputs(indicators=before.indicators | locked.indicators, areas=before.areas)


async def _closed(tx: Tx, inputs: SeriesInputs) -> dict[str, Sequence[Fault]]:
    """Why nothing is recorded in some of the indicators."""
    found: dict[str, Sequence[Fault]] = {}
    for code, indicator in inputs.indicators.items():
        try:
            await refuse_closed(tx, indicator)
        except (DerivedIndicator, IndicatorRetired) as problem:
            found[code] = _faults_of(problem)
    return found


def _faults_of(problem: DerivedIndicator | IndicatorRetired | FinalValue | NothingToWithdraw) -> list[Fault]:
    return [(error.field, error.message) for error in problem.errors]


@dataclass(slots=True)
class _Rows:
    """Rows as they are read by the definitions at hand."""

    sent: Sequence[Sent]
    inputs: SeriesInputs
    today: date
    closed: Mapping[str, Sequence[Fault]]
    name_of: Callable[[int], str]
    taken: dict[int, tuple[SeriesKey, Observation]] = field(default_factory=dict)
    faults: dict[int, Sequence[Fault]] = field(default_factory=dict)
    _first: dict[tuple[SeriesKey, Period], int] = field(default_factory=dict)

    def read_all(self) -> None:
        for n, (key, _) in enumerate(self.sent):
            faults = self._unknown(key) or self.closed.get(key.indicator) or self._read(n)
            if faults:
                self.faults[n] = faults
                self.taken.pop(n, None)

    def _unknown(self, key: SeriesKey) -> list[Fault]:
        missing = [("indicator", key.indicator in self.inputs.indicators, key.indicator)]
        missing.append(("area", key.area in self.inputs.areas, key.area))
        return [(name, f"{code[:80]} is not known; add it first") for name, there, code in missing if not there]

    def _read(self, n: int) -> list[Fault]:
        key, read = self.sent[n]
        observation, faults = read_sent(key, read, self.inputs, self.today)
        if observation is not None and not faults:
            first = self._first.setdefault((key, observation.period), n)
            if first != n:
                return [("period", f"{self.name_of(first)} is of this period already")]
            self.taken[n] = key, observation
        return faults


async def _save(
    tx: Tx, batch: LockedBatch, rows: _Rows, *, partly: bool, reason: str | None, later: Later | None
) -> BatchResult:
    current: dict[int, Current] = {}
    for n, (key, observation) in rows.taken.items():
        try:
            current[n] = _take(tx, batch, key, observation, reason)
        except (FinalValue, NothingToWithdraw) as problem:
            rows.faults[n] = _faults_of(problem)
    if rows.faults and not partly:
        return BatchResult(faults=rows.faults)
    recorded = await save_batch(tx, batch, list(current.values()), later.unsettled if later else None)
    changed = [(each.revision.series, each.revision.period) for each in current.values() if each.new]
    if later is None:
        await derive_gaps(tx, batch.inputs.indicators, changed)
    else:
        later.add(batch.inputs.indicators, changed)
    return BatchResult(dict(zip(current, recorded, strict=True)), rows.faults)


def _take(tx: Tx, batch: LockedBatch, key: SeriesKey, observation: Observation, reason: str | None) -> Current:
    """Let it be current; with ``reason`` where it needs one and has none."""
    try:
        return take_sent(tx, batch, key, observation)
    except FinalValue:
        if reason is None:
            raise
        return take_sent(tx, batch, key, replace(observation, reason=reason))

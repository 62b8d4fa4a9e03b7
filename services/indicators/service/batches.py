"""Recording many observations at once, with everything that is wrong by the number of its row.

The same locks, rules and events as for one: :mod:`services.indicators.service.recording`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from chassis.access import require_within_areas
from chassis.clock import london_date
from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from chassis.turns import Turns
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
from services.indicators.service.observations import Sent, SentReader, refuse_closed
from services.indicators.service.recording import (
    Current,
    LockedBatch,
    OpenSeries,
    Periods,
    SavedBatch,
    load_batch,
    lock_batch,
    save_batch,
)
from services.indicators.service.settling import Unsettled


@dataclass(frozen=True, slots=True)
class BatchResult:
    """By the numbers of the rows that were sent: what is current now, and what is wrong with the others.

    ``saved`` is None where nothing was.
    """

    current: Mapping[int, Current] = field(default_factory=dict)
    faults: Mapping[int, Sequence[Fault]] = field(default_factory=dict)
    saved: SavedBatch | None = None


@dataclass(slots=True)
class Later:
    """What several batches leave to be done once, when all of them are recorded."""

    unsettled: Unsettled = field(default_factory=Unsettled)
    sources: dict[str, Indicator] = field(default_factory=dict)
    changed: dict[SeriesKey, set[Period]] = field(default_factory=dict)
    """Of the sources of gaps, by series."""

    def add(self, defined: Mapping[str, Indicator], changed: Periods) -> None:
        self.sources |= {code: each for code, each in defined.items() if each.gaps}
        for key, periods in changed.items():
            if key.indicator in self.sources:
                self.changed.setdefault(key, set()).update(periods)


async def derive_later(tx: Tx, later: Later, size: int) -> None:
    """Record and emit the gaps that follow from what changed in all batches, some ``size`` at a time."""
    changed = [(key, period) for key, periods in later.changed.items() for period in periods]
    await derive_gaps(tx, later.sources, changed, size)


async def record_bulk(tx: Tx, sent: Sequence[Sent], reason: str | None = None) -> list[RecordedObservation]:
    """Record observations, all or none, in the order sent; ``reason`` is why final figures change, where they do.

    Raises:
        ObservationInvalid: names every faulty field of every row, as ``observations.3.value``.
        AreaForbidden: the caller does not write for an area.
    """
    require_within_areas(tx, {key.area for key, _ in sent})
    result = await record_acceptable(tx, sent, partly=False, reason=reason)
    if not result.faults:
        return result.saved.recorded(result.current[n] for n in range(len(sent))) if result.saved else []
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
        later: takes what is done once, after other batches, of indicators that the caller has locked; without it, all
            is done here.
    """
    runs = _by_series(sent)
    inputs = await _get_inputs(tx, runs)
    rows = _Rows(sent, inputs, london_date(tx.now), await _closed(tx, inputs), name_of)
    await rows.read_all(runs)
    if not rows.taken:
        return BatchResult(faults=rows.faults)
    batch = await lock_batch(tx, rows.taken, has_indicators=later is not None)
    if any(each != inputs.indicators[code] for code, each in batch.inputs.indicators.items()):  # changed in between
        rows = await _read_again(tx, rows, runs, batch)
    await load_batch(
        tx, batch, {key: [observation.period for observation in taken.values()] for key, taken in rows.taken.items()}
    )
    return await _save(tx, batch, rows, partly=partly, reason=reason, later=later)


Runs = Mapping[SeriesKey, Sequence[int]]
"""The numbers of the rows of each series."""


def _by_series(sent: Sequence[Sent]) -> Runs:
    runs: dict[SeriesKey, list[int]] = {}
    last, run = None, list[int]()
    for n, (key, _) in enumerate(sent):
        if key is not last:
            last, run = key, runs.setdefault(key, [])
        run.append(n)
    return runs


async def _get_inputs(tx: Tx, keys: Collection[SeriesKey]) -> SeriesInputs:
    codes = {key.indicator for key in keys if is_code(key.indicator)}
    return SeriesInputs(
        indicators=await indicators.get_indicators(tx, codes),
        areas=await areas.get_areas(tx, {key.area for key in keys}),
    )


async def _read_again(tx: Tx, before: "_Rows", runs: Runs, batch: LockedBatch) -> "_Rows":
    """The rows of locked series by the definitions that hold now; what is wrong with others stays as it was found."""
    inputs = SeriesInputs(indicators=before.inputs.indicators | batch.inputs.indicators, areas=before.inputs.areas)
    others = {n: faults for n, faults in before.faults.items() if before.sent[n][0] not in before.taken}
    rows = replace(before, inputs=inputs, closed=await _closed(tx, batch.inputs), taken={}, faults=others)
    await rows.read_all({key: runs[key] for key in before.taken})
    return rows


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
    """Rows as they are read by the definitions at hand; ``taken`` are those that can be recorded, by series."""

    sent: Sequence[Sent]
    inputs: SeriesInputs
    today: date
    closed: Mapping[str, Sequence[Fault]]
    name_of: Callable[[int], str]
    taken: dict[SeriesKey, dict[int, Observation]] = field(default_factory=dict)
    faults: dict[int, Sequence[Fault]] = field(default_factory=dict)

    async def read_all(self, runs: Runs) -> None:
        turns = Turns()
        for key, numbers in runs.items():
            if faults := self._unknown(key) or self.closed.get(key.indicator):
                self.faults.update(dict.fromkeys(numbers, faults))
            elif taken := self._read(key, numbers):
                self.taken[key] = taken
            await turns.give()

    def _unknown(self, key: SeriesKey) -> Sequence[Fault]:
        if key.indicator in self.inputs.indicators and key.area in self.inputs.areas:
            return ()
        missing = [("indicator", key.indicator in self.inputs.indicators, key.indicator)]
        missing.append(("area", key.area in self.inputs.areas, key.area))
        return [(name, f"{code[:80]} is not known; add it first") for name, there, code in missing if not there]

    def _read(self, key: SeriesKey, numbers: Sequence[int]) -> dict[int, Observation]:
        """The rows of one series; a second one of a period is at fault."""
        reader, first, taken = SentReader(key, self.inputs, self.today), dict[Period, int](), dict[int, Observation]()
        for n in numbers:
            observation, faults = reader.read(self.sent[n][1])
            if observation is not None and not faults:
                if (before := first.setdefault(observation.period, n)) == n:
                    taken[n] = observation
                    continue
                faults = [("period", f"{self.name_of(before)} is of this period already")]
            self.faults[n] = faults
        return taken


async def _save(
    tx: Tx, batch: LockedBatch, rows: _Rows, *, partly: bool, reason: str | None, later: Later | None
) -> BatchResult:
    current: dict[int, Current] = {}
    turns = Turns()
    for key, taken in rows.taken.items():
        opened = OpenSeries(tx, batch, key)
        for n, observation in taken.items():
            try:
                current[n] = _take(opened, observation, reason)
            except (FinalValue, NothingToWithdraw) as problem:
                rows.faults[n] = _faults_of(problem)
        await turns.give()
    if rows.faults and not partly:
        return BatchResult(faults=rows.faults)
    saved = await save_batch(tx, batch, list(current.values()), later.unsettled if later else None)
    if later is None:
        changed = [(key, period) for key, periods in saved.changed.items() for period in periods]
        await derive_gaps(tx, batch.inputs.indicators, changed)
    else:
        later.add(batch.inputs.indicators, saved.changed)
    return BatchResult(current, rows.faults, saved)


def _take(opened: OpenSeries, observation: Observation, reason: str | None) -> Current:
    """Let it be current; with ``reason`` where it needs one and has none."""
    try:
        return opened.take_sent(observation)
    except FinalValue:
        if reason is None:
            raise
        return opened.take_sent(replace(observation, reason=reason))

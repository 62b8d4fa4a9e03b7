"""The state of one indicator in one area: a pure function of its readings, the comparator's and the targets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.colours import Colour
from contracts.indicators import BenchmarkState, SeriesPoint, TargetState, TrendState
from contracts.period import Period
from services.indicators.domain.benchmark import benchmark
from services.indicators.domain.readings import Measure, Reading
from services.indicators.domain.targets import Target, target_state
from services.indicators.domain.trend import WINDOW, trend

REACH = 2 * WINDOW - 1
"""Periods that matter: six to show, and five before them for the trend as it stood in the first of the six."""


@dataclass(frozen=True, slots=True)
class SeriesState:
    """The latest reading with its colours and reasons, and the six latest periods, oldest first."""

    latest: Reading | None
    benchmark: BenchmarkState
    trend: TrendState
    target: TargetState | None
    series: tuple[SeriesPoint, ...]


def series_state(
    measure: Measure,
    readings: Iterable[Reading],
    comparator: Mapping[Period, Reading],
    targets: Sequence[Target] = (),
    *,
    is_comparator: bool = False,
) -> SeriesState:
    """The state, whatever the order of ``readings``; at most the latest :data:`REACH` periods are read.

    Withdrawn periods stay in the series, without value or colour.
    """
    known = sorted(readings, key=lambda r: r.period.sort_key)[-REACH:]
    if not known:
        return _empty(measure, targets)
    judged = [
        _judge(measure, known[: n + 1], comparator, targets, is_comparator=is_comparator)
        for n in range(max(0, len(known) - WINDOW), len(known))
    ]
    latest = judged[-1]
    return SeriesState(known[-1], latest.benchmark, latest.trend, latest.target, tuple(j.point for j in judged))


@dataclass(frozen=True, slots=True)
class _Judged:
    reading: Reading
    benchmark: BenchmarkState
    trend: TrendState
    target: TargetState | None

    @property
    def point(self) -> SeriesPoint:
        """A series has colours only; no trend and no target are ``none`` and ``white``."""
        return SeriesPoint.model_construct(
            period=self.reading.period,
            value=self.reading.value,
            revision=self.reading.revision,
            status=self.reading.status,
            benchmark=self.benchmark.colour,
            trend=self.trend.colour,
            target=self.target.colour if self.target else Colour.WHITE,
        )


def _judge(
    measure: Measure,
    until: Sequence[Reading],
    comparator: Mapping[Period, Reading],
    targets: Sequence[Target],
    *,
    is_comparator: bool,
) -> _Judged:
    """The colours of the last of ``until`` as they stood in its period."""
    reading = until[-1]
    england = comparator.get(reading.period)
    return _Judged(
        reading,
        benchmark(reading, england, measure, is_comparator=is_comparator),
        trend(until[-WINDOW:], measure.polarity),
        target_state(reading, reading.period, targets, england, measure.polarity),
    )


def _empty(measure: Measure, targets: Sequence[Target]) -> SeriesState:
    return SeriesState(
        None,
        benchmark(None, None, measure),
        trend((), measure.polarity),
        target_state(None, None, targets, None, measure.polarity),
        (),
    )

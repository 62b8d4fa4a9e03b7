"""The state of one indicator in one area: a pure function of its observations, the comparator's and the targets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.period import Period
from services.indicators.domain.benchmark import BenchmarkColour, benchmark
from services.indicators.domain.definitions import Area, Indicator
from services.indicators.domain.observations import Observation, Revision
from services.indicators.domain.targets import Target, TargetColour, target_colour
from services.indicators.domain.trend import WINDOW, TrendColour, trend

REACH = 2 * WINDOW - 1
"""Periods that matter: six to show, and five before them for the trend as it stood in the first of the six."""


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a series, with its colours as they stood in that period."""

    revision: Revision
    benchmark: BenchmarkColour
    trend: TrendColour
    target: TargetColour | None


@dataclass(frozen=True, slots=True)
class SeriesState:
    """The colours of the latest period with their reasons, and the six latest periods, oldest first."""

    benchmark: BenchmarkColour
    trend: TrendColour
    target: TargetColour | None
    points: tuple[Point, ...]

    @property
    def latest(self) -> Revision | None:
        return self.points[-1].revision if self.points else None


@dataclass(frozen=True, slots=True)
class SeriesStatus:
    """``version`` is that of the newest event: 0 before the first, None when read as of a moment."""

    indicator: Indicator
    area: Area
    state: SeriesState
    version: int | None
    as_of: datetime | None


def series_state(
    indicator: Indicator,
    revisions: Iterable[Revision],
    comparator: Mapping[Period, Observation],
    targets: Sequence[Target] = (),
    *,
    is_comparator: bool = False,
) -> SeriesState:
    """The state, whatever the order of ``revisions``; at most the latest :data:`REACH` periods are read.

    Withdrawn periods stay in the series, without value or colour.
    """
    recent = sorted(revisions, key=lambda r: r.period.sort_key)[-REACH:]
    if not recent:
        return _empty(indicator, targets)
    points = tuple(
        _point(indicator, recent[: n + 1], comparator, targets, is_comparator=is_comparator)
        for n in range(max(0, len(recent) - WINDOW), len(recent))
    )
    latest = points[-1]
    return SeriesState(latest.benchmark, latest.trend, latest.target, points)


def _point(
    indicator: Indicator,
    until: Sequence[Revision],
    comparator: Mapping[Period, Observation],
    targets: Sequence[Target],
    *,
    is_comparator: bool,
) -> Point:
    """The last of ``until`` with its colours."""
    latest = until[-1].observation
    compared = comparator.get(latest.period)
    return Point(
        until[-1],
        benchmark(latest, compared, indicator, is_comparator=is_comparator),
        trend([revision.observation for revision in until[-WINDOW:]], indicator.polarity),
        target_colour(latest, latest.period, targets, compared, indicator.polarity),
    )


def _empty(indicator: Indicator, targets: Sequence[Target]) -> SeriesState:
    return SeriesState(
        benchmark(None, None, indicator),
        trend((), indicator.polarity),
        target_colour(None, None, targets, None, indicator.polarity),
        (),
    )

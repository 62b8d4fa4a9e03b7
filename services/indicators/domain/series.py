"""The state of one series: a pure function of its observations, the comparator's and the targets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.period import Period
from services.indicators.domain.areas import Area
from services.indicators.domain.benchmark import BenchmarkColour, benchmark
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.observations import Observation, Revision, SeriesKey
from services.indicators.domain.target_colour import TargetColour, target_colour
from services.indicators.domain.targets import Target
from services.indicators.domain.trend import TrendColour, run_ends, trend
from services.indicators.domain.window import WINDOW, window_size

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
    """The colours of the latest period with their reasons, and the series as shown, oldest first.

    That is what was observed in the six periods ending at the latest with a value or a symbol.
    """

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

    key: SeriesKey
    indicator: Indicator
    area: Area
    state: SeriesState
    version: int | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class SeriesPast:
    """A whole series: its current revisions, its targets and the colours that it has by the council's rules."""

    key: SeriesKey
    indicator: Indicator
    area: Area
    revisions: tuple[Revision, ...]
    targets: tuple[Target, ...]
    colours: SeriesState
    as_of: datetime | None


def series_state(
    indicator: Indicator,
    revisions: Iterable[Revision],
    comparator: Mapping[Period, Observation],
    targets: Sequence[Target] = (),
    *,
    is_comparator: bool = False,
) -> SeriesState:
    """The state, whatever the order of ``revisions``; at most the latest :data:`REACH` of them are read.

    What is withdrawn is no part of it.
    """
    present = [revision for revision in revisions if not revision.observation.is_withdrawn]
    recent = sorted(present, key=lambda revision: revision.observation.period.sort_key)[-REACH:]
    judge = _Judge(indicator, comparator, targets, recent, is_comparator=is_comparator)
    points = tuple(judge.point(n) for n in range(judge.begins(len(recent)), len(recent)))
    if not points:
        return SeriesState(*judge.colours([]), ())
    latest = points[-1]
    return SeriesState(latest.benchmark, latest.trend, latest.target, points)


class _Judge:
    """What the colours of each period are made with; what ends runs is found once for all of them."""

    def __init__(
        self,
        indicator: Indicator,
        comparator: Mapping[Period, Observation],
        targets: Sequence[Target],
        recent: Sequence[Revision],
        *,
        is_comparator: bool,
    ) -> None:
        self._indicator, self._comparator, self._targets = indicator, comparator, targets
        self._is_comparator, self._recent = is_comparator, recent
        self._observed = [revision.observation for revision in recent]
        has_runs = bool(recent) and not self._observed[-1].period.overlaps
        self._ends = run_ends(self._observed) if has_runs else [""] * len(recent)

    def begins(self, until: int) -> int:
        """The number of the first that is shown where the last is the one before ``until``."""
        return until - window_size([each.period for each in self._observed[max(until - WINDOW, 0) : until]])

    def point(self, n: int) -> Point:
        """The one numbered ``n`` with its colours, as they stood in its period."""
        window = slice(self.begins(n + 1) if n else 0, n + 1)
        return Point(self._recent[n], *self.colours(self._observed[window], self._ends[window]))

    def colours(
        self, window: Sequence[Observation], ends: Sequence[str] = ()
    ) -> tuple[BenchmarkColour, TrendColour, TargetColour | None]:
        latest = window[-1] if window else None
        compared = self._comparator.get(latest.period) if latest else None
        polarity = self._indicator.polarity
        return (
            benchmark(latest, compared, self._indicator, is_comparator=self._is_comparator),
            trend(window, polarity, ends),
            target_colour(latest, self._targets, compared, polarity, is_comparator=self._is_comparator),
        )

"""The periods of a series as one text, kept with its newest event and in history: read only where it is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from contracts.colours import Colour
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.risks.domain.links import SeriesWindow
from services.risks.domain.severity import ColouredPeriod, Provisional, Signal, deciding_periods, period_severity

FORMAT: Final = "2"
READABLE: Final = frozenset({"1", FORMAT})
"""The first had no colour by process control."""
_PROVISIONAL: Final = {"t": "target_provisional", "b": "benchmark_provisional", "r": "trend_provisional"}


class ReadPeriod(ColouredPeriod, Protocol):
    """A period as an event carries it, with its label and its value."""

    @property
    def period(self) -> str: ...
    @property
    def value(self) -> object: ...


@dataclass(frozen=True, slots=True)
class PeriodPoint:
    """A period of a series: its label, its value as text (``None``: there is none) and its colours."""

    period: str
    value: str | None
    status: ObservationStatus
    target: Colour
    benchmark: Colour
    trend: Colour
    target_provisional: bool = False
    benchmark_provisional: bool = False
    trend_provisional: bool = False
    process_control: Colour = Colour.NONE


@dataclass(frozen=True, slots=True)
class JudgedPeriod:
    """A period as a link reads it: its severity, and whether it decides what the link amounts to."""

    point: PeriodPoint
    severity: int | None
    decides: bool


def write_points(series: Iterable[ReadPeriod]) -> str:
    """A line a period, after one that names the format."""
    return "\n".join((FORMAT, *map(_line, series)))


def _line(point: ReadPeriod) -> str:
    value = "" if point.value is None else str(point.value)
    colours = (point.target, point.benchmark, point.trend)
    return "|".join((point.period, value, point.status, *colours, _flags(point), point.process_control))


def _flags(point: ReadPeriod) -> str:
    if not (point.target_provisional or point.benchmark_provisional or point.trend_provisional):
        return ""  # as with most periods of most series
    return "".join(letter for letter, name in _PROVISIONAL.items() if getattr(point, name))


def read_points(text: str | None) -> list[PeriodPoint]:
    """What :func:`write_points` wrote; nothing of a series without an event since it is kept.

    Raises:
        ValueError: the format is a later one.
    """
    if not text:
        return []
    form, *lines = text.split("\n")
    if form not in READABLE:
        raise ValueError(f"format {form} of periods is not known here")
    return [_point(*line.split("|")) for line in lines]


def _point(
    period: str,
    value: str,
    status: str,
    target: str,
    benchmark: str,
    trend: str,
    flags: str,
    process_control: str = Colour.NONE,
) -> PeriodPoint:
    return PeriodPoint(
        period,
        value or None,
        ObservationStatus(status),
        Colour(target),
        Colour(benchmark),
        Colour(trend),
        **{name: letter in flags for letter, name in _PROVISIONAL.items()},
        process_control=Colour(process_control),
    )


def whole_past(windows: Iterable[SeriesWindow]) -> list[PeriodPoint]:
    """Every period that events of a series showed, oldest first, each by the newest event that could show it.

    An event shows all there is from its first period on: what an older one showed there and it does not was withdrawn.
    """
    found: list[tuple[Period, PeriodPoint]] = []
    shown_from: Period | None = None
    for window in sorted(windows, key=lambda each: each.order, reverse=True):
        points = [(Period.parse(point.period), point) for point in read_points(window.points)]
        if not points:
            break  # nothing was left of the series, whatever older events showed
        found += [each for each in points if shown_from is None or each[0] < shown_from]
        shown_from = points[0][0] if shown_from is None else min(shown_from, points[0][0])
    return [point for _, point in sorted(found, key=lambda each: each[0].sort_key)]


def judged_periods(points: Sequence[PeriodPoint], signal: Signal, provisional: Provisional) -> list[JudgedPeriod]:
    """The periods as a link by this signal reads them, oldest first."""
    deciding = deciding_periods(points, signal, provisional)
    return [
        JudgedPeriod(point, period_severity(point, signal, provisional), number in deciding)
        for number, point in enumerate(points)
    ]

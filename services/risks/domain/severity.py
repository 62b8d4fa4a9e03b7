"""What the colours of a linked indicator amount to: a severity of 0 (green), 1 (amber) or 2 (red)."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from contracts.colours import SEVERITY, Colour
from contracts.indicators import ObservationStatus
from contracts.period import Period

GREEN, AMBER, RED = 0, 1, 2
SEVERITY_NAMES = ("green", "amber", "red")

CONFIRMING_PERIODS = 2
"""Worse counts at once; better only once this many periods in a row say so."""

STALE_AFTER_PERIODS = 2


class Signal(StrEnum):
    """Which colour a link reads. ``best``: for each period the first of the other three that judges."""

    TARGET = "target"
    BENCHMARK = "benchmark"
    TREND = "trend"
    BEST = "best"


_ORDER_OF_BEST = (Signal.TARGET, Signal.BENCHMARK, Signal.TREND)


class ColouredPeriod(Protocol):
    """One period of an indicator's series, as events carry it."""

    @property
    def status(self) -> ObservationStatus: ...
    @property
    def target(self) -> Colour: ...
    @property
    def benchmark(self) -> Colour: ...
    @property
    def trend(self) -> Colour: ...


def period_severity(point: ColouredPeriod, signal: Signal) -> int | None:
    """Severity of one period; none where the value is provisional or withdrawn, or nothing judges it."""
    if point.status is not ObservationStatus.FINAL:
        return None
    for name in _ORDER_OF_BEST if signal is Signal.BEST else (signal,):
        colour: Colour = getattr(point, name)
        if colour in SEVERITY:
            return SEVERITY[colour]
    return None


def confirmed_severity(series: Sequence[ColouredPeriod], signal: Signal) -> int | None:
    """The worse of the two latest periods that have a severity; ``None`` (unknown) where no period has one.

    ``series`` is what one event carries: at most six periods, oldest first. Nothing else is read, so the
    order in which events arrive cannot matter.
    """
    severities = [severity for point in series if (severity := period_severity(point, signal)) is not None]
    return max(severities[-CONFIRMING_PERIODS:]) if severities else None


def severity_name(severity: int | None) -> str:
    return "unknown" if severity is None else SEVERITY_NAMES[severity]


def is_stale(latest_value: Period | None, today: date) -> bool:
    """Whether an indicator has had no value for more than two of its own periods before ``today``.

    An indicator that never had a value is unknown, not stale.
    """
    if latest_value is None:
        return False
    following = latest_value.end + timedelta(days=1)
    grace = Period.span(latest_value.kind, following, STALE_AFTER_PERIODS * latest_value.months)
    return today > grace.end

"""What the colours of a linked indicator amount to: a severity of 0 (green), 1 (amber) or 2 (red)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from contracts.colours import SEVERITY, Colour
from contracts.indicators import ObservationStatus
from contracts.period import Period

GREEN, AMBER, RED = 0, 1, 2
SEVERITY_NAMES = ("green", "amber", "red")

CONFIRMING_PERIODS = 2
"""Worse counts at once; better only once this many of the latest periods with a severity are better."""

STALE_AFTER_PERIODS = 2


class Signal(StrEnum):
    """Which colour a link reads. ``best``: for each period the first of target, benchmark and trend that judges.

    ``process-control``: amber by a special cause of concern, red beyond three sigma on the bad side. ``finance`` is not
    of an indicator: where the variance of a fund, or of a line, stands against the trigger that is agreed of it.
    """

    TARGET = "target"
    BENCHMARK = "benchmark"
    TREND = "trend"
    BEST = "best"
    PROCESS_CONTROL = "process-control"
    FINANCE = "finance"


OF_INDICATORS = tuple(signal for signal in Signal if signal is not Signal.FINANCE)
"""What an event of an indicator tells."""


class Provisional(StrEnum):
    """Whether provisional colours have their severity for a link: where finals come a year late they may."""

    COUNT = "count"
    IGNORE = "ignore"


_ORDER_OF_BEST = (Signal.TARGET, Signal.BENCHMARK, Signal.TREND)
_COLOURS = {**{signal: signal.value for signal in _ORDER_OF_BEST}, Signal.PROCESS_CONTROL: "process_control"}
_FLAGS = {signal: f"{signal.value}_provisional" for signal in _ORDER_OF_BEST}
"""Fields of a period; whether a special cause is provisional is told by the status of its value alone."""


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
    @property
    def process_control(self) -> Colour: ...
    @property
    def target_provisional(self) -> bool: ...
    @property
    def benchmark_provisional(self) -> bool: ...
    @property
    def trend_provisional(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmed severity, ``None`` where it is unknown; ``unconfirmed`` where it rests on one period alone."""

    severity: int | None
    unconfirmed: bool = False


UNKNOWN = Confirmed(None)


@dataclass(frozen=True, slots=True)
class SignalSeverities:
    """What a signal amounts to where provisional colours have no severity, and where they have."""

    ignoring: Confirmed
    counting: Confirmed

    def read_with(self, provisional: Provisional) -> Confirmed:
        return self.counting if provisional is Provisional.COUNT else self.ignoring


WITHOUT_EVENT = SignalSeverities(UNKNOWN, UNKNOWN)


def period_severity(point: ColouredPeriod, signal: Signal, provisional: Provisional = Provisional.IGNORE) -> int | None:
    """Severity of one period; none where it is withdrawn, or no colour that the link reads judges it."""
    if point.status is ObservationStatus.WITHDRAWN:
        return None
    for name in _ORDER_OF_BEST if signal is Signal.BEST else (signal,):
        severity = SEVERITY.get(getattr(point, _COLOURS[name]))
        if severity is not None and (provisional is Provisional.COUNT or not _is_provisional(point, name)):
            return severity
    return None


def _is_provisional(point: ColouredPeriod, signal: Signal) -> bool:
    """A colour made with a provisional value is provisional itself, also in events that did not say so yet."""
    flag = _FLAGS.get(signal)
    return point.status is ObservationStatus.PROVISIONAL or (flag is not None and getattr(point, flag))


def confirmed_severity(
    series: Sequence[ColouredPeriod], signal: Signal, provisional: Provisional = Provisional.IGNORE
) -> Confirmed:
    """The worse of the two latest periods that have a severity; unknown where no period has one.

    ``series`` is what one event carries: at most six periods, oldest first. Nothing else is read, so the
    order in which events arrive cannot matter.
    """
    latest = deciding_periods(series, signal, provisional).values()
    return Confirmed(max(latest), len(latest) < CONFIRMING_PERIODS) if latest else UNKNOWN


def deciding_periods(
    series: Sequence[ColouredPeriod], signal: Signal, provisional: Provisional = Provisional.IGNORE
) -> dict[int, int]:
    """Severities of the latest periods that have one, as many as confirm, by their place in the series."""
    latest: dict[int, int] = {}
    for number in range(len(series) - 1, -1, -1):
        severity = period_severity(series[number], signal, provisional)
        if severity is not None:
            latest[number] = severity
        if len(latest) == CONFIRMING_PERIODS:
            break
    return latest


def signal_severities(series: Sequence[ColouredPeriod], signal: Signal) -> SignalSeverities:
    return SignalSeverities(
        ignoring=confirmed_severity(series, signal), counting=confirmed_severity(series, signal, Provisional.COUNT)
    )


def severity_name(severity: int | None) -> str:
    return "unknown" if severity is None else SEVERITY_NAMES[severity]


def is_stale(latest_value: Period | None, today: date) -> bool:
    """Whether an indicator has had no value for more than two of its own periods before ``today``, or never one."""
    if latest_value is None:
        return True
    following = latest_value.end + timedelta(days=1)
    grace = Period.span(latest_value.kind, following, STALE_AFTER_PERIODS * latest_value.months)
    return today > grace.end

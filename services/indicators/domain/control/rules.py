"""Which points of a segment are special causes, and by which rule.

The four rules of Making Data Count and NHSRplotthedots 0.2.2 (``R/ptd_calculate_point_type.R``): a point strictly
beyond a limit; a trend, strictly rising or falling; two of three neighbours beyond two sigma, all three on one side of
the mean; a shift, neighbours strictly on one side of the mean. All points of a longer run are flagged, the first of a
trend included. A point on the mean, equal neighbours and a gap end what they interrupt.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from services.indicators.domain.control.limits import ControlLimits, Values
from services.indicators.domain.control.settings import ChartSettings, Variant

THREE = 3
FAR, BEYOND = 2, 3
"""Zones of a chart: between two sigma and the limit, and beyond it."""


class ControlRule(StrEnum):
    """In order of precedence."""

    BEYOND_HIGH = "beyond_high"
    BEYOND_LOW = "beyond_low"
    TREND_UP = "trend_up"
    TREND_DOWN = "trend_down"
    TWO_OF_THREE_HIGH = "two_of_three_high"
    TWO_OF_THREE_LOW = "two_of_three_low"
    SHIFT_HIGH = "shift_high"
    SHIFT_LOW = "shift_low"

    @property
    def direction(self) -> int:
        """+1 for high or up, -1 for low or down."""
        return 1 if self.value.endswith(("high", "up")) else -1


_BEYOND = {1: ControlRule.BEYOND_HIGH, -1: ControlRule.BEYOND_LOW}
_TREND = {1: ControlRule.TREND_UP, -1: ControlRule.TREND_DOWN}
_TWO_OF_THREE = {1: ControlRule.TWO_OF_THREE_HIGH, -1: ControlRule.TWO_OF_THREE_LOW}
_SHIFT = {1: ControlRule.SHIFT_HIGH, -1: ControlRule.SHIFT_LOW}
_ORDER = tuple(ControlRule)

Fired = tuple[ControlRule, ...]
Marked = Iterator[tuple[int, ControlRule]]


class Run(NamedTuple):
    """From the first to the last index, both included, in one direction."""

    first: int
    last: int
    direction: int


def rules_fired(values: Values, limits: ControlLimits, settings: ChartSettings) -> list[Fired]:
    """For each value of a segment the rules that fired, in order of precedence; ``plotthedots`` has the first alone."""
    found: list[set[ControlRule]] = [set() for _ in values]
    for n, rule in _marked(values, limits, settings):
        found[n].add(rule)
    fired = [tuple(rule for rule in _ORDER if rule in each) for each in found]
    return fired if settings.variant is Variant.MDC else [each[:1] for each in fired]


def _marked(values: Values, limits: ControlLimits, settings: ChartSettings) -> Marked:
    zones = limits.zones(values)
    yield from ((n, _BEYOND[_sign(zone)]) for n, zone in enumerate(zones) if abs(zone) == BEYOND)
    yield from _trends(values, settings)
    yield from _two_of_three(zones, settings.variant)
    for run in shifts(zones, settings.run):
        yield from ((n, _SHIFT[run.direction]) for n in range(run.first, run.last + 1))


def shifts(zones: Sequence[int], least: int) -> list[Run]:
    """Runs of at least so many neighbours strictly on one side of the mean."""
    return [run for run in _runs(list(map(_sign, zones))) if run.last - run.first + 1 >= least]


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _runs(signs: Sequence[int]) -> Iterator[Run]:
    """The longest runs of one sign other than 0."""
    first = 0
    for sign, same in groupby(signs):
        count = sum(1 for _ in same)
        if sign:
            yield Run(first, first + count - 1, sign)
        first += count


def _trends(values: Values, settings: ChartSettings) -> Marked:
    """Seven points are six steps."""
    steps = [_step(values, n) for n in range(len(values) - 1)]
    runs = [run for run in _runs(steps) if run.last - run.first + 2 >= settings.run]
    points = [(n, run.direction) for run in runs for n in range(run.first, run.last + 2)]
    if settings.variant is Variant.MDC:
        yield from ((n, _TREND[direction]) for n, direction in points)
        return
    within = {n for n, _ in points}
    for n in within:
        rises = steps[n] > 0 if n + 1 in within and n < len(steps) else steps[n - 1] > 0
        yield n, _TREND[1 if rises else -1]


def _step(values: Values, n: int) -> int:
    earlier, later = values[n], values[n + 1]
    return 0 if earlier is None or later is None else (later > earlier) - (later < earlier)


def _two_of_three(zones: Sequence[int], variant: Variant) -> Marked:
    """Only those beyond two sigma are flagged. ``plotthedots`` does not count those beyond the limits as well."""
    counting = {FAR} if variant is Variant.PLOTTHEDOTS else {FAR, BEYOND}
    for first in range(len(zones) - THREE + 1):
        window = range(first, first + THREE)
        counted = [n for n in window if abs(zones[n]) in counting]
        if len(counted) > 1 and zones[first] and len({_sign(zones[n]) for n in window}) == 1:
            yield from ((n, _TWO_OF_THREE[_sign(zones[n])]) for n in counted)

"""A chart: readings in segments, each with limits, special causes, and what the whole comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from contracts.colours import Polarity
from services.indicators.domain.control.judgement import (
    Assurance,
    PointType,
    Variation,
    assurance_of,
    point_type,
    variation_of,
)
from services.indicators.domain.control.limits import ControlLimits, Values, control_limits
from services.indicators.domain.control.rules import Fired, Run, rules_fired, shifts
from services.indicators.domain.control.settings import LEAST_POINTS, ChartSettings, Variant

LONG_SHIFT = 12
"""Neighbours on one side of the mean that could have limits of their own: those of fewer are trial limits."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value in its turn, None where there is a gap.

    ``starts``: limits, moving ranges and runs begin anew with it. ``baseline``: how many readings from it on make the
    limits of the segment it begins; None for all of them.
    """

    value: Decimal | None
    starts: bool = False
    baseline: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """Readings from ``first`` to ``last``, counted from 0; ``long_shifts`` are counted alike and begin within it."""

    first: int
    last: int
    limits: ControlLimits | None
    fired: tuple[Fired, ...]
    long_shifts: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """``fired`` and ``types`` are by reading. ``has_enough`` says whether limits are trusted."""

    segments: tuple[Segment, ...]
    fired: tuple[Fired, ...]
    types: tuple[PointType, ...]
    variation: Variation
    assurance: Assurance
    has_enough: bool


def control_chart(
    readings: Sequence[Reading],
    polarity: Polarity,
    target: Decimal | None,
    settings: ChartSettings,
    *,
    with_limits: bool = True,
) -> Chart:
    """The chart of readings, oldest first.

    The variation is that of the latest value; the assurance is by the last segment's limits. ``mdc`` draws limits and
    judges from 13 values of the whole chart on; without ``with_limits`` nothing does.
    """
    count = sum(reading.value is not None for reading in readings)
    judged = with_limits and (count >= LEAST_POINTS or settings.variant is Variant.PLOTTHEDOTS)
    segments = tuple(_segment(readings, *ends, settings, judged=judged) for ends in _ends(readings))
    fired = tuple(each for segment in segments for each in segment.fired)
    types = tuple(point_type(each, polarity) for each in fired)
    variation, assurance = Variation.NONE, Assurance.NONE
    last = segments[-1].limits if segments else None
    if judged and last and (last.mean_moving_range is not None or settings.variant is Variant.PLOTTHEDOTS):
        latest = max(n for n, reading in enumerate(readings) if reading.value is not None)
        variation = variation_of(types[latest], polarity)
        assurance = assurance_of(last, target, polarity, settings.variant)
    return Chart(segments, fired, types, variation, assurance, with_limits and count >= LEAST_POINTS)


def _ends(readings: Sequence[Reading]) -> list[tuple[int, int]]:
    firsts = [n for n, reading in enumerate(readings) if n == 0 or reading.starts]
    return list(zip(firsts, [first - 1 for first in firsts[1:]] + [len(readings) - 1], strict=False))


def _segment(readings: Sequence[Reading], first: int, last: int, settings: ChartSettings, *, judged: bool) -> Segment:
    own = readings[first : last + 1]
    values: Values = [None if reading.value is None else Fraction(reading.value) for reading in own]
    limits = control_limits(values[: own[0].baseline], settings.variant)
    if limits is None or not judged:
        mean = None if limits is None else ControlLimits(limits.mean)
        return Segment(first, last, mean, ((),) * len(own), ())
    fired = rules_fired(values, limits, settings)
    long = [run for run in shifts(limits.zones(values), LONG_SHIFT) if run.first > 0]
    moved = (Run(first + run.first, first + run.last, run.direction) for run in long)
    return Segment(first, last, limits, tuple(fired), tuple(moved))

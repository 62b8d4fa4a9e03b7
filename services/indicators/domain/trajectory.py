"""What a target expects in a period: a milestone, or the straight line between its neighbours."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from contracts.period import Period
from services.indicators.domain.numbers import trimmed
from services.indicators.domain.targets import Target

_Stop = tuple[Period, Decimal]
"""Where the line goes through."""


def expected_value(target: Target, period: Period, comparator: Decimal | None) -> Decimal | None:
    """The value expected in ``period``; None where it needs a comparator that has no value.

    A milestone of the period; else on the line between its neighbours, baseline and due being the outer ones, by the
    months between ends of periods; the baseline before the baseline, the target after the last of them, and where
    there is nothing to come from. Rounded half up to eight places, and compared as rounded.
    """
    if period in target.milestones:
        return target.milestones[period]
    level = comparator if target.kind.reads_benchmark else target.level
    if level is None:
        return None
    between = _between(_stops(target, level), _month(period))
    if between is None and target.baseline and _month(period) < _month(target.baseline.period):
        between = target.baseline.value
    return trimmed(level if between is None else between)


def _stops(target: Target, level: Decimal) -> list[_Stop]:
    """In order of time; a milestone goes before a baseline or a due period that ends with it."""
    ends: list[_Stop] = []
    if target.baseline:
        ends.append((target.baseline.period, target.baseline.value))
    if target.due:
        ends.append((target.due, level))
    by_month = {_month(period): (period, value) for period, value in [*ends, *target.milestones.items()]}
    return [by_month[month] for month in sorted(by_month)]


def _between(stops: Sequence[_Stop], month: int) -> Decimal | None:
    for (first, low), (second, high) in pairwise(stops):
        start, whole = _month(first), _month(second) - _month(first)
        if 0 <= month - start <= whole:
            return low + (high - low) * (month - start) / whole
    return None


def _month(period: Period) -> int:
    return period.end.year * 12 + period.end.month

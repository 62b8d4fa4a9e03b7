"""Where a series is going: a straight line through its latest values, with a 95 per cent prediction interval.

Simple linear regression of the value on time; the interval of one further value is the line plus and minus
t s sqrt(1 + 1/n + (x - mean)^2 / Sxx) with n - 2 degrees of freedom (Draper and Smith, *Applied Regression Analysis*,
1998, section 3.1). It says what follows if all goes on as it did. It is a calculation, never an observation or a
projection of somebody's, and makes no colour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from math import atan, cos, pi, sin, sqrt

from contracts.colours import Colour, Polarity
from contracts.indicators import Mark
from contracts.period import Period
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.numbers import HIGHEST, trimmed
from services.indicators.domain.observations import Observation, Revision
from services.indicators.domain.target_colour import in_force, target_colour
from services.indicators.domain.targets import Target

LEAST, MOST = 5, 12
"""How many values, those that follow one another up to the latest, a line is drawn through."""
LEVEL = 0.95
_FARTHEST = 120
"""Periods ahead that a forecast reaches."""
_HALVINGS = 80


@dataclass(frozen=True, slots=True)
class Line:
    """A line through values at 1, 2, ...: what it says of a further one, with its interval."""

    slope: Decimal
    value: Decimal
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a series comes to when its target is due: in ``period``, the one of its own kind in which ``due`` ends.

    ``on_course``: whether the value of the line would be green against the target then; None where that cannot be
    said. ``certain``: whether both ends of the interval are judged as the line is. ``reason`` says how, or why not.
    """

    revisions: tuple[Revision, ...]
    due: Period | None = None
    period: Period | None = None
    line: Line | None = None
    expected: Decimal | None = None
    on_course: bool | None = None
    certain: bool | None = None
    reason: str = ""
    provisional: bool = False


def forecast(indicator: Indicator, revisions: Iterable[Revision], targets: Sequence[Target]) -> Forecast:
    """The forecast of a series to the due period of the target in force for its latest value.

    Reasons for none: ``overlapping_periods``, ``fewer_than_five_values``, ``no_target``, ``no_due_period``,
    ``due_is_over``, ``too_far``; for no judgement those of the target's colour.
    """
    run = _run(revisions)
    reason, due = _end(run, targets)
    if due is None or reason:
        return Forecast(tuple(run), due, reason=reason)
    ahead = _ahead(run[-1].period, due)
    if ahead is None:
        return Forecast(tuple(run), due, reason=f"too_far: {due} is more than {_FARTHEST} periods ahead")
    period, steps = ahead
    line = drawn([each.observation.value or Decimal(0) for each in run], steps)
    if max(abs(line.lower), abs(line.upper)) > HIGHEST:
        return Forecast(tuple(run), due, period, reason="too_far: the line leaves what a value may be")
    provisional = any(each.observation.is_provisional for each in run)
    found = Forecast(tuple(run), due, period, line, provisional=provisional)
    return _judged(found, period, line, targets, indicator.polarity)


def _run(revisions: Iterable[Revision]) -> list[Revision]:
    """The latest values that follow one another, oldest first, since the last gap, symbol or break."""
    present = [each for each in revisions if not each.observation.is_withdrawn]
    run: list[Revision] = []
    for each in sorted(present, key=lambda revision: revision.period.sort_key, reverse=True):
        follows = not run or each.period.followed_by(run[-1].period)
        if each.observation.value is None or not follows or len(run) == MOST:
            break
        run.append(each)
        if Mark.BREAK in each.observation.marks:
            break
    return run[::-1]


def _end(run: Sequence[Revision], targets: Sequence[Target]) -> tuple[str, Period | None]:
    """Why there is no forecast, else nothing; and the period in which the target is due."""
    if run and run[-1].period.overlaps:
        return "overlapping_periods: each value shares months with its neighbours", None
    if len(run) < LEAST:
        return f"fewer_than_five_values: {len(run)} follow one another up to the latest", None
    target = in_force(targets, run[-1].period)
    if target is None:
        return "no_target: none is in force", None
    if target.due is None:
        return "no_due_period: the target does not say when it is to be reached", None
    over = target.due.end <= run[-1].period.end
    return ("due_is_over: the latest value is of that period or a later one" if over else ""), target.due


def _ahead(latest: Period, due: Period) -> tuple[Period, int] | None:
    """The period of the series in which ``due`` ends, and how many lie from ``latest`` to it."""
    period = latest
    for steps in range(1, _FARTHEST + 1):
        period = period.next()
        if period.end >= due.end:
            return period, steps
    return None


def drawn(values: Sequence[Decimal], steps: int) -> Line:
    """The line through ``values``, at least three, as it goes on ``steps`` further."""
    count = len(values)
    middle, mean = Decimal(count + 1) / 2, sum(values, Decimal(0)) / count
    spread = sum(((n - middle) ** 2 for n in range(1, count + 1)), Decimal(0))
    slope = sum(((n - middle) * value for n, value in enumerate(values, 1)), Decimal(0)) / spread
    left = sum(((value - mean - slope * (n - middle)) ** 2 for n, value in enumerate(values, 1)), Decimal(0))
    away = count + steps - middle
    error = (left / (count - 2) * (1 + Decimal(1) / count + away**2 / spread)).sqrt()
    half = Decimal(repr(students_t(count - 2))) * error
    value = mean + slope * away
    return Line(trimmed(slope), trimmed(value), trimmed(value - half), trimmed(value + half))


def _judged(found: Forecast, period: Period, line: Line, targets: Sequence[Target], polarity: Polarity) -> Forecast:
    """With whether the line and both ends of its interval would be green."""
    judged = [target_colour(Observation(period, value), targets, None, polarity) for value in _ends(line)]
    colours = [each for each in judged if each is not None]
    found = replace(found, expected=colours[0].expected, reason=colours[0].reason)
    if any(each.colour is Colour.WHITE for each in colours):
        return found
    good = [each.colour is Colour.GREEN for each in colours]
    return replace(found, on_course=good[0], certain=len(set(good)) == 1)


def _ends(line: Line) -> tuple[Decimal, Decimal, Decimal]:
    return line.value, line.lower, line.upper


@lru_cache
def students_t(degrees: int) -> float:
    """What Student's t of so many degrees of freedom lies within, either way, with probability 0.95."""
    low, high = 0.0, 1000.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, degrees) < LEVEL else (low, middle)
    return (low + high) / 2


def _within(t: float, degrees: int) -> float:
    """Probability between -t and t: Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.7.3 and 26.7.4."""
    angle = atan(t / sqrt(degrees))
    term = cos(angle) if degrees % 2 else 1.0
    total = term if degrees > 1 else 0.0
    for n in range(3 if degrees % 2 else 2, degrees - 1, 2):
        term *= (n - 1) / n * cos(angle) ** 2
        total += term
    return 2 / pi * (angle + sin(angle) * total) if degrees % 2 else sin(angle) * total

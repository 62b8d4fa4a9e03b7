"""Targets: what is expected in a period, and the colour of an observation against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from contracts.colours import Colour, Polarity
from contracts.period import Period
from services.indicators.domain.numbers import HIGHEST, trimmed
from services.indicators.domain.observations import Observation, SeriesKey

DEFAULT_TOLERANCE = Decimal(5)
"""Per cent of the expected value."""


@dataclass(frozen=True, slots=True)
class TargetColour:
    colour: Colour
    expected: Decimal | None
    reason: str


class TargetKind(StrEnum):
    REACH = "reach"
    REDUCE_BY_PERCENT = "reduce_by_percent"
    INCREASE_BY_PERCENT = "increase_by_percent"
    MAINTAIN = "maintain"
    REACH_BENCHMARK = "reach_benchmark"
    BETTER_THAN_BENCHMARK = "better_than_benchmark"
    RANGE = "range"

    @property
    def reads_benchmark(self) -> bool:
        return self in {TargetKind.REACH_BENCHMARK, TargetKind.BETTER_THAN_BENCHMARK}


@dataclass(frozen=True, slots=True)
class Baseline:
    period: Period
    value: Decimal


@dataclass(frozen=True, slots=True)
class Target:
    """One version of a target.

    ``value`` is the level of ``reach``, the per cent of ``reduce_by_percent`` and ``increase_by_percent``, and may
    be the level of ``maintain`` where no baseline is known. ``low`` and ``high`` are the ends of ``range``.
    ``tolerance`` is in per cent of the expected value.
    """

    kind: TargetKind
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    baseline: Baseline | None = None
    due: Period | None = None
    milestones: Mapping[Period, Decimal] = field(default_factory=dict)
    tolerance: Decimal = DEFAULT_TOLERANCE
    applies_from: Period | None = None
    illustrative: bool = False
    source: str | None = None
    note: str | None = None
    version: int = 1

    @property
    def begins(self) -> Period | None:
        """The first period it is in force for: as text, else the baseline's, else every period."""
        return self.applies_from or (self.baseline.period if self.baseline else None)


@dataclass(frozen=True, slots=True)
class RecordedTarget:
    """A version of the target of a series, and who set it when."""

    series: SeriesKey
    target: Target
    actor: str
    recorded_at: datetime


def in_force(targets: Sequence[Target], period: Period) -> Target | None:
    """The newest version that has begun by ``period``."""
    begun = [t for t in targets if t.begins is None or t.begins.sort_key <= period.sort_key]
    return max(begun, key=lambda t: t.version, default=None)


def target_colour(
    observation: Observation | None,
    period: Period | None,
    targets: Sequence[Target],
    comparator: Observation | None,
    polarity: Polarity,
) -> TargetColour | None:
    """The colour against the version in force for ``period``; None where there is no target at all.

    White reasons: ``no_local_value``, ``not_in_force``, ``no_england_value``, ``neutral_polarity``.
    """
    if not targets:
        return None
    target = in_force(targets, period) if period else None
    if period is None or observation is None:
        return _white("no_local_value")
    if target is None:
        return _white("not_in_force")
    if target.kind is TargetKind.RANGE:
        return _against_range(observation, target)
    return _against_level(observation, target, comparator, polarity)


def _white(reason: str, expected: Decimal | None = None) -> TargetColour:
    return TargetColour(colour=Colour.WHITE, expected=expected, reason=reason)


def _against_range(observation: Observation, target: Target) -> TargetColour:
    """Green within the range, ends included; the expected value is the end that is nearest."""
    low, high = target.low or Decimal(0), target.high or Decimal(0)
    if observation.value is None:
        return _white("no_local_value")
    nearest = low if abs(observation.value - low) <= abs(observation.value - high) else high
    miss = max(low - observation.value, observation.value - high)
    return _coloured(miss, nearest, target, f"{observation.value} against the range {low} to {high}")


def _against_level(
    observation: Observation, target: Target, comparator: Observation | None, polarity: Polarity
) -> TargetColour:
    level = comparator.value if comparator else None
    expected = expected_value(target, observation.period, level)
    if expected is None:
        return _white("no_england_value")
    if observation.value is None:
        return _white("no_local_value", expected)
    if polarity is Polarity.NEUTRAL:
        return _white("neutral_polarity", expected)
    miss = (expected - observation.value) * polarity.sign
    text = f"{observation.value} against {expected} expected in {observation.period}"
    return _coloured(miss, expected, target, text)


def _coloured(miss: Decimal, expected: Decimal, target: Target, text: str) -> TargetColour:
    """``miss`` is how far short of the expected value the value falls; negative beats it.

    Better than the benchmark means beyond it: level with it misses by nothing, which the tolerance covers.
    """
    met = miss < 0 or (miss == 0 and target.kind is not TargetKind.BETTER_THAN_BENCHMARK)
    if met:
        return TargetColour(colour=Colour.GREEN, expected=expected, reason=f"met: {text}")
    close = miss * 100 <= target.tolerance * abs(expected)
    within = f"missed by {miss}, {'within' if close else 'beyond'} {target.tolerance} per cent"
    return TargetColour(colour=Colour.AMBER if close else Colour.RED, expected=expected, reason=f"{within}: {text}")


def expected_value(target: Target, period: Period, comparator: Decimal | None) -> Decimal | None:
    """The milestone of ``period``, else the straight line from baseline to target, else the target.

    Rounded half up to eight places, and compared as rounded. None where it needs a comparator that has no value.
    Time runs by the months between the ends of periods; after the due period the target itself is expected.
    """
    if period in target.milestones:
        return target.milestones[period]
    level = _level(target, comparator)
    if level is None:
        return None
    return trimmed(_on_the_line(target, period, level))


def _level(target: Target, comparator: Decimal | None) -> Decimal | None:
    """The value at the end of the line."""
    baseline = target.baseline.value if target.baseline else Decimal(0)
    fraction = (target.value or Decimal(0)) / 100
    match target.kind:
        case TargetKind.REDUCE_BY_PERCENT:
            return baseline - abs(baseline) * fraction
        case TargetKind.INCREASE_BY_PERCENT:
            return baseline + abs(baseline) * fraction
        case TargetKind.REACH_BENCHMARK | TargetKind.BETTER_THAN_BENCHMARK:
            return comparator
        case TargetKind.MAINTAIN if target.baseline:
            return baseline
    return target.value


def _on_the_line(target: Target, period: Period, level: Decimal) -> Decimal:
    if target.baseline is None or target.due is None:
        return level
    whole = _months(target.baseline.period, target.due)
    gone = min(max(_months(target.baseline.period, period), 0), whole)
    if whole <= 0:
        return level
    start = target.baseline.value
    return start + (level - start) * gone / whole


def _months(first: Period, second: Period) -> int:
    return (second.end.year - first.end.year) * 12 + second.end.month - first.end.month


def target_faults(target: Target) -> list[tuple[str, str]]:
    """What makes a target unusable, as (field, message)."""
    faults = [*_missing(target), *_surplus(target)]
    if target.low is not None and target.high is not None and target.low > target.high:
        faults.append(("low", "must not be above high"))
    if target.baseline and target.due and target.due.sort_key <= target.baseline.period.sort_key:
        faults.append(("due", "must come after the baseline's period"))
    if abs(_level(target, None) or Decimal(0)) > HIGHEST:
        faults.append(("value", f"of this baseline would be beyond {HIGHEST:f}"))
    return faults


def _missing(target: Target) -> list[tuple[str, str]]:
    faults = []
    by_percent = target.kind in {TargetKind.REDUCE_BY_PERCENT, TargetKind.INCREASE_BY_PERCENT}
    if target.value is None and (by_percent or target.kind is TargetKind.REACH):
        faults.append(("value", f"a target to {target.kind} needs a value"))
    if by_percent and target.baseline is None:
        faults.append(("baseline", f"a target to {target.kind} needs a baseline"))
    if target.kind is TargetKind.MAINTAIN and target.baseline is None and target.value is None:
        faults.append(("baseline", "a target to maintain needs a baseline or a value"))
    if target.kind is TargetKind.RANGE:
        faults += [(end, "a range has both ends") for end in ("low", "high") if getattr(target, end) is None]
    return faults


def _surplus(target: Target) -> list[tuple[str, str]]:
    faults = []
    if target.kind is not TargetKind.RANGE:
        faults += [(end, "only a range has ends") for end in ("low", "high") if getattr(target, end) is not None]
    elif target.milestones:
        faults.append(("milestones", "a range has no milestones"))
    if target.value is not None and (target.kind.reads_benchmark or target.kind is TargetKind.RANGE):
        faults.append(("value", f"a target of kind {target.kind} has no value of its own"))
    return faults

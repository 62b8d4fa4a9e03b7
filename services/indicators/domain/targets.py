"""Targets, and what makes one unusable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from contracts.breakdown import Breakdown
from contracts.period import Period, PeriodKind
from services.indicators.domain.numbers import HIGHEST
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.provenance import PRINTED, Provenance

DEFAULT_TOLERANCE = Decimal(5)
"""Per cent of the expected value."""


class TargetKind(StrEnum):
    REACH = "reach"
    REDUCE_BY_PERCENT = "reduce_by_percent"
    INCREASE_BY_PERCENT = "increase_by_percent"
    MAINTAIN = "maintain"
    REACH_BENCHMARK = "reach_benchmark"
    BETTER_THAN_BENCHMARK = "better_than_benchmark"
    RANGE = "range"
    NONE = "none"
    """From then on nothing is aimed for: it ends a target."""

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
    ``tolerance`` is in per cent of the expected value; ``absolute_tolerance``, in the indicator's unit, goes instead.
    It is in force from the start of ``applies_from``, None from ever, to the end of ``applies_to`` or the next version.
    """

    kind: TargetKind
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    baseline: Baseline | None = None
    due: Period | None = None
    milestones: Mapping[Period, Decimal] = field(default_factory=dict)
    tolerance: Decimal = DEFAULT_TOLERANCE
    absolute_tolerance: Decimal | None = None
    applies_from: Period | None = None
    applies_to: Period | None = None
    illustrative: bool = False
    source: str | None = None
    note: str | None = None
    provenance: Provenance = PRINTED
    version: int = 1

    @property
    def begins(self) -> date:
        """The first day it is in force."""
        return self.applies_from.start if self.applies_from else date.min

    @property
    def level(self) -> Decimal | None:
        """What is to be reached in the end; None where the comparator says."""
        start = self.baseline.value if self.baseline else None
        change = abs(start or Decimal(0)) * (self.value or Decimal(0)) / 100
        match self.kind:
            case TargetKind.REDUCE_BY_PERCENT:
                return (start or Decimal(0)) - change
            case TargetKind.INCREASE_BY_PERCENT:
                return (start or Decimal(0)) + change
            case TargetKind.MAINTAIN if start is not None:
                return start
        return None if self.kind.reads_benchmark else self.value


ReadTarget = Callable[[PeriodKind], Target]
"""A target as sent: its periods are read by the kind of its indicator."""


@dataclass(frozen=True, slots=True)
class RecordedTarget:
    """A version of the target of a series, and who set it when."""

    series: SeriesKey
    target: Target
    actor: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """Which targets of an indicator are wanted; ``as_of`` reads those known at that moment."""

    area: str | None = None
    breakdown: Breakdown | None = None
    as_of: datetime | None = None


def target_faults(target: Target) -> list[tuple[str, str]]:
    """What makes a target unusable, as (field, message)."""
    if target.kind is TargetKind.NONE:
        return _faults_of_end(target)
    faults = [*_missing(target), *_surplus(target)]
    if target.low is not None and target.high is not None and target.low > target.high:
        faults.append(("low", "must not be above high"))
    if target.baseline and target.due and target.due.sort_key <= target.baseline.period.sort_key:
        faults.append(("due", "must come after the baseline's period"))
    if target.version > 1 and target.applies_from is None:
        faults.append(("applies_from", "only the first version may leave it out: a later one says when it begins"))
    if target.applies_from and target.applies_to and target.applies_to.end < target.applies_from.start:
        faults.append(("applies_to", "must not end before applies_from begins"))
    if abs(target.level or Decimal(0)) > HIGHEST:
        faults.append(("value", f"of this baseline would be beyond {HIGHEST:f}"))
    return faults


def _faults_of_end(target: Target) -> list[tuple[str, str]]:
    """An end says when it begins, and nothing of what is aimed for."""
    surplus = ("value", "low", "high", "baseline", "due", "milestones", "absolute_tolerance", "applies_to")
    faults = [(name, "is not said where a target ends") for name in surplus if getattr(target, name)]
    if target.version == 1:
        faults.append(("kind", "there is no target to end"))
    elif target.applies_from is None:
        faults.append(("applies_from", "say from which period on there is none"))
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

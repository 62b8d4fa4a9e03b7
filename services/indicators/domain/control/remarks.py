"""What people put on a chart at a period: annotations, and decisions on where limits begin anew.

A recalculation is a judgement of a person, never of the software: it has a reason and a date. It is proposed where a
series breaks, or stays on one side of its mean for long.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contracts.breakdown import Breakdown
from contracts.period import Period, PeriodKind
from services.indicators.domain.observations import Revision, SeriesKey

LEAST_BASELINE = 12
"""Values that limits are fixed on: fewer make trial limits (``fix_after_n_points`` of NHSRplotthedots)."""


class RemarkKind(StrEnum):
    ANNOTATION = "annotation"
    RECALCULATION = "recalculation"


class Decision(StrEnum):
    """On limits at a period: they begin anew there, or go on, which also takes a recalculation back."""

    RECALCULATE = "recalculate"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Annotation:
    """Words at a period; None takes them off the chart."""

    period: Period
    text: str | None


@dataclass(frozen=True, slots=True)
class Recalculation:
    """A decision on the limits from ``period`` on, and why.

    ``baseline_to`` is the last period that makes the limits; None for all that follow.
    """

    period: Period
    decision: Decision
    reason: str
    decided_on: date
    baseline_to: Period | None = None

    @property
    def begins_anew(self) -> bool:
        return self.decision is Decision.RECALCULATE


Remark = Annotation | Recalculation
ReadRemark = Callable[[PeriodKind, date], Remark]
"""A remark as sent: its periods are read by the kind of its indicator, and the business date is its own where it has
none. Raises ``UnknownPeriodError``."""


def kind_of(remark: Remark) -> RemarkKind:
    return RemarkKind.ANNOTATION if isinstance(remark, Annotation) else RemarkKind.RECALCULATION


@dataclass(frozen=True, slots=True)
class RecordedRemark:
    """A revision of a remark. The highest number of a series, kind and period is the current one."""

    series: SeriesKey
    remark: Remark
    number: int
    actor: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RemarkFilter:
    """Which remarks of an indicator are wanted: the current ones, or with ``revisions`` all there ever were."""

    area: str | None = None
    breakdown: Breakdown | None = None
    as_of: datetime | None = None
    revisions: bool = False


def remark_faults(sent: Remark, kind: PeriodKind, observed: Collection[Revision], today: date) -> list[tuple[str, str]]:
    """What makes a remark unusable, as (field, message).

    ``observed`` are the current observations of its series, ``today`` is the business date.
    """
    if sent.period.kind != kind:
        return [("period", f"the indicator is recorded by {kind.replace('_', ' ')}")]
    if sent.period not in {each.period for each in observed if not each.observation.is_withdrawn}:
        return [("period", f"nothing was observed in {sent.period}")]
    return _decision_faults(sent, observed, today) if isinstance(sent, Recalculation) else []


def _decision_faults(sent: Recalculation, observed: Collection[Revision], today: date) -> list[tuple[str, str]]:
    faults = []
    if sent.decided_on > today:
        faults.append(("decided_on", f"is after {today}"))
    if sent.baseline_to is None:
        return faults
    if not sent.begins_anew:
        faults.append(("baseline_to", "limits that go on have the baseline that they have"))
    elif sent.baseline_to.kind != sent.period.kind:
        faults.append(("baseline_to", f"is no {sent.period.kind.replace('_', ' ')}"))
    elif (count := _values_between(sent.period, sent.baseline_to, observed)) < LEAST_BASELINE:
        faults.append(("baseline_to", f"from {sent.period} to it are {count} values, not {LEAST_BASELINE} or more"))
    return faults


def _values_between(first: Period, last: Period, observed: Collection[Revision]) -> int:
    keys = first.sort_key, last.sort_key
    return sum(each.observation.value is not None and keys[0] <= each.period.sort_key <= keys[1] for each in observed)

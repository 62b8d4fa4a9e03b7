"""Observations: what makes one acceptable, and what a new one means for the current one."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.indicators.domain.definitions import Indicator, Unit
from services.indicators.domain.numbers import HIGHEST

Fault = tuple[str, str]

MULTIPLIER = {
    Unit.PERCENTAGE: Decimal(100),
    Unit.COUNT: Decimal(1),
    Unit.RATE_PER_100000: Decimal(100_000),
    Unit.RATE_PER_10000: Decimal(10_000),
}
"""What a count over its denominator is multiplied by to give the value."""

_NEVER_NEGATIVE = {Unit.COUNT, Unit.RATE_PER_100000, Unit.RATE_PER_10000, Unit.DAYS}
_ENCLOSE = "lower and upper enclose the value"


class SeriesKey(NamedTuple):
    """One indicator in one area."""

    indicator: str
    area: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What was observed in a period. ``value`` is None once withdrawn; limits are those that were sent."""

    period: Period
    value: Decimal | None
    status: ObservationStatus = ObservationStatus.FINAL
    count: Decimal | None = None
    denominator: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    note: str | None = None
    basis: str | None = None
    reason: str | None = None

    @property
    def figures(self) -> tuple[object, ...]:
        """What may not change in a final observation without a reason."""
        return (self.value, self.status, self.count, self.denominator, self.lower, self.upper)

    @property
    def content(self) -> tuple[object, ...]:
        """What makes it the same observation when it is sent again; the reason is not part of it."""
        return (*self.figures, self.note, self.basis)


@dataclass(frozen=True, slots=True)
class Revision:
    """An observation as recorded in its series. The highest number of a period is the current one."""

    series: SeriesKey
    observation: Observation
    number: int
    actor: str
    recorded_at: datetime

    @property
    def period(self) -> Period:
        return self.observation.period


@dataclass(frozen=True, slots=True)
class RecordedObservation:
    """What is current once an observation was sent: whether it is new, its series' version, and the event of it."""

    revision: Revision
    unit: Unit
    new: bool
    version: int
    event: str | None


@dataclass(frozen=True, slots=True)
class ObservationFilter:
    """Which observations are wanted: the current revision of each period, or with ``revisions`` every one.

    ``as_of`` reads of those known at that moment.
    """

    area: str | None = None
    period: Period | None = None
    status: ObservationStatus | None = None
    as_of: datetime | None = None
    revisions: bool = False


class Outcome(StrEnum):
    """What a new observation does to the current one."""

    RECORDED = "recorded"
    SAME = "same"
    NEEDS_REASON = "needs_reason"
    NOTHING_TO_WITHDRAW = "nothing_to_withdraw"


def outcome(current: Observation | None, new: Observation) -> Outcome:
    """Same content: nothing. Other figures than a final one's: only with a reason. Otherwise a new revision."""
    if current is None:
        withdrawn = new.status is ObservationStatus.WITHDRAWN
        return Outcome.NOTHING_TO_WITHDRAW if withdrawn else Outcome.RECORDED
    if current.content == new.content:
        return Outcome.SAME
    if current.status is ObservationStatus.FINAL and current.figures != new.figures and not new.reason:
        return Outcome.NEEDS_REASON
    return Outcome.RECORDED


def observation_faults(sent: Observation, indicator: Indicator, today: date) -> list[Fault]:
    """Everything wrong with an observation, as (field, message). ``today`` is the real date in England."""
    return [*_time_faults(sent, indicator, today), *_figure_faults(sent, indicator.unit)]


def _time_faults(sent: Observation, indicator: Indicator, today: date) -> list[Fault]:
    faults: list[Fault] = []
    period = sent.period
    if period.kind != indicator.frequency:
        text = f"{period} is a {period.kind}, but {indicator.code} is recorded by {indicator.frequency}"
        faults.append(("period", text.replace("_", " ")))
    if sent.status is ObservationStatus.FINAL and period.end >= today:
        faults.append(("status", f"{period} ends on {period.end}, so its value cannot be final yet"))
    if period.start > today:
        faults.append(("period", f"{period} has not begun"))
    return faults


def _figure_faults(sent: Observation, unit: Unit) -> list[Fault]:
    if sent.status is ObservationStatus.WITHDRAWN:
        return _withdrawal_faults(sent)
    if sent.value is None:
        return [("value", "a value is needed unless the observation is withdrawn")]
    return [*_value_faults(sent.value, unit), *_count_faults(sent, unit), *_limit_faults(sent, sent.value)]


def _withdrawal_faults(sent: Observation) -> list[Fault]:
    figures = ("value", "count", "denominator", "lower", "upper")
    faults: list[Fault] = [(f, "a withdrawn observation has none") for f in figures if getattr(sent, f) is not None]
    return faults if sent.reason else [*faults, ("reason", "a withdrawal needs a reason")]


def _value_faults(value: Decimal, unit: Unit) -> list[Fault]:
    """A percentage is a part of a whole; only money and scores may be negative."""
    if unit is Unit.PERCENTAGE and not 0 <= value <= 100:  # noqa: PLR2004  per cent
        return [("value", "a percentage is between 0 and 100")]
    return [("value", f"a {unit.replace('_', ' ')} is not negative")] if unit in _NEVER_NEGATIVE and value < 0 else []


def _count_faults(sent: Observation, unit: Unit) -> list[Fault]:
    if sent.denominator is None or sent.count is None:
        return []
    if unit is Unit.PERCENTAGE and sent.count > sent.denominator:
        return [("count", "the count of a percentage is not above its denominator")]
    if unit is not Unit.COUNT and sent.count * MULTIPLIER.get(unit, 0) > HIGHEST * sent.denominator:
        return [("denominator", f"the rate of this count would be beyond {HIGHEST:f}")]
    return []


def _limit_faults(sent: Observation, value: Decimal) -> list[Fault]:
    faults: list[Fault] = []
    if sent.lower is not None and sent.lower > value:
        faults.append(("lower", _ENCLOSE))
    if sent.upper is not None and sent.upper < value:
        faults.append(("upper", _ENCLOSE))
    return faults

"""What makes an observation acceptable, and what a new one means for the one that stands."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.indicators.domain.limits import MULTIPLIER
from services.indicators.domain.readings import HIGHEST, Measure, Reading, Unit

Fault = tuple[str, str]

_NEVER_NEGATIVE = {Unit.COUNT, Unit.RATE_PER_100000, Unit.RATE_PER_10000, Unit.DAYS}
_ENCLOSE = "lower and upper enclose the value"


@dataclass(frozen=True, slots=True)
class Entry:
    """An observation as sent."""

    area: str
    period: Period
    value: Decimal | None
    status: ObservationStatus
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
class Observation:
    """A revision as recorded. The highest revision of a period stands."""

    indicator: str
    entry: Entry
    revision: int
    actor: str
    recorded_at: datetime

    @property
    def reading(self) -> Reading:
        sent = self.entry
        figures = (sent.count, sent.denominator, sent.lower, sent.upper)
        return Reading(sent.period, sent.value, self.revision, sent.status, *figures)


class Outcome(StrEnum):
    """What sending an entry does to the one that stands."""

    RECORDED = "recorded"
    SAME = "same"
    NEEDS_REASON = "needs_reason"
    NOTHING_TO_WITHDRAW = "nothing_to_withdraw"


def outcome(standing: Entry | None, new: Entry) -> Outcome:
    """Same content: nothing. Other figures than a final one's: only with a reason. Otherwise a new revision."""
    if standing is None:
        withdrawn = new.status is ObservationStatus.WITHDRAWN
        return Outcome.NOTHING_TO_WITHDRAW if withdrawn else Outcome.RECORDED
    if standing.content == new.content:
        return Outcome.SAME
    if standing.status is ObservationStatus.FINAL and standing.figures != new.figures and not new.reason:
        return Outcome.NEEDS_REASON
    return Outcome.RECORDED


def entry_faults(entry: Entry, measure: Measure, today: date) -> list[Fault]:
    """Everything wrong with an entry, as (field, message). ``today`` is the real date in England."""
    return [*_time_faults(entry, measure, today), *_figure_faults(entry, measure.unit)]


def _time_faults(entry: Entry, measure: Measure, today: date) -> list[Fault]:
    faults: list[Fault] = []
    if entry.period.kind != measure.frequency:
        said = f"{entry.period} is a {entry.period.kind}, but {measure.code} is recorded by {measure.frequency}"
        faults.append(("period", said.replace("_", " ")))
    if entry.status is ObservationStatus.FINAL and entry.period.end >= today:
        faults.append(("status", f"{entry.period} ends on {entry.period.end}, so its value cannot be final yet"))
    if entry.period.start > today:
        faults.append(("period", f"{entry.period} has not begun"))
    return faults


def _figure_faults(entry: Entry, unit: Unit) -> list[Fault]:
    if entry.status is ObservationStatus.WITHDRAWN:
        return _withdrawal_faults(entry)
    if entry.value is None:
        return [("value", "a value is needed unless the observation is withdrawn")]
    return [*_value_faults(entry.value, unit), *_count_faults(entry, unit), *_limit_faults(entry, entry.value)]


def _withdrawal_faults(entry: Entry) -> list[Fault]:
    figures = ("value", "count", "denominator", "lower", "upper")
    faults: list[Fault] = [(f, "a withdrawn observation has none") for f in figures if getattr(entry, f) is not None]
    return faults if entry.reason else [*faults, ("reason", "a withdrawal needs a reason")]


def _value_faults(value: Decimal, unit: Unit) -> list[Fault]:
    """A percentage is a share of a whole; only money and scores may be negative."""
    if unit is Unit.PERCENTAGE and not 0 <= value <= 100:  # noqa: PLR2004  per cent
        return [("value", "a percentage is between 0 and 100")]
    return [("value", f"a {unit.replace('_', ' ')} is not negative")] if unit in _NEVER_NEGATIVE and value < 0 else []


def _count_faults(entry: Entry, unit: Unit) -> list[Fault]:
    if entry.denominator is None or entry.count is None:
        return []
    if unit is Unit.PERCENTAGE and entry.count > entry.denominator:
        return [("count", "the count of a percentage is not above its denominator")]
    if entry.count * MULTIPLIER.get(unit, 0) > HIGHEST * entry.denominator:
        return [("denominator", f"the rate of this count would be beyond {HIGHEST:f}")]
    return []


def _limit_faults(entry: Entry, value: Decimal) -> list[Fault]:
    faults: list[Fault] = []
    if entry.lower is not None and entry.lower > value:
        faults.append(("lower", _ENCLOSE))
    if entry.upper is not None and entry.upper < value:
        faults.append(("upper", _ENCLOSE))
    return faults

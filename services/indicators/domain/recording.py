"""What makes an observation acceptable, and what a new one means for the current one."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from contracts.indicators import ObservationStatus
from services.indicators.domain.count_against_value import count_faults, part_faults
from services.indicators.domain.definitions import Indicator, Unit
from services.indicators.domain.limits import limits_of
from services.indicators.domain.observations import Observation

Fault = tuple[str, str]
"""A field, and what is wrong with it."""

_NEVER_NEGATIVE = {
    Unit.COUNT,
    Unit.RATE_PER_100000,
    Unit.RATE_PER_10000,
    Unit.RATE_PER_1000,
    Unit.DAYS,
    Unit.YEARS,
}
_ENCLOSE = "lower and upper enclose the value"
_FIGURES = ("value", "missing", "marks", "count", "denominator", "lower", "upper")


class Outcome(StrEnum):
    """What a new observation does to the current one."""

    RECORDED = "recorded"
    SAME = "same"
    NEEDS_REASON = "needs_reason"
    NOTHING_TO_WITHDRAW = "nothing_to_withdraw"


def outcome(current: Observation | None, new: Observation, final: Observation | None = None) -> Outcome:
    """Same content: nothing. Otherwise a new revision.

    ``final`` is the newest final observation of the period, where there was one: whatever differs from it says why,
    however many steps lie between. A blank is no reason, though files may have one.
    """
    if current is None:
        return Outcome.NOTHING_TO_WITHDRAW if new.is_withdrawn else Outcome.RECORDED
    if current.content == new.content:
        return Outcome.SAME
    final = current if current.status is ObservationStatus.FINAL else final
    if final is None or (new.reason or "").strip():
        return Outcome.RECORDED
    reopened = current is final and new.status is not ObservationStatus.FINAL
    return Outcome.NEEDS_REASON if reopened or new.figures != final.figures else Outcome.RECORDED


def observation_faults(sent: Observation, indicator: Indicator, today: date) -> list[Fault]:
    """Everything wrong with an observation. ``today`` is the real date in England."""
    return [*_time_faults(sent, indicator, today), *_figure_faults(sent, indicator)]


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


def _figure_faults(sent: Observation, indicator: Indicator) -> list[Fault]:
    if sent.is_withdrawn:
        return [(name, "a withdrawn observation has none") for name in _FIGURES if _is_there(sent, name)]
    if sent.missing is not None:
        return _missing_faults(sent)
    impossible = part_faults(sent, indicator)
    if impossible:
        return impossible
    if sent.value is None:
        return [("value", "a value is needed, or a symbol in missing, unless the observation is withdrawn")]
    faults = [*_value_faults(sent.value, indicator.unit), *count_faults(sent, sent.value, indicator)]
    return faults or _limit_faults(sent, sent.value, indicator)


def _is_there(sent: Observation, name: str) -> bool:
    return getattr(sent, name) not in {None, ()}


def _missing_faults(sent: Observation) -> list[Fault]:
    """A symbol takes the place of the value; how many it speaks of may be known."""
    beside = [name for name in _FIGURES if name not in {"missing", "denominator"} and _is_there(sent, name)]
    return [(name, f"there is none where {sent.missing} is in its place") for name in beside]


def _value_faults(value: Decimal, unit: Unit) -> list[Fault]:
    """A percentage is a part of a whole; money, scores and ratios may be negative."""
    if unit is Unit.PERCENTAGE and not 0 <= value <= 100:  # noqa: PLR2004  per cent
        return [("value", "a percentage is between 0 and 100")]
    return [("value", f"a {unit.replace('_', ' ')} is not negative")] if unit in _NEVER_NEGATIVE and value < 0 else []


def _limit_faults(sent: Observation, value: Decimal, indicator: Indicator) -> list[Fault]:
    """A limit that was sent encloses the value with the other, sent or computed."""
    if sent.lower is None and sent.upper is None:
        return []
    limits = limits_of(sent, indicator)
    low = limits.lower is not None and limits.lower > value
    high = limits.upper is not None and limits.upper < value
    fields = [("lower", low, sent.lower), ("upper", high, sent.upper)]
    faults = [(name, _ENCLOSE) for name, wrong, limit in fields if wrong and limit is not None]
    if not faults and (low or high):
        faults = [(name, _ENCLOSE) for name, _, limit in fields if limit is not None]
    return faults

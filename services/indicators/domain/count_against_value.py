"""A value against the count and the denominator it is made of."""

from decimal import Decimal

from services.indicators.domain.definitions import MULTIPLIER, Indicator, Unit
from services.indicators.domain.numbers import HIGHEST, computed, half_unit, trimmed
from services.indicators.domain.observations import Observation


def computed_value(sent: Observation, indicator: Indicator) -> Decimal | None:
    """The value that count and denominator make, for a crude indicator that was sent none."""
    multiplier = MULTIPLIER.get(indicator.unit)
    if not indicator.is_crude or sent.count is None:
        return None
    if indicator.unit is Unit.COUNT:
        return sent.count
    if multiplier is None or not sent.denominator or part_faults(sent, indicator):
        return None
    return computed(multiplier * sent.count / sent.denominator, indicator.decimals)


def part_faults(sent: Observation, indicator: Indicator) -> list[tuple[str, str]]:
    """What count and denominator say of one another that cannot be, as (field, message)."""
    if sent.count is None or sent.denominator is None:
        return []
    if indicator.unit is Unit.PERCENTAGE and sent.count > sent.denominator:
        return [("count", "the count of a percentage is not above its denominator")]
    if sent.count * MULTIPLIER.get(indicator.unit, 0) > HIGHEST * sent.denominator:
        return [("denominator", f"the rate of this count would be beyond {HIGHEST:f}")]
    return []


def count_faults(sent: Observation, value: Decimal, indicator: Indicator) -> list[tuple[str, str]]:
    """What count and denominator say of the value that cannot be, as (field, message)."""
    count, denominator, multiplier = sent.count, sent.denominator, MULTIPLIER.get(indicator.unit)
    if count is not None and indicator.unit is Unit.COUNT:
        off = _rounding(indicator)
        return _value_faults(value, count, (count - off, count + off), indicator)
    if count is None or denominator is None or multiplier is None:
        return []
    between = _range(multiplier, count, denominator, _rounding(indicator))
    return _value_faults(value, multiplier * count / denominator, between, indicator)


def _rounding(indicator: Indicator) -> Decimal:
    """How far off a rounded count may be."""
    return Decimal(indicator.rounded_to) / 2 if indicator.rounded_to > 1 else Decimal(0)


_Range = tuple[Decimal, Decimal | None]
"""None is no upper end."""


def _range(multiplier: Decimal, count: Decimal, denominator: Decimal, off: Decimal) -> _Range:
    """What the value may be where count and denominator are each off by up to ``off``."""
    lowest = multiplier * max(count - off, Decimal(0)) / (denominator + off)
    return lowest, multiplier * (count + off) / (denominator - off) if denominator > off else None


def _value_faults(value: Decimal, expected: Decimal, between: _Range, indicator: Indicator) -> list[tuple[str, str]]:
    """A crude value is what they make, within half a unit of the last digit it prints."""
    lowest, highest = between
    half = half_unit(value)
    if not indicator.is_crude or (value + half >= lowest and (highest is None or value - half <= highest)):
        return []
    return [("value", f"count and denominator make it {trimmed(expected):f}")]

"""The benchmark colour: an observation against the comparator's in the same period."""

from dataclasses import dataclass
from decimal import Decimal

from contracts.colours import Colour, Polarity
from services.indicators.domain.definitions import BenchmarkMethod, Indicator
from services.indicators.domain.limits import limits_of
from services.indicators.domain.observations import Observation

MARGIN = Decimal("0.15")


@dataclass(frozen=True, slots=True)
class BenchmarkColour:
    """The colour, the rule that made it and why."""

    colour: Colour
    rule: BenchmarkMethod
    reason: str


def benchmark(
    observation: Observation | None,
    comparator: Observation | None,
    indicator: Indicator,
    *,
    is_comparator: bool = False,
) -> BenchmarkColour:
    """The colour, the rule that made it and why.

    White reasons: ``comparator_itself``, ``no_local_value``, ``no_england_value``, ``england_zero``,
    ``neutral_polarity``, ``no_limits``; for a scorecard's own comparator the words say England all the same.
    """
    white = _white(observation, comparator, indicator.polarity, is_comparator=is_comparator)
    if white or observation is None or comparator is None or comparator.value is None:
        return _coloured(indicator, Colour.WHITE, white)
    if indicator.benchmark_method is BenchmarkMethod.SIGNIFICANCE:
        return _significance(observation, comparator.value, indicator)
    return _fifteen_percent(observation, comparator.value, indicator)


def _white(
    observation: Observation | None, comparator: Observation | None, polarity: Polarity, *, is_comparator: bool
) -> str:
    if observation is None or observation.value is None:
        return "no_local_value"
    if is_comparator:
        return "comparator_itself"
    if comparator is None or comparator.value is None:
        return "no_england_value"
    if comparator.value == 0:
        return "england_zero"
    return "neutral_polarity" if polarity is Polarity.NEUTRAL else ""


def _coloured(indicator: Indicator, colour: Colour, reason: str) -> BenchmarkColour:
    return BenchmarkColour(colour=colour, rule=indicator.benchmark_method, reason=reason)


def _significance(observation: Observation, england: Decimal, indicator: Indicator) -> BenchmarkColour:
    """Beyond a limit is significant; on it is not."""
    limits = limits_of(observation, indicator.unit)
    if limits.lower is None or limits.upper is None:
        return _coloured(indicator, Colour.WHITE, "no_limits")
    between = f"the limits {limits.lower} to {limits.upper}"
    if limits.lower <= england <= limits.upper:
        return _coloured(indicator, Colour.AMBER, f"not significant: comparator {england} is within {between}")
    side = 1 if england < limits.lower else -1
    good = side == indicator.polarity.sign
    where = "below" if side > 0 else "above"
    sense = "better" if good else "worse"
    colour = Colour.GREEN if good else Colour.RED
    return _coloured(indicator, colour, f"significantly {sense}: comparator {england} is {where} {between}")


def _fifteen_percent(observation: Observation, england: Decimal, indicator: Indicator) -> BenchmarkColour:
    """Compared by multiplication, never by division, so that exactly 15 per cent is amber."""
    value = observation.value or Decimal(0)
    better = (value - england) * indicator.polarity.sign
    margin = MARGIN * abs(england)
    colour = Colour.GREEN if better > margin else Colour.RED if better < -margin else Colour.AMBER
    sense = "better" if better > 0 else "worse" if better < 0 else "different"
    percent = abs(better) * 100 / abs(england)
    return _coloured(indicator, colour, f"{value} is {percent:.2f} per cent {sense} than the comparator's {england}")

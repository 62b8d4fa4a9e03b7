"""The benchmark colour: a reading against the comparator's in the same period."""

from decimal import Decimal

from contracts.colours import Colour, Polarity
from contracts.indicators import BenchmarkState
from services.indicators.domain.limits import limits_of
from services.indicators.domain.readings import BenchmarkMethod, Measure, Reading

MARGIN = Decimal("0.15")


def benchmark(
    reading: Reading | None, comparator: Reading | None, measure: Measure, *, is_comparator: bool = False
) -> BenchmarkState:
    """The colour, the rule that made it and why.

    White reasons: ``comparator_itself``, ``no_local_value``, ``no_england_value``, ``england_zero``,
    ``neutral_polarity``, ``no_limits``; for a scorecard's own comparator the words say England all the same.
    """
    white = _white(reading, comparator, measure.polarity, is_comparator=is_comparator)
    if white or reading is None or comparator is None or comparator.value is None:
        return _state(measure, Colour.WHITE, white)
    if measure.method is BenchmarkMethod.SIGNIFICANCE:
        return _significance(reading, comparator.value, measure)
    return _fifteen_percent(reading, comparator.value, measure)


def _white(reading: Reading | None, comparator: Reading | None, polarity: Polarity, *, is_comparator: bool) -> str:
    if reading is None or reading.value is None:
        return "no_local_value"
    if is_comparator:
        return "comparator_itself"
    if comparator is None or comparator.value is None:
        return "no_england_value"
    if comparator.value == 0:
        return "england_zero"
    return "neutral_polarity" if polarity is Polarity.NEUTRAL else ""


def _state(measure: Measure, colour: Colour, reason: str) -> BenchmarkState:
    return BenchmarkState(colour=colour, rule=measure.method.value, reason=reason)


def _significance(reading: Reading, england: Decimal, measure: Measure) -> BenchmarkState:
    """Beyond a limit is significant; on it is not."""
    limits = limits_of(reading, measure.unit)
    if limits.lower is None or limits.upper is None:
        return _state(measure, Colour.WHITE, "no_limits")
    between = f"the limits {limits.lower} to {limits.upper}"
    if limits.lower <= england <= limits.upper:
        return _state(measure, Colour.AMBER, f"not significant: comparator {england} is within {between}")
    side = 1 if england < limits.lower else -1
    good = side == measure.polarity.sign
    where = "below" if side > 0 else "above"
    sense = "better" if good else "worse"
    colour = Colour.GREEN if good else Colour.RED
    return _state(measure, colour, f"significantly {sense}: comparator {england} is {where} {between}")


def _fifteen_percent(reading: Reading, england: Decimal, measure: Measure) -> BenchmarkState:
    """Compared by multiplication, never by division, so that exactly 15 per cent is amber."""
    value = reading.value or Decimal(0)
    better = (value - england) * measure.polarity.sign
    margin = MARGIN * abs(england)
    colour = Colour.GREEN if better > margin else Colour.RED if better < -margin else Colour.AMBER
    sense = "better" if better > 0 else "worse" if better < 0 else "different"
    percent = abs(better) * 100 / abs(england)
    return _state(measure, colour, f"{value} is {percent:.2f} per cent {sense} than the comparator's {england}")

"""The benchmark colour: an observation against the comparator's in the same period."""

from dataclasses import dataclass
from decimal import Decimal

from contracts.colours import Colour, Polarity
from services.indicators.domain.definitions import BenchmarkMethod, Indicator
from services.indicators.domain.limits import limits_of
from services.indicators.domain.observations import Observation, missing_reason

MARGIN = Decimal("0.15")


@dataclass(frozen=True, slots=True)
class BenchmarkColour:
    """The colour, the rule that made it and why; provisional by the local value or the comparator's."""

    colour: Colour
    rule: BenchmarkMethod
    reason: str
    provisional: bool = False


def benchmark(
    observation: Observation | None,
    comparator: Observation | None,
    indicator: Indicator,
    *,
    is_comparator: bool = False,
) -> BenchmarkColour:
    """The colour, the rule that made it and why.

    White reasons: ``comparator_itself``, ``no_local_value``, ``no_england_value``, ``england_zero``,
    ``neutral_polarity``, ``no_limits``, or ``missing: ...`` with the symbol in place of the local value; for a
    scorecard's own comparator the words say England all the same.
    """
    white = _white(observation, comparator, indicator.polarity, is_comparator=is_comparator)
    if white or observation is None or comparator is None or comparator.value is None:
        return BenchmarkColour(Colour.WHITE, indicator.benchmark_method, white)
    judge = _significance if indicator.benchmark_method is BenchmarkMethod.SIGNIFICANCE else _fifteen_percent
    colour, reason = judge(observation, comparator.value, indicator)
    provisional = colour is not Colour.WHITE and (observation.is_provisional or comparator.is_provisional)
    return BenchmarkColour(colour, indicator.benchmark_method, reason, provisional)


def _white(
    observation: Observation | None, comparator: Observation | None, polarity: Polarity, *, is_comparator: bool
) -> str:
    if observation is not None and observation.missing is not None:
        return missing_reason(observation.missing)
    if observation is None or observation.value is None:
        return "no_local_value"
    if is_comparator:
        return "comparator_itself"
    if comparator is None or comparator.value is None:
        return "no_england_value"
    if comparator.value == 0:
        return "england_zero"
    return "neutral_polarity" if polarity is Polarity.NEUTRAL else ""


def _significance(observation: Observation, compared: Decimal, indicator: Indicator) -> tuple[Colour, str]:
    """Beyond a limit is significant; on it is not."""
    limits = limits_of(observation, indicator)
    if limits.lower is None or limits.upper is None:
        return Colour.WHITE, "no_limits"
    between = f"the limits {limits.lower:f} to {limits.upper:f}"
    if limits.lower <= compared <= limits.upper:
        return Colour.AMBER, f"not significant: comparator {compared:f} is within {between}"
    side = 1 if compared < limits.lower else -1
    good = side == indicator.polarity.sign
    where, sense = "below" if side > 0 else "above", "better" if good else "worse"
    reason = f"significantly {sense}: comparator {compared:f} is {where} {between}"
    return Colour.GREEN if good else Colour.RED, reason


def _fifteen_percent(observation: Observation, compared: Decimal, indicator: Indicator) -> tuple[Colour, str]:
    """Compared by multiplication, never by division, so that exactly 15 per cent is amber."""
    value = observation.value or Decimal(0)
    better = (value - compared) * indicator.polarity.sign
    margin = MARGIN * abs(compared)
    colour = Colour.GREEN if better > margin else Colour.RED if better < -margin else Colour.AMBER
    sense = "better" if better > 0 else "worse" if better < 0 else "different"
    percent = abs(better) * 100 / abs(compared)
    return colour, f"{value:f} is {percent:.2f} per cent {sense} than the comparator's {compared:f}"

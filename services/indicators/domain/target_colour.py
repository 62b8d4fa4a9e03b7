"""The colour of an observation against the target that is in force for its period."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.colours import Colour, Polarity
from contracts.period import Period
from services.indicators.domain.observations import Observation, missing_reason
from services.indicators.domain.targets import Target, TargetKind
from services.indicators.domain.trajectory import expected_value


@dataclass(frozen=True, slots=True)
class TargetColour:
    """Provisional by the local value, and by the comparator's where the target reads it."""

    colour: Colour
    expected: Decimal | None
    reason: str
    provisional: bool = False


def in_force(targets: Sequence[Target], period: Period) -> Target | None:
    """The newest version that has begun by the last day of ``period``; None where it is an end, or ended before it."""
    begun = [target for target in targets if target.begins <= period.end]
    newest = max(begun, key=lambda target: target.version, default=None)
    if newest is None or newest.kind is TargetKind.NONE:
        return None
    if newest.applies_to is not None and newest.applies_to.end < period.end:
        return None
    return newest


def target_colour(
    observation: Observation | None,
    targets: Sequence[Target],
    comparator: Observation | None,
    polarity: Polarity,
    *,
    is_comparator: bool = False,
) -> TargetColour | None:
    """The colour against the version in force for the observation's period; None where there is no target at all.

    White reasons: ``no_local_value``, ``not_in_force``, ``no_england_value``, ``comparator_itself``,
    ``neutral_polarity``, or ``missing: ...`` with the symbol in place of the value.
    """
    if not targets:
        return None
    if observation is None:
        return _white("no_local_value")
    target = in_force(targets, observation.period)
    if target is None:
        return _white("not_in_force")
    if target.kind is TargetKind.RANGE:
        return _against_range(observation, target)
    if target.kind.reads_benchmark and is_comparator:
        return _white("comparator_itself")
    return _against_level(observation, target, comparator, polarity)


def _white(reason: str, expected: Decimal | None = None) -> TargetColour:
    return TargetColour(Colour.WHITE, expected, reason)


def _without_value(observation: Observation, expected: Decimal | None = None) -> TargetColour:
    missing = observation.missing
    return _white("no_local_value" if missing is None else missing_reason(missing), expected)


def _against_range(observation: Observation, target: Target) -> TargetColour:
    """Green within the range, ends included; the expected value is the end that is nearest."""
    low, high = target.low or Decimal(0), target.high or Decimal(0)
    value = observation.value
    if value is None:
        return _without_value(observation)
    nearest = low if abs(value - low) <= abs(value - high) else high
    miss = max(low - value, value - high)
    text = f"{value:f} against the range {low:f} to {high:f}"
    return _coloured(miss, nearest, target, text, provisional=observation.is_provisional)


def _against_level(
    observation: Observation, target: Target, comparator: Observation | None, polarity: Polarity
) -> TargetColour:
    level = comparator.value if comparator else None
    expected = expected_value(target, observation.period, level)
    if expected is None:
        return _white("no_england_value")
    if observation.value is None:
        return _without_value(observation, expected)
    if polarity is Polarity.NEUTRAL:
        return _white("neutral_polarity", expected)
    miss = (expected - observation.value) * polarity.sign
    text = f"{observation.value:f} against {expected:f} expected in {observation.period}"
    compared = target.kind.reads_benchmark and comparator is not None and comparator.is_provisional
    return _coloured(miss, expected, target, text, provisional=observation.is_provisional or compared)


def _coloured(miss: Decimal, expected: Decimal, target: Target, text: str, *, provisional: bool) -> TargetColour:
    """``miss`` is how far short of the expected value the observation falls; negative beats it.

    Better than the benchmark means beyond it: level with it misses by nothing, which the tolerance covers.
    """
    if miss < 0 or (miss == 0 and target.kind is not TargetKind.BETTER_THAN_BENCHMARK):
        return TargetColour(Colour.GREEN, expected, f"met: {text}", provisional)
    close = _is_tolerated(miss, expected, target)
    tolerance = (
        f"{target.tolerance:f} per cent" if target.absolute_tolerance is None else f"{target.absolute_tolerance:f}"
    )
    reason = f"missed by {miss:f}, {'within' if close else 'beyond'} {tolerance}: {text}"
    return TargetColour(Colour.AMBER if close else Colour.RED, expected, reason, provisional)


def _is_tolerated(miss: Decimal, expected: Decimal, target: Target) -> bool:
    if target.absolute_tolerance is not None:
        return miss <= target.absolute_tolerance
    return miss * 100 <= target.tolerance * abs(expected)

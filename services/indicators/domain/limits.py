"""Confidence limits from a count and its denominator: at 95 per cent, which colours use, or at 99.8.

Percentages: Wilson score (Wilson 1927; Newcombe 1998, method 3). Counts and rates: Byar's approximation (Breslow and
Day 1987), exact Poisson below ten events, as PHEindicatormethods of Public Health England has them.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from services.indicators.domain.definitions import MULTIPLIER, Indicator, Unit
from services.indicators.domain.numbers import trimmed
from services.indicators.domain.observations import Observation

Z = Decimal("1.959963984540054")
TAIL = Decimal("0.025")
"""What lies beyond each limit; the normal quantile of 1 - TAIL is Z."""


@dataclass(frozen=True, slots=True)
class Level:
    """How sure limits are: what lies beyond each, ``tail``, and the normal quantile of 1 - tail, ``z``."""

    z: Decimal = Z
    tail: Decimal = TAIL


NINETY_FIVE, NINETY_NINE_EIGHT = Level(), Level(Decimal("3.090232306167813"), Decimal("0.001"))

EXACT_BELOW = 10
_HIGHEST_MEAN = Decimal(40)  # far above the upper limit of nine events (17.08)
_HALVINGS = 60  # 40 / 2**60 is below 1e-16


@dataclass(frozen=True, slots=True)
class Limits:
    """Lower and upper limit in the indicator's unit, rounded half up to eight places where computed."""

    lower: Decimal | None = None
    upper: Decimal | None = None
    computed: bool = False


def limits_of(observation: Observation, indicator: Indicator) -> Limits:
    """The limits of an observation: each one as sent, else computed where count and denominator allow it.

    Computed for crude figures only: no others follow from a count and its denominator.
    """
    if observation.value is None:
        return Limits()
    if observation.lower is not None and observation.upper is not None:
        return Limits(observation.lower, observation.upper)
    found = None
    if indicator.is_crude:
        found = computed_limits(observation.count, observation.denominator, indicator.unit)
    lower, upper = found or (None, None)
    return Limits(
        lower if observation.lower is None else observation.lower,
        upper if observation.upper is None else observation.upper,
        computed=lower is not None,
    )


def computed_limits(count: Decimal | None, denominator: Decimal | None, unit: Unit) -> tuple[Decimal, Decimal] | None:
    """Limits from count and denominator; None where the unit, or a missing or zero denominator, allows none.

    A plain count is its own value and needs no denominator.
    """
    if count is None:
        return None
    if unit is Unit.COUNT:
        return _scaled(poisson(count), Decimal(1))
    if not denominator:
        return None
    if unit is Unit.PERCENTAGE:
        return _scaled(wilson(count, denominator), Decimal(100))
    multiplier = MULTIPLIER.get(unit)
    return _scaled(poisson(count), multiplier / denominator) if multiplier else None


def _scaled(limits: tuple[Decimal, Decimal] | None, factor: Decimal) -> tuple[Decimal, Decimal] | None:
    return (trimmed(limits[0] * factor), trimmed(limits[1] * factor)) if limits else None


def wilson(count: Decimal, denominator: Decimal, level: Level = NINETY_FIVE) -> tuple[Decimal, Decimal] | None:
    """Wilson score limits of a proportion, between 0 and 1; None where the count exceeds its denominator."""
    if count > denominator:
        return None
    square = level.z * level.z
    spread = level.z * (square + 4 * count * (1 - count / denominator)).sqrt()
    below = 2 * (denominator + square)
    lower = (2 * count + square - spread) / below
    upper = (2 * count + square + spread) / below
    return max(lower, Decimal(0)), min(upper, Decimal(1))


def poisson(count: Decimal, level: Level = NINETY_FIVE) -> tuple[Decimal, Decimal] | None:
    """Limits of a number of events: exact Poisson below ten, Byar's from ten.

    None for a fraction of an event below ten, which no Poisson distribution has.
    """
    if count >= EXACT_BELOW:
        return byar(count, level)
    return exact_poisson(int(count), level) if count == int(count) else None


def byar(count: Decimal, level: Level = NINETY_FIVE) -> tuple[Decimal, Decimal]:
    """Byar's approximation for a count above zero."""
    above = count + 1
    lower = count * (1 - 1 / (9 * count) - level.z / (3 * count.sqrt())) ** 3
    upper = above * (1 - 1 / (9 * above) + level.z / (3 * above.sqrt())) ** 3
    return lower, upper


@lru_cache(maxsize=2 * EXACT_BELOW)
def exact_poisson(count: int, level: Level = NINETY_FIVE) -> tuple[Decimal, Decimal]:
    """The means at which ``count`` or more, and ``count`` or fewer, events have the probability of a tail.

    Right to twelve decimals. The lower limit of no events is zero.
    """
    lower = _mean_where(count - 1, 1 - level.tail) if count else Decimal(0)
    return lower, _mean_where(count, level.tail)


def _mean_where(at_most: int, probability: Decimal) -> Decimal:
    """The Poisson mean at which ``at_most`` or fewer events have ``probability``, which falls as the mean rises."""
    low, high = Decimal(0), _HIGHEST_MEAN
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _at_most(at_most, middle) > probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _at_most(events: int, mean: Decimal) -> Decimal:
    term = total = Decimal(1)
    for n in range(1, events + 1):
        term = term * mean / n
        total += term
    return total * (-mean).exp()

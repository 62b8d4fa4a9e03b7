"""What the rules read: a measure, and its readings by period."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from contracts.colours import Polarity
from contracts.indicators import ObservationStatus
from contracts.period import Period

ENGLAND = "E92000001"
"""The comparator of every published state."""

EIGHT_PLACES = Decimal("0.00000001")
HIGHEST = Decimal(10) ** 12
"""The most a value may be, either way; what is worked out of values and would be more is refused with them."""


class Unit(StrEnum):
    PERCENTAGE = "percentage"
    COUNT = "count"
    RATE_PER_100000 = "rate_per_100000"
    RATE_PER_10000 = "rate_per_10000"
    CURRENCY = "currency"
    DAYS = "days"
    SCORE = "score"


class BenchmarkMethod(StrEnum):
    SIGNIFICANCE = "significance"
    FIFTEEN_PERCENT = "fifteen_percent"


@dataclass(frozen=True, slots=True)
class Measure:
    """An indicator as the rules see it; ``method`` is its framework's, else ``fifteen_percent``."""

    code: str
    name: str
    unit: Unit
    decimals: int
    polarity: Polarity
    frequency: str
    framework: str | None
    method: BenchmarkMethod


@dataclass(frozen=True, slots=True)
class Place:
    """An area as the rules and the events see it."""

    code: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The present revision of one period. ``value`` is None once withdrawn; limits are those that were sent."""

    period: Period
    value: Decimal | None
    revision: int = 1
    status: ObservationStatus = ObservationStatus.FINAL
    count: Decimal | None = None
    denominator: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None


def trimmed(number: Decimal) -> Decimal:
    """``number`` rounded half up to eight places, the most that travels, without trailing zeros."""
    rounded = number.quantize(EIGHT_PLACES, rounding=ROUND_HALF_UP)
    return plain(rounded.normalize())


def plain(number: Decimal) -> Decimal:
    """The same number without an exponent, so that its text is digits only (``1E+5`` is 100000, ``-0`` is 0)."""
    if not number:
        return abs(number)
    exponent = number.as_tuple().exponent
    return number.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else number

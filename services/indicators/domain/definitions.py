"""What is measured, and by whose framework."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.period import PeriodKind
from services.indicators.domain.provenance import PRINTED, Provenance

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
"""Lower-case words joined by hyphens."""
LONGEST_CODE = 80


def is_code(text: str) -> bool:
    """Whether an indicator or a scorecard could have this code."""
    return len(text) <= LONGEST_CODE and CODE.fullmatch(text) is not None


class Unit(StrEnum):
    PERCENTAGE = "percentage"
    COUNT = "count"
    RATE_PER_100000 = "rate_per_100000"
    RATE_PER_10000 = "rate_per_10000"
    RATE_PER_1000 = "rate_per_1000"
    RATIO = "ratio"
    CURRENCY = "currency"
    DAYS = "days"
    YEARS = "years"
    SCORE = "score"


MULTIPLIER = {
    Unit.PERCENTAGE: Decimal(100),
    Unit.RATE_PER_100000: Decimal(100_000),
    Unit.RATE_PER_10000: Decimal(10_000),
    Unit.RATE_PER_1000: Decimal(1000),
}
"""What a count over its denominator is multiplied by to give the value."""


class Calculation(StrEnum):
    """How a value follows from its count and denominator: ``crude`` is the one over the other."""

    CRUDE = "crude"
    STANDARDISED = "standardised"
    MODELLED = "modelled"
    OTHER = "other"

    @classmethod
    def default(cls, unit: Unit) -> "Calculation":
        return cls.CRUDE if unit in MULTIPLIER or unit is Unit.COUNT else cls.OTHER


class BenchmarkMethod(StrEnum):
    SIGNIFICANCE = "significance"
    FIFTEEN_PERCENT = "fifteen_percent"


@dataclass(frozen=True, slots=True)
class Framework:
    """Its method never changes, since colours were made by it. From ``ended_on`` on it takes no more indicators."""

    code: str
    name: str
    benchmark_method: BenchmarkMethod
    ended_on: date | None = None

    def has_ended(self, today: date) -> bool:
        return self.ended_on is not None and self.ended_on <= today


class IndicatorOrder(StrEnum):
    """What indicators can be ordered by."""

    CODE = "code"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class IndicatorFilter:
    """Which indicators are wanted; ``changed_since``: whose definition changed, or was made, from a moment on."""

    framework: str | None = None
    owner: str | None = None
    area: str | None = None
    changed_since: datetime | None = None


class GapKind(StrEnum):
    """One end minus the other, or over it."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class Gap:
    """An inequality gap between two values of a dimension of another indicator: ``a`` minus, or over, ``b``."""

    source: str
    dimension: str
    a: str
    b: str
    kind: GapKind = GapKind.ABSOLUTE


@dataclass(frozen=True, slots=True)
class Indicator:
    """A definition.

    ``benchmark_method`` is its own, else its first framework's, else ``fifteen_percent``. ``rounded_to`` is what its
    counts and denominators are rounded to. ``dimensions`` are those it is broken down by, with their values.
    ``gaps`` names the inequality gaps that are derived from it; ``gap`` is what makes it one.
    """

    code: str
    name: str
    unit: Unit
    decimals: int
    polarity: Polarity
    frequency: PeriodKind
    frameworks: tuple[str, ...] = ()
    benchmark_method: BenchmarkMethod = BenchmarkMethod.FIFTEEN_PERCENT
    owner: str | None = None
    definition: str | None = None
    source: str | None = None
    own_method: BenchmarkMethod | None = None
    calculation: Calculation = Calculation.CRUDE
    rounded_to: int = 1
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gap: Gap | None = None
    gaps: tuple[str, ...] = ()
    retired_on: date | None = None
    provenance: Provenance = PRINTED

    @property
    def framework(self) -> str | None:
        """The first."""
        return self.frameworks[0] if self.frameworks else None

    @property
    def is_crude(self) -> bool:
        return self.calculation is Calculation.CRUDE

    def is_retired(self, today: date) -> bool:
        """Whether it takes no more observations."""
        return self.retired_on is not None and self.retired_on <= today

    def breakdown_fault(self, breakdown: Breakdown) -> str | None:
        """What the indicator does not declare of a breakdown."""
        for dimension, value in breakdown.items:
            if dimension not in self.dimensions:
                return f"{self.code} is not broken down by {dimension}"
            if value not in self.dimensions[dimension]:
                return f"{value} is no {dimension} of {self.code}: {', '.join(self.dimensions[dimension])}"
        return None

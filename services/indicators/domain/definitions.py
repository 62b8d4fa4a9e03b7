"""What is measured, where, and by whose framework."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.colours import Polarity
from contracts.period import Period, PeriodKind

ENGLAND = "E92000001"
"""The comparator of every published state."""


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
    CURRENCY = "currency"
    DAYS = "days"
    SCORE = "score"


class BenchmarkMethod(StrEnum):
    SIGNIFICANCE = "significance"
    FIFTEEN_PERCENT = "fifteen_percent"


@dataclass(frozen=True, slots=True)
class Framework:
    code: str
    name: str
    benchmark_method: BenchmarkMethod


@dataclass(frozen=True, slots=True)
class Indicator:
    """A definition. ``benchmark_method`` is its framework's, else ``fifteen_percent``."""

    code: str
    name: str
    unit: Unit
    decimals: int
    polarity: Polarity
    frequency: PeriodKind
    framework: str | None = None
    benchmark_method: BenchmarkMethod = BenchmarkMethod.FIFTEEN_PERCENT
    owner: str | None = None
    definition: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """An area with the dates between which it exists; None leaves that end open."""

    code: str
    name: str
    type: str
    valid_from: date | None = None
    valid_to: date | None = None

    def existed(self, period: Period) -> bool:
        """Whether it existed on any day of ``period``."""
        return (self.valid_from or date.min) <= period.end and period.start <= (self.valid_to or date.max)

"""By how much a year may be expected to differ from its budget before partners have agreed to act on it.

What is judged is the expected variance, forecast less budget: while nothing was posted as outturn it is the variance
of the position. Beyond the trigger is above its limit; twice it is at twice the limit or above.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from contracts.money import to_penny

NOTHING: Final = Decimal(0)


class Direction(StrEnum):
    """Which variances a trigger is for."""

    OVERSPEND = "overspend"
    UNDERSPEND = "underspend"
    EITHER = "either"


class Level(StrEnum):
    """Where a variance stands against its trigger."""

    WITHIN = "within"
    BEYOND = "beyond"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Trigger:
    """An amount in pounds, a part of the budget in per cent, or both: then the smaller is the limit."""

    amount: Decimal | None
    percent: Decimal | None
    direction: Direction = Direction.OVERSPEND

    def limit(self, budget: Decimal) -> Decimal:
        """In pounds; of a budget that is an income its size counts. Rounded half up to the penny.

        Raises:
            ValueError: neither an amount nor a part is agreed.
        """
        part = None if self.percent is None else to_penny(abs(budget) * self.percent / 100)
        return min(limit for limit in (self.amount, part) if limit is not None)


@dataclass(frozen=True, slots=True)
class Triggers:
    """What is agreed of the whole fund, of each of its lines, and of ``lines`` by code in the place of that."""

    fund: Trigger | None = None
    line: Trigger | None = None
    lines: Mapping[str, Trigger] = field(default_factory=dict)

    def of_line(self, code: str) -> Trigger | None:
        return self.lines.get(code, self.line)


NO_TRIGGERS: Final = Triggers()


@dataclass(frozen=True, slots=True)
class TriggerReading:
    """A trigger, the expected variance that it judges, and where that stands."""

    direction: Direction
    variance: Decimal
    limit: Decimal
    level: Level


def read_trigger(trigger: Trigger | None, budget: Decimal, variance: Decimal) -> TriggerReading | None:
    """Judge a variance, an overspend being positive; null where no trigger is agreed."""
    if trigger is None:
        return None
    limit = trigger.limit(budget)
    return TriggerReading(trigger.direction, variance, limit, _level(_size(trigger.direction, variance), limit))


def _size(direction: Direction, variance: Decimal) -> Decimal:
    """How far the variance goes in the direction of the trigger."""
    if direction is Direction.EITHER:
        return abs(variance)
    return variance if direction is Direction.OVERSPEND else -variance


def _level(size: Decimal, limit: Decimal) -> Level:
    if size <= limit:
        return Level.WITHIN
    return Level.TWICE if size >= 2 * limit else Level.BEYOND


BudgetKey = tuple[str, str | None]
"""Label of a financial year, and code of a line; null is the whole fund."""
Readings = Mapping[BudgetKey, TriggerReading]
Levels = Mapping[BudgetKey, Level]
"""What is not within its trigger."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A variance that passed its trigger, twice it, or fell back; the reading is null where none is agreed any more."""

    key: BudgetKey
    before: Level
    reading: TriggerReading | None

    @property
    def level(self) -> Level:
        return Level.WITHIN if self.reading is None else self.reading.level


def levels_of(readings: Readings) -> dict[BudgetKey, Level]:
    return {key: one.level for key, one in readings.items() if one.level is not Level.WITHIN}


def crossings(before: Levels, readings: Readings) -> Iterator[Crossing]:
    """What stands elsewhere than it was told last, in the order of years, the fund before its lines."""
    for key in sorted({*before, *readings}, key=lambda one: (one[0], one[1] or "")):
        found = Crossing(key, before.get(key, Level.WITHIN), readings.get(key))
        if found.level is not found.before:
            yield found


def triggers_faults(triggers: Triggers, lines: Collection[str]) -> Iterator[tuple[str, str]]:
    """Lines that triggers are agreed for and the fund has not."""
    for code in sorted(set(triggers.lines) - set(lines)):
        yield f"agreement.triggers.lines.{code}", f"{code} is no budget line"

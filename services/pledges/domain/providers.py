"""Who provides care: providers, contracts, quality reviews, and how the Care Quality Commission rates homes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from contracts.money import to_penny


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation that provides, commissions or watches, by the names that are printed."""

    code: str
    title: str
    kind: str
    role: str | None = None
    also_known_as: tuple[str, ...] = ()
    note: str | None = None
    source: str | None = None


class ManagementLevel(StrEnum):
    """How closely a contract is managed, by its risk."""

    LIGHT = "light"
    STANDARD = "standard"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with a provider; ``indicators`` are its key performance indicators. The value is in pounds a year."""

    code: str
    title: str
    provider: str
    value_from: Decimal | None = None
    value_to: Decimal | None = None
    management: ManagementLevel | None = None
    risk: str | None = None
    indicators: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class QualityReview:
    """What a visit found of a provider, and the actions that came of it."""

    code: str
    title: str
    provider: str
    reviewed_on: date
    reviewed_by: str
    finding: str | None = None
    actions: tuple[str, ...] = ()
    source: str | None = None


class Grade(StrEnum):
    """Of the Care Quality Commission."""

    OUTSTANDING = "outstanding"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    INADEQUATE = "inadequate"


GOOD_OR_BETTER = frozenset({Grade.OUTSTANDING, Grade.GOOD})


@dataclass(frozen=True, slots=True)
class Rating:
    """How a home was rated, from a day until it is rated again, or until ``last_day``, as where it closed."""

    code: str
    home: str
    grade: Grade
    rated_on: date
    provider: str | None = None
    source: str | None = None
    last_day: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it counts on a day, unless the home was rated again."""
        return self.rated_on <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class RatingCount:
    """How many homes had a grade on a day, as printed where no homes are named; ``count`` None: not printed."""

    code: str
    grade: Grade
    counted_on: date
    count: int | None
    period: str | None = None
    note: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class RatedHomes:
    """How many homes have each grade on a day, by the last rating of each, where that has not ended."""

    on: date
    counts: Mapping[Grade, int]

    @property
    def good_or_better(self) -> int:
        return sum(count for grade, count in self.counts.items() if grade in GOOD_OR_BETTER)

    @property
    def rated(self) -> int:
        return sum(self.counts.values())

    @property
    def percentage(self) -> Decimal | None:
        """Good or outstanding, of those that are rated, to two decimals; None where none is."""
        return to_penny(Decimal(100 * self.good_or_better) / self.rated) if self.rated else None


def rated_homes(ratings: Iterable[Rating], on: date) -> RatedHomes:
    """Each home by its last rating up to the day, unless that has ended; of two on a day, by that of the last code."""
    last: dict[str, Rating] = {}
    for one in sorted(ratings, key=lambda one: (one.rated_on, one.code)):
        if one.rated_on <= on:
            last[one.home] = one
    grades = [one.grade for one in last.values() if one.holds(on)]
    return RatedHomes(on, {each: grades.count(each) for each in Grade})

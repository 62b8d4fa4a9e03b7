"""How much risk is wanted and how much is tolerated, by category, and how the risks stand against that."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from contracts.period import Period
from services.risks.domain.matrix import BandedRating


class AppetiteStatus(StrEnum):
    """Where the score in effect lies. Up to the appetite a risk is wanted, up to the tolerance it is borne."""

    WITHIN_APPETITE = "within_appetite"
    WITHIN_TOLERANCE = "within_tolerance"
    BEYOND_TOLERANCE = "beyond_tolerance"


@dataclass(frozen=True, slots=True)
class Limits:
    """Scores of a matrix, ``appetite`` not above ``tolerance``; each is still within."""

    appetite: int
    tolerance: int

    def status_of(self, score: int) -> AppetiteStatus:
        if score > self.tolerance:
            return AppetiteStatus.BEYOND_TOLERANCE
        return AppetiteStatus.WITHIN_TOLERANCE if score > self.appetite else AppetiteStatus.WITHIN_APPETITE


UNLIMITED: Final = Limits(sys.maxsize, sys.maxsize)
"""Where nothing is stated."""


@dataclass(frozen=True, slots=True)
class NewStatement:
    """What is stated of the threats of a category that are rated on a matrix. ``limits``: ``None`` where no more is."""

    category: str
    matrix: str
    limits: Limits | None
    reason: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class AppetiteStatement:
    """A statement with who made it and when; the newest of a category and a matrix counts."""

    statement_id: int
    stated: NewStatement
    by: str
    at: datetime
    business_date: date


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many threats of a category lay where on a day, and how far beyond the tolerance the worst of them was."""

    quarter: Period | None
    day: date
    limits: Limits | None
    counts: Mapping[AppetiteStatus, int]
    furthest_beyond: int


@dataclass(frozen=True, slots=True)
class AppetiteView:
    """The statement that counts on a day, where the threats are against it, and where they were, newest last."""

    statement: AppetiteStatement
    present: StatusCounts
    drift: Sequence[StatusCounts]


class BreachState(StrEnum):
    OPEN = "open"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ToleranceBreach:
    """A time that a risk was beyond what is tolerated: from ``began_on``, rated ``rating`` then, to ``ended_on``.

    ``category`` and ``tolerance`` are those of then, ``title`` is the present one.
    """

    breach_id: int
    ref: str
    title: str
    category: str | None
    rating: BandedRating
    tolerance: int
    began_at: datetime
    began_on: date
    ended_at: datetime | None
    ended_on: date | None


def status_counts(
    scores: Sequence[int], limits: Limits | None, day: date, quarter: Period | None = None
) -> StatusCounts:
    """Counts of scores by where they lie; nothing is counted where no limits were stated."""
    counts = dict.fromkeys(AppetiteStatus, 0)
    if limits is None:
        return StatusCounts(quarter, day, limits, counts, 0)
    for score in scores:
        counts[limits.status_of(score)] += 1
    furthest = max([score - limits.tolerance for score in scores], default=0)
    return StatusCounts(quarter, day, limits, counts, max(furthest, 0))


def limits_by_category(statements: Sequence[AppetiteStatement]) -> Mapping[tuple[str | None, str], Limits]:
    """By category and name of the matrix."""
    stated = (one.stated for one in statements)
    return {(one.category, one.matrix): one.limits for one in stated if one.limits is not None}

"""Reviews: an owner looks at every change of a rating that they did not judge themselves, within ten working days."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from contracts.working_days import working_day_after
from services.risks.domain.matrix import BandedRating

WORKING_DAYS: Final = 10


@dataclass(frozen=True, slots=True)
class Review:
    """A review that is open, one a risk. ``is_published``: whether it was published that it is overdue."""

    opened_at: datetime
    opened_on: date
    due: date
    is_published: bool = False

    def is_overdue_on(self, today: date) -> bool:
        return self.due < today

    def is_to_be_told_on(self, today: date) -> bool:
        """Whether it is overdue and that is still to be published."""
        return self.is_overdue_on(today) and not self.is_published


def review_of(opened_at: datetime, opened_on: date) -> Review:
    """A review that opens now."""
    return Review(opened_at, opened_on, working_day_after(opened_on, WORKING_DAYS))


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Which open reviews are asked for."""

    only_overdue: bool = False
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class OpenReview:
    """An open review on a day, with the change that opened it, and how often people touched the risk."""

    ref: str
    title: str
    owner: str | None
    review: Review
    before: BandedRating | None
    after: BandedRating | None
    why: str | None
    touches: int
    today: date

    @property
    def is_overdue(self) -> bool:
        return self.review.is_overdue_on(self.today)


@dataclass(frozen=True, slots=True)
class Touches:
    """How often people changed something of a risk or decided on it, and when last; and the review that is open."""

    ref: str
    touches: int
    last_touched_at: datetime | None
    open_review: OpenReview | None

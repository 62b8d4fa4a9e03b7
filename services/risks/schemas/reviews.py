"""Bodies of reviews."""

from datetime import date
from typing import Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.envelope import Timestamp
from contracts.risks import RatingState
from services.risks.domain.reviews import OpenReview, Review, Touches
from services.risks.schemas.ratings import rating_body


class ReviewDueOut(OutBody):
    """A review that is open."""

    opened_on: date = Field(description="Business date on which the rating changed")
    due: date = Field(description="Day by which it is to be reviewed: ten working days later")

    @classmethod
    def of(cls, review: Review) -> Self:
        return cls(opened_on=review.opened_on, due=review.due)


class ReviewOut(ReviewDueOut):
    """An open review, with the change that opened it."""

    risk: str
    title: str
    owner: str | None
    opened_at: Timestamp
    overdue: bool = Field(description="Whether its day is over")
    before: RatingState | None = Field(description="Rating in effect before the change")
    after: RatingState | None = Field(description="Rating in effect after it")
    why: str | None
    touches: int = Field(description="How often people changed something of the risk, or decided on it")

    @classmethod
    def of_risk(cls, found: OpenReview) -> Self:
        return cls(
            opened_on=found.review.opened_on,
            due=found.review.due,
            risk=found.ref,
            title=found.title,
            owner=found.owner,
            opened_at=found.review.opened_at,
            overdue=found.is_overdue,
            before=rating_body(found.before),
            after=rating_body(found.after),
            why=found.why,
            touches=found.touches,
        )


class TouchesOut(OutBody):
    """How often people touched a risk, and its review where one is open."""

    risk: str
    touches: int = Field(description="How often people changed something of the risk, or decided on it")
    last_touched_at: Timestamp | None = Field(description="When that was last (UTC); null where it never was")
    review: ReviewOut | None = Field(description="The review that is open; null where none is")

    @classmethod
    def of(cls, found: Touches) -> Self:
        review = ReviewOut.of_risk(found.open_review) if found.open_review else None
        return cls(risk=found.ref, touches=found.touches, last_touched_at=found.last_touched_at, review=review)

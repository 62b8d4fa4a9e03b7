"""Open reviews as the table of a file: a row a risk, by the day it is due."""

from collections.abc import Sequence
from datetime import datetime

from chassis.web.render.table import Cell, Column, Note, Table
from services.risks.domain.matrix import BandedRating
from services.risks.domain.reviews import OpenReview

COLUMNS = (
    Column("risk", "Reference", "Reference of the risk"),
    Column("title", "Risk", "The risk in one sentence"),
    Column("owner", "Owner", "Who answers for it"),
    Column("opened_on", "Changed on", "Business date on which the rating changed"),
    Column("due", "Due", "Day by which it is to be reviewed"),
    Column("overdue", "Overdue", "Whether that day is over: yes or no"),
    Column("before_score", "Score before", "Score in effect before the change", is_number=True),
    Column("before_band", "RAG before", "Its colour, in words"),
    Column("after_score", "Score after", "Score in effect after the change", is_number=True),
    Column("after_band", "RAG after", "Its colour, in words"),
    Column("why", "Why", "Why the rating changed"),
    Column("touches", "Human touches", "How often people changed something of it or decided on it", is_number=True),
)


def reviews_table(found: Sequence[OpenReview], made_at: datetime) -> Table:
    return Table(
        name="reviews",
        title="Ratings that wait for their owner's review",
        about="Risks whose rating changed without their owner judging it, by the day of the review.",
        columns=COLUMNS,
        rows=[_row(one) for one in found],
        made_at=made_at,
        notes=(Note("A review is due ten working days of England after the change.", ("due",)),),
    )


def _row(one: OpenReview) -> tuple[Cell, ...]:
    said = (one.ref, one.title, one.owner, one.review.opened_on, one.review.due, "yes" if one.is_overdue else "no")
    return (*said, *_rating(one.before), *_rating(one.after), one.why, one.touches)


def _rating(given: BandedRating | None) -> tuple[Cell, Cell]:
    return (given.rating.score, given.band.value) if given else (None, None)

"""Bodies of what is wanted and tolerated, and of how the register stands against that."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.envelope import Timestamp
from contracts.reasons import Reason
from contracts.risks import RatingState
from services.risks.domain.appetites import (
    AppetiteStatement,
    AppetiteStatus,
    AppetiteView,
    Limits,
    NewStatement,
    StatusCounts,
    ToleranceBreach,
)
from services.risks.domain.matrix import DEFAULT_MATRIX
from services.risks.schemas.ratings import rating_body
from services.risks.schemas.values import MatrixName, Passage, Word

Score = Annotated[int, Field(ge=1, le=400, strict=True)]


class AppetiteIn(StrictBody):
    """What is wanted and tolerated of the threats of a category from today on; without scores nothing is any more."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "category": "Financial",
                    "appetite": 8,
                    "tolerance": 12,
                    "statement": "Overspends are borne where they can be recovered within the year",
                    "reason": "Agreed with the budget",
                }
            ]
        }
    )

    category: Word
    matrix: MatrixName = Field(default=DEFAULT_MATRIX.name, description="Matrix whose scores these are")
    appetite: Score | None = Field(
        default=None, description="Highest score that is wanted; null together with tolerance"
    )
    tolerance: Score | None = Field(default=None, description="Highest score that is borne, not below the appetite")
    statement: Passage | None = Field(default=None, description="The same in words", examples=["Borne for a year"])
    reason: Reason

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.appetite is None) != (self.tolerance is None):
            raise ValueError("appetite and tolerance are given together or not at all")
        if self.appetite is not None and self.tolerance is not None and self.appetite > self.tolerance:
            raise ValueError("what is tolerated is not below what is wanted")
        return self

    def to_domain(self) -> NewStatement:
        limits = None
        if self.appetite is not None and self.tolerance is not None:
            limits = Limits(self.appetite, self.tolerance)
        return NewStatement(self.category, self.matrix, limits, self.reason, self.statement)


class LimitsOut(OutBody):
    """Scores up to which a risk is wanted, and is borne."""

    appetite: int = Field(description="Highest score that is wanted")
    tolerance: int = Field(description="Highest score that is borne")

    @classmethod
    def of(cls, limits: Limits) -> Self:
        return cls(appetite=limits.appetite, tolerance=limits.tolerance)


class StatementOut(OutBody):
    """What was stated of a category, by whom, when and why; the newest of a category and a matrix counts."""

    id: int = Field(description="Number of the statement")
    category: str
    matrix: str = Field(description="Matrix whose scores these are")
    limits: LimitsOut | None = Field(description="What is wanted and borne; null where nothing is any more")
    statement: str | None = Field(description="The same in words")
    reason: str
    by: str
    at: Timestamp = Field(description="When it was stated (UTC)")
    business_date: date = Field(description="Day that it counts from")

    @classmethod
    def of(cls, given: AppetiteStatement) -> Self:
        stated = given.stated
        return cls(
            id=given.statement_id,
            category=stated.category,
            matrix=stated.matrix,
            limits=LimitsOut.of(stated.limits) if stated.limits else None,
            statement=stated.text,
            reason=stated.reason,
            by=given.by,
            at=given.at,
            business_date=given.business_date,
        )


class StatusCountsOut(OutBody):
    """How many threats of a category lay where on a day, by what was wanted and tolerated then."""

    quarter: str | None = Field(description="Quarter at whose end it was; null for the day itself")
    day: date = Field(description="Last business date that counts")
    limits: LimitsOut | None = Field(description="What was wanted and borne then; null where nothing was stated")
    within_appetite: int = Field(description="Threats that are not above the appetite")
    within_tolerance: int = Field(description="Threats above the appetite and not above the tolerance")
    beyond_tolerance: int = Field(description="Threats above the tolerance")
    furthest_beyond: int = Field(description="By how much the highest score is above the tolerance; 0 where none is")

    @classmethod
    def of(cls, given: StatusCounts) -> Self:
        return cls(
            quarter=given.quarter.label if given.quarter else None,
            day=given.day,
            limits=LimitsOut.of(given.limits) if given.limits else None,
            **{status.value: given.counts[status] for status in AppetiteStatus},
            furthest_beyond=given.furthest_beyond,
        )


class AppetiteOut(OutBody):
    """What is wanted and tolerated in a category, and how its threats stand and stood against that."""

    statement: StatementOut = Field(description="The statement that counts")
    present: StatusCountsOut = Field(description="Where the threats are on the day that was asked for")
    drift: list[StatusCountsOut] = Field(description="Where they were at the ends of the quarters before, newest last")

    @classmethod
    def of(cls, view: AppetiteView) -> Self:
        return cls(
            statement=StatementOut.of(view.statement),
            present=StatusCountsOut.of(view.present),
            drift=[StatusCountsOut.of(then) for then in view.drift],
        )


class AppetitesOut(OutBody):
    """Every category of which something is stated, by name."""

    items: list[AppetiteOut] = Field(description="By category and matrix")

    @classmethod
    def of(cls, views: Sequence[AppetiteView]) -> Self:
        return cls(items=[AppetiteOut.of(view) for view in views])


class BreachOut(OutBody):
    """A time that a risk was beyond what is tolerated."""

    id: int = Field(description="Number of the breach")
    risk: str
    title: str
    category: str | None = Field(description="Category of the risk then, whose tolerance it is")
    rating: RatingState = Field(description="Rating in effect when it began")
    tolerance: int = Field(description="Highest score that was borne then")
    began_at: Timestamp = Field(description="When it was recorded (UTC)")
    began_on: date = Field(description="Business date from which the risk was beyond")
    ended_at: Timestamp | None = Field(description="When its end was recorded (UTC); null while it lasts")
    ended_on: date | None = Field(description="Business date on which it ended; null while it lasts")

    @classmethod
    def of(cls, breach: ToleranceBreach) -> Self:
        return cls(
            id=breach.breach_id,
            risk=breach.ref,
            title=breach.title,
            category=breach.category,
            rating=rating_body(breach.rating),
            tolerance=breach.tolerance,
            began_at=breach.began_at,
            began_on=breach.began_on,
            ended_at=breach.ended_at,
            ended_on=breach.ended_on,
        )

"""Bodies of risks that move to another matrix."""

from typing import Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.reasons import Reason
from contracts.risks import RatingState
from services.risks.domain.matrix import Rating
from services.risks.domain.migrating import NewMatrix, StillToMove
from services.risks.domain.records import Judgement
from services.risks.schemas.ratings import RatingIn, rating_body, three_ratings
from services.risks.schemas.values import MatrixName, Step


class NewMatrixIn(StrictBody):
    """An owner's judgement on another matrix. Aims are cells, too: those left out are none there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "matrix": "five-by-five@2",
                    "impact": 4,
                    "likelihood": 3,
                    "target": {"impact": 4, "likelihood": 2},
                    "reason": "Assessed with the new words",
                }
            ]
        }
    )

    matrix: MatrixName = Field(description="The matrix that it moves to", examples=["five-by-five@2"])
    impact: Step
    likelihood: Step
    inherent: RatingIn | None = None
    target: RatingIn | None = None
    reason: Reason

    def to_domain(self) -> NewMatrix:
        return NewMatrix(
            matrix=self.matrix,
            judgement=Judgement(Rating(self.impact, self.likelihood), self.reason),
            inherent=self.inherent.to_domain() if self.inherent else None,
            target=self.target.to_domain() if self.target else None,
        )


class WordsOut(OutBody):
    """A rating in the words of its matrix."""

    impact: str = Field(description="What the matrix calls the impact", examples=["Major"])
    likelihood: str = Field(description="What the matrix calls the likelihood", examples=["Likely"])


class StillToMoveOut(OutBody):
    """A risk on the matrix that is to be left."""

    ref: str
    title: str
    owner: str | None
    effective: RatingState
    words: WordsOut | None = Field(description="The rating in effect in words; null where it is not rated")
    suggested: RatingState | None = Field(
        description="The cell of the other matrix with the same words, as a guide; null where it has none. Nothing is "
        "carried over"
    )

    @classmethod
    def of(cls, found: StillToMove) -> Self:
        risk, suggested = found.view.risk, found.suggested
        return cls(
            ref=risk.ref,
            title=risk.description.title,
            owner=risk.description.owner,
            effective=three_ratings(found.view)["effective"],
            words=_words(found),
            suggested=rating_body(found.to.banded(suggested)) if suggested else None,
        )


def _words(found: StillToMove) -> WordsOut | None:
    matrix, ratings = found.view.risk.matrix, found.view.ratings
    if ratings is None:
        return None
    cell = ratings.effective
    return WordsOut(impact=matrix.impacts[cell.impact - 1], likelihood=matrix.likelihoods[cell.likelihood - 1])

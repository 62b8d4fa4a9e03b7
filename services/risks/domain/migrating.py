"""Risks that move to another matrix: each is assessed anew by its owner, and no rating is carried over or clamped."""

from dataclasses import dataclass

from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import RatingInputs
from services.risks.domain.records import Judgement
from services.risks.domain.register import Risk
from services.risks.domain.view import RiskView


@dataclass(frozen=True, slots=True)
class NewMatrix:
    """What an owner judges a risk by, on another matrix. Aims that are not given anew are none there."""

    matrix: str
    judgement: Judgement
    inherent: Rating | None = None
    target: Rating | None = None

    def inputs(self, matrix: Matrix, risk: Risk) -> RatingInputs:
        """What decides the ratings of the risk once it is on that matrix, where it has no override."""
        target = self.target.likelihood if self.target else None
        return RatingInputs(risk.kind, risk.mode, matrix, self.judgement.rating, target)


@dataclass(frozen=True, slots=True)
class StillToMove:
    """A risk that is on the old matrix, with what its words would be on the new one."""

    view: RiskView
    to: Matrix

    @property
    def suggested(self) -> Rating | None:
        """The cell of the new matrix with the words of the rating in effect; ``None`` where an axis has other words."""
        ratings = self.view.ratings
        return same_words(self.view.risk.matrix, self.to, ratings.effective) if ratings else None


def same_words(old: Matrix, new: Matrix, rating: Rating) -> Rating | None:
    """The cell with the same words on both axes. That is a guide and no conversion: words can mean something else."""
    impact = _place(old.impacts[rating.impact - 1], new.impacts)
    likelihood = _place(old.likelihoods[rating.likelihood - 1], new.likelihoods)
    return None if impact is None or likelihood is None else Rating(impact, likelihood)


def _place(word: str, words: tuple[str, ...]) -> int | None:
    found = [place for place, other in enumerate(words, start=1) if other.casefold() == word.casefold()]
    return found[0] if len(found) == 1 else None

"""Ratings as bodies."""

from typing import TypedDict, overload

from chassis.web.bodies import StrictBody
from contracts.risks import Band, RatingState
from services.risks.domain.matrix import BandedRating, Matrix, Rating
from services.risks.domain.rating import Basis, Ratings
from services.risks.domain.view import Explanation, RiskView
from services.risks.schemas.values import Step


class RatingIn(StrictBody):
    impact: Step
    likelihood: Step

    def to_domain(self) -> Rating:
        return Rating(self.impact, self.likelihood)


@overload
def rating_body(given: BandedRating) -> RatingState: ...
@overload
def rating_body(given: None) -> None: ...
def rating_body(given: BandedRating | None) -> RatingState | None:
    if given is None:
        return None
    rating = given.rating
    return RatingState(impact=rating.impact, likelihood=rating.likelihood, score=rating.score, band=given.band)


def only_band(band: Band | None) -> RatingState:
    return RatingState(impact=None, likelihood=None, score=None, band=band)


class ThreeRatings(TypedDict):
    """As the owner judged, as the indicators say, and what is in effect, with where that comes from."""

    assessed: RatingState
    indicated: RatingState
    effective: RatingState
    basis: Basis | None


def three_ratings(view: RiskView) -> ThreeRatings:
    """The ratings of a risk. A legacy risk has its colour and nothing else."""
    if view.risk.assessed is None or view.ratings is None:
        return _unrated(view.risk.legacy_band)
    return _rated(view.risk.matrix, view.risk.assessed, view.ratings)


def explained_ratings(given: Explanation) -> ThreeRatings:
    """The ratings that are explained. Of one that was recorded before what decided it, it has what was in effect."""
    if given.rated is not None and given.ratings is not None:
        return _rated(given.matrix, given.rated.inputs.assessed, given.ratings)
    unrated = _unrated(given.risk.legacy_band)
    return unrated if given.effective is None else {**unrated, "effective": rating_body(given.effective)}


def _unrated(legacy_band: Band | None) -> ThreeRatings:
    legacy = only_band(legacy_band)
    return {"assessed": legacy, "indicated": only_band(None), "effective": legacy, "basis": None}


def _rated(matrix: Matrix, assessed: Rating, ratings: Ratings) -> ThreeRatings:
    banded = matrix.banded
    return {
        "assessed": rating_body(banded(assessed)),
        "indicated": rating_body(banded(ratings.indicated)),
        "effective": rating_body(banded(ratings.effective)),
        "basis": ratings.basis,
    }

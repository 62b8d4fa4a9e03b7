"""A risk as re-scoring sees it, and what a re-scoring is for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.risks.domain.acceptances import is_beyond
from services.risks.domain.appetites import UNLIMITED, Limits
from services.risks.domain.explanation import in_words
from services.risks.domain.links import IndicatorLink
from services.risks.domain.losses import LossBand
from services.risks.domain.matrix import Rating
from services.risks.domain.rating import IN_FORCE, Basis, RatingInputs, Ratings, Status, status_on
from services.risks.domain.records import Cause
from services.risks.domain.reviews import Review


@dataclass(frozen=True, slots=True)
class RatedRisk:
    """What decides a risk's ratings, beside the ratings that are stored and the version of its newest event.

    ``breached``: whether it is on record as beyond what is tolerated.
    """

    risk_id: int
    ref: str
    title: str
    inputs: RatingInputs
    assessment_id: int
    indicated: Rating | None
    effective: Rating | None
    underlying_band: str | None
    version: int
    status: Status = Status.OPEN
    accepted_score: int | None = None
    accepted_until: date | None = None
    category: str | None = None
    limits: Limits | None = None
    breached: bool = False
    owner: str | None = None
    review: Review | None = None
    losses: tuple[LossBand, ...] = ()


@dataclass(frozen=True, slots=True)
class Rescored:
    """A risk with its links and the ratings that follow from them on a business date."""

    risk: RatedRisk
    links: Sequence[IndicatorLink]
    ratings: Ratings
    today: date

    @property
    def effective_changed(self) -> bool:
        """Also where the score is the same: impact 4 likelihood 3 is not impact 3 likelihood 4."""
        return self.ratings.effective != self.risk.effective

    @property
    def status(self) -> Status:
        return status_on(self.today, self.risk.status, self.risk.accepted_until)

    @property
    def is_beyond_acceptance(self) -> bool:
        """Whether it is worse now than the score that was accepted."""
        accepted, inputs = self.risk.accepted_score, self.risk.inputs
        return accepted is not None and is_beyond(inputs.kind, self.ratings.effective, accepted)

    @property
    def stored_differs(self) -> bool:
        """Whether the indicated rating or the band without an override is not the stored one.

        Of a closed risk what it was closed with stays stored, whatever would be indicated of it.
        """
        if self.ratings.basis is Basis.CLOSED:
            return False
        band = self.risk.inputs.matrix.band(self.ratings.underlying)
        return self.ratings.indicated != self.risk.indicated or band != self.risk.underlying_band


@dataclass(frozen=True, slots=True)
class Suspension:
    """A risk that is accepted no more, with the version of the event that says so, and the day that counts from."""

    rescored: Rescored
    version: int
    since: date

    @property
    def why(self) -> str:
        inputs, accepted = self.rescored.risk.inputs, self.rescored.risk.accepted_score
        now = in_words(inputs.matrix, self.rescored.ratings.effective)
        return f"It is at {now}, which is worse than the score of {accepted} that was accepted."


@dataclass(frozen=True, slots=True)
class Breach:
    """A risk against what is tolerated in its category, with the version of its newest event.

    ``status``: what the risk is by then; ``since``: the day that its rating counts from.
    """

    rescored: Rescored
    version: int
    status: Status
    since: date

    @property
    def limits(self) -> Limits:
        """Of a risk in whose category nothing is stated, no score is too high."""
        return self.rescored.risk.limits or UNLIMITED

    @property
    def is_beyond(self) -> bool:
        """Whether it is worse than what is tolerated; a draft and a closed risk never are."""
        return self.status in IN_FORCE and self.rescored.ratings.effective.score > self.limits.tolerance

    @property
    def why(self) -> str:
        now = in_words(self.rescored.risk.inputs.matrix, self.rescored.ratings.effective)
        return f"It is at {now}; a score of up to {self.limits.tolerance} is tolerated in its category."


@dataclass(frozen=True, slots=True)
class NewRatings:
    """The ratings of a risk that are to be stored, with the version of its newest event and its open review."""

    rescored: Rescored
    version: int
    review: Review | None


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why risks are looked at again.

    ``subjects``: the indicators in areas that events came of, where that is why. ``review``: what was decided, or ended
    by the calendar, and why, which is published whatever became of the rating. ``since``: by risk, the day the change
    counts from where that is not today. ``status``: what the risks become, where that is why. ``leaves_propose``: their
    indicators are no longer to propose, so that what is open is withdrawn.
    """

    cause: Cause
    subjects: Collection[str] | None = None
    review: str | None = None
    since: Mapping[int, date] = field(default_factory=dict)
    status: Status | None = None
    leaves_propose: bool = False

    @property
    def closes(self) -> bool:
        return self.status is Status.CLOSED

    @property
    def is_judged(self) -> bool:
        """Whether the owner judges the rating by it, so that nobody needs to review it."""
        return self.cause in {Cause.ASSESSMENT, Cause.CARRIED_OVER} or self.closes

    def since_of(self, rescored: Rescored) -> date:
        """The day that a change of this risk counts from."""
        return self.since.get(rescored.risk.risk_id, rescored.today)

"""What the indicators propose for a risk in propose mode, and what becomes of a proposal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.risks.domain.explanation import why_moved
from services.risks.domain.links import IndicatorLink
from services.risks.domain.matrix import BandedRating, Rating
from services.risks.domain.rating import Basis, Mode, RatingInputs, Ratings


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The latest proposal of a risk. A rejection ``lapsed`` once the indicators came back to the assessment."""

    proposal_id: int
    risk_id: int
    assessment_id: int
    state: ProposalState
    rating: Rating
    lapsed: bool


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """A proposal as its readers see it."""

    proposal_id: int
    state: ProposalState
    proposed: BandedRating
    why: str
    event_ids: Sequence[str]
    opened_at: datetime
    changed_at: datetime
    decided_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RegisterProposal:
    """A proposal with the risk it is for."""

    ref: str
    title: str
    proposal: ProposalRecord


@dataclass(frozen=True, slots=True)
class ProposedRating:
    """What the indicators propose, why, and the events behind it."""

    rating: Rating
    why: str
    event_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class NewProposal:
    risk_id: int
    assessment_id: int
    proposed: ProposedRating


@dataclass(frozen=True, slots=True)
class ProposalChange:
    """What becomes of a proposal: another rating, withdrawn, or (a rejected one) lapsed."""

    proposal_id: int
    step: "ProposalStep"
    proposed: ProposedRating


class ProposalStep(StrEnum):
    """What a new indication does to a risk's latest proposal."""

    NOTHING = "nothing"
    OPEN = "open"
    CHANGE = "change"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True)
class Proposing:
    """A risk's latest proposal and what becomes of it; ``proposed``: what the indicators say, where something does."""

    latest: Proposal | None
    step: ProposalStep
    proposed: ProposedRating | None

    @property
    def waiting(self) -> Rating | None:
        """What waits for the owner's decision from now on."""
        if self.proposed is not None and self.step in {ProposalStep.OPEN, ProposalStep.CHANGE}:
            return self.proposed.rating
        is_open = self.latest is not None and self.latest.state is ProposalState.OPEN
        return self.latest.rating if self.latest and is_open and self.step is ProposalStep.NOTHING else None

    @property
    def is_told(self) -> bool:
        """Whether something else waits than before, or nothing any more."""
        return self.step in {ProposalStep.OPEN, ProposalStep.CHANGE, ProposalStep.WITHDRAW}


def next_step(inputs: RatingInputs, assessment_id: int, ratings: Ratings, latest: Proposal | None) -> ProposalStep:
    """Whether to propose what the indicators say.

    A rejected rating is not proposed again until the indicators have been back at the assessment, or until the
    owner has assessed anew.
    """
    wanted = inputs.mode is Mode.PROPOSE and ratings.indicated != inputs.assessed
    state = latest.state if latest else None
    if latest is None or state in {ProposalState.ACCEPTED, ProposalState.WITHDRAWN}:
        return ProposalStep.OPEN if wanted else ProposalStep.NOTHING
    if state is ProposalState.OPEN:
        return _step_of_open(ratings, latest, wanted=wanted)
    if not wanted:
        is_auto = inputs.mode is Mode.AUTO
        return ProposalStep.NOTHING if latest.lapsed or is_auto else ProposalStep.LAPSE
    current = latest.assessment_id == assessment_id and not latest.lapsed
    return ProposalStep.NOTHING if current and latest.rating == ratings.indicated else ProposalStep.OPEN


def _step_of_open(ratings: Ratings, latest: Proposal, *, wanted: bool) -> ProposalStep:
    if not wanted:
        return ProposalStep.WITHDRAW
    return ProposalStep.NOTHING if latest.rating == ratings.indicated else ProposalStep.CHANGE


def proposed_rating(inputs: RatingInputs, links: Sequence[IndicatorLink], ratings: Ratings) -> ProposedRating:
    wished = replace(ratings, effective=ratings.indicated, basis=Basis.INDICATED)
    return ProposedRating(
        rating=ratings.indicated,
        why=why_moved(inputs, links, inputs.assessed, wished),
        event_ids=sorted({link.event_id for link in links if link.has_moved and link.event_id}),
    )

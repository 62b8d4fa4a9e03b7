"""A risk as re-scoring sees it, and what becomes of its proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.risks.domain.matrix import Rating
from services.risks.domain.rating import Link, Mode, Standing, Subject


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"


class Cause(StrEnum):
    """What a history entry came from."""

    INDICATORS = "indicators"
    ASSESSMENT = "assessment"
    LINKS = "links"
    SETTINGS = "settings"
    OVERRIDE = "override"
    CARRIED_OVER = "carried_over"
    REBUILD = "rebuild"


BY_INDICATORS = frozenset({Cause.INDICATORS, Cause.REBUILD})
"""Where indicators changed a rating; the other changes are what a person decided."""


@dataclass(frozen=True, slots=True)
class RatedRisk:
    """What decides a risk's ratings, beside the ratings that are stored and its event version."""

    risk_id: int
    ref: str
    title: str
    subject: Subject
    assessment_id: int
    indicated: Rating | None
    effective: Rating | None
    lasting_band: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """The latest proposal of a risk. A rejection ``lapsed`` once the indicators came back to the assessment."""

    proposal_id: int
    risk_id: int
    assessment_id: int
    state: ProposalState
    rating: Rating
    lapsed: bool


class ProposalStep(StrEnum):
    """What a new indication does to a risk's latest proposal."""

    NOTHING = "nothing"
    OPEN = "open"
    CHANGE = "change"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


def next_step(risk: RatedRisk, standing: Standing, latest: Proposal | None) -> ProposalStep:
    """Whether to propose what the indicators say.

    A rejected rating is not proposed again until the indicators have been back at the assessment, or until the
    owner has assessed anew.
    """
    wanted = risk.subject.mode is Mode.PROPOSE and standing.indicated != risk.subject.assessed
    state = latest.state if latest else None
    if latest is None or state in {ProposalState.ACCEPTED, ProposalState.WITHDRAWN}:
        return ProposalStep.OPEN if wanted else ProposalStep.NOTHING
    if state is ProposalState.OPEN:
        return _step_of_open(standing, latest, wanted=wanted)
    if not wanted:
        return ProposalStep.NOTHING if latest.lapsed else ProposalStep.LAPSE
    current = latest.assessment_id == risk.assessment_id and not latest.lapsed
    return ProposalStep.NOTHING if current and latest.rating == standing.indicated else ProposalStep.OPEN


def _step_of_open(standing: Standing, latest: Proposal, *, wanted: bool) -> ProposalStep:
    if not wanted:
        return ProposalStep.WITHDRAW
    return ProposalStep.NOTHING if latest.rating == standing.indicated else ProposalStep.CHANGE


def indicator_versions(links: Sequence[Link]) -> list[dict[str, str | int]]:
    """Which version of each linked indicator a rating was made with."""
    return [{"indicator": link.indicator, "area": link.area, "version": link.version} for link in links]

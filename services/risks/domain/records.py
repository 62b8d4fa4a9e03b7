"""What is recorded for good: assessments, changes of the effective rating, and reviews that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.risks.domain.links import IndicatorLink, SeriesKey
from services.risks.domain.matrix import BandedRating, Rating
from services.risks.domain.rating import RULE_VERSION, RatingInputs, Ratings, rate


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
    LIFECYCLE = "lifecycle"
    ACCEPTANCE = "acceptance"
    CARRIED_OVER = "carried_over"
    REBUILD = "rebuild"


BY_INDICATORS = frozenset({Cause.INDICATORS, Cause.REBUILD})
"""Where indicators changed a rating; the other changes are what a person decided."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an owner judges. ``previous``: the rating at the end of the last closed quarter, of an earlier register."""

    rating: Rating
    reason: str
    previous: Rating | None = None


@dataclass(frozen=True, slots=True)
class IndicatorVersion:
    """Which version of a linked indicator a rating was made with."""

    series: SeriesKey
    generation: int
    version: int


@dataclass(frozen=True, slots=True)
class RatedBy:
    """What decided a rating on a business date: the ratings are a pure function of it."""

    inputs: RatingInputs
    links: Sequence[IndicatorLink]
    today: date

    @property
    def ratings(self) -> Ratings:
        return rate(self.inputs, self.links, self.today)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an owner judged, when, and where the links stood then.

    ``rated``: what decided the ratings from then on, by the rules of ``rule_version``; not where that was not recorded
    yet.
    """

    rating: Rating
    links: Sequence[IndicatorLink]
    at: datetime
    business_date: date
    rated: RatedBy | None
    rule_version: int | None


@dataclass(frozen=True, slots=True)
class RatingChange:
    """A change of the effective rating, as it goes into history. ``business_date``: the day it counts from.

    ``rated``: what decided it; not of a rating that was carried over, nor where it was not recorded yet.
    """

    risk_id: int
    cause: Cause
    before: BandedRating | None
    after: BandedRating
    why: str
    event_ids: Sequence[str]
    indicator_versions: Sequence[IndicatorVersion]
    rule_version: int
    matrix: str
    business_date: date
    rated: RatedBy | None = None

    @property
    def by_rules_of_now(self) -> RatedBy | None:
        """What decided it, where that is on record and the rules of now are those that it was decided by."""
        return self.rated if self.rule_version == RULE_VERSION else None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A change of the effective rating with who recorded it and when."""

    entry_id: int
    change: RatingChange
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """A change of a rating, with the reference of the risk that it is of."""

    ref: str
    entry: HistoryEntry


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """A link that was unknown at its snapshot and is known now: its owner should look."""

    risk_id: int
    link_id: int
    series: SeriesKey
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewTask:
    task_id: int
    ref: str
    series: SeriesKey
    reason: str
    state: TaskState
    opened_at: datetime
    closed_at: datetime | None


def indicator_versions(links: Sequence[IndicatorLink]) -> list[IndicatorVersion]:
    """Which version of each linked indicator a rating was made with."""
    return [IndicatorVersion(x.series, x.generation, x.version) for x in links]


def review_request(ref: str, risk_id: int, link: IndicatorLink) -> ReviewRequest:
    reason = (
        f"{link.series} was unknown when {ref} was last assessed or the link was "
        f"added, and now has a severity. It takes no part until the risk is assessed again."
    )
    return ReviewRequest(risk_id, link.link_id, link.series, reason)

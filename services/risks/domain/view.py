"""A risk with everything that an answer about it needs, and what follows from that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.risks.domain.appetites import AppetiteStatus
from services.risks.domain.explanation import explain, formula
from services.risks.domain.links import IndicatorLink
from services.risks.domain.matrix import BandedRating, Matrix, Rating
from services.risks.domain.rating import (
    IN_FORCE,
    RULE_VERSION,
    Indication,
    Movement,
    Override,
    Ratings,
    Status,
    movement,
    rate,
    status_on,
)
from services.risks.domain.records import RatedBy
from services.risks.domain.register import Risk
from services.risks.domain.severity import is_stale


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a risk stands, or stood, where it does on a day.

    ``rated`` and ``ratings``: what decided it, and what follows from that; ``None`` where nobody had assessed it, or
    that was not recorded yet, or not by the rules of now: then ``effective`` and ``text`` are all there is.
    ``recorded_at``: since when it stood so, of a past moment. ``rule_version``: that of the rules it was rated by.
    """

    risk: Risk
    today: date
    rated: RatedBy | None
    ratings: Ratings | None
    effective: BandedRating | None
    text: str
    recorded_at: datetime | None = None
    rule_version: int = RULE_VERSION

    @classmethod
    def by(cls, risk: Risk, rated: RatedBy, recorded_at: datetime) -> "Explanation":
        """Of a past moment, by what decided it then."""
        ratings = rated.ratings
        return cls(risk, rated.today, rated, ratings, None, explain(rated.inputs, rated.links, ratings), recorded_at)

    @property
    def links(self) -> Sequence[IndicatorLink]:
        return self.rated.links if self.rated else ()

    @property
    def matrix(self) -> Matrix:
        """That of then, where what decided it is on record."""
        return self.rated.inputs.matrix if self.rated else self.risk.matrix

    @property
    def formula(self) -> list[str]:
        return formula(self.rated.inputs, self.ratings) if self.rated and self.ratings else []


@dataclass(frozen=True, slots=True)
class RiskView:
    """A risk on a business date.

    ``acceptance``: the one that is asked for or in force. ``previous``: the effective rating at the end of the last
    closed quarter. ``ratings``: ``None`` while unassessed.
    """

    risk: Risk
    links: Sequence[IndicatorLink]
    today: date
    previous: Rating | None
    open_proposal: int | None
    review_asked: bool
    acceptance: int | None
    ratings: Ratings | None

    @property
    def status(self) -> Status:
        return status_on(self.today, self.risk.status, self.risk.accepted_until)

    @property
    def indication(self) -> Indication | None:
        return self.ratings.indication if self.ratings else None

    @property
    def movement(self) -> Movement | None:
        return None if self.ratings is None else movement(self.previous, self.ratings.effective)

    @property
    def appetite_status(self) -> AppetiteStatus | None:
        """Where it is against what is wanted and tolerated; ``None`` where nothing is stated, or it does not count."""
        limits, ratings = self.risk.limits, self.ratings
        if limits is None or ratings is None or self.risk.status not in IN_FORCE:
            return None
        return limits.status_of(ratings.effective.score)

    @property
    def override(self) -> Override | None:
        """The override in force."""
        given = self.risk.override
        return given if given is not None and given.is_in_force_on(self.today) else None

    def is_stale(self, link: IndicatorLink) -> bool:
        return is_stale(link.latest, self.today)

    @property
    def flags(self) -> list[str]:
        review = self.risk.description.review_date
        flags = {
            "legacy": self.risk.legacy_band is not None and self.ratings is None,
            "unassessed": self.ratings is None,
            "unknown_link": any(link.at is None or link.now is None for link in self.links),
            "pending_link": any(link.pending for link in self.links),
            "stale_link": any(self.is_stale(link) for link in self.links),
            "review_due": review is not None and review < self.today,
            "review_asked": self.review_asked,
            "review_open": self.risk.review is not None,
            "review_overdue": self.risk.review is not None and self.risk.review.is_overdue_on(self.today),
            "proposal_open": self.open_proposal is not None,
            "overridden": self.override is not None,
            "accepted": self.status is Status.ACCEPTED,
            "tolerance_breached": self.appetite_status is AppetiteStatus.BEYOND_TOLERANCE,
            "acceptance_asked": self.acceptance is not None and self.status is not Status.ACCEPTED,
        }
        return [name for name, raised in flags.items() if raised]

    @property
    def event_ids(self) -> list[str]:
        """The events that its links' indicators stand by."""
        return sorted({link.event_id for link in self.links if link.event_id})

    @property
    def in_words(self) -> str:
        """One paragraph on why the risk stands where it does."""
        inputs, ratings, colour = self.risk.inputs, self.ratings, self.risk.legacy_band
        if inputs is not None and ratings is not None:
            return explain(inputs, self.links, ratings)
        legacy = f" It carries the colour {colour.value} from an older register." if colour else ""
        return f"It has no rating yet, so indicators do not move it.{legacy}"

    @property
    def explanation(self) -> Explanation:
        """Why it stands where it does."""
        inputs = self.risk.inputs
        rated = RatedBy(inputs, self.links, self.today) if inputs else None
        return Explanation(self.risk, self.today, rated, self.ratings, None, self.in_words)

    def with_links(self, links: Sequence[IndicatorLink]) -> "RiskView":
        """The risk as it would be with its links as given."""
        inputs = self.risk.inputs
        return replace(self, links=links, ratings=rate(inputs, links, self.today) if inputs else None)


@dataclass(frozen=True, slots=True)
class Simulation:
    """A risk as it is and as it would be: nothing of it is stored."""

    present: RiskView
    supposed: RiskView

    @property
    def moves(self) -> bool:
        """Whether the rating that counts would be another."""
        now, then = self.present.ratings, self.supposed.ratings
        return now is not None and then is not None and now.effective != then.effective


@dataclass(frozen=True, slots=True)
class RegisterSimulation:
    """How many risks were looked at, those that would move, and the series that none of them hangs on."""

    looked_at: int
    moved: Sequence[Simulation]
    unlinked: Sequence[str]

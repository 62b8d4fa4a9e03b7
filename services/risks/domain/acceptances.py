"""Risks that are accepted as they are for a while: asked for by one person, approved by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.risks.domain.links import IndicatorLink
from services.risks.domain.matrix import BandedRating, Rating
from services.risks.domain.rating import Kind

LONGEST = timedelta(days=365)
"""An acceptance is looked at again within a year."""


class AcceptanceState(StrEnum):
    """A suspended one stays so: what is accepted is asked for anew."""

    REQUESTED = "requested"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


OPEN = (AcceptanceState.REQUESTED, AcceptanceState.IN_FORCE)


@dataclass(frozen=True, slots=True)
class LinkThen:
    """How a linked series stood when a decision was asked for; ``severity`` null where it was not known."""

    subject: str
    signal: str
    severity: int | None


@dataclass(frozen=True, slots=True)
class TakenOn:
    """What was on the table when an acceptance was asked for. ``version``: how many events the risk had."""

    version: int
    assessed: Rating
    indicated: Rating
    links: Sequence[LinkThen]


@dataclass(frozen=True, slots=True)
class NewAcceptance:
    """What is asked for: that the risk stays as it is rated until the end of a day."""

    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An acceptance with who did what. ``accepted``: the rating in effect when it was asked for."""

    acceptance_id: int
    risk_id: int
    state: AcceptanceState
    accepted: BandedRating
    until: date
    reason: str
    taken_on: TakenOn
    requested_by: str
    requested_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    approval_reason: str | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    ended_why: str | None = None

    def state_on(self, today: date) -> AcceptanceState:
        """An acceptance counts until the end of its last day, swept or not."""
        ended = self.state is AcceptanceState.IN_FORCE and self.until < today
        return AcceptanceState.EXPIRED if ended else self.state


@dataclass(frozen=True, slots=True)
class AcceptanceView:
    """An acceptance on a day. ``changed``: what of the risk is not as it was when it was asked for."""

    ref: str
    title: str
    acceptance: Acceptance
    state: AcceptanceState
    changed: Sequence[str]


def links_now(links: Sequence[IndicatorLink]) -> tuple[LinkThen, ...]:
    return tuple(LinkThen(link.subject, link.signal.value, link.now) for link in links)


def is_beyond(kind: Kind, rating: Rating, accepted: int) -> bool:
    """Whether a rating is worse than the score that was accepted: for an opportunity less is worse."""
    return rating.score > accepted if kind is Kind.THREAT else rating.score < accepted


def material_changes(
    acceptance: Acceptance, assessed: Rating, effective: Rating, links: Sequence[LinkThen]
) -> list[str]:
    """What a decision was taken on and is otherwise now, in words."""
    then, changes = acceptance.taken_on, []
    if effective != acceptance.accepted.rating:
        changes.append(f"rating in effect from {_cell(acceptance.accepted.rating)} to {_cell(effective)}")
    if assessed != then.assessed:
        changes.append(f"assessed from {_cell(then.assessed)} to {_cell(assessed)}")
    before, now = ({(one.subject, one.signal): one.severity for one in each} for each in (then.links, links))
    changes += [f"{subject} linked since" for subject, signal in sorted(now.keys() - before.keys())]
    changes += [f"{subject} linked no more" for subject, signal in sorted(before.keys() - now.keys())]
    moved = [key for key in before.keys() & now.keys() if before[key] != now[key]]
    return changes + [f"{subject} ({signal}) stands otherwise" for subject, signal in sorted(moved)]


def _cell(rating: Rating) -> str:
    """``12 (impact 4, likelihood 3)``: the same score stands in several cells."""
    return f"{rating.score} (impact {rating.impact}, likelihood {rating.likelihood})"

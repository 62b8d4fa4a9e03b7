"""A pledge: its definition, its state, and how it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypedDict

from services.pledges.domain.indicators import LinkedIndicator
from services.pledges.domain.status import NOT_STARTED, Delivery, Evidence, Progress, Schedule


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who answers for a pledge; lead officers in their printed order."""

    portfolio_holder: str
    department: str
    director: str
    lead_officers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewWording:
    """Wording to append to a pledge."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """Wording that was appended: by whom, and when."""

    text: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PledgeDefinition:
    """A pledge as it was made. ``title`` is the original wording."""

    number: str
    theme: str
    title: str
    assignments: tuple[Assignment, ...]
    top: bool | None = None
    due: date | None = None
    delivery: Delivery = Delivery.NOT_STARTED
    evidence: Evidence = Evidence.NONE


class PledgeChanges(TypedDict, total=False):
    """What a change names; what is left out stays."""

    delivery: Delivery
    evidence: Evidence
    due: date | None
    top: bool | None
    closed_on: date | None
    title: str
    amendment: NewWording


@dataclass(frozen=True, slots=True)
class Pledge:
    """A pledge as it is now. ``version`` counts its events; ``published`` is what the newest of them carries."""

    number: str
    theme: str
    title: str
    top: bool | None
    due: date | None
    progress: Progress
    evidence: Evidence
    version: int = 0
    published: tuple[LinkedIndicator, ...] = ()

    @classmethod
    def made(cls, made: PledgeDefinition, today: date) -> "Pledge":
        progress = NOT_STARTED.moved(made.delivery, None, today)
        return cls(made.number, made.theme, made.title, made.top, made.due, progress, made.evidence)

    def changed(self, changes: PledgeChanges, progress: Progress) -> "Pledge":
        """With everything that ``changes`` names, but for delivery and closing day, which are in ``progress``."""
        return replace(
            self,
            progress=progress,
            evidence=changes.get("evidence", self.evidence),
            due=changes.get("due", self.due),
            top=changes.get("top", self.top),
        )

    def next_version(self, indicators: Sequence[LinkedIndicator]) -> "Pledge":
        return replace(self, version=self.version + 1, published=tuple(indicators))

    def schedule(self, today: date) -> Schedule:
        return self.progress.schedule(self.due, today)


@dataclass(frozen=True, slots=True)
class PledgeView:
    """A pledge with all that is shown of it on the business date ``today``."""

    pledge: Pledge
    assignments: tuple[Assignment, ...]
    amendments: tuple[Amendment, ...]
    indicators: tuple[LinkedIndicator, ...]
    today: date

    @property
    def wording(self) -> str:
        """Wording now: the latest amendment, else the original."""
        return self.amendments[-1].text if self.amendments else self.pledge.title

    @property
    def schedule(self) -> Schedule:
        return self.pledge.schedule(self.today)


@dataclass(frozen=True, slots=True)
class PledgeFilter:
    theme: str | None = None
    delivery: Delivery | None = None
    evidence: Evidence | None = None
    schedule: Schedule | None = None
    top: bool | None = None
    indicator: str | None = None

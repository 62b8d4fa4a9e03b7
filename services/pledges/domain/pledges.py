"""A pledge: its definition, its state, and how it is shown."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict

from contracts.notes import SourceNote
from services.pledges.domain.indicators import LinkedIndicator
from services.pledges.domain.linked import NOT_LINKED, LinkedElsewhere
from services.pledges.domain.sets import pledge_id
from services.pledges.domain.status import NOT_STARTED, Delivery, Evidence, Progress, Schedule

NO_MEASURE = "no measure, baseline and date were given"
"""Why a pledge cannot be rated of which nobody said how it is measured, nor why it is not."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who answers for a pledge, from a day and until a day where that is known; officers in their printed order."""

    portfolio_holder: str
    department: str
    director: str
    lead_officers: tuple[str, ...]
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def ends_before_it_begins(self) -> bool:
        return self.valid_from is not None and self.valid_to is not None and self.valid_to < self.valid_from

    def holds(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Measure:
    """How a pledge is measured: what is measured, where it starts from, and the day by which it is judged."""

    measure: str
    baseline: str
    date: date


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
    """A pledge as it was made. ``title`` is the original wording; ``set_code`` None means the newest set."""

    set_code: str | None
    number: str
    theme: str
    title: str
    assignments: tuple[Assignment, ...]
    top: bool | None = None
    due: date | None = None
    delivery: Delivery = Delivery.NOT_STARTED
    evidence: Evidence = Evidence.NONE
    measure: Measure | None = None
    cannot_be_rated: str | None = None
    notes: tuple[SourceNote, ...] = ()


class PledgeChanges(TypedDict, total=False):
    """What a change names; what is left out stays."""

    delivery: Delivery
    evidence: Evidence
    due: date | None
    top: bool | None
    closed_on: date | None
    title: str
    amendment: NewWording
    measure: Measure | None
    cannot_be_rated: str | None
    notes: tuple[SourceNote, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Published:
    """What a pledge's newest event carries beside what people set; ``schedule`` None where that is not recorded."""

    schedule: Schedule | None = None
    indicators: tuple[LinkedIndicator, ...] = ()
    elsewhere: LinkedElsewhere = NOT_LINKED


NOT_PUBLISHED = Published()


@dataclass(frozen=True, slots=True)
class Pledge:
    """A pledge as it is now. ``version`` counts its events."""

    set_code: str
    number: str
    theme: str
    title: str
    top: bool | None
    due: date | None
    progress: Progress
    evidence: Evidence
    measure: Measure | None = None
    unrated_because: str | None = None
    notes: tuple[SourceNote, ...] = ()
    version: int = 0
    published: Published = NOT_PUBLISHED

    @classmethod
    def made(cls, definition: PledgeDefinition, set_code: str, today: date) -> "Pledge":
        return cls(
            set_code=set_code,
            number=definition.number,
            theme=definition.theme,
            title=definition.title,
            top=definition.top,
            due=definition.due,
            progress=NOT_STARTED.moved(definition.delivery, None, today),
            evidence=definition.evidence,
            measure=definition.measure,
            unrated_because=definition.cannot_be_rated,
            notes=definition.notes,
        )

    @property
    def id(self) -> str:
        return pledge_id(self.set_code, self.number)

    @property
    def cannot_be_rated(self) -> str | None:
        """Why the pledge cannot be rated; None where it says how it is measured."""
        return None if self.measure else self.unrated_because or NO_MEASURE

    def changed(self, changes: PledgeChanges, progress: Progress) -> "Pledge":
        """With everything that ``changes`` names, but for delivery and closing day, which are in ``progress``.

        A measure takes the place of the reason why there was none, and the other way round.
        """
        measure = None if changes.get("cannot_be_rated") else changes.get("measure", self.measure)
        return replace(
            self,
            progress=progress,
            evidence=changes.get("evidence", self.evidence),
            due=changes.get("due", self.due),
            top=changes.get("top", self.top),
            measure=measure,
            unrated_because=None if measure else changes.get("cannot_be_rated", self.unrated_because),
            notes=changes.get("notes", self.notes),
        )

    def next_version(self, shown: Published, today: date) -> "Pledge":
        """The pledge as its next event carries it, with what is shown of it now."""
        return replace(self, version=self.version + 1, published=self.publishable(shown, today))

    def publishable(self, shown: Published, today: date) -> Published:
        return replace(shown, schedule=self.schedule(today))

    def schedule(self, today: date) -> Schedule:
        return self.progress.schedule(self.due, today)


@dataclass(frozen=True, slots=True)
class PledgeView:
    """A pledge with all that is shown of it on the business date ``today``.

    ``last_evidence_on`` is the day of the last evidence, None: there was never any.
    """

    pledge: Pledge
    assignments: tuple[Assignment, ...]
    amendments: tuple[Amendment, ...]
    indicators: tuple[LinkedIndicator, ...]
    today: date
    elsewhere: LinkedElsewhere = NOT_LINKED
    last_evidence_on: date | None = None

    @property
    def wording(self) -> str:
        """Wording now: the latest amendment, else the original."""
        return self.amendments[-1].text if self.amendments else self.pledge.title

    @property
    def schedule(self) -> Schedule:
        return self.pledge.schedule(self.today)


class PledgeOrder(StrEnum):
    """What pledges can be ordered by: set and number, due date, or how pressing the schedule is, overdue first."""

    NUMBER = "number"
    DUE = "due"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class PledgeFilter:
    set_code: str | None = None
    theme: str | None = None
    delivery: Delivery | None = None
    evidence: Evidence | None = None
    schedule: Schedule | None = None
    top: bool | None = None
    indicator: str | None = None
    area: str | None = None
    risk: str | None = None
    scheme: str | None = None
    owner: str | None = None
    """A portfolio holder."""
    changed_since: datetime | None = None

"""What pledges, priorities and actions were: as at the end of a past quarter, as known at a moment, or both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from contracts.period import Period
from services.pledges.domain.indicators import SeriesKey
from services.pledges.domain.pledges import Assignment, Measure, PledgeView
from services.pledges.domain.status import Evidence, Progress, Schedule


@dataclass(frozen=True, slots=True)
class AsAt:
    """Which state is wanted: the last whose business date is not after ``quarter``, of those recorded by ``as_of``.

    Without either it is the present one. A pledge that was recorded after the quarter and has a return of it is part of
    it all the same: its first state is wanted.
    """

    quarter: Period | None = None
    as_of: datetime | None = None

    @property
    def is_present(self) -> bool:
        return self.quarter is None and self.as_of is None

    def day(self, today: date) -> date:
        """The business date on which the state is looked at: the quarter's last day once it is over.

        ``today`` is that of the moment, which the quarter may end after.
        """
        return min(today, self.quarter.end) if self.quarter else today


PRESENT = AsAt()


class RevisedKind(StrEnum):
    """What has a revision after each change, by the name that those bear."""

    PLEDGE = "pledge"
    PRIORITY = "priority"
    ACTION = "action"
    DEPENDENCY = "dependency"
    RETURN = "return"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Revised:
    """A subject, and the state of it that is wanted."""

    kind: RevisedKind
    subject: str
    state: Mapping[str, Any]


def states_of(kind: RevisedKind, revised: Iterable[Revised]) -> Mapping[str, Mapping[str, Any]]:
    """The states of a kind, by subject."""
    return {one.subject: one.state for one in revised if one.kind is kind}


@dataclass(frozen=True, slots=True)
class PledgeState:
    """All that people have set of a pledge."""

    set_code: str
    number: str
    theme: str
    title: str
    wording: str
    top: bool | None
    due: date | None
    progress: Progress
    evidence: Evidence
    measure: Measure | None
    cannot_be_rated: str | None
    assignments: tuple[Assignment, ...]
    links: tuple[SeriesKey, ...]
    risks: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()

    @classmethod
    def of(cls, view: PledgeView) -> "PledgeState":
        pledge = view.pledge
        return cls(
            set_code=pledge.set_code,
            number=pledge.number,
            theme=pledge.theme,
            title=pledge.title,
            wording=view.wording,
            top=pledge.top,
            due=pledge.due,
            progress=pledge.progress,
            evidence=pledge.evidence,
            measure=pledge.measure,
            cannot_be_rated=pledge.cannot_be_rated,
            assignments=view.assignments,
            links=tuple(one.key for one in view.indicators),
            risks=tuple(one.code for one in view.elsewhere.risks),
            schemes=tuple(one.code for one in view.elsewhere.schemes),
        )

    @property
    def id(self) -> str:
        return f"{self.set_code}-{self.number}"

    @property
    def order(self) -> tuple[str, int, str]:
        """By set and number, 9 before 10."""
        return self.set_code, len(self.number), self.number


@dataclass(frozen=True, slots=True)
class PledgeLine:
    """A pledge on the business date ``day``. ``last_evidence_on`` is the day of the last evidence, None: there is none.

    Evidence is what a return that was submitted and not handed back, or a sign-off, links to.
    """

    state: PledgeState
    day: date
    last_evidence_on: date | None = None

    @property
    def schedule(self) -> Schedule:
        return self.state.progress.schedule(self.state.due, self.day)

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Those that hold on the day."""
        return tuple(one for one in self.state.assignments if one.holds(self.day))

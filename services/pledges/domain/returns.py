"""The quarterly return of an assignment: draft, submitted, returned with a reason, approved and from then on locked."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict

from contracts.colours import Colour
from contracts.period import Period
from services.pledges.domain.pledges import Assignment


class ReturnState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class Step(StrEnum):
    """What is done with a return, by whom being recorded apart from who wrote it."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"


_STEPS = {
    Step.SUBMIT: ({ReturnState.DRAFT, ReturnState.RETURNED}, ReturnState.SUBMITTED),
    Step.RETURN: ({ReturnState.SUBMITTED}, ReturnState.RETURNED),
    Step.APPROVE: ({ReturnState.SUBMITTED}, ReturnState.APPROVED),
}
_RETURN_ID = re.compile(r".+\.[0-9]{4}-[0-9]{2}-Q[1-4]\.[0-9]+", re.ASCII)
_WRITABLE = {ReturnState.DRAFT, ReturnState.RETURNED}


@dataclass(frozen=True, slots=True)
class EvidenceLink:
    title: str
    url: str


class ReturnChanges(TypedDict, total=False):
    """What a change names; what is left out stays."""

    colour: Colour | None
    narrative: str | None
    next_steps: str | None
    evidence: tuple[EvidenceLink, ...]


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step as it was taken. ``on_behalf_of`` names who delegated it, ``person`` is the code of who took it."""

    step: Step
    by: str
    at: datetime
    business_date: date
    on_behalf_of: str | None = None
    reason: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class QuarterlyReturn:
    """What an assignment's people report of a pledge for one quarter. ``version`` counts its events.

    ``assignment`` is as it was when the return was opened. ``submitted_on`` is the business date of the first
    submission. ``missing_since`` is the day on which its event said that it is missing.
    """

    pledge: str
    ordinal: int
    quarter: Period
    assignment: Assignment
    state: ReturnState = ReturnState.DRAFT
    colour: Colour | None = None
    narrative: str | None = None
    next_steps: str | None = None
    evidence: tuple[EvidenceLink, ...] = ()
    submitted_on: date | None = None
    missing_since: date | None = None
    version: int = 0

    @property
    def id(self) -> str:
        return return_id(self.pledge, self.ordinal, self.quarter)

    @property
    def due(self) -> date:
        return due_day(self.quarter)

    @property
    def closes_on(self) -> date:
        return closing_day_of(self.quarter)

    def is_closed(self, today: date) -> bool:
        """Whether its quarter is closed: nothing is written, submitted or handed back any more."""
        return today > self.closes_on

    def is_locked(self, today: date) -> bool:
        """Whether what it says stays as it is, for good."""
        return self.state is ReturnState.APPROVED or self.is_closed(today)

    def is_missing(self, today: date) -> bool:
        """Whether it ought to have been submitted and never was, or was handed back and not submitted again in time."""
        if self.state is ReturnState.RETURNED:
            return self.is_closed(today)
        return self.submitted_on is None and today > self.due

    @property
    def is_told_missing(self) -> bool:
        """Whether its newest event said that it is missing: what was submitted since is not."""
        told, submitted = self.missing_since, self.submitted_on
        return told is not None and (submitted is None or told > submitted)

    @property
    def is_late(self) -> bool:
        """Whether it was first submitted after it was due."""
        return self.submitted_on is not None and self.submitted_on > self.due

    def can_be_written(self, today: date) -> bool:
        return self.state in _WRITABLE and not self.is_closed(today)

    def allows(self, step: Step, today: date) -> bool:
        """Whether a step can be taken. What was submitted in time can be approved however late."""
        return self.state in _STEPS[step][0] and (step is Step.APPROVE or not self.is_closed(today))

    @property
    def lacks(self) -> list[str]:
        """What has to be said before it can be submitted."""
        return [name for name in ("colour", "narrative") if not getattr(self, name)]

    def changed(self, changes: ReturnChanges) -> "QuarterlyReturn":
        return replace(
            self,
            colour=changes.get("colour", self.colour),
            narrative=changes.get("narrative", self.narrative),
            next_steps=changes.get("next_steps", self.next_steps),
            evidence=changes.get("evidence", self.evidence),
        )

    def stepped(self, step: Step, today: date) -> "QuarterlyReturn":
        """After a step that it allows."""
        first = today if step is Step.SUBMIT and self.submitted_on is None else self.submitted_on
        return replace(self, state=_STEPS[step][1], submitted_on=first)


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return with the steps taken, oldest first, on the business date ``today``."""

    quarterly_return: QuarterlyReturn
    steps: tuple[StepTaken, ...]
    today: date


class ReturnOrder(StrEnum):
    """What returns can be ordered by."""

    ID = "id"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    quarter: Period | None = None
    state: ReturnState | None = None
    pledge: str | None = None
    missing: bool | None = None
    late: bool | None = None
    owner: str | None = None
    """A portfolio holder."""
    department: str | None = None


def return_id(pledge: str, ordinal: int, quarter: Period) -> str:
    """Pledge, quarter and place among the assignments: ``2018-46.2017-18-Q3.1``."""
    return f"{pledge}.{quarter.path}.{ordinal}"


def is_return(subject: str) -> bool:
    """Whether the subject of an event is the id of a return."""
    return _RETURN_ID.fullmatch(subject) is not None


def due_day(quarter: Period) -> date:
    """A return is due by the last day of the month that follows its quarter."""
    first = quarter.next().start
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def closing_day_of(quarter: Period) -> date:
    """A quarter's returns close by themselves when the next quarter has ended."""
    return quarter.next().end


def last_closed_quarter(today: date) -> Period:
    return Period.quarter_of(today).previous()


def quarters_to_open(newest: Period | None, today: date) -> Iterator[Period]:
    """The last closed quarter, and before it those that closed since ``newest``, which has returns already."""
    last = last_closed_quarter(today)
    quarter = newest.next() if newest and newest < last else last
    while not last < quarter:
        yield quarter
        quarter = quarter.next()

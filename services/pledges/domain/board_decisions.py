"""Decisions that a report asks a board for: asked, taken with conditions or without, or put off."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.pledges.domain.faults import Fault
from services.pledges.domain.governance import Meeting
from services.pledges.domain.status import Delivery, Schedule


class Outcome(StrEnum):
    AGREED = "agreed"
    REJECTED = "rejected"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a decision hangs on. ``met_on`` None: not yet."""

    text: str
    due: date | None = None
    met_on: date | None = None


@dataclass(frozen=True, slots=True)
class DecisionAsked:
    """What is asked, of whom, by when; and the actions that hang on it."""

    title: str
    report: str | None = None
    board: str | None = None
    number: str | None = None
    due: date | None = None
    printed_due: str | None = None
    asked_of: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class ActionWhenDecided:
    """An action as it was when the decision was taken."""

    code: str
    delivery: Delivery
    schedule: Schedule
    due: date | None
    blocked: bool


@dataclass(frozen=True, slots=True)
class Taking:
    """How a decision is taken: by which board's meeting, on which day, on which conditions."""

    outcome: Outcome
    taken_on: date
    meeting: str | None = None
    conditions: tuple[Condition, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision as it was taken; who recorded it, and the state that it was taken on."""

    taking: Taking
    by: str
    at: datetime
    business_date: date
    asked: DecisionAsked
    actions: tuple[ActionWhenDecided, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardDecision:
    """A decision as it is now; ``taken`` has every time it was, the latest last. ``version`` counts its events."""

    code: str
    asked: DecisionAsked
    taken: tuple[Taken, ...] = ()
    version: int = 0

    @property
    def board(self) -> str | None:
        return self.asked.board

    @property
    def day(self) -> date | None:
        return self.asked.due

    @property
    def latest(self) -> Taken | None:
        return self.taken[-1] if self.taken else None

    @property
    def outcome(self) -> Outcome | None:
        """None while it is only asked for."""
        return self.latest.taking.outcome if self.latest else None

    @property
    def is_settled(self) -> bool:
        """Whether it was agreed or rejected; what was put off can be taken again."""
        return self.outcome in {Outcome.AGREED, Outcome.REJECTED}

    @property
    def is_in_force(self) -> bool:
        """Whether it was agreed, and every condition is met."""
        latest = self.latest
        agreed = latest is not None and latest.taking.outcome is Outcome.AGREED
        return agreed and all(one.met_on for one in self.conditions)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self.latest.taking.conditions if self.latest else ()

    def took(self, taken: Taken) -> "BoardDecision":
        return replace(self, taken=(*self.taken, taken), version=self.version + 1)

    def again(self) -> "BoardDecision":
        """The same once more, as the next version."""
        return replace(self, version=self.version + 1)

    def met(self, number: int, day: date) -> "BoardDecision":
        """With a condition of the latest taking met, counted from 1."""
        conditions = list(self.conditions)
        conditions[number - 1] = replace(conditions[number - 1], met_on=day)
        latest = self.taken[-1]
        changed = replace(latest, taking=replace(latest.taking, conditions=tuple(conditions)))
        return replace(self, taken=(*self.taken[:-1], changed), version=self.version + 1)


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision with those of the decisions it depends on that are not agreed."""

    decision: BoardDecision
    waits_for: tuple[str, ...] = ()


def taking_faults(taking: Taking, board: str | None, meeting: Meeting | None, today: date) -> list[Fault]:
    """Where a decision is taken ahead of its day, at a meeting of another board than it is asked of, or on another day.

    One that names no board can be taken at the meeting of any.
    """
    faults = []
    if taking.taken_on > today:
        faults.append(("taken_on", f"is after {today}"))
    if meeting and board not in {None, meeting.board}:
        faults.append(("meeting", f"is of {meeting.board}, and not of {board}"))
    if meeting and not meeting.first_day <= taking.taken_on <= meeting.last_day:
        faults.append(("taken_on", f"is not in {meeting.first_day} to {meeting.last_day}, when {meeting.code} was"))
    return faults


def waits_for(decision: BoardDecision, others: Mapping[str, BoardDecision]) -> tuple[str, ...]:
    """Codes of decisions that have to be agreed before this one is, and are not."""
    needed = (others.get(code) for code in decision.asked.depends_on)
    return tuple(one.code for one in needed if one is not None and one.outcome is not Outcome.AGREED)

"""The three axes of a promise's status: delivery and evidence, which people move, and schedule, which is computed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from contracts.period import Period


class Delivery(StrEnum):
    """How far the work is. Moved by people only."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    UNDELIVERABLE_EXTERNAL = "undeliverable_external"

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is awaited: done, or put out of reach by something outside."""
        return self in {Delivery.DELIVERED, Delivery.UNDELIVERABLE_EXTERNAL}


class Evidence(StrEnum):
    """How much of what is claimed can be shown. Apart from delivery: done without proof is possible."""

    NONE = "none"
    PARTIAL = "partial"
    COMPLETE = "complete"


class Schedule(StrEnum):
    """Where the due date stands. Computed, never stored as a status; ``overdue`` says late, never broken."""

    UNSCHEDULED = "unscheduled"
    ON_TIME = "on_time"
    DUE = "due"
    OVERDUE = "overdue"


PRESSING: Final = (Schedule.OVERDUE, Schedule.DUE, Schedule.ON_TIME, Schedule.UNSCHEDULED)
"""Schedules by how pressing they are, the most pressing first."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far work is, and the day it was closed; None while it is open."""

    delivery: Delivery = Delivery.NOT_STARTED
    closed_on: date | None = None

    def moved(self, delivery: Delivery | None, closed_on: date | None, today: date) -> "Progress":
        """After a change to ``delivery`` (None leaves it) that names ``closed_on`` or leaves it to the rule."""
        new = delivery or self.delivery
        before = self.closed_on if new is self.delivery else None
        return Progress(new, closing_day(new, before, closed_on, today))

    def schedule(self, due: date | None, today: date) -> Schedule:
        return schedule(due, today, self.closed_on)


NOT_STARTED = Progress()


def schedule(due: date | None, today: date, closed_on: date | None = None) -> Schedule:
    """Where a due date stands on the business date ``today``.

    ``due`` means: falls due within the financial quarter that holds ``today``, the quarter whose return has to
    speak of it. The due day itself is still in time. Closed work is judged on the day it was closed, for good:
    a delivery after the due date stays visible as late.
    """
    if due is None:
        return Schedule.UNSCHEDULED
    if (closed_on or today) > due:
        return Schedule.OVERDUE
    if closed_on is None and due <= Period.quarter_of(today).end:
        return Schedule.DUE
    return Schedule.ON_TIME


def closing_day(delivery: Delivery, before: date | None, given: date | None, today: date) -> date | None:
    """The day work counts as closed: None while open, else the day given, the day recorded already, or today."""
    if not delivery.is_closed:
        return None
    return given or before or today


def closing_fault(delivery: Delivery, closed_on: date | None, today: date) -> str | None:
    """Why a closing day that was sent does not fit, or None."""
    if closed_on is None:
        return None
    if not delivery.is_closed:
        return f"work that is {delivery} has no closing day"
    return f"is after the business date {today}" if closed_on > today else None

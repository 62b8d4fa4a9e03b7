"""Service standards as data: a limit, the days it is counted in, and when it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class StandardUnit(StrEnum):
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


class WorkingCalendar(StrEnum):
    """Whose bank holidays do not count: those of England and Wales, or of any part of the United Kingdom."""

    ENGLAND_AND_WALES = "england_and_wales"
    UNITED_KINGDOM = "united_kingdom"


@dataclass(frozen=True, slots=True)
class StandardLimit:
    """A limit in force from ``valid_from`` to ``valid_to``, both included; None leaves that end open."""

    limit: int
    unit: StandardUnit
    calendar: WorkingCalendar | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ServiceStandard:
    """A service standard, with its limits oldest first."""

    code: str
    service: str
    title: str
    limits: tuple[StandardLimit, ...]
    source: str | None = None


def standard_faults(limits: Sequence[StandardLimit]) -> list[tuple[str, str]]:
    """Limits whose dates are the wrong way round or overlap, and calendars that do not fit, as (field, message)."""
    faults = []
    for n, limit in enumerate(limits):
        if limit.valid_from and limit.valid_to and limit.valid_from > limit.valid_to:
            faults.append((f"limits.{n}.valid_to", "must not be before valid_from"))
        if (limit.unit is StandardUnit.WORKING_DAYS) != (limit.calendar is not None):
            faults.append((f"limits.{n}.calendar", "working days have a calendar, and only they"))
        if any(_overlap(limit, earlier) for earlier in limits[:n]):
            faults.append((f"limits.{n}.valid_from", "overlaps a limit before it"))
    return faults


def _overlap(one: StandardLimit, other: StandardLimit) -> bool:
    def starts_by_the_end(a: StandardLimit, b: StandardLimit) -> bool:
        return (a.valid_from or date.min) <= (b.valid_to or date.max)

    return starts_by_the_end(one, other) and starts_by_the_end(other, one)

"""Service standards as data: a limit, the days it is counted in, and when it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.indicators.domain.bank_holidays import WorkingCalendar


class StandardUnit(StrEnum):
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class StandardLimit:
    """A limit in force from ``valid_from`` to ``valid_to``, both included; None leaves that end open.

    ``calendar`` says which days work is done on: those that working days count, and to which the last day of months
    moves. ``from_next_day``: months run from the day after receipt.
    """

    limit: int
    unit: StandardUnit
    calendar: WorkingCalendar | None
    valid_from: date | None
    valid_to: date | None
    from_next_day: bool = False

    @property
    def moves(self) -> bool:
        """Whether a last day that is no working day moves to the next."""
        return self.unit is StandardUnit.MONTHS and self.calendar is not None

    def is_in_force(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


@dataclass(frozen=True, slots=True)
class ServiceStandard:
    """A service standard, with its limits oldest first; one without any is qualitative.

    ``indicator`` is the percentage that counts of how often it was met become observations of.
    """

    code: str
    service: str
    title: str
    limits: tuple[StandardLimit, ...]
    source: str | None = None
    indicator: str | None = None

    @property
    def is_qualitative(self) -> bool:
        return not self.limits


_WITH_CALENDAR = {StandardUnit.WORKING_DAYS, StandardUnit.MONTHS}


def standard_faults(limits: Sequence[StandardLimit]) -> list[tuple[str, str]]:
    """Limits whose dates are the wrong way round or overlap, and calendars that do not fit, as (field, message)."""
    faults = []
    for n, limit in enumerate(limits):
        if limit.valid_from and limit.valid_to and limit.valid_from > limit.valid_to:
            faults.append((f"limits.{n}.valid_to", "must not be before valid_from"))
        if limit.unit is StandardUnit.WORKING_DAYS and limit.calendar is None:
            faults.append((f"limits.{n}.calendar", "working days have a calendar"))
        if limit.calendar is not None and limit.unit not in _WITH_CALENDAR:
            faults.append((f"limits.{n}.calendar", "only working days have a calendar, and months that may move"))
        if limit.from_next_day and limit.unit is not StandardUnit.MONTHS:
            faults.append((f"limits.{n}.from_next_day", "is said of months: the others always begin the day after"))
        if any(_overlap(limit, earlier) for earlier in limits[:n]):
            faults.append((f"limits.{n}.valid_from", "overlaps a limit before it"))
    return faults


def _overlap(one: StandardLimit, other: StandardLimit) -> bool:
    def starts_by_the_end(a: StandardLimit, b: StandardLimit) -> bool:
        return (a.valid_from or date.min) <= (b.valid_to or date.max)

    return starts_by_the_end(one, other) and starts_by_the_end(other, one)

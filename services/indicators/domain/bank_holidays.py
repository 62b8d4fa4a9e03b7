"""The bank holidays of the United Kingdom, by part, and which days work is done on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class WorkingCalendar(StrEnum):
    """Whose bank holidays do not count: those of England and Wales, or of any part of the United Kingdom."""

    ENGLAND_AND_WALES = "england_and_wales"
    UNITED_KINGDOM = "united_kingdom"


PARTS: Mapping[WorkingCalendar, frozenset[str]] = {
    WorkingCalendar.ENGLAND_AND_WALES: frozenset({"england", "wales"}),
    WorkingCalendar.UNITED_KINGDOM: frozenset({"england", "wales", "scotland", "northern_ireland"}),
}
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class BankHoliday:
    """``parts`` are those of the United Kingdom that have it."""

    day: date
    name: str
    parts: frozenset[str]


class OutsideCalendar(Exception):  # noqa: N818  named for what it is
    """A day that the table of bank holidays does not reach."""


@dataclass(frozen=True, slots=True)
class BankHolidays:
    """The table: every bank holiday on a weekday from the ``first`` year to the ``last``."""

    first: int
    last: int
    days: Mapping[date, BankHoliday]

    def holiday(self, day: date, calendar: WorkingCalendar) -> BankHoliday | None:
        """The bank holiday of a day.

        Raises:
            OutsideCalendar: the table does not reach it.
        """
        if not self.first <= day.year <= self.last:
            raise OutsideCalendar(f"The table of bank holidays has the years {self.first} to {self.last}.")
        found = self.days.get(day)
        return found if found is not None and found.parts & PARTS[calendar] else None

    def is_working(self, day: date, calendar: WorkingCalendar) -> bool:
        """Not a Saturday, a Sunday or a bank holiday; raises as :meth:`holiday`."""
        return day.weekday() < _SATURDAY and self.holiday(day, calendar) is None

    def working_days_after(self, day: date, calendar: WorkingCalendar) -> Iterator[date]:
        """Those that follow a day, in order and without end; raises as :meth:`holiday`."""
        while True:
            day += timedelta(days=1)
            if self.is_working(day, calendar):
                yield day

    def between(self, first: date, last: date, calendar: WorkingCalendar) -> list[BankHoliday]:
        """Those after ``first`` up to ``last``."""
        found = (each for day, each in self.days.items() if first < day <= last and each.parts & PARTS[calendar])
        return sorted(found, key=lambda each: each.day)

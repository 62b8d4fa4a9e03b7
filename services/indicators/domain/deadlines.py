"""When a service standard has to be met for what was received at a moment.

Working days: Freedom of Information Act 2000, section 10: counted from the day after receipt, without Saturdays,
Sundays, Christmas Day, Good Friday and bank holidays of any part of the United Kingdom. Months: United Kingdom General
Data Protection Regulation, article 12(3), as the Information Commissioner reads it: to the same date of the month, or
the last day of one that has no such date; until 14 August 2019 the guidance counted from the day after receipt. A last
day that is no working day moves to the next. Days between asking for clarification and the answer, both included, do
not count of what was received from 5 February 2026 on (article 12A; as with limits, what is in force on the day of
receipt decides). Hours are elapsed hours (article 33). Days are those of London.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from chassis.clock import london_date
from contracts.days import months_after
from services.indicators.domain.bank_holidays import BankHoliday, BankHolidays
from services.indicators.domain.standards import ServiceStandard, StandardLimit, StandardUnit

PAUSES_SINCE: Final = date(2026, 2, 5)
"""Article 12A of the United Kingdom General Data Protection Regulation is in force."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The day in London on which something was received, and the moment where it is known.

    ``paused`` are the first and the last day of a pause, both included.
    """

    day: date
    moment: datetime | None = None
    paused: tuple[date, date] | None = None

    @classmethod
    def at(cls, moment: datetime) -> "Receipt":
        return cls(london_date(moment), moment)

    @property
    def days_paused(self) -> int:
        return 0 if self.paused is None else (self.paused[1] - self.paused[0]).days + 1


@dataclass(frozen=True, slots=True)
class Deadline:
    """``due`` is the last day in London; ``last_day`` the one that was counted to, before it moved to a working day.

    ``due_at`` is the moment, of a limit in hours. ``holidays`` are the bank holidays that did not count.
    """

    standard: ServiceStandard
    limit: StandardLimit
    receipt: Receipt
    last_day: date
    due: date
    due_at: datetime | None = None
    holidays: tuple[BankHoliday, ...] = ()


class NoDeadline(Exception):  # noqa: N818  named for what it is
    """Why there is none, by the field of the question that makes it so."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def deadline(standard: ServiceStandard, receipt: Receipt, holidays: BankHolidays) -> Deadline:
    """The deadline by the limit that was in force on the day of receipt.

    Raises:
        NoDeadline: the standard is qualitative, none of its limits was in force, hours run from a day, or days paused
            are none of those that it counts.
        OutsideCalendar: the table of bank holidays does not reach so far.
    """
    if standard.is_qualitative:
        raise NoDeadline("code", "this standard is qualitative: it names no time")
    limit = next((each for each in standard.limits if each.is_in_force(receipt.day)), None)
    if limit is None:
        raise NoDeadline("received", f"no limit was in force on {receipt.day}")
    if receipt.paused is not None:
        _refuse_pause(limit, receipt.day, *receipt.paused)
    found = _COUNTED[limit.unit](Deadline(standard, limit, receipt, receipt.day, receipt.day), holidays)
    return _moved(found, holidays) if limit.moves else found


def _refuse_pause(limit: StandardLimit, day: date, first: date, last: date) -> None:
    if limit.unit is not StandardUnit.MONTHS:
        raise NoDeadline("paused_to", "only a limit in months can be paused")
    if day < PAUSES_SINCE:
        raise NoDeadline("paused_from", f"no pause holds in law of what was received before {PAUSES_SINCE}")
    if first < day:
        raise NoDeadline("paused_from", "a pause does not begin before the receipt")
    if last < first:
        raise NoDeadline("paused_to", "a pause does not end before it begins")


def _hours(found: Deadline, _holidays: BankHolidays) -> Deadline:
    moment = found.receipt.moment
    if moment is None:
        raise NoDeadline("received", "hours run from a moment: say the time, with its zone")
    due_at = moment + timedelta(hours=found.limit.limit)
    return replace(found, due_at=due_at, due=london_date(due_at), last_day=london_date(due_at))


def _calendar_days(found: Deadline, _holidays: BankHolidays) -> Deadline:
    return _on(found, found.receipt.day + timedelta(days=found.limit.limit))


def _months(found: Deadline, _holidays: BankHolidays) -> Deadline:
    first = found.receipt.day + timedelta(days=found.limit.from_next_day)
    return _on(found, months_after(first, found.limit.limit) + timedelta(days=found.receipt.days_paused))


def _working_days(found: Deadline, holidays: BankHolidays) -> Deadline:
    """At once where the limit is none: on the day of receipt, whichever that is."""
    received, kind = found.receipt.day, found.limit.calendar
    if kind is None or not found.limit.limit:
        return found
    last = next(islice(holidays.working_days_after(received, kind), found.limit.limit - 1, None))
    return replace(_on(found, last), holidays=tuple(holidays.between(received, last, kind)))


def _on(found: Deadline, day: date) -> Deadline:
    return replace(found, last_day=day, due=day)


def _moved(found: Deadline, holidays: BankHolidays) -> Deadline:
    """Due on the next working day, where the last is none."""
    kind, last = found.limit.calendar, found.last_day
    if kind is None or holidays.is_working(last, kind):
        return found
    due = next(holidays.working_days_after(last, kind))
    return replace(found, due=due, holidays=tuple(holidays.between(last - timedelta(days=1), due, kind)))


_COUNTED: Mapping[StandardUnit, Callable[[Deadline, BankHolidays], Deadline]] = {
    StandardUnit.HOURS: _hours,
    StandardUnit.CALENDAR_DAYS: _calendar_days,
    StandardUnit.MONTHS: _months,
    StandardUnit.WORKING_DAYS: _working_days,
}

"""Days by the calendar, such as the same day of another month."""

import calendar
from datetime import date
from typing import Final

_MONTHS: Final = 12
_FIRST, _LAST = date.min.year * _MONTHS, date.max.year * _MONTHS + _MONTHS - 1


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months on, or back; the last of a month that has no such day.

    Beyond what the calendar has (the years 1 to 9999) it is the first or the last month there is.
    """
    number = min(max(day.year * _MONTHS + day.month - 1 + months, _FIRST), _LAST)
    year, month = divmod(number, _MONTHS)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

"""Working days of England: neither weekends nor bank holidays, which follow rules, and exceptions by proclamation."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_SATURDAY: Final = 5
_PROCLAIMED: Final = {
    2011: {date(2011, 4, 29)},
    2012: {date(2012, 6, 4), date(2012, 6, 5)},
    2020: {date(2020, 5, 8)},
    2022: {date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)},
    2023: {date(2023, 5, 8)},
}
_MOVED: Final = {date(2012, 5, 28), date(2020, 5, 4), date(2022, 5, 30)}
"""Days that the rules give and that were moved to a proclaimed one."""


def working_day_after(day: date, count: int) -> date:
    """The day that so many working days after ``day`` is one."""
    found = day
    while count:
        found += timedelta(days=1)
        count -= is_working(found)
    return found


def is_working(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


@lru_cache(maxsize=32)
def bank_holidays(year: int) -> frozenset[date]:
    """Of England and Wales, by the Banking and Financial Dealings Act 1971 and proclamations since 2011."""
    easter = _easter(year)
    ruled = {easter - timedelta(days=2), easter + timedelta(days=1), *_mondays(year), *_substituted(year)}
    return frozenset((ruled - _MOVED) | _PROCLAIMED.get(year, set()))


def _mondays(year: int) -> Iterator[date]:
    """The first Monday of May, the last of it, and the last of August."""
    yield _on_or_after(date(year, 5, 1))
    yield _on_or_after(date(year, 5, 25))
    yield _on_or_after(date(year, 8, 25))


def _on_or_after(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _substituted(year: int) -> Iterator[date]:
    """New Year, Christmas and Boxing Day; on a weekend the next weekday that is none of them instead."""
    taken: set[date] = set()
    for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while day.weekday() >= _SATURDAY or day in taken:
            day += timedelta(days=1)  # noqa: PLW2901  the next day instead
        taken.add(day)
        yield day


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher)."""
    golden, (century, within) = year % 19, divmod(year, 100)
    leap, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - correction + 15) % 30
    quotient, remainder = divmod(within, 4)
    weekday = (32 + 2 * rest + 2 * quotient - epact - remainder) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)

"""Working days of England, by rule: the same as the table that the measures of service go by."""

from datetime import date, timedelta

import pytest

from contracts.working_days import is_working, working_day_after
from services.indicators.domain.bank_holidays import WorkingCalendar
from services.indicators.repository.bank_holidays import get_bank_holidays

FIRST = date(2011, 1, 1)


def test_they_are_those_of_the_table() -> None:
    holidays = get_bank_holidays()
    length = (date(holidays.last, 12, 31) - FIRST).days
    days = [FIRST + timedelta(days=number) for number in range(length + 1)]
    table = [holidays.is_working(day, WorkingCalendar.ENGLAND_AND_WALES) for day in days]
    assert [day for day, works in zip(days, table, strict=True) if works != is_working(day)] == []


@pytest.mark.parametrize(
    ("day", "then"),
    [
        (date(2018, 2, 28), date(2018, 3, 14)),
        (date(2018, 3, 29), date(2018, 4, 16)),
        (date(2018, 3, 31), date(2018, 4, 16)),
        (date(2018, 12, 21), date(2019, 1, 9)),
    ],
)
def test_ten_working_days_pass_over_weekends_and_bank_holidays(day: date, then: date) -> None:
    assert working_day_after(day, 10) == then

"""Days by the calendar."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.days import months_after

days = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2018, 1, 31), 1, date(2018, 2, 28)),
        (date(2016, 2, 29), 12, date(2017, 2, 28)),
        (date(2018, 11, 30), 3, date(2019, 2, 28)),
        (date(2018, 3, 31), -13, date(2017, 2, 28)),
        (date(9999, 12, 31), 1, date(9999, 12, 31)),
        (date(1, 1, 31), -12, date(1, 1, 31)),
    ],
)
def test_months_end_on_the_last_day_there_is(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


@settings(max_examples=50)
@given(days, st.integers(0, 24), st.integers(0, 24))
def test_months_never_skip_one(day: date, first: int, second: int) -> None:
    on = months_after(day, first)
    assert (on.year * 12 + on.month) - (day.year * 12 + day.month) == first
    assert months_after(day, first) <= months_after(day, first + second)

"""Where a due date stands, and the day that work counts as closed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pledges.domain.status import Delivery, Schedule, closing_day, closing_fault, schedule

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
TODAY = date(2018, 2, 28)


@pytest.mark.parametrize(
    ("due", "closed_on", "expected"),
    [
        (None, None, Schedule.UNSCHEDULED),
        (None, TODAY, Schedule.UNSCHEDULED),
        (date(2018, 2, 27), None, Schedule.OVERDUE),
        (date(2018, 2, 28), None, Schedule.DUE),
        (date(2018, 3, 31), None, Schedule.DUE),
        (date(2018, 4, 1), None, Schedule.ON_TIME),
        (date(2018, 3, 31), date(2018, 2, 1), Schedule.ON_TIME),
        (date(2017, 12, 31), date(2017, 12, 31), Schedule.ON_TIME),
        (date(2017, 12, 31), date(2018, 1, 1), Schedule.OVERDUE),
    ],
)
def test_schedule_on_the_last_day_of_february_2018(due: date | None, closed_on: date | None, expected: Schedule):
    assert schedule(due, TODAY, closed_on) is expected


@given(due=DAYS, first=DAYS, later=st.integers(0, 4000))
def test_open_work_only_ever_moves_towards_overdue(due: date, first: date, later: int):
    order = [Schedule.ON_TIME, Schedule.DUE, Schedule.OVERDUE]
    assert order.index(schedule(due, first)) <= order.index(schedule(due, first + timedelta(days=later)))


@given(due=st.none() | DAYS, closed=DAYS, today=DAYS, another=DAYS)
def test_closed_work_stands_still(due: date | None, closed: date, today: date, another: date):
    assert schedule(due, today, closed) is schedule(due, another, closed)


@given(due=DAYS, today=DAYS)
def test_overdue_means_the_due_day_is_over(due: date, today: date):
    assert (schedule(due, today) is Schedule.OVERDUE) == (today > due)


@pytest.mark.parametrize(
    ("delivery", "before", "given_day", "expected"),
    [
        (Delivery.IN_PROGRESS, date(2018, 1, 1), None, None),
        (Delivery.NOT_STARTED, None, None, None),
        (Delivery.DELIVERED, None, None, TODAY),
        (Delivery.DELIVERED, date(2018, 1, 1), None, date(2018, 1, 1)),
        (Delivery.DELIVERED, date(2018, 1, 1), date(2018, 1, 9), date(2018, 1, 9)),
        (Delivery.UNDELIVERABLE_EXTERNAL, None, None, TODAY),
    ],
)
def test_closing_day(delivery: Delivery, before: date | None, given_day: date | None, expected: date | None):
    assert closing_day(delivery, before, given_day, TODAY) == expected


@pytest.mark.parametrize(
    ("delivery", "closed_on", "fits"),
    [
        (Delivery.DELIVERED, TODAY, True),
        (Delivery.UNDELIVERABLE_EXTERNAL, date(2018, 1, 1), True),
        (Delivery.IN_PROGRESS, None, True),
        (Delivery.IN_PROGRESS, TODAY, False),
        (Delivery.DELIVERED, date(2018, 3, 1), False),
    ],
)
def test_a_closing_day_needs_closed_work_and_no_future(delivery: Delivery, closed_on: date | None, fits: bool):
    assert (closing_fault(delivery, closed_on, TODAY) is None) == fits

"""When a failed job is tried again, and when a schedule is due."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import LONDON
from chassis.jobs.job import pause_before_retry
from chassis.jobs.schedule import Schedule, daily, every

MOMENTS = st.datetimes(datetime(2017, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 2), (2, 4), (5, 32), (9, 512), (10, 600), (1000, 600)])
def test_a_pause_doubles_up_to_ten_minutes(attempts, seconds):
    assert pause_before_retry(attempts, 0) == timedelta(seconds=seconds)
    assert pause_before_retry(attempts, 1) == timedelta(seconds=seconds) / 2


@given(MOMENTS, st.integers(1, 100_000))
def test_an_interval_is_due_once_in_it(now, minutes):
    interval = timedelta(minutes=minutes)
    due = every(interval)(now)
    assert now - interval < due <= now
    assert every(interval)(due) == due
    assert every(interval)(due - timedelta(microseconds=1)) == due - interval


@given(MOMENTS, st.times())
def test_a_day_is_due_at_its_time_in_england(now, at):
    due = daily(at.replace(tzinfo=None))(now)
    assert due <= now < due + timedelta(hours=26)
    assert due.astimezone(LONDON).date() in {now.astimezone(LONDON).date() - timedelta(days=n) for n in (0, 1)}


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2018-03-24T12:00+00:00", "2018-03-24T06:00+00:00"),
        ("2018-03-25T12:00+00:00", "2018-03-25T05:00+00:00"),  # summer time has begun
        ("2018-10-28T05:59+00:00", "2018-10-27T05:00+00:00"),
        ("2018-10-28T06:00+00:00", "2018-10-28T06:00+00:00"),
    ],
)
def test_six_in_the_morning(now, due):
    assert daily(time(6))(datetime.fromisoformat(now)) == datetime.fromisoformat(due)


@given(MOMENTS)
def test_every_instance_gives_an_occurrence_the_same_key(now):
    schedule = Schedule("digest", "send_digest", daily(time(6)))
    due = schedule.occurrence(now)
    assert due == schedule.occurrence(due.due_at)
    assert due.key == f"schedule:digest:{due.due_at.isoformat()}"

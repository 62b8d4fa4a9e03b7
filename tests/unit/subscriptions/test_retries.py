"""When a delivery is tried again, when that ends, and what becomes of a receiver that takes nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subscriptions.domain.deliveries import (
    BREAKER_FAILURES,
    Attempt,
    Fitness,
    Outcome,
    Tally,
    Waiting,
    WaitingState,
    outcome_of,
)
from services.subscriptions.domain.retries import LASTS, next_attempt, retry_after

NOW = datetime(2018, 2, 28, 9, tzinfo=UTC)
FAILED = Attempt(Outcome.REFUSED, NOW, 5, 500)
TAKEN = Attempt(Outcome.DELIVERED, NOW, 5, 200)


@given(st.floats(min_value=0, max_value=1))
def test_retries_come_at_growing_pauses_and_last_three_days(chance: float) -> None:
    now, attempts, pauses = NOW, 1, []
    while (due := next_attempt(NOW, now, attempts, chance)) is not None:
        pauses.append(due - now)
        now, attempts = due, attempts + 1
    assert now == NOW + LASTS
    assert timedelta(seconds=4) <= pauses[0] <= timedelta(seconds=5)
    assert pauses[:-1] == sorted(pauses[:-1])
    assert 12 <= len(pauses) <= 20
    assert max(pauses) <= timedelta(hours=8)


def test_a_receiver_that_asks_for_time_is_given_it() -> None:
    asked = timedelta(hours=2)
    assert next_attempt(NOW, NOW, 1, 0, asked) == NOW + asked
    late = NOW + LASTS - timedelta(minutes=1)
    assert next_attempt(NOW, late, 9, 0, asked) == late + asked, "even beyond the end: the last attempt is after that"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Wed, 28 Feb 2018 09:02:00 GMT", 120),
        ("Wed, 28 Feb 2018 08:00:00 GMT", 0),
        ("99999999999999999999", LASTS.total_seconds()),
        ("Wed, 28 Feb 2029 08:00:00 GMT", LASTS.total_seconds()),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header: str, seconds: float) -> None:
    assert retry_after(header, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("header", [None, "", "soon", "-5", "1.5", "१२", "Wed, 28 Feb 2018 09:02:00 -0000"])
def test_what_is_no_retry_after_asks_for_nothing(header: str | None) -> None:
    assert retry_after(header, NOW) is None


def test_only_2xx_is_success() -> None:
    found = {status: outcome_of(status) for status in (200, 204, 299, 300, 308, 404, 410, 429, 500, 101)}
    assert [status for status, outcome in found.items() if outcome is Outcome.DELIVERED] == [200, 204, 299]
    assert found[308] is Outcome.REDIRECTED
    assert found[410] is Outcome.GONE


def test_an_event_that_is_never_taken_is_dead_after_three_days_and_with_it_its_aggregate() -> None:
    waiting = Waiting("risks", "OCC4", 7, NOW).failed(FAILED, NOW, 0, may_die=True)
    assert (waiting.attempts, waiting.state, waiting.first_failed_at) == (1, WaitingState.WAITING, NOW)
    end = NOW + LASTS
    dead = waiting.failed(FAILED, end, 0, may_die=True)
    assert (dead.state, dead.dead_at, dead.position) == (WaitingState.DEAD, end, 7)
    assert waiting.failed(FAILED, end, 0, may_die=False).state is WaitingState.WAITING
    assert dead.aggregate == ("risks", "OCC4")


def test_a_batch_in_which_nothing_was_tried_changes_nothing() -> None:
    fitness = Fitness(NOW, 3, NOW, NOW)
    assert fitness.after(Tally(), NOW + LASTS, 0) is fitness


def test_a_receiver_that_takes_nothing_is_tried_now_and_then_and_given_up_after_three_days() -> None:
    fitness, now = Fitness(NOW), NOW
    while not fitness.is_spent(now):
        fitness = fitness.after(Tally(failed=1), now, 0)
        assert now <= fitness.due_at <= now + timedelta(minutes=15)
        now = max(fitness.due_at, now + timedelta(seconds=1))
    assert now >= NOW + LASTS
    assert fitness.failures > BREAKER_FAILURES
    back = fitness.after(Tally(delivered=1), now, 0)
    assert (back.is_open, back.failing_since, back.due_at) == (False, None, now)


def test_nothing_more_is_sent_once_nothing_gets_through() -> None:
    tally = Tally()
    for _ in range(BREAKER_FAILURES):
        assert not tally.is_over(Fitness(NOW))
        tally.count(FAILED)
    assert tally.is_over(Fitness(NOW))
    tally.count(TAKEN)
    assert not tally.is_over(Fitness(NOW))
    tally.count(replace(FAILED, retry_after=timedelta(seconds=9)))
    assert tally.is_over(Fitness(NOW))
    assert Fitness(NOW).after(tally, NOW, 0).due_at == NOW + timedelta(seconds=9)

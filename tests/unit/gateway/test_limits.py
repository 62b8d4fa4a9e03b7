"""How many calls a caller has left, at one gateway and at several, and when a service is left alone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import InterfaceError

from gateway.access.errors import TooManyCalls
from gateway.access.levels import Block, Level
from gateway.access.rate_limits import RateLimits
from gateway.proxy.breaker import Breaker

BEGAN = datetime(2018, 2, 28, 9, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Levels:
    """What the database has: a level for each caller."""

    def __init__(self, most: int, clock: Clock) -> None:
        self.most, self.clock, self.asked = most, clock, 0
        self.is_away = False
        self.found: dict[str, Level] = {}

    async def take(self, caller: str) -> Block:
        self.asked += 1
        if self.is_away:
            raise InterfaceError("", {}, ConnectionRefusedError())
        now = BEGAN + timedelta(seconds=self.clock.now)
        level = self.found.get(caller, Level(self.most, now)).risen(now, self.most)
        self.found[caller] = level.without(level.block())
        return Block(level.block(), self.found[caller].left)

    def gateway(self) -> RateLimits:
        return RateLimits(self.take, self.most, self.clock)


async def let_through(*limits: RateLimits, calls: int) -> int:
    """How many of so many calls are let through, one gateway after another."""
    passed = 0
    for number in range(calls):
        try:
            await limits[number % len(limits)].take("ana")
        except TooManyCalls:
            continue
        passed += 1
    return passed


async def test_a_bucket_fills_in_the_course_of_a_minute() -> None:
    clock = Clock()
    limits = Levels(3, clock).gateway()
    assert [(await limits.take("ana")).left for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooManyCalls) as refused:
        await limits.take("ana")
    assert refused.value.answer_headers == {
        "retry-after": "20",
        "ratelimit-policy": '"caller";q=3;w=60',
        "ratelimit": '"caller";r=0;t=60',
    }
    assert (await limits.take("ben")).left == 2
    clock.now = 20
    assert (await limits.take("ana")).left == 0
    clock.now = 1000
    assert (await limits.take("ana")).headers()["ratelimit"] == '"caller";r=2;t=20'


async def test_two_gateways_let_through_no_more_than_one() -> None:
    levels = Levels(600, Clock())
    assert 600 - 2 * 2 <= await let_through(levels.gateway(), levels.gateway(), calls=800) <= 600


async def test_what_is_in_hand_is_less_than_a_twelfth_more() -> None:
    """A gateway that took calls and lets none through for a while: meanwhile all of them have risen again."""
    clock = Clock()
    levels = Levels(600, clock)
    first, second = levels.gateway(), levels.gateway()
    assert await let_through(first, calls=1) == 1
    clock.now = 59
    assert 600 <= await let_through(first, second, calls=900) <= 600 * 13 / 12


async def test_few_calls_ask_the_database_and_refused_ones_ask_it_no_more() -> None:
    levels = Levels(600, Clock())
    limits = levels.gateway()
    assert await let_through(limits, calls=100) == 100
    assert levels.asked <= 10
    assert await let_through(limits, calls=600) == 500
    asked = levels.asked
    assert await let_through(limits, calls=100) == 0
    assert levels.asked == asked


def test_what_a_clock_ahead_has_counted_keeps_nobody_waiting() -> None:
    """Its gateway may be gone, or set right: nobody waits an hour for calls that rise in a minute."""
    ahead = Level(0.0, BEGAN + timedelta(hours=1))
    now = ahead.risen(BEGAN, 60)
    assert (now.left, now.counted_at) == (0.0, BEGAN)
    assert now.risen(BEGAN + timedelta(seconds=30), 60).left == 30.0


async def test_while_the_database_is_away_a_gateway_counts_alone() -> None:
    levels = Levels(3, Clock())
    levels.is_away = True
    assert await let_through(levels.gateway(), calls=9) == 3


def test_a_service_that_fails_is_left_alone_and_tried_by_one_call() -> None:
    clock = Clock()
    breaker = Breaker(2, 5, clock)
    breaker.record_failure()
    assert breaker.lets_through()
    breaker.record_answer()
    for _ in range(2):
        assert breaker.lets_through()
        breaker.record_failure()
    assert not breaker.lets_through()
    clock.now = 5
    assert [breaker.lets_through(), breaker.lets_through()] == [True, False]
    breaker.record_failure()
    assert not breaker.lets_through()
    clock.now = 10
    assert breaker.lets_through()
    breaker.record_answer()
    assert breaker.lets_through()

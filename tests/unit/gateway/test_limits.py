"""How many calls a caller has left, and when a service is left alone."""

import pytest

from gateway.access.errors import TooManyCalls
from gateway.access.rate_limits import RateLimits
from gateway.proxy.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_fills_in_the_course_of_a_minute() -> None:
    clock = Clock()
    limits = RateLimits(3, clock)
    assert [limits.take("ana").left for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooManyCalls) as refused:
        limits.take("ana")
    assert refused.value.answer_headers == {
        "retry-after": "20",
        "ratelimit-policy": '"caller";q=3;w=60',
        "ratelimit": '"caller";r=0;t=60',
    }
    assert limits.take("ben").left == 2
    clock.now = 20
    assert limits.take("ana").left == 0
    clock.now = 1000
    assert limits.take("ana").headers()["ratelimit"] == '"caller";r=2;t=20'


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

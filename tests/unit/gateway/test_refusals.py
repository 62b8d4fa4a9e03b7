"""How many keys that are not in use one address may show."""

from gateway.access import buckets
from gateway.access.refusals import Refusals


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_so_many_an_address_waits_and_comes_back_by_and_by() -> None:
    clock = Clock()
    found = Refusals(3, clock)
    for _ in range(3):
        assert found.seconds_to_wait("a") == 0
        found.add("a")
    assert found.seconds_to_wait("a") == 20
    assert found.seconds_to_wait("b") == 0
    clock.now = 20.0
    assert found.seconds_to_wait("a") == 0
    found.add("a")
    assert found.seconds_to_wait("a") == 20
    clock.now = 1000.0
    for _ in range(3):
        assert found.seconds_to_wait("a") == 0
        found.add("a")
    assert found.seconds_to_wait("a") == 20


def test_no_more_addresses_are_remembered_than_there_is_room_for() -> None:
    clock = Clock()
    found = Refusals(1, clock)
    for number in range(buckets.MOST_NAMES + 1):
        found.add(str(number))
    assert found.seconds_to_wait("0") == 0
    assert found.seconds_to_wait("1") == 60

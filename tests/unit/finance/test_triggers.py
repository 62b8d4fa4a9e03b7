"""Variances against what partners agreed to act on: where they stand, and when they cross."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.domain.triggers import (
    Crossing,
    Direction,
    Level,
    Trigger,
    Triggers,
    crossings,
    levels_of,
    read_trigger,
    triggers_faults,
)

D = Decimal
EITHER = Trigger(D(100), None, Direction.EITHER)
YEAR = "2017/18"


def level(trigger: Trigger, variance: str, budget: str = "10000") -> Level:
    found = read_trigger(trigger, D(budget), D(variance))
    assert found is not None
    return found.level


@pytest.mark.parametrize(
    ("direction", "variance", "expected"),
    [
        (Direction.OVERSPEND, "100", Level.WITHIN),
        (Direction.OVERSPEND, "100.01", Level.BEYOND),
        (Direction.OVERSPEND, "199.99", Level.BEYOND),
        (Direction.OVERSPEND, "200", Level.TWICE),
        (Direction.OVERSPEND, "-500", Level.WITHIN),
        (Direction.UNDERSPEND, "-100.01", Level.BEYOND),
        (Direction.UNDERSPEND, "500", Level.WITHIN),
        (Direction.EITHER, "-200", Level.TWICE),
        (Direction.EITHER, "150", Level.BEYOND),
    ],
)
def test_a_limit_is_within_and_twice_it_is_twice(direction: Direction, variance: str, expected: Level):
    assert level(Trigger(D(100), None, direction), variance) is expected


def test_a_limit_of_nought_takes_no_variance():
    assert level(Trigger(D(0), None), "0") is Level.WITHIN
    assert level(Trigger(D(0), None), "0.01") is Level.TWICE


@pytest.mark.parametrize(
    ("trigger", "budget", "limit"),
    [
        (Trigger(None, D(2)), "10000.25", "200.01"),
        (Trigger(None, D(2)), "-8567000", "171340.00"),
        (Trigger(D(150), D(2)), "10000", "150"),
        (Trigger(D(500), D(2)), "10000", "200.00"),
    ],
)
def test_a_limit_is_the_smaller_of_what_is_agreed(trigger: Trigger, budget: str, limit: str):
    assert trigger.limit(D(budget)) == D(limit)


@given(st.decimals(-1000, 1000, places=2))
def test_what_is_agreed_either_way_stands_alike_on_both_sides(variance: Decimal):
    found, mirrored = read_trigger(EITHER, D(1), variance), read_trigger(EITHER, D(1), -variance)
    assert found is not None
    assert mirrored is not None
    assert found.level is mirrored.level


def test_a_line_has_its_own_trigger_or_that_of_all_lines():
    own = Trigger(D(1), None)
    agreed = Triggers(line=EITHER, lines={"leisure": own})
    assert (agreed.of_line("leisure"), agreed.of_line("other")) == (own, EITHER)
    assert read_trigger(Triggers().of_line("leisure"), D(1), D(1)) is None
    assert [field for field, _ in triggers_faults(agreed, {"other"})] == ["agreement.triggers.lines.leisure"]


def test_only_what_stands_elsewhere_than_before_has_crossed():
    whole, line, gone = (YEAR, None), (YEAR, "leisure"), (YEAR, "other")
    over, far = read_trigger(EITHER, D(1), D(150)), read_trigger(EITHER, D(1), D(-200))
    assert over is not None
    assert far is not None
    told = {whole: Level.BEYOND, line: Level.BEYOND, gone: Level.TWICE}
    assert list(crossings(told, {whole: over, line: far})) == [
        Crossing(line, Level.BEYOND, far),
        Crossing(gone, Level.TWICE, None),
    ]
    assert levels_of({whole: over, line: far}) == {whole: Level.BEYOND, line: Level.TWICE}
    assert list(crossings(levels_of({whole: over}), {whole: over})) == []

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Colour, Polarity
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.observations import Observation
from services.indicators.domain.trend import TrendColour
from services.indicators.domain.trend import trend as trend_of_window
from services.indicators.domain.window import window_size

HIGH, LOW, NEUTRAL = Polarity.HIGH_IS_GOOD, Polarity.LOW_IS_GOOD, Polarity.NEUTRAL


def months(*values: object, start: str = "2017-01") -> list[Observation]:
    """Months in a row: "-" is one without an observation, "[c]" one with a symbol, "b60" a value after a break."""
    period, found = Period.parse(start), []
    for value in values:
        if value != "-":
            found.append(_observed(period, str(value)))
        period = period.next()
    return found


def _observed(period: Period, value: str) -> Observation:
    if value.startswith("["):
        return Observation(period, None, missing=Missing(value))
    marks = (Mark.BREAK,) if value.startswith("b") else ()
    return Observation(period, Decimal(value.removeprefix("b")), marks=marks)


def trend(observations: list[Observation], polarity: Polarity) -> TrendColour:
    """Of those that are shown."""
    size = window_size([each.period for each in observations])
    return trend_of_window(observations[len(observations) - size :], polarity)


@pytest.mark.parametrize(
    ("values", "polarity", "expected"),
    [  # the table of the domain page
        ((40, 41), HIGH, "amber"),
        ((40, "41.01"), HIGH, "green"),
        ((10, 9, 8, 7), LOW, "dark_green"),
        ((7, 10, 9, 8), LOW, "green"),
        ((80, 70, 60, 50), HIGH, "dark_red"),
        ((0, 0), LOW, "amber"),
        ((0, 3), LOW, "red"),
        ((5,), HIGH, "none"),
        # and beyond it
        ((0, 3), HIGH, "green"),
        ((0, -3), HIGH, "red"),
        ((-40, -41), HIGH, "amber"),
        ((-40, "-41.01"), HIGH, "red"),
        ((41, 40), HIGH, "amber"),
        ((40, 39), HIGH, "amber"),
        ((40, "38.99"), HIGH, "red"),
        ((50, 60, 70), HIGH, "green"),
        ((50, "50.01", "50.02", 70), HIGH, "dark_green"),  # earlier steps count by any amount
        ((50, 50, 60, 70), HIGH, "green"),  # no change is no step in the good way
        ((100, 90, "99.99"), LOW, "red"),
        ((1, 2), NEUTRAL, "none"),
        ((), HIGH, "none"),
    ],
)
def test_trend_table(values: Any, polarity: Polarity, expected: str):
    assert trend(months(*values), polarity).colour == expected


@pytest.mark.parametrize(
    ("readings", "polarity", "reason"),
    [
        ([], HIGH, "fewer_than_two_values"),
        (months(5), HIGH, "fewer_than_two_values"),
        (months(5, 6), NEUTRAL, "neutral_polarity"),
        (months(5, 6, "[c]"), HIGH, "missing: [c] suppressed"),
        (months(5, "-", 6), HIGH, "gap: no value for 2017-02"),
        (months(5, "[x]", 6), HIGH, "missing: [x] not available in 2017-02"),
        (months(4, 5, "b6"), HIGH, "break in the series in 2017-03"),
        (months("[z]", 6), HIGH, "fewer_than_two_values"),
        (months(5, "-", "-", "-", "-", "-", 6), HIGH, "fewer_than_two_values"),
        (months(5, "-", "-", "-", 6), HIGH, "gap: no value from 2017-02 to 2017-04"),
    ],
)
def test_no_trend_says_why(readings: list[Observation], polarity: Polarity, reason: str):
    state = trend(readings, polarity)
    assert (state.colour, state.reason) == (Colour.NONE, reason)


def test_a_gap_ends_the_run_and_is_named():
    state = trend(months(10, 9, "-", 8, 7), LOW)
    assert (state.colour, state.reason) == (
        Colour.GREEN,
        "improved: -12.50 per cent, from 8 to 7, 1 change in a row; gap: no value for 2017-03",
    )


@pytest.mark.parametrize(
    ("values", "end"),
    [
        ((10, 9, "[low]", 8, 7), "missing: [low] rounds to zero in 2017-03"),
        ((10, 9, "b8", 7), "break in the series in 2017-03"),
        ((1, 2, "[c]", "b8", 7), "break in the series in 2017-04"),
    ],
)
def test_a_symbol_or_a_break_ends_the_run_and_is_named(values: Any, end: str):
    state = trend(months(*values), LOW)
    assert (state.colour, state.reason.split("; ")[1]) == (Colour.GREEN, end)


def test_a_break_at_the_start_of_the_six_cuts_nothing():
    assert ";" not in trend(months("b10", 9, 8, 7), LOW).reason
    assert trend(months("b10", 9, 8, 7), LOW).colour == Colour.DARK_GREEN


@pytest.mark.parametrize(("provisional", "expected"), [(0, False), (1, True), (2, True)])
def test_a_trend_is_provisional_by_either_of_its_two_last_values(provisional: int, expected: bool):
    observed = months(10, 9, 8)
    observed[provisional] = replace(observed[provisional], status=ObservationStatus.PROVISIONAL)
    assert trend(observed, LOW).provisional is expected


def test_only_the_latest_six_periods_are_read():
    assert "gap" not in trend(months(1, "-", 3, 4, 5, 6, 7, 8), HIGH).reason
    assert "gap" not in trend(months(1, 2, "-", 4, 5, 6, 7, 8, 9), HIGH).reason
    assert "gap" in trend(months(1, 2, "-", 4, 5, 6), HIGH).reason
    assert trend(months(9, 1, 2, 3, 4, 5, 6), HIGH).reason == (
        "improved: +20.00 per cent, from 5 to 6, 5 changes in a row"
    )


@pytest.mark.parametrize(
    "labels",
    [
        ("2012 - 14", "2015 - 17"),
        ("2021/22 Q1 - 2021/22 Q1", "2021/22 Q2 - 2021/22 Q2"),
        ("Apr 2015 - Mar 2016", "Apr 2016 - Mar 2017"),
    ],
)
def test_overlapping_kinds_carry_no_trend(labels: tuple[str, ...]):
    readings = [Observation(Period.parse(label), Decimal(n + 1)) for n, label in enumerate(labels)]
    state = trend(readings, HIGH)
    assert (state.colour, state.reason) == (Colour.NONE, "overlapping_periods")


@pytest.mark.parametrize("labels", [("2016/17 Q4", "2017/18 Q1"), ("2016/17", "2017/18"), ("2016", "2017")])
def test_quarters_and_years_follow_one_another(labels: tuple[str, ...]):
    readings = [Observation(Period.parse(label), Decimal(n + 1)) for n, label in enumerate(labels)]
    assert trend(readings, HIGH).colour == Colour.GREEN


def test_reasons_from_zero_divide_nothing():
    assert trend(months(0, 0), LOW).reason == "unchanged at 0, no more than 2.5 per cent"
    assert trend(months(0, 3), LOW).reason == "deteriorated: from 0 to 3, 1 change in a row"
    assert trend(months(40, 41), HIGH).reason == "+2.50 per cent, from 40 to 41, no more than 2.5 per cent"


values = st.lists(st.decimals(-1000, 1000, places=2), min_size=2, max_size=8)
MIRROR = {
    Colour.GREEN: Colour.RED,
    Colour.RED: Colour.GREEN,
    Colour.DARK_GREEN: Colour.DARK_RED,
    Colour.DARK_RED: Colour.DARK_GREEN,
}


@given(values)
def test_turning_the_polarity_mirrors_the_colour(numbers: list[Decimal]):
    high, low = trend(months(*numbers), HIGH).colour, trend(months(*numbers), LOW).colour
    assert low == MIRROR.get(high, high)


@given(values, st.decimals("0.001", 1000, places=3))
def test_another_unit_leaves_the_colour(numbers: list[Decimal], factor: Decimal):
    scaled = [number * factor for number in numbers]
    assert trend(months(*scaled), HIGH).colour == trend(months(*numbers), HIGH).colour


@given(values)
def test_the_colour_is_what_exact_fractions_say(numbers: list[Decimal]):
    exact = [Fraction(n) for n in numbers[-6:]]
    previous, latest = exact[-2:]
    size = abs(latest - previous)
    r = Fraction(0) if not size else size / abs(previous) if previous else Fraction(10**9)
    steps = [b - a for a, b in pairwise(exact)]
    k = 0
    while k < len(steps) and steps[-1 - k] * steps[-1] > 0:
        k += 1
    word = "green" if latest > previous else "red"
    expected = "amber" if r <= Fraction(25, 1000) else f"dark_{word}" if k >= 3 else word
    assert trend(months(*numbers), HIGH).colour == expected

"""Forecasts: Student's t by its tables, lines by hand, and when there is none."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from contracts.colours import Polarity
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.definitions import Indicator, Unit
from services.indicators.domain.forecast import Forecast, drawn, forecast, students_t
from services.indicators.domain.observations import Observation
from services.indicators.domain.targets import Target, TargetKind
from tests.unit.indicators.revisions import recorded

QUARTERLY = Indicator("m", "M", Unit.PERCENTAGE, 1, Polarity.HIGH_IS_GOOD, PeriodKind.QUARTER)
FIRST = Period.parse("2015/16 Q1")


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [  # two-sided 95 per cent, as every table prints them
        (1, "12.706"),
        (2, "4.303"),
        (3, "3.182"),
        (4, "2.776"),
        (5, "2.571"),
        (6, "2.447"),
        (7, "2.365"),
        (8, "2.306"),
        (9, "2.262"),
        (10, "2.228"),
        (30, "2.042"),
        (120, "1.980"),
    ],
)
def test_students_t_is_that_of_the_tables(degrees: int, expected: str) -> None:
    assert f"{students_t(degrees):.3f}" == expected


def numbers(*values: int) -> list[Decimal]:
    return [Decimal(value) for value in values]


def test_a_straight_line_goes_on_without_doubt() -> None:
    line = drawn(numbers(10, 12, 14, 16, 18), 3)
    assert (line.slope, line.value, line.lower, line.upper) == (2, 24, 24, 24)


def test_a_line_by_hand() -> None:
    """1, 3, 2, 5, 4: slope 0.8, mean 3, residual sum of squares 3.6, s^2 1.2; at 6: 3 + 0.8 x 3 = 5.4.

    Half the interval: 3.182446 x sqrt(1.2 x (1 + 1/5 + 9/10)) = 3.182446 x 1.587451.
    """
    line = drawn(numbers(1, 3, 2, 5, 4), 1)
    assert (line.slope, line.value) == (Decimal("0.8"), Decimal("5.4"))
    assert f"{line.upper - line.value:.4f}" == f"{line.value - line.lower:.4f}" == "5.0520"


def observed(values: Sequence[int | None], **last: Any) -> list[Observation]:
    found, period = [], FIRST
    for value in values:
        if value is not None:
            found.append(Observation(period, Decimal(value)))
        period = period.next()
    return [*found[:-1], replace(found[-1], **last)] if last else found


def made(
    values: Sequence[int | None], target: Target | None, indicator: Indicator = QUARTERLY, **last: Any
) -> Forecast:
    return forecast(indicator, recorded(observed(values, **last)), [target] if target else [])


REACH = Target(TargetKind.REACH, Decimal(24), due=Period.parse("2016/17 Q4"))


@pytest.mark.parametrize(
    ("values", "expected", "certain"),
    [
        ((10, 12, 14, 16, 18), True, True),
        ((10, 11, 12, 13, 14), False, True),
        ((10, 14, 12, 18, 19), True, False),
        ((10, 14, 12, 16, 17), False, False),
    ],
)
def test_whether_it_is_on_course(values: tuple[int, ...], expected: bool, certain: bool) -> None:
    found = made(values, REACH)
    assert (found.on_course, found.certain, found.expected) == (expected, certain, 24)
    assert (str(found.due), str(found.period)) == ("2016/17 Q4", "2016/17 Q4")


def test_a_due_year_is_judged_in_the_quarter_that_ends_it() -> None:
    found = made((10, 12, 14, 16, 18), replace(REACH, due=Period.parse("2016/17")))
    assert (str(found.due), str(found.period), found.on_course) == ("2016/17", "2016/17 Q4", True)


def test_low_is_good_the_other_way_round_and_neutral_is_not_judged() -> None:
    assert made((10, 12, 14, 16, 18), REACH, replace(QUARTERLY, polarity=Polarity.LOW_IS_GOOD)).on_course is True
    rising = made((10, 12, 14, 16, 19), REACH, replace(QUARTERLY, polarity=Polarity.LOW_IS_GOOD))
    assert rising.on_course is False
    neutral = made((10, 12, 14, 16, 18), REACH, replace(QUARTERLY, polarity=Polarity.NEUTRAL))
    assert (neutral.on_course, neutral.reason, neutral.line is None) == (None, "neutral_polarity", False)


def test_a_range_is_met_within_it_and_the_comparators_future_is_unknown() -> None:
    within = Target(TargetKind.RANGE, low=Decimal(20), high=Decimal(30), due=REACH.due)
    assert made((10, 12, 14, 16, 18), within).on_course is True
    assert made((10, 14, 18, 22, 26), within).on_course is False
    found = made((10, 12, 14, 16, 18), Target(TargetKind.REACH_BENCHMARK, due=REACH.due))
    assert (found.on_course, found.reason) == (None, "no_england_value")


@pytest.mark.parametrize(
    ("values", "target", "reason"),
    [
        ((10, 12, 14, 16), REACH, "fewer_than_five_values"),
        ((10, 12, None, 14, 16, 18, 20), REACH, "fewer_than_five_values"),
        ((), REACH, "fewer_than_five_values"),
        ((10, 12, 14, 16, 18), None, "no_target"),
        ((10, 12, 14, 16, 18), replace(REACH, due=None), "no_due_period"),
        ((10, 12, 14, 16, 18), replace(REACH, due=Period.parse("2016/17 Q1")), "due_is_over"),
        ((10, 12, 14, 16, 18), replace(REACH, due=Period.parse("2090/91 Q1")), "too_far"),
    ],
)
def test_when_there_is_none(values: tuple[int | None, ...], target: Target | None, reason: str) -> None:
    found = made(values, target)
    assert (found.line, found.on_course, found.reason.split(":")[0]) == (None, None, reason)


def test_a_line_beyond_what_a_value_may_be_is_none() -> None:
    steep = tuple(10**11 * number for number in (1, 3, 5, 7, 9))
    found = made(steep, REACH)
    assert (found.line, found.reason) == (None, "too_far: the line leaves what a value may be")


def test_overlapping_periods_a_break_and_a_symbol_make_none() -> None:
    pooled = [Observation(Period.parse(f"{n} - {n + 2}"), Decimal(n)) for n in range(2000, 2008)]
    found = forecast(replace(QUARTERLY, frequency=PeriodKind.POOLED_YEARS), recorded(pooled), [REACH])
    assert found.reason.startswith("overlapping_periods")
    assert made((10, 12, 14, 16, 18), REACH, marks=(Mark.BREAK,)).reason.startswith("fewer_than_five_values")
    symbol = made((10, 12, 14, 16, 18), REACH, value=None, missing=Missing.SUPPRESSED)
    assert symbol.reason.startswith("fewer_than_five_values")


def test_at_most_twelve_values_make_the_line_and_a_provisional_one_says_so() -> None:
    far = replace(REACH, due=Period.parse("2020/21 Q4"))
    found = made((*range(90, 80, -1), *range(10, 22)), far, status=ObservationStatus.PROVISIONAL)
    assert (len(found.revisions), found.provisional) == (12, True)
    assert found.line is not None
    assert found.line.slope == 1

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Colour, Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.observations import Observation
from services.indicators.domain.target_colour import in_force, target_colour
from services.indicators.domain.targets import Baseline, Target, TargetKind, target_faults
from services.indicators.domain.trajectory import expected_value

HIGH, LOW, NEUTRAL = Polarity.HIGH_IS_GOOD, Polarity.LOW_IS_GOOD, Polarity.NEUTRAL
K = TargetKind


def p(text: str) -> Period:
    return Period.parse(text)


def target(
    kind: TargetKind, value: Any = None, baseline: tuple[str, Any] | None = None, due: str | None = None, **more: Any
) -> Target:
    start = Baseline(p(baseline[0]), Decimal(str(baseline[1]))) if baseline else None
    return Target(
        kind, None if value is None else Decimal(str(value)), baseline=start, due=p(due) if due else None, **more
    )


def judged(wanted: Target, value: Any, polarity: Polarity = HIGH, period: str = "2017-12", england: Any = None):
    observed = Observation(p(period), None if value is None else Decimal(str(value)))
    comparator = None if england is None else Observation(p(period), Decimal(str(england)))
    return target_colour(observed, [wanted], comparator, polarity)


@pytest.mark.parametrize(
    ("wanted", "value", "polarity", "england", "colour", "expected"),
    [
        (target(K.REACH, 95), "95", HIGH, None, "green", "95"),
        (target(K.REACH, 95), "90.25", HIGH, None, "amber", "95"),  # exactly five per cent of 95 short
        (target(K.REACH, 95), "90.24", HIGH, None, "red", "95"),
        (target(K.REACH, 20), "21", LOW, None, "amber", "20"),
        (target(K.REACH, 20), "21.01", LOW, None, "red", "20"),
        (target(K.REACH, 20), "3", LOW, None, "green", "20"),
        (target(K.REDUCE_BY_PERCENT, 13, ("2016-12", 125.9)), "109.533", LOW, None, "green", "109.533"),
        (target(K.REDUCE_BY_PERCENT, 13, ("2016-12", 125.9)), "115.00965", LOW, None, "amber", "109.533"),
        (target(K.REDUCE_BY_PERCENT, 13, ("2016-12", 125.9)), "115.00966", LOW, None, "red", "109.533"),
        (target(K.INCREASE_BY_PERCENT, 5, ("2016-12", 20)), "21", HIGH, None, "green", "21"),
        (target(K.INCREASE_BY_PERCENT, 5, ("2016-12", 20)), "20", HIGH, None, "amber", "21"),
        (target(K.MAINTAIN, None, ("2016-12", 60)), "60", HIGH, None, "green", "60"),
        (target(K.MAINTAIN, None, ("2016-12", 60)), "57", HIGH, None, "amber", "60"),
        (target(K.MAINTAIN, 60), "56.99", HIGH, None, "red", "60"),
        (target(K.REACH_BENCHMARK), "14", LOW, "14", "green", "14"),
        (target(K.REACH_BENCHMARK), "14.7", LOW, "14", "amber", "14"),
        (target(K.REACH_BENCHMARK), "14.71", LOW, "14", "red", "14"),
        (target(K.BETTER_THAN_BENCHMARK), "13.99", LOW, "14", "green", "14"),
        (target(K.BETTER_THAN_BENCHMARK), "14", LOW, "14", "amber", "14"),  # level is not better
        (target(K.BETTER_THAN_BENCHMARK), "14.71", LOW, "14", "red", "14"),
        (target(K.RANGE, low=Decimal(10), high=Decimal(20)), "10", HIGH, None, "green", "10"),
        (target(K.RANGE, low=Decimal(10), high=Decimal(20)), "20", NEUTRAL, None, "green", "20"),
        (target(K.RANGE, low=Decimal(10), high=Decimal(20)), "21", HIGH, None, "amber", "20"),
        (target(K.RANGE, low=Decimal(10), high=Decimal(20)), "9.5", LOW, None, "amber", "10"),
        (target(K.RANGE, low=Decimal(10), high=Decimal(20)), "9.49", LOW, None, "red", "10"),
        (target(K.REACH, 100, tolerance=Decimal(10)), "90", HIGH, None, "amber", "100"),
        (target(K.REACH, 100, tolerance=Decimal(0)), "99.99", HIGH, None, "red", "100"),
        # zero, and equal to the baseline
        (target(K.REACH, 0), "0", LOW, None, "green", "0"),
        (target(K.REACH, 0), "0.01", LOW, None, "red", "0"),
        (target(K.REDUCE_BY_PERCENT, 100, ("2016-12", 8)), "0", LOW, None, "green", "0"),
        (target(K.REDUCE_BY_PERCENT, 13, ("2016-12", 0)), "0", LOW, None, "green", "0"),
        (target(K.REACH, 60, ("2016-12", 60), "2018-12"), "60", HIGH, None, "green", "60"),
        (target(K.REACH, 0, ("2016-12", 0), "2018-12"), "0", HIGH, None, "green", "0"),
        (target(K.REACH_BENCHMARK), "0", LOW, "0", "green", "0"),
    ],
)
def test_every_kind_green_amber_and_red(
    wanted: Any, value: Any, polarity: Polarity, england: str | None, colour: str, expected: str
):
    state = judged(wanted, value, polarity, england=england)
    assert (state.colour, state.expected) == (colour, Decimal(expected))


@pytest.mark.parametrize(
    ("wanted", "value", "polarity", "reason"),
    [
        (target(K.REACH, 95), None, HIGH, "no_local_value"),
        (target(K.RANGE, low=Decimal(1), high=Decimal(2)), None, HIGH, "no_local_value"),
        (target(K.REACH, 95), "95", NEUTRAL, "neutral_polarity"),
        (target(K.REACH_BENCHMARK), "95", HIGH, "no_england_value"),
        (target(K.BETTER_THAN_BENCHMARK), "95", HIGH, "no_england_value"),
        (target(K.REACH, 95, applies_from=p("2018-01")), "95", HIGH, "not_in_force"),
        (target(K.REACH, 95, applies_to=p("2017-11")), "95", HIGH, "not_in_force"),
    ],
)
def test_white_says_why(wanted: Any, value: Any, polarity: Polarity, reason: str):
    state = judged(wanted, value, polarity)
    assert (state.colour, state.reason) == (Colour.WHITE, reason)


def test_no_target_is_no_state_and_no_reading_is_white():
    assert target_colour(Observation(p("2017-12"), Decimal(1)), [], None, HIGH) is None
    assert target_colour(None, [target(K.REACH, 1)], None, HIGH).reason == "no_local_value"


FIGURES = st.decimals(-10_000, 10_000, places=2)


@given(FIGURES, FIGURES, FIGURES, st.decimals("0.01", 100, places=2))
def test_another_unit_leaves_the_colour_and_the_other_side_mirrors_it(
    value: Decimal, start: Decimal, end: Decimal, factor: Decimal
):
    """Midway on a line: neither thousands for ones, nor what is missed for what is met, changes how it is judged."""

    def colour(by: Decimal, polarity: Polarity = HIGH) -> Any:
        wanted = target(K.REACH, end * by, ("2017/18 Q1", start * by), "2017/18 Q3")
        return judged(wanted, value * by, polarity, "2017/18 Q2").colour

    assert colour(factor) == colour(Decimal(1))
    assert colour(Decimal(-1), LOW) == colour(Decimal(1))


LINE = target(K.REACH, 90, ("2017/18 Q1", 70), "2018/19 Q1")


@pytest.mark.parametrize(
    ("wanted", "period", "expected"),
    [
        (LINE, "2017/18 Q1", "70"),
        (LINE, "2017/18 Q2", "75"),
        (LINE, "2017/18 Q3", "80"),
        (LINE, "2018/19 Q1", "90"),
        (LINE, "2018/19 Q2", "90"),  # after the due period the target itself
        (target(K.REACH, 90, None, "2018/19 Q1"), "2017/18 Q3", "90"),  # no baseline: no line
        (target(K.REACH, 90, ("2017/18 Q1", 70)), "2017/18 Q3", "90"),  # no due period: no line
        (target(K.REDUCE_BY_PERCENT, 10, ("2017-01", 100), "2017-11"), "2017-06", "95"),
        (target(K.REACH, 1, ("2017-01", 0), "2017-04"), "2017-02", "0.33333333"),
        (target(K.REACH, 1, ("2017-01", 0), "2017-04"), "2017-03", "0.66666667"),
    ],
)
def test_the_straight_line_runs_by_months_between_ends(wanted: Any, period: str, expected: str):
    assert expected_value(wanted, p(period), None) == Decimal(expected)


def test_the_line_goes_through_the_milestones():
    wanted = target(K.REACH, 90, ("2017/18 Q1", 70), "2018/19 Q1", milestones={p("2017/18 Q3"): Decimal("72.5")})
    line = {"2016/17 Q4": "70", "2017/18 Q1": "70", "2017/18 Q2": "71.25", "2017/18 Q3": "72.5"}
    line |= {"2017/18 Q4": "81.25", "2018/19 Q1": "90", "2018/19 Q2": "90"}
    assert {each: expected_value(wanted, p(each), None) for each in line} == {k: Decimal(v) for k, v in line.items()}
    assert judged(wanted, "72.5", period="2017/18 Q3").colour == Colour.GREEN


def test_milestones_without_a_baseline_come_from_nowhere():
    stops = {p("2017/18 Q2"): Decimal(80), p("2017/18 Q4"): Decimal(84)}
    wanted = target(K.REACH, 90, None, "2018/19 Q2", milestones=stops)
    line = {"2017/18 Q1": 90, "2017/18 Q2": 80, "2017/18 Q3": 82, "2017/18 Q4": 84, "2018/19 Q1": 87, "2018/19 Q2": 90}
    assert {each: expected_value(wanted, p(each), None) for each in line} == line


def test_before_the_baseline_the_baseline_is_expected_and_a_standard_without_one_always():
    assert expected_value(target(K.REACH, 90, ("2017/18 Q1", 70)), p("2016/17 Q4"), None) == 70
    assert expected_value(target(K.REDUCE_BY_PERCENT, 10, ("2017-06", 100), "2017-11"), p("2017-01"), None) == 100
    assert expected_value(target(K.REACH, 95), p("1999-01"), None) == 95


@pytest.mark.parametrize(("value", "colour"), [("95", "green"), ("93", "amber"), ("92.99", "red"), ("0", "red")])
def test_an_absolute_tolerance_goes_in_the_place_of_per_cent(value: str, colour: str):
    wanted = target(K.REACH, 95, absolute_tolerance=Decimal(2))
    assert judged(wanted, value).colour == colour
    assert judged(target(K.REACH, 0, absolute_tolerance=Decimal(2)), "2", LOW).colour == "amber"
    assert judged(wanted, "93").reason == "missed by 2, within 2: 93 against 95 expected in 2017-12"


def test_the_comparators_own_area_is_not_held_against_itself():
    observed = Observation(p("2017-12"), Decimal(1))
    for kind, reason in ((K.REACH_BENCHMARK, "comparator_itself"), (K.BETTER_THAN_BENCHMARK, "comparator_itself")):
        state = target_colour(observed, [target(kind)], observed, HIGH, is_comparator=True)
        assert (state.colour, state.reason) == (Colour.WHITE, reason)
    assert target_colour(observed, [target(K.REACH, 1)], observed, HIGH, is_comparator=True).colour == "green"


@pytest.mark.parametrize(
    ("kind", "local", "comparator", "expected"),
    [
        (K.REACH, "provisional", "final", True),
        (K.REACH, "final", "provisional", False),
        (K.REACH_BENCHMARK, "final", "provisional", True),
        (K.REACH_BENCHMARK, "provisional", "final", True),
        (K.REACH_BENCHMARK, "final", "final", False),
    ],
)
def test_a_target_colour_is_provisional_by_what_it_reads(kind: Any, local: str, comparator: str, expected: bool):
    wanted = target(kind, 1 if kind is K.REACH else None)
    ours = Observation(p("2017-12"), Decimal(1), ObservationStatus(local))
    theirs = Observation(p("2017-12"), Decimal(1), ObservationStatus(comparator))
    assert target_colour(ours, [wanted], theirs, HIGH).provisional is expected


@pytest.mark.parametrize("symbol", list(Missing))
def test_a_symbol_is_white_with_its_reason(symbol: Missing):
    observed = Observation(p("2017-12"), None, missing=symbol)
    for wanted in (target(K.REACH, 1), target(K.RANGE, low=Decimal(1), high=Decimal(2))):
        state = target_colour(observed, [wanted], None, HIGH)
        assert state.colour == Colour.WHITE
        assert state.reason.startswith(f"missing: {symbol} ")


def test_the_line_to_the_benchmark_ends_where_the_benchmark_is_in_that_period():
    wanted = target(K.REACH_BENCHMARK, None, ("2017/18 Q1", 20), "2018/19 Q1")
    assert expected_value(wanted, p("2017/18 Q3"), Decimal(10)) == Decimal(15)


def test_a_colour_is_made_with_the_version_in_force_for_the_period():
    first = target(K.REACH, 60, version=1)
    second = target(K.REACH, 66, version=2, applies_from=p("2018-04"))
    assert in_force([second, first], p("2018-03")) == first
    assert in_force([first, second], p("2018-04")) == second
    correction = target(K.REACH, 61, version=3, applies_from=p("2018-04"))
    assert in_force([first, second, correction], p("2018-04")) == correction
    assert in_force([first, second, correction], p("2018-03")) == first


@pytest.mark.parametrize(
    ("applies_from", "first"),
    [("2018/19", "2018-04"), ("2018/19 Q2", "2018-07"), ("2018", "2018-01"), ("Apr 2018 - Mar 2019", "2018-04")],
)
def test_a_version_begins_with_its_period_of_any_kind(applies_from: str, first: str):
    older, newer = target(K.REACH, 60), target(K.REACH, 66, version=2, applies_from=p(applies_from))
    assert in_force([older, newer], p(first)) == newer
    assert in_force([older, newer], p(first).previous()) == older


def test_a_version_ends_with_its_last_period_and_none_comes_back():
    older = target(K.REACH, 60)
    newer = target(K.REACH, 66, version=2, applies_from=p("2018/19"), applies_to=p("2018/19"))
    assert in_force([older, newer], p("2019-03")) == newer
    assert in_force([older, newer], p("2019-04")) is None


def test_reasons_carry_the_numbers():
    assert judged(target(K.REACH, 95), "79.29").reason == (
        "missed by 15.71, beyond 5 per cent: 79.29 against 95 expected in 2017-12"
    )
    assert judged(target(K.REACH, 95), "96").reason == "met: 96 against 95 expected in 2017-12"


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        (target(K.REACH), ["value"]),
        (target(K.REDUCE_BY_PERCENT), ["value", "baseline"]),
        (target(K.INCREASE_BY_PERCENT, 4), ["baseline"]),
        (target(K.MAINTAIN), ["baseline"]),
        (target(K.RANGE), ["low", "high"]),
        (target(K.RANGE, low=Decimal(2), high=Decimal(1)), ["low"]),
        (
            target(K.RANGE, 4, low=Decimal(1), high=Decimal(1), milestones={p("2018-01"): Decimal(1)}),
            ["milestones", "value"],
        ),
        (target(K.REACH, 4, low=Decimal(1)), ["low"]),
        (target(K.REACH_BENCHMARK, 4), ["value"]),
        (target(K.REACH, 4, ("2018-01", 1), "2018-01"), ["due"]),
        (target(K.REACH, 0, ("2018-01", 0), "2018-02"), []),
        (target(K.REACH, 4, version=2), ["applies_from"]),
        (target(K.REACH, 4, version=2, applies_from=p("2018-01")), []),
        (target(K.REACH, 4, applies_from=p("2018/19"), applies_to=p("2018-03")), ["applies_to"]),
        (target(K.REACH, 4, applies_from=p("2018/19"), applies_to=p("2018-04")), []),
    ],
)
def test_an_unusable_target_names_every_field(wanted: Any, fields: list[str]):
    assert [field for field, _ in target_faults(wanted)] == fields


MIRROR = {Colour.GREEN: Colour.RED, Colour.RED: Colour.GREEN}
number = st.decimals(-1000, 1000, places=2)


@given(number, number)
def test_turning_the_polarity_mirrors_around_the_expected_value(wanted: Any, value: Any):
    exact = target(K.REACH, wanted, tolerance=Decimal(0))
    high, low = judged(exact, value, HIGH).colour, judged(exact, value, LOW).colour
    assert (low == high == Colour.GREEN) if value == wanted else low == MIRROR[high]


@given(number, number, st.integers(1, 60), st.integers(0, 80))
def test_the_line_stays_between_its_ends_and_never_fails(start: Any, end: Any, length: int, step: int):
    first = p("2015-01")
    ends = [first]
    for _ in range(max(length, step)):
        ends.append(ends[-1].next())
    wanted = Target(K.REACH, end, baseline=Baseline(first, start), due=ends[length])
    assert min(start, end) <= expected_value(wanted, ends[step], None) <= max(start, end)

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Colour, Polarity
from contracts.period import Period
from services.indicators.domain.benchmark import benchmark
from services.indicators.domain.definitions import BenchmarkMethod, Indicator, Unit
from services.indicators.domain.observations import Observation

DECEMBER = Period.parse("2017-12")
HIGH, LOW, NEUTRAL = Polarity.HIGH_IS_GOOD, Polarity.LOW_IS_GOOD, Polarity.NEUTRAL
SIGNIFICANCE, FIFTEEN = BenchmarkMethod.SIGNIFICANCE, BenchmarkMethod.FIFTEEN_PERCENT


def measure(polarity: Polarity = HIGH, method: BenchmarkMethod = FIFTEEN, unit: Unit = Unit.PERCENTAGE) -> Indicator:
    return Indicator("m", "M", unit, 1, polarity, "month", (), method)


def read(value: str | None, **known: str) -> Observation:
    return Observation(
        DECEMBER, None if value is None else Decimal(value), **{name: Decimal(number) for name, number in known.items()}
    )


def colour(
    local: str | None, england: str | None, polarity: Polarity = HIGH, method: BenchmarkMethod = FIFTEEN, **known: str
):
    return benchmark(read(local, **known), read(england), measure(polarity, method)).colour


@pytest.mark.parametrize(
    ("local", "england", "polarity", "expected"),
    [
        ("115", "100", HIGH, "amber"),  # exactly 15 per cent
        ("115.00000001", "100", HIGH, "green"),
        ("85", "100", HIGH, "amber"),
        ("84.99999999", "100", HIGH, "red"),
        ("115.1", "100", LOW, "red"),
        ("84.9", "100", LOW, "green"),
        ("100", "100", LOW, "amber"),
        ("-80", "-100", HIGH, "green"),  # 20 better of |england| 100
        ("-115", "-100", HIGH, "amber"),
        ("0.23", "0.2", HIGH, "amber"),  # a float calls this more than 15 per cent
    ],
)
def test_fifteen_per_cent_is_measured_against_englands_size_and_is_itself_amber(
    local: str | None, england: str | None, polarity: Polarity, expected: str
):
    assert colour(local, england, polarity) == expected


@pytest.mark.parametrize(
    ("england", "polarity", "expected"),
    [
        ("45", HIGH, "amber"),  # on the limit is not significant
        ("55", HIGH, "amber"),
        ("44.99", HIGH, "green"),
        ("55.01", HIGH, "red"),
        ("44.99", LOW, "red"),
        ("55.01", LOW, "green"),
    ],
)
def test_significance_is_england_beyond_a_limit_limits_inclusive(
    england: str | None, polarity: Polarity, expected: str
):
    assert colour("50", england, polarity, SIGNIFICANCE, lower="45", upper="55") == expected


def test_significance_computes_limits_from_count_and_denominator():
    known = {"count": "50", "denominator": "100"}  # Wilson: 40.38 to 59.62
    assert colour("50", "40.3", HIGH, SIGNIFICANCE, **known) == "green"
    assert colour("50", "40.5", HIGH, SIGNIFICANCE, **known) == "amber"


@pytest.mark.parametrize(
    ("local", "england", "polarity", "method", "reason"),
    [
        (None, "50", HIGH, FIFTEEN, "no_local_value"),
        ("50", None, HIGH, FIFTEEN, "no_england_value"),
        ("50", "0", HIGH, FIFTEEN, "england_zero"),
        ("50", "50", NEUTRAL, FIFTEEN, "neutral_polarity"),
        ("50", "50", HIGH, SIGNIFICANCE, "no_limits"),
        (None, "50", HIGH, SIGNIFICANCE, "no_local_value"),
        ("50", None, HIGH, SIGNIFICANCE, "no_england_value"),
        ("50", "0", HIGH, SIGNIFICANCE, "england_zero"),
        ("50", "50", NEUTRAL, SIGNIFICANCE, "neutral_polarity"),
    ],
)
def test_white_says_why_and_which_rule(
    local: str | None, england: str | None, polarity: Polarity, method: BenchmarkMethod, reason: str
):
    state = benchmark(read(local), read(england), measure(polarity, method))
    assert (state.colour, state.rule, state.reason) == (Colour.WHITE, method.value, reason)


def test_a_period_the_comparator_never_had_is_white_and_england_does_not_judge_itself():
    assert benchmark(read("50"), None, measure()).reason == "no_england_value"
    assert benchmark(read("50"), read("50"), measure(), is_comparator=True).reason == "comparator_itself"


def test_a_colour_says_the_numbers_it_was_made_from():
    assert benchmark(read("79.29"), read("85.3"), measure()).reason == (
        "79.29 is 7.05 per cent worse than the comparator's 85.3"
    )
    state = benchmark(read("50", lower="45", upper="55"), read("44"), measure(method=SIGNIFICANCE))
    assert state.reason == "significantly better: comparator 44 is below the limits 45 to 55"
    state = benchmark(read("50", lower="45", upper="55"), read("56"), measure(method=SIGNIFICANCE))
    assert state.reason == "significantly worse: comparator 56 is above the limits 45 to 55"


values = st.decimals(-10_000, 10_000, places=3)
MIRROR = {Colour.GREEN: Colour.RED, Colour.RED: Colour.GREEN}


@given(values, values, st.decimals("0.001", 1000, places=3), st.sampled_from([FIFTEEN, SIGNIFICANCE]))
def test_another_unit_leaves_the_colour(local: Decimal, england: Decimal, factor: Decimal, method: BenchmarkMethod):
    """Pounds or thousands of pounds: a colour is made of ratios and of what lies on which side."""
    near, far = local - 5, local + 5
    one = benchmark(
        Observation(DECEMBER, local, lower=near, upper=far), Observation(DECEMBER, england), measure(HIGH, method)
    )
    scaled = Observation(DECEMBER, local * factor, lower=near * factor, upper=far * factor)
    other = benchmark(scaled, Observation(DECEMBER, england * factor), measure(HIGH, method))
    assert other.colour == one.colour


@given(values, values, st.sampled_from([FIFTEEN, SIGNIFICANCE]))
def test_turning_the_polarity_mirrors_the_colour(local: Decimal, england: Decimal, method: BenchmarkMethod):
    reading = Observation(DECEMBER, local, lower=local - 5, upper=local + 5)
    one = benchmark(reading, Observation(DECEMBER, england), measure(HIGH, method)).colour
    other = benchmark(reading, Observation(DECEMBER, england), measure(LOW, method)).colour
    assert other == MIRROR.get(one, one)

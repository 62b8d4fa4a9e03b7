"""A value against its count and denominator: the table of what was seen, and what rounding allows."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Polarity
from contracts.period import Period, PeriodKind
from services.indicators.domain.count_against_value import computed_value, count_faults
from services.indicators.domain.definitions import MULTIPLIER, Calculation, Indicator, Unit
from services.indicators.domain.numbers import half_unit
from services.indicators.domain.observations import Observation
from services.indicators.domain.recording import observation_faults
from tests.unit.indicators.revisions import RECORDED_AT

DECEMBER = Period.parse("2017-12")


def indicator(unit: Unit = Unit.PERCENTAGE, **more: Any) -> Indicator:
    return Indicator("m", "M", unit, 1, Polarity.HIGH_IS_GOOD, PeriodKind.MONTH, **more)


def sent(value: str | None, count: str, denominator: str | None = None, **limits: str) -> Observation:
    return Observation(
        DECEMBER,
        None if value is None else Decimal(value),
        count=Decimal(count),
        denominator=None if denominator is None else Decimal(denominator),
        **{name: Decimal(limit) for name, limit in limits.items()},
    )


def faults(observation: Observation, of: Indicator) -> list[tuple[str, str]]:
    return observation_faults(observation, of, RECORDED_AT.date())


@pytest.mark.parametrize(
    ("unit", "value", "count", "denominator", "computed"),
    [
        (Unit.PERCENTAGE, "90", "10", "100", "10"),
        (Unit.PERCENTAGE, "0.79", "79", "100", "79"),
        (Unit.RATE_PER_100000, "12.5", "40", "100000", "40"),
        (Unit.RATE_PER_10000, "4", "40", "10000", "40"),
        (Unit.RATE_PER_1000, "4", "40", "1000", "40"),
        (Unit.COUNT, "5", "50", None, "50"),
        (Unit.COUNT, "5", "50", "50", "50"),
        (Unit.PERCENTAGE, "33.33", "1", "4", "25"),
        (Unit.PERCENTAGE, "33.3", "1", "3.1", "32.25806452"),
    ],
)
def test_a_value_that_its_count_does_not_make_is_refused_naming_the_computed_one(
    unit: Unit, value: str, count: str, denominator: str | None, computed: str
):
    found = faults(sent(value, count, denominator), indicator(unit))
    assert found == [("value", f"count and denominator make it {computed}")]
    for calculation in (Calculation.STANDARDISED, Calculation.MODELLED, Calculation.OTHER):
        assert faults(sent(value, count, denominator), indicator(unit, calculation=calculation)) == []


@pytest.mark.parametrize("unit", list(Unit))
def test_percentages_counts_and_rates_are_crude_unless_they_say_otherwise(unit: Unit):
    crude = {
        Unit.PERCENTAGE,
        Unit.COUNT,
        Unit.RATE_PER_100000,
        Unit.RATE_PER_10000,
        Unit.RATE_PER_1000,
    }
    assert Calculation.default(unit) is (Calculation.CRUDE if unit in crude else Calculation.OTHER)


@pytest.mark.parametrize(
    ("value", "fits"),
    [("33", True), ("33.3", True), ("33.33", True), ("33.34", False), ("33.4", False), ("34", False), ("33.30", False)],
)
def test_it_fits_within_half_a_unit_of_its_own_last_digit(value: str, fits: bool):
    assert (faults(sent(value, "1", "3"), indicator()) == []) is fits


def test_exactly_half_a_unit_off_fits():
    assert faults(sent("12", "125", "1000"), indicator()) == []
    assert faults(sent("13", "125", "1000"), indicator()) == []
    assert faults(sent("12", "12501", "100000"), indicator()) != []


@pytest.mark.parametrize(
    ("value", "fits"), [("25", True), ("24", True), ("27", True), ("22.0", True), ("29", False), ("21", False)]
)
def test_rounded_counts_may_each_be_off_by_half_of_what_they_are_rounded_to(value: str, fits: bool):
    """25 of 100, each rounded to 5: from 22.5 of 102.5 (21.95) to 27.5 of 97.5 (28.21)."""
    assert (faults(sent(value, "25", "100"), indicator(rounded_to=5)) == []) is fits


def test_a_count_rounded_to_five_may_be_off_by_two_and_a_half():
    of = indicator(Unit.COUNT, rounded_to=5)
    fits = {"48": True, "47.5": True, "47.0": False, "53": True, "53.0": False}
    assert {value: count_faults(sent(value, "50"), Decimal(value), of) == [] for value in fits} == fits


def test_a_small_denominator_that_may_be_nothing_sets_no_upper_end():
    assert faults(sent("100", "0", "2"), indicator(rounded_to=5)) == []


def test_one_limit_that_was_sent_encloses_the_value_with_the_computed_other():
    assert [f for f, _ in faults(sent("96", "10", "100", lower="95"), indicator())] == ["value"]
    other = indicator(calculation=Calculation.OTHER)
    assert [f for f, _ in faults(sent("96", "10", "100", lower="97"), other)] == ["lower"]
    assert [f for f, _ in faults(sent("10", "10", "100", lower="11"), indicator())] == ["lower"]
    assert [f for f, _ in faults(sent("10", "10", "100", upper="9"), indicator())] == ["upper"]
    assert faults(sent("10", "10", "100", lower="10", upper="10"), indicator()) == []


@pytest.mark.parametrize(
    ("unit", "count", "denominator", "value"),
    [
        (Unit.PERCENTAGE, "1", "3", "33.3333333"),
        (Unit.PERCENTAGE, "2", "3", "66.6666667"),
        (Unit.RATE_PER_1000, "1", "8", "125"),
        (Unit.COUNT, "12", None, "12"),
        (Unit.SCORE, "1", "3", None),
    ],
)
def test_a_value_we_compute_has_six_digits_more_than_is_shown(
    unit: Unit, count: str, denominator: str | None, value: str | None
):
    found = computed_value(sent(None, count, denominator), indicator(unit))
    assert found == (None if value is None else Decimal(value))
    assert computed_value(sent(None, count, denominator), indicator(unit, calculation=Calculation.OTHER)) is None


counts = st.integers(0, 10_000)


@given(counts, counts.filter(bool), st.integers(0, 6), st.sampled_from(sorted(MULTIPLIER)))
def test_a_value_rounded_from_its_count_always_fits(count: int, denominator: int, digits: int, unit: Unit):
    count = min(count, denominator)
    exact = MULTIPLIER[unit] * count / denominator
    rounded = round(exact, digits)
    observed = sent(str(rounded), str(count), str(denominator))
    assert count_faults(observed, rounded, indicator(unit)) == []
    beyond = rounded + 2 * half_unit(rounded)
    assert count_faults(replace(observed, value=beyond), beyond, indicator(unit)) != [] or beyond - exact <= half_unit(
        rounded
    )

"""What words of files mean: codes, units, kinds of periods, values of dimensions, symbols and sums."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.tabular.guard import guarded, unguarded
from contracts.breakdown import Breakdown
from contracts.period import PeriodKind
from services.indicators.domain.definitions import LONGEST_CODE, Unit, is_code
from services.indicators.domain.importing.cells import number_of
from services.indicators.domain.importing.mapping import mapping_faults
from services.indicators.domain.importing.shipped import SHIPPED
from services.indicators.domain.importing.words import (
    code_of,
    dimension_of,
    kind_of_periods,
    read_period,
    unit_of,
    value_of,
)

KINDS = [
    (["2021/22 Q1", "2021/22 Q1 - 2021/22 Q2"], PeriodKind.CUMULATIVE_QUARTERS),
    (["2017/18 Q3", "2017/18 Q4"], PeriodKind.QUARTER),
    (["Nov 2023", "Dec-23"], PeriodKind.MONTH),
    (["2011-12", "2012-11"], PeriodKind.MONTH),
    (["2015-16", "2011-12", "2016-17"], PeriodKind.FINANCIAL_YEAR),
    (["2015-16", "2017/18"], PeriodKind.FINANCIAL_YEAR),
    (["2014/15"], PeriodKind.FINANCIAL_YEAR),
    (["2015 - 17", "2016 - 18"], PeriodKind.POOLED_YEARS),
    (["2017-03-01", "2017-04-01"], PeriodKind.MONTH),
    (["2017", "soon"], PeriodKind.CALENDAR_YEAR),
    (["soon"], None),
    ([], None),
]


@pytest.mark.parametrize(("labels", "kind"), KINDS)
def test_the_kind_is_that_of_the_whole_file(labels, kind):
    assert kind_of_periods(labels) is kind


UNITS = [
    (("Persons", "Rate per 100,000 aged 65+"), Unit.RATE_PER_100000),
    (("Rate per 1,000",), Unit.RATE_PER_1000),
    (("Cumulative percentage from eligible",), Unit.PERCENTAGE),
    (("", "Care Homes", "% good"), Unit.PERCENTAGE),
    (("percentage",), Unit.PERCENTAGE),
    (("rate_per_10000",), Unit.RATE_PER_10000),
    (("Number of homes",), Unit.COUNT),
    (("Healthy life expectancy at birth",), Unit.YEARS),
    (("Persons",), None),
]


@pytest.mark.parametrize(("words", "unit"), UNITS)
def test_units_are_found_in_words(words, unit):
    assert unit_of(*words) is unit


@given(st.lists(st.text(max_size=120), min_size=1, max_size=3))
def test_codes_of_words_are_codes_and_always_the_same(words):
    code = code_of("from", words)
    assert is_code(code)
    assert len(code) <= LONGEST_CODE
    assert code == code_of("from", words)


@given(st.text(min_size=1, max_size=100), st.text(min_size=1, max_size=100))
def test_words_make_a_breakdown_or_nothing(name, words):
    value, dimension = value_of(words), dimension_of(name)
    if value and dimension:
        assert Breakdown({dimension: value}).items or value == "all"


@given(st.text(max_size=20).map(lambda text: f"={text}") | st.text(max_size=20))
def test_a_guarded_text_is_no_formula_and_comes_back(text):
    written = guarded(text)
    assert unguarded(written) == text
    assert not written.startswith(("=", "+", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("text", "number"), [("1,234.5", "1234.5"), ("-5", "-5"), ("1e3", "1000"), ("1,23", None), ("", None)]
)
def test_numbers(text, number):
    assert number_of(text) == (None if number is None else Decimal(number))


def test_the_first_of_a_month_is_the_month_unless_something_else_is_recorded():
    assert read_period("2017-03-01", PeriodKind.MONTH).label == "2017-03"
    with pytest.raises(ValueError, match="is not a period"):
        read_period("2017-03-01", PeriodKind.QUARTER)


@pytest.mark.parametrize("name", list(SHIPPED))
def test_shipped_mappings_can_be_used(name):
    assert mapping_faults(SHIPPED[name]) == []

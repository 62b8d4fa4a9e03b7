"""What words of files mean: codes, units, kinds of periods, values of dimensions, symbols and sums."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.tabular.guard import guarded, unguarded
from contracts.breakdown import Breakdown
from contracts.period import PeriodKind
from services.indicators.domain.definitions import LONGEST_CODE, Calculation, Unit, is_code
from services.indicators.domain.formats import mapping_from_json, mapping_to_json
from services.indicators.domain.importing.drafts import Draft, FaultyRow
from services.indicators.domain.importing.mapping import mapping_faults
from services.indicators.domain.importing.order import ImportOrder, order_from_json, order_to_json
from services.indicators.domain.importing.row_reader import RowReader
from services.indicators.domain.importing.shipped import SHIPPED
from services.indicators.domain.importing.tally import Seen
from services.indicators.domain.importing.words import (
    code_of,
    dimension_of,
    kind_of_periods,
    read_period,
    unit_of,
    value_of,
)
from services.indicators.domain.observations import SeriesKey

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


def test_the_first_of_a_month_is_the_month_unless_something_else_is_recorded():
    assert read_period("2017-03-01", PeriodKind.MONTH).label == "2017-03"
    with pytest.raises(ValueError, match="is not a period"):
        read_period("2017-03-01", PeriodKind.QUARTER)


@pytest.mark.parametrize("name", list(SHIPPED))
def test_shipped_mappings_can_be_used(name):
    assert mapping_faults(SHIPPED[name]) == []


TRAFFORD_HEAD = ["area_code", "period", "indicator", "measure", "value", "inequality"]
FINGERTIPS_HEAD = ["Indicator ID", "Area Code", "Sex", "Age", "Category Type", "Category", "Time period", "Value"]


@pytest.mark.parametrize(
    ("word", "breakdown"),
    [("NA", ""), ("", ""), ("persons", ""), ("Male", "sex=male"), ("FEMALE", "sex=female"), ("Most deprived", None)],
)
def test_the_words_of_an_inequality_are_closed(word, breakdown):
    row = ["E06000026", "2017", "Smoking", "Per cent", "5", word]
    found = RowReader(SHIPPED["trafford"], TRAFFORD_HEAD).read(2, row)
    if breakdown is None:
        ((column, value, message),) = [(each.column, each.value, each.message) for each in found.faults]
        assert (column, value) == ("inequality", word)
        assert "Male, Female, NA, Persons are accepted" in message
    else:
        assert found.key.breakdown.text == breakdown


DECILES = "Deprivation deciles"


@pytest.mark.parametrize(
    ("kind", "category", "breakdown"),
    [
        ("", "", ""),
        (DECILES, "Least deprived", "deprivation-deciles=Least deprived"),
        (DECILES, "", "is empty, but Category Type says Deprivation deciles"),
        ("", "Least deprived", "says no value of a dimension that has a name"),
    ],
)
def test_a_category_has_a_type_and_a_type_a_category(kind, category, breakdown):
    row = ["1", "E92000001", "Persons", "all ages", kind, category, "2017", "5"]
    found = RowReader(SHIPPED["fingertips"], FINGERTIPS_HEAD).read(2, row)
    if isinstance(found, FaultyRow):
        assert [(each.column, each.value, each.message) for each in found.faults] == [("Category", category, breakdown)]
    else:
        assert found.key.breakdown.text == breakdown


SYMBOLS = {
    "NA": "[x]", "n/a": "[x]", "..": "[x]", ":": "[x]", "*": "[c]", "C": "[c]", "-": "[z]", "z": "[z]", "~": "[low]",
    "[c]": "[c]", "[x]": "[x]", "[z]": "[z]", "[low]": "[low]", "": "[x]",
}  # fmt: skip


@pytest.mark.parametrize(("word", "symbol"), SYMBOLS.items())
def test_words_in_the_place_of_a_value_are_symbols(word, symbol):
    found = RowReader(SHIPPED["trafford"], TRAFFORD_HEAD).read(2, ["RK9", "2017", "Smoking", "Per cent", word, ""])
    assert (found.texts["missing"], "value" in found.figures) == (symbol, False)


@pytest.mark.parametrize("word", ["[C]", "[q]", "—", "n a", "x", "[low", "0.."])
def test_other_words_are_no_symbols(word):
    found = RowReader(SHIPPED["trafford"], TRAFFORD_HEAD).read(2, ["RK9", "2017", "Smoking", "Per cent", word, ""])
    assert [each.column for each in found.faults] == ["value"] * len(found.faults)
    assert found.faults


CALCULATIONS = [
    ("native", "percentage", {}, None, "crude"),
    ("native", "count", {}, None, "crude"),
    ("native", "rate_per_1000", {}, None, "crude"),
    ("native", "score", {}, None, "other"),
    ("native", "percentage", {"calculation": "standardised"}, None, "standardised"),
    ("native", "percentage", {"calculation": "standardised"}, Calculation.MODELLED, "modelled"),
    ("trafford", "percentage", {}, None, "crude"),
    ("trafford", "years", {}, None, "other"),
    ("fingertips", "percentage", {}, None, "other"),
    ("fingertips", "percentage", {"calculation": "crude"}, None, "crude"),
    ("fingertips", "percentage", {}, Calculation.CRUDE, "crude"),
    ("ae", "percentage", {}, None, "crude"),
]


@pytest.mark.parametrize(("mapping", "unit", "words", "asked", "calculation"), CALCULATIONS)
def test_the_calculation_of_what_is_created(mapping, unit, words, asked, calculation):
    seen = Seen(SHIPPED[mapping], asked)
    seen.add([Draft(SeriesKey("new", "RK9"), "2017", {}, {}, {"unit": unit, **words}, (2,))])
    assert seen.indicator("new").calculation == calculation


def test_an_order_from_before_there_was_a_choice_of_calculation_is_read():
    before = {"format": 1, "filename": "a.csv", "mapping": "native"}
    assert order_from_json(before) == ImportOrder("a.csv", "native")
    now = ImportOrder("a.csv", "fingertips", calculation=Calculation.CRUDE)
    assert order_from_json(json.loads(json.dumps(order_to_json(now)))) == now


def test_a_mapping_from_before_words_could_be_closed_is_read():
    stored = json.loads(json.dumps(mapping_to_json(SHIPPED["trafford"])))
    assert mapping_from_json(stored) == SHIPPED["trafford"]
    del stored["dimensions"][0]["closed"]
    assert not mapping_from_json(stored).dimensions[0].closed

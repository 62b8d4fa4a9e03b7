"""Confidence limits against published values and against their own definitions."""

import csv
from dataclasses import replace
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Polarity
from contracts.period import Period, PeriodKind
from services.indicators.domain.definitions import Calculation, Indicator, Unit
from services.indicators.domain.limits import (
    NINETY_FIVE,
    NINETY_NINE_EIGHT,
    Limits,
    Z,
    byar,
    computed_limits,
    exact_poisson,
    limits_of,
    poisson,
    wilson,
)
from services.indicators.domain.observations import Observation

DECEMBER = Period.parse("2017-12")
GOLDENS = Path(__file__).parents[2] / "fixtures/standards/intervals.csv"
PERCENTAGE = Indicator("m", "M", Unit.PERCENTAGE, 1, Polarity.HIGH_IS_GOOD, PeriodKind.MONTH)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [  # the exact Poisson limits every epidemiology table prints
        (0, "0.0000", "3.6889"),
        (1, "0.0253", "5.5716"),
        (2, "0.2422", "7.2247"),
        (3, "0.6187", "8.7673"),
        (4, "1.0899", "10.2416"),
        (5, "1.6235", "11.6683"),
        (9, "4.1154", "17.0848"),
    ],
)
def test_fewer_than_ten_events_have_exact_poisson_limits(count: int, lower: str, upper: str):
    found = exact_poisson(count)
    assert (f"{found[0]:.4f}", f"{found[1]:.4f}") == (lower, upper)


@given(st.integers(1, 9))
def test_exact_limits_leave_the_tail_that_they_say(count: int):
    lower, upper = exact_poisson(count)

    def at_most(events: int, mean: Decimal) -> Decimal:
        term = total = Decimal(1)
        for n in range(1, events + 1):
            term *= mean / n
            total += term
        return total * (-mean).exp()

    assert abs(1 - at_most(count - 1, lower) - Decimal("0.025")) < Decimal("1e-13")
    assert abs(at_most(count, upper) - Decimal("0.025")) < Decimal("1e-13")


def test_ten_events_and_more_have_byars_limits():
    lower, upper = poisson(Decimal(10))
    assert (lower, upper) == byar(Decimal(10))
    assert (f"{lower:.3f}", f"{upper:.3f}") == ("4.787", "18.391")
    lower, upper = byar(Decimal(100))
    assert (f"{lower:.2f}", f"{upper:.2f}") == ("81.36", "121.63")


def test_a_fraction_of_an_event_has_limits_only_from_ten():
    assert poisson(Decimal("4.5")) is None
    assert poisson(Decimal("10.5")) is not None


@pytest.mark.parametrize(
    ("count", "denominator", "lower", "upper"),
    [  # Newcombe 1998, table I: method 3, score without continuity correction
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ],
)
def test_wilson_score_gives_the_published_limits(count: int, denominator: int, lower: str, upper: str):
    found = wilson(Decimal(count), Decimal(denominator))
    assert (f"{found[0]:.4f}", f"{found[1]:.4f}") == (lower, upper)


@given(st.integers(0, 2000), st.integers(1, 2000))
def test_wilson_limits_solve_the_score_equation_and_enclose_the_share(count: int, extra: int):
    n = Decimal(count + extra)
    share = Decimal(count) / n
    lower, upper = wilson(Decimal(count), n)
    assert 0 <= lower <= share <= upper <= 1
    for limit in (lower, upper):
        assert abs((share - limit) ** 2 - Z * Z * limit * (1 - limit) / n) < Decimal("1e-18")


def test_a_whole_is_never_above_a_hundred_per_cent():
    assert computed_limits(Decimal(7), Decimal(7), Unit.PERCENTAGE)[1] == 100
    assert computed_limits(Decimal(8), Decimal(7), Unit.PERCENTAGE) is None


def test_rates_scale_the_limits_of_their_count():
    assert computed_limits(Decimal(5), Decimal(50_000), Unit.RATE_PER_100000) == (
        Decimal("3.24697278"),
        Decimal("23.33666416"),
    )
    assert computed_limits(Decimal(5), Decimal(50_000), Unit.RATE_PER_10000) == (
        Decimal("0.32469728"),
        Decimal("2.33366642"),
    )


def test_a_count_needs_no_denominator_and_money_has_no_limits():
    assert computed_limits(Decimal(5), None, Unit.COUNT) == (Decimal("1.62348639"), Decimal("11.66833208"))
    assert computed_limits(Decimal(5), Decimal(10), Unit.CURRENCY) is None
    assert computed_limits(Decimal(5), None, Unit.PERCENTAGE) is None
    assert computed_limits(Decimal(5), Decimal(0), Unit.PERCENTAGE) is None
    assert computed_limits(None, Decimal(10), Unit.PERCENTAGE) is None


def test_a_limit_that_was_sent_wins_over_a_computed_one():
    sent = Observation(
        DECEMBER, Decimal(50), count=Decimal(50), denominator=Decimal(100), lower=Decimal(45), upper=Decimal(55)
    )
    found = limits_of(sent, PERCENTAGE)
    assert (found.lower, found.upper, found.computed) == (Decimal(45), Decimal(55), False)
    half = Observation(DECEMBER, Decimal(50), count=Decimal(50), denominator=Decimal(100), lower=Decimal(45))
    found = limits_of(half, PERCENTAGE)
    assert (found.lower, f"{found.upper:.2f}", found.computed) == (Decimal(45), "59.62", True)
    withdrawn = Observation(DECEMBER, None, count=Decimal(50), denominator=Decimal(100))
    assert limits_of(withdrawn, PERCENTAGE).lower is None


@pytest.mark.parametrize("calculation", [c for c in Calculation if c is not Calculation.CRUDE])
def test_limits_are_computed_of_crude_figures_only(calculation: Calculation):
    observed = Observation(DECEMBER, Decimal(50), count=Decimal(50), denominator=Decimal(100))
    assert limits_of(observed, PERCENTAGE).computed
    assert limits_of(observed, replace(PERCENTAGE, calculation=calculation)) == Limits()


def test_a_rate_per_thousand_has_limits():
    found = computed_limits(Decimal(5), Decimal(50_000), Unit.RATE_PER_1000)
    assert found == (Decimal("0.03246973"), Decimal("0.23336664"))


def goldens() -> list[dict[str, str]]:
    with GOLDENS.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", goldens(), ids=lambda case: case["case"])
def test_the_golden_cases(case: dict[str, str]):
    level = {"0.95": NINETY_FIVE, "0.998": NINETY_NINE_EIGHT}[case["confidence"]]
    count, denominator = Decimal(case["count"]), Decimal(case["denominator"] or 1)
    if case["method"] == "wilson":
        found = wilson(count, denominator, level)
    else:
        found = tuple(each / denominator for each in poisson(count, level) or ())
    assert [f"{each * Decimal(case['multiplier']):.8f}" for each in found or ()] == [case["lower"], case["upper"]]


def test_limits_are_those_of_the_public_health_library():
    """It is no oracle for counts of nothing, nor are all of its helpers; with pandas it takes long to load."""
    pandas, methods = import_module("pandas"), import_module("PHStatsMethods")
    pairs = [(count, count * n + 1) for count in (1, 2, 5, 9, 10, 11, 62, 500, 9999) for n in (1, 3, 100)]
    table = pandas.DataFrame(pairs, columns=["count", "of"])
    levels = {"95": NINETY_FIVE, "99_8": NINETY_NINE_EIGHT}
    rates = methods.ph_rate(table, "count", "of", confidence=[0.95, 0.998])
    parts = methods.ph_proportion(table, "count", "of", confidence=[0.95, 0.998])
    for rate, part in zip(rates.to_dict("records"), parts.to_dict("records"), strict=True):
        count, whole = Decimal(int(rate["count"])), Decimal(int(rate["of"]))
        for name, level in levels.items():
            ends = (f"lower_{name}_ci", f"upper_{name}_ci")
            events, share = poisson(count, level), wilson(count, whole, level)
            assert [float(each * 100_000 / whole) for each in events] == pytest.approx([rate[end] for end in ends])
            assert [float(each) for each in share] == pytest.approx([part[end] for end in ends])

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Colour
from contracts.period import Period
from services.finance.domain.figures import (
    Capped,
    Range,
    Totals,
    cap_at_budget,
    colour_of,
    forecast_of,
    plan_remaining,
    scheme_figures,
)
from services.finance.domain.scheme import PlannedPeriod

D = Decimal

P = Period.parse
QUARTERS = [PlannedPeriod(P(f"2017/18 Q{q}"), D(100), D(200)) for q in (1, 2, 3, 4)]
YEAR = [PlannedPeriod(P("2017/18"), D(1200), D(2400))]


@pytest.mark.parametrize(
    ("plan", "validated", "low", "high"),
    [
        (QUARTERS, [], "400", "800"),
        (QUARTERS, ["2017/18 Q1"], "300", "600"),
        (QUARTERS, ["2017/18 Q1", "2017-04"], "300", "600"),
        (YEAR, ["2017/18 Q1"], "900", "1800"),
        (YEAR, ["2017-04", "2017-05"], "1000", "2000"),
        (YEAR, ["2017/18"], "0", "0"),
        ([PlannedPeriod(P("2017/18 Q1"), D(100), D(200))], ["2017-04"], "66.67", "133.33"),
    ],
)
def test_the_plan_that_remains_is_that_of_the_months_not_validated(
    plan: list[PlannedPeriod], validated: list[str], low: str, high: str
):
    left = plan_remaining(plan, {P(label) for label in validated})
    assert (round(left.low, 2), round(left.high, 2)) == (D(low), D(high))


def test_the_forecast_discounts_only_what_remains():
    assert forecast_of(D("100.00"), Range(D(300), D(600)), D("0.8"), D("0.1")) == Range(D("316.00"), D("532.00"))


PLAN = Range(D(100), D(200))


@pytest.mark.parametrize(
    ("low", "high", "validated", "expected"),
    [
        (100, 200, 0, Colour.GREEN),  # the middle is exactly the plan's
        (100, 199, 0, Colour.AMBER),
        (50, 150, 0, Colour.AMBER),  # the middle is exactly the plan's low
        (50, 149, 0, Colour.RED),
        (0, 0, 200, Colour.RED),  # reached, not passed
        (0, 0, "200.01", Colour.BLUE),
    ],
)
def test_the_colour_compares_the_middle_with_the_plan(low: int, high: int, validated: int | str, expected: Colour):
    assert colour_of(Range(D(low), D(high)), PLAN, D(validated)) is expected


@pytest.mark.parametrize(
    ("total", "budget", "capped"),
    [
        ("99.99", "100", Capped(D("99.99"), D(0))),
        ("100", "100", Capped(D(100), D(0))),
        ("130", "100", Capped(D(100), D(30))),
        ("-50", "100", Capped(D(-50), D(0))),
        ("10", "-5", Capped(D(0), D(10))),
    ],
)
def test_a_year_to_date_is_capped_at_the_line_s_budget(total: str, budget: str, capped: Capped):
    assert cap_at_budget(D(total), D(budget)) == capped


def test_a_position_says_all_of_it_and_flags_what_was_capped():
    totals = Totals(
        indicated=D("1500.00"),
        validated=D("100.00"),
        banked=D("40.00"),
        non_cash=D("9.00"),
        validated_periods=frozenset({P("2017/18 Q1")}),
    )
    made = scheme_figures(
        QUARTERS,
        totals=totals,
        budget=D(1000),
        confidence=D(1),
        optimism_bias=D(0),
        flags=["illustrative"],
    )
    assert made.plan == Range(D(400), D(800))
    assert made.indicated == Capped(D(1000), D(500))
    assert made.validated.counted == D("100.00")
    assert made.forecast == Range(D(400), D(700))
    assert made.colour is Colour.AMBER
    assert made.flags == ("held_at_budget", "illustrative")


pounds = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


@given(pounds, pounds)
def test_nothing_is_lost_by_holding_back(total: Decimal, budget: Decimal):
    capped = cap_at_budget(total, budget)
    assert capped.counted + capped.excess == total
    assert capped.counted <= max(budget, D(0))


@given(st.permutations(QUARTERS), st.sets(st.integers(1, 4)))
def test_the_order_of_the_plan_does_not_matter(plan: list[PlannedPeriod], done: set[int]):
    validated = {P(f"2017/18 Q{q}") for q in done}
    assert plan_remaining(plan, validated) == plan_remaining(QUARTERS, validated)

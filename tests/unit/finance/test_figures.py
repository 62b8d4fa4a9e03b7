from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Colour
from contracts.period import Period
from services.finance.domain.capping import Capped
from services.finance.domain.figures import (
    Estimate,
    Range,
    Totals,
    colour_of,
    forecast_of,
    plan_remaining,
    scheme_figures,
)
from services.finance.domain.scheme import Delivery, PlannedPeriod, Scheme, SchemeDefinition, Withdrawal, Workstream

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
    remaining = plan_remaining(plan, {P(label) for label in validated})
    assert remaining.to_pence == Range(D(low), D(high))


def estimate(low: object, high: object) -> Estimate:
    return Estimate(Fraction(str(low)), Fraction(str(high)))


def test_the_forecast_discounts_only_what_remains():
    made = forecast_of(D("100.00"), estimate(300, 600), D("0.8"), D("0.1"))
    assert made.to_pence == Range(D("316.00"), D("532.00"))


@pytest.mark.parametrize(
    ("validated", "confidence", "bias", "low", "high"),
    [
        ("0", "1", "0", "400.00", "800.00"),
        ("0", "0", "0", "0.00", "0.00"),
        ("0", "1", "1", "0.00", "0.00"),
        ("-50.00", "0.5", "0.5", "50.00", "150.00"),
        ("0.01", "0.00000001", "0", "0.01", "0.01"),
    ],
)
def test_the_forecast_is_validated_and_what_remains_by_confidence_and_bias(
    validated: str, confidence: str, bias: str, low: str, high: str
):
    made = forecast_of(D(validated), plan_remaining(QUARTERS, set()), D(confidence), D(bias))
    assert made.to_pence == Range(D(low), D(high))


PLAN = Range(D(100), D(200))


@pytest.mark.parametrize(
    ("low", "high", "validated", "expected"),
    [
        (100, 200, 0, Colour.GREEN),  # the middle is exactly the plan's
        (100, "199.99", 0, Colour.AMBER),
        ("99.999", "199.999", 0, Colour.AMBER),  # shown as 100.00 and 200.00, but the middle is below
        (50, 150, 0, Colour.AMBER),  # the middle is exactly the plan's low
        (50, "149.99", 0, Colour.RED),
        (0, 0, 200, Colour.RED),  # reached, not passed
        (0, 0, "200.01", Colour.BLUE),
    ],
)
def test_the_colour_compares_the_middle_with_the_plan(
    low: int | str, high: int | str, validated: int | str, expected: Colour
):
    assert colour_of(estimate(low, high), PLAN, D(validated)) is expected


def test_thirds_of_a_plan_add_up_to_what_they_are_thirds_of():
    """Two open months of a quarter at three quarters' confidence are half its plan, to the colour."""
    plan = [PlannedPeriod(P("2017/18 Q1"), D(100), D(100))]
    made = forecast_of(D(50), plan_remaining(plan, {P("2017-04")}), D("0.75"), D(0))
    assert made == estimate(100, 100)
    assert colour_of(made, Range(D(100), D(100)), D(50)) is Colour.GREEN


def scheme(withdrawal: Withdrawal | None = None) -> Scheme:
    definition = SchemeDefinition(
        code="a",
        name="A",
        workstream=Workstream.PACKAGES_OF_CARE,
        fund="f",
        budget_line="l",
        partner="p",
        financial_year=P("2017/18"),
        plan=QUARTERS,
        cashable_share=D(1),
        recurrent=True,
        delivered_by=Delivery.PLAN,
        optimism_bias=D(0),
        confidence=D(1),
        illustrative=False,
        link=None,
    )
    return Scheme(definition, 1, None, datetime(2018, 2, 28, tzinfo=UTC), "x", date(2018, 2, 28), withdrawal)


TOTALS = Totals(
    indicated=D("1500.00"),
    validated=D("100.00"),
    banked=D("40.00"),
    non_cash=D("9.00"),
    validated_periods=frozenset({P("2017/18 Q1")}),
)


def test_figures_say_all_of_it_and_flag_what_is_over_the_budget():
    made = scheme_figures(scheme(), TOTALS, Capped(D(30), D(10)), ["illustrative"])
    assert made.plan == Range(D(400), D(800))
    assert (made.indicated, made.validated, made.non_cash) == (D("1500.00"), D("100.00"), D("9.00"))
    assert made.banked == Capped(D(30), D(10))
    assert made.forecast == Range(D(400), D(700))
    assert made.colour is Colour.AMBER
    assert made.flags == ("held_at_budget", "illustrative")
    assert scheme_figures(scheme(), TOTALS, Capped(D(40))).flags == ()


def test_a_withdrawn_scheme_plans_nothing_and_is_judged_by_nothing():
    withdrawal = Withdrawal(datetime(2018, 2, 28, tzinfo=UTC), "x", "Given up", date(2018, 2, 28))
    made = scheme_figures(scheme(withdrawal), TOTALS, Capped(D(40)))
    assert (made.plan, made.colour) == (Range(D(0), D(0)), Colour.NONE)


@given(st.permutations(QUARTERS), st.sets(st.integers(1, 4)))
def test_the_order_of_the_plan_does_not_matter(plan: list[PlannedPeriod], done: set[int]):
    validated = {P(f"2017/18 Q{q}") for q in done}
    assert plan_remaining(plan, validated) == plan_remaining(QUARTERS, validated)

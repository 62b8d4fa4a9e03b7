from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period, PeriodKind
from services.finance.domain.savings import (
    LEDGER_LIMIT,
    Amounts,
    Baseline,
    Observation,
    SchemeLink,
    SharedCost,
    Terms,
    UnitCost,
    add,
    belongs_to_scheme,
    contribution,
    difference,
    period_saving,
    rule_version,
    unattributed,
)
from services.finance.domain.series import Series, Version

D = Decimal

YEAR = Period.parse("2017/18")
DECEMBER = Period.parse("2017-12")
COST = UnitCost(D("1609.00"), "illustrative", "2017/18")


def terms(**changes: object) -> Terms:
    known: dict[str, object] = {
        "volume": D(1),
        "unit_cost": COST,
        "marginal_rate": D("0.5"),
        "attribution": D("0.4"),
        "cashable_share": D("0.75"),
        "reprovision": D("0.00"),
    }
    return Terms(**(known | changes))  # type: ignore[arg-type]


def link(baseline: Baseline | None = None, **changes: object) -> SchemeLink:
    every_month = Baseline(value=D(1400), every=PeriodKind.MONTH)
    return SchemeLink(
        Series("emergency-admissions-65-plus", "E06000026"), YEAR, baseline or every_month, terms(**changes)
    )


def fact(value: str | None, period: Period = DECEMBER, revision: int = 1) -> Observation:
    status = ObservationStatus.WITHDRAWN if value is None else ObservationStatus.FINAL
    return Observation(period, None if value is None else D(value), revision, status, "event-1")


def test_a_fall_where_low_is_good_saves_by_every_factor():
    worth = contribution(terms(reprovision=D("100.00")), COST, Polarity.LOW_IS_GOOD, D(1400), D(1371))
    assert worth.quantity == D(29)
    assert worth.gross == D(29) * D(1609) / 2
    assert worth.attributed == worth.gross * D("0.4")
    assert worth.cash == worth.attributed * D("0.75") - 100
    assert worth.non_cash == worth.attributed * D("0.25")


@pytest.mark.parametrize(
    ("polarity", "actual", "sign"),
    [
        (Polarity.LOW_IS_GOOD, "1371", 1),
        (Polarity.LOW_IS_GOOD, "1429", -1),
        (Polarity.HIGH_IS_GOOD, "1429", 1),
        (Polarity.HIGH_IS_GOOD, "1371", -1),
        (Polarity.LOW_IS_GOOD, "1400", 0),
    ],
)
def test_the_polarity_gives_the_sign_and_a_bad_period_takes_back(polarity: Polarity, actual: str, sign: int):
    made = period_saving(link(), polarity, fact(actual))
    assert made is not None
    assert made.amounts == Amounts(sign * D("6999.15"), sign * D("2333.05"))


def test_nothing_is_rounded_before_the_penny():
    third = terms(volume=D("0.33333333"), marginal_rate=D("0.33333333"), attribution=D("0.33333333"))
    worth = contribution(third, COST, Polarity.LOW_IS_GOOD, D("1234567.12345678"), D("0.00000001"))
    whole = D("0.33333333") ** 3
    assert worth.attributed.as_tuple().exponent <= -32
    assert abs(worth.attributed - D("1234567.12345677") * 1609 * whole) < D("1e-15")


@pytest.mark.parametrize(("exact", "posted"), [("0.005", "0.01"), ("0.0049", "0.00"), ("-0.005", "-0.01")])
def test_the_penny_is_rounded_half_up_away_from_nothing_on_both_sides(exact: str, posted: str):
    one = link(
        Baseline(value=D(0), every=PeriodKind.MONTH),
        volume=D(1),
        unit_cost=UnitCost(D("1.00"), "illustrative", "2017/18"),
        marginal_rate=D(1),
        attribution=D(1),
        cashable_share=D(1),
    )
    made = period_saving(one, Polarity.HIGH_IS_GOOD, fact(exact))
    assert made is not None
    assert made.amounts.cash == D(posted)


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("2017-04", True),
        ("2018-03", True),
        ("2017-03", False),
        ("2018-04", False),
        ("2017/18 Q3", False),  # another kind than the baseline's: it would count December twice
        ("2017/18", False),
    ],
)
def test_only_periods_of_the_year_with_a_baseline_count(label: str, inside: bool):
    assert belongs_to_scheme(link(), Period.parse(label)) is inside
    assert (period_saving(link(), Polarity.LOW_IS_GOOD, fact("1", Period.parse(label))) is not None) is inside


def test_a_baseline_may_be_given_a_period():
    own = Baseline(periods={DECEMBER: D(1380)})
    assert period_saving(link(own), Polarity.LOW_IS_GOOD, fact("1371")).amounts.cash == D("2172.15")  # type: ignore[union-attr]
    assert period_saving(link(own), Polarity.LOW_IS_GOOD, fact("1371", Period.parse("2017-11"))) is None


@pytest.mark.parametrize(
    ("value", "polarity", "changes", "flag"),
    [
        (None, Polarity.LOW_IS_GOOD, {}, "withdrawn"),
        ("1371", Polarity.NEUTRAL, {}, "neutral_polarity"),
        (
            "1371",
            Polarity.LOW_IS_GOOD,
            {"unit_cost": UnitCost(D(1), "x", "2018/19", effective_from=date(2017, 12, 2))},
            "unit_cost_not_effective",
        ),
        (
            "1371",
            Polarity.LOW_IS_GOOD,
            {"unit_cost": UnitCost(D(1), "x", "2018/19", effective_to=date(2017, 12, 30))},
            "unit_cost_not_effective",
        ),
        ("1371", Polarity.LOW_IS_GOOD, {"volume": D(10) ** 12}, "out_of_range"),
    ],
)
def test_what_cannot_be_priced_is_worth_nothing_and_says_why(
    value: str | None, polarity: Polarity, changes: dict[str, object], flag: str
):
    made = period_saving(link(reprovision=D("5.00"), **changes), polarity, fact(value))
    assert made is not None
    assert made.amounts == Amounts(D(0), D(0))
    assert made.flag == flag


def test_of_a_shared_cost_the_newest_version_that_applies_to_the_whole_period_counts():
    old, new = replace(COST, version=1), replace(COST, version=2, effective_from=date(2017, 12, 1))
    shared = SharedCost("admission", (old, new))
    assert [shared.at(Period.parse(period)) for period in ("2017-11", "2017-12", "2017/18")] == [old, new, old]
    made = period_saving(link(unit_cost=SharedCost("admission")), Polarity.LOW_IS_GOOD, fact("1371"))
    assert made is not None
    assert (made.amounts, made.flag) == (Amounts(D(0), D(0)), "unit_cost_missing")


@pytest.mark.parametrize(
    ("volume", "flag"), [("99999999999.99", None), ("100000000000", "out_of_range"), ("-100000000000", "out_of_range")]
)
def test_an_entry_is_of_less_than_a_hundred_thousand_million_pounds_either_way(volume: str, flag: str | None):
    whole = {"unit_cost": UnitCost(D(1), "x", "2017/18"), "marginal_rate": D(1), "attribution": D(1)}
    made = period_saving(link(volume=D(volume), cashable_share=D(1), **whole), Polarity.LOW_IS_GOOD, fact("1399"))
    assert made is not None
    assert (made.flag, made.amounts.cash) == (flag, D(0) if flag else D(volume))


@pytest.mark.parametrize(
    ("symbol", "flag"),
    [("[c]", "suppressed"), ("[x]", "not_available"), ("[z]", "not_applicable"), ("[low]", "rounds_to_zero")],
)
@pytest.mark.parametrize("status", ["provisional", "final"])
def test_a_symbol_is_no_value_and_not_even_costs_reprovision(symbol: str, flag: str, status: str):
    missing = Observation(DECEMBER, None, 1, ObservationStatus(status), missing=Missing(symbol))
    made = period_saving(link(reprovision=D("5.00")), Polarity.LOW_IS_GOOD, missing)
    assert made is not None
    assert (made.amounts, made.flag) == (Amounts(D(0), D(0)), flag)


pence = st.decimals(min_value=-LEDGER_LIMIT, max_value=LEDGER_LIMIT, places=2)
amounts = st.builds(Amounts, pence, pence)


@given(st.lists(amounts, min_size=1, max_size=12))
def test_differences_always_add_up_to_the_last_amount_due(history: list[Amounts]):
    posted = Amounts(D(0), D(0))
    for recomputed in history:
        change = difference(recomputed, posted)
        posted = add(posted, change) if change else posted
    assert posted == history[-1]
    assert difference(history[-1], posted) is None


shares = st.decimals(min_value=0, max_value=1, places=4)
values = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(values, values, shares, shares, shares)
def test_what_is_attributed_is_cash_and_non_cash_and_nothing_else(
    baseline: Decimal, actual: Decimal, marginal: Decimal, attribution: Decimal, cashable: Decimal
):
    every = terms(marginal_rate=marginal, attribution=attribution, cashable_share=cashable, reprovision=D("12.34"))
    worth = contribution(every, COST, Polarity.LOW_IS_GOOD, baseline, actual)
    assert worth.cash + worth.non_cash + D("12.34") == worth.attributed


@given(values, values, shares)
def test_as_much_better_saves_what_as_much_worse_costs(baseline: Decimal, change: Decimal, cashable: Decimal):
    every = link(Baseline(value=baseline, every=PeriodKind.MONTH), cashable_share=cashable)
    better = period_saving(every, Polarity.LOW_IS_GOOD, fact(str(baseline - change)))
    worse = period_saving(every, Polarity.LOW_IS_GOOD, fact(str(baseline + change)))
    assert better is not None
    assert worse is not None
    assert better.amounts == Amounts(-worse.amounts.cash, -worse.amounts.non_cash)


def test_a_turned_polarity_is_another_rule():
    assert rule_version(None) == "1"
    assert rule_version(Version(1, 7)) == "1.7"
    assert rule_version(Version(2, 7)) == "1.2-7"
    assert rule_version(None, COST) == "1"
    assert rule_version(Version(2, 7), replace(COST, version=3)) == "1.2-7.u3"


@pytest.mark.parametrize(("wanted", "room"), [("0.4", True), ("0.41", False)])
def test_attributions_to_one_indicator_sum_to_at_most_one(wanted: str, room: bool):
    assert (unattributed({"a": D("0.5"), "b": D("0.1")}) >= D(wanted)) is room

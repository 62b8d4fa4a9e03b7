"""The recent trend of public health against published and decided cases, and what it refuses."""

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.colours import Polarity
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.definitions import Calculation, Indicator, Unit
from services.indicators.domain.observations import Observation, Revision
from services.indicators.domain.recent_trend import (
    CRITICAL,
    RecentTrend,
    TrendMethod,
    TrendPoint,
    recent_trend,
    trend_statistics,
)
from tests.unit.indicators.revisions import recorded

GOLDENS = Path(__file__).parents[2] / "fixtures/standards/recent_trend.csv"


def goldens() -> list[dict[str, str]]:
    with GOLDENS.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def points_of(text: str, method: str) -> list[TrendPoint]:
    rows = [[Decimal(part) for part in each.split("/")] for each in text.split(";")]
    if method == "proportion":
        return [TrendPoint(100 * x / n, x, n) for x, n in rows]
    return [TrendPoint(value, lower=lower, upper=upper) for value, lower, upper in rows]


@pytest.mark.parametrize("case", goldens(), ids=lambda case: case["case"])
def test_the_golden_cases(case: dict[str, str]) -> None:
    found = trend_statistics(points_of(case["series"], case["method"]), TrendMethod(case["method"]))
    assert (found.chi_squared, found.slope) == (Decimal(case["chi2"]), Decimal(case["slope"]))
    assert ";".join(f"{each:.6f}" for each in found.slopes) == case["leave_one_out_slopes"]
    assert found.slopes_agree == (case["slopes_agree"] == "true")
    way = "increasing" if found.rises else "decreasing"
    assert (way if found.is_significant else "no significant change") == case["result"]


@pytest.mark.parametrize(
    ("counts", "chi_squared"),
    [  # of 100 each: N = 500, spread N sum(nt^2) - sum(nt)^2 = 500000, so chi2 = 500 (sum(xt) 500 - R 1500)^2 / (...)
        ((10, 10, 10, 10, 10), "0"),
        ((10, 20, 30, 40, 50), "47.61904762"),
        ((50, 40, 30, 20, 10), "47.61904762"),
        ((10, 15, 20, 25, 30), "15.625"),
        ((20, 22, 24, 26, 28), "2.19298246"),
    ],
)
def test_chi_squared_by_hand(counts: tuple[int, ...], chi_squared: str) -> None:
    """R = sum(x), d = sum(x (t - 3)): chi2 = 500 d^2 / (R (500 - R) 2)."""
    points = [TrendPoint(Decimal(x), Decimal(x), Decimal(100)) for x in counts]
    assert trend_statistics(points, TrendMethod.PROPORTION).chi_squared == Decimal(chi_squared)


@pytest.mark.parametrize(
    ("values", "half", "chi_squared", "slope"),
    [  # equal weights w: slope is that of least squares, chi2 = slope^2 10 w, w = (3.92 / width)^2
        ((10, 11, 12, 13, 14), "1.96", "10", "1"),
        ((14, 13, 12, 11, 10), "1.96", "10", "-1"),
        ((10, 11, 12, 13, 14), "3.92", "2.5", "1"),
        ((10, 10, 10, 10, 10), "1.96", "0", "0"),
        ((10, 12, 14, 16, 18), "1.96", "40", "2"),
    ],
)
def test_weighted_slopes_by_hand(values: tuple[int, ...], half: str, chi_squared: str, slope: str) -> None:
    points = [TrendPoint(Decimal(value), lower=value - Decimal(half), upper=value + Decimal(half)) for value in values]
    found = trend_statistics(points, TrendMethod.VALUE)
    assert (found.chi_squared, found.slope) == (Decimal(chi_squared), Decimal(slope))


def test_the_limit_is_that_of_998_in_a_thousand() -> None:
    """The square of the normal quantile of 0.999."""
    assert abs(CRITICAL - Decimal("3.090232306167813") ** 2) < Decimal("1e-12")


PERCENTAGE = Indicator("m", "M", Unit.PERCENTAGE, 1, Polarity.HIGH_IS_GOOD, PeriodKind.FINANCIAL_YEAR)
RISING = [(20, 100), (30, 100), (40, 100), (50, 100), (60, 100)]


def year(n: int, **of: Any) -> Observation:
    return Observation(Period.parse(f"{2000 + n}/{1 + n:02d}"), **{"value": Decimal(50), **of})


def counted(n: int, x: int, out_of: int, **more: Any) -> Observation:
    return year(n, value=Decimal(100 * x) / out_of, count=Decimal(x), denominator=Decimal(out_of), **more)


def series(*observed: Observation) -> list[Revision]:
    return recorded(observed)


def trend_of(*observed: Observation, polarity: Polarity = Polarity.HIGH_IS_GOOD, **of: Any) -> RecentTrend:
    return recent_trend(replace(PERCENTAGE, polarity=polarity, **of), series(*observed))


@pytest.mark.parametrize(
    ("polarity", "rising", "falling"),
    [
        (Polarity.HIGH_IS_GOOD, "increasing_better", "decreasing_worse"),
        (Polarity.LOW_IS_GOOD, "increasing_worse", "decreasing_better"),
        (Polarity.NEUTRAL, "increasing", "decreasing"),
    ],
)
def test_the_words_go_by_direction_and_polarity(polarity: Polarity, rising: str, falling: str) -> None:
    up = [counted(n, *each) for n, each in enumerate(RISING)]
    down = [counted(n, *each) for n, each in enumerate(RISING[::-1])]
    assert trend_of(*up, polarity=polarity).result == rising
    assert trend_of(*down, polarity=polarity).result == falling


def test_only_the_latest_five_count() -> None:
    before = [counted(n, 90, 100) for n in range(4)]
    found = trend_of(*before, *(counted(n + 4, *each) for n, each in enumerate(RISING)))
    assert found.result == "increasing_better"
    assert [each.period.label for each in found.revisions] == ["2004/05", "2005/06", "2006/07", "2007/08", "2008/09"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"value": None, "missing": Missing.SUPPRESSED}, "2002/03 has no value"),
        ({"marks": (Mark.BREAK,)}, "breaks at 2002/03"),
        (None, "nothing was observed before 2003/04"),
        ({"status": ObservationStatus.WITHDRAWN, "value": None}, "nothing was observed before 2003/04"),
    ],
)
def test_what_is_invalid_ends_the_run(changed: dict[str, Any] | None, reason: str) -> None:
    observed = [year(n, lower=Decimal(40), upper=Decimal(60)) for n in range(5)]
    third = [] if changed is None else [year(2, **changed)]
    found = trend_of(*observed[:2], *third, *observed[3:])
    assert (found.result, found.statistics) == ("cannot_be_calculated", None)
    assert reason in (found.reason or "")


def test_a_break_at_the_first_of_the_five_ends_nothing() -> None:
    first = year(0, lower=Decimal(40), upper=Decimal(60), marks=(Mark.BREAK,))
    observed = [year(n, lower=Decimal(40), upper=Decimal(60)) for n in range(1, 5)]
    assert trend_of(first, *observed).result == "no_significant_change"


@pytest.mark.parametrize("odd", [0, 100])
def test_a_count_without_odds_is_refused(odd: int) -> None:
    observed = [counted(n, *each) for n, each in enumerate(RISING)]
    found = trend_of(*observed[:4], counted(4, odd, 100))
    assert (found.result, (found.reason or "")[:13]) == ("cannot_be_calculated", "whole_or_none")


def test_values_without_limits_are_refused_and_a_month_is_no_year() -> None:
    observed = [year(n) for n in range(5)]
    assert (trend_of(*observed).reason or "").startswith("no_limits")
    one = [year(n, lower=Decimal(50), upper=Decimal(50)) for n in range(5)]
    assert (trend_of(*one).reason or "").startswith("no_limits")
    assert (trend_of(*observed, frequency=PeriodKind.MONTH).reason or "").startswith("not_annual")


def test_counts_of_what_is_not_crude_are_tested_by_their_limits() -> None:
    observed = [
        counted(n, *each, lower=Decimal(each[0] - 9), upper=Decimal(each[0] + 9)) for n, each in enumerate(RISING)
    ]
    crude, modelled = trend_of(*observed), trend_of(*observed, calculation=Calculation.MODELLED)
    assert crude.statistics is not None
    assert modelled.statistics is not None
    assert (crude.statistics.method, modelled.statistics.method) == (TrendMethod.PROPORTION, TrendMethod.VALUE)


def test_a_provisional_value_makes_it_provisional() -> None:
    observed = [counted(n, *each) for n, each in enumerate(RISING)]
    assert not trend_of(*observed).provisional
    assert trend_of(*observed[:4], counted(4, 60, 100, status=ObservationStatus.PROVISIONAL)).provisional


@settings(max_examples=50)
@given(st.lists(st.integers(1, 99), min_size=5, max_size=5))
def test_what_did_not_happen_goes_the_other_way(counts: list[int]) -> None:
    def test(of: list[int]) -> Any:
        points = [TrendPoint(Decimal(x), Decimal(x), Decimal(100)) for x in of]
        return trend_statistics(points, TrendMethod.PROPORTION)

    there, not_there = test(counts), test([100 - x for x in counts])
    assert (there.chi_squared, there.slope) == (not_there.chi_squared, -not_there.slope)

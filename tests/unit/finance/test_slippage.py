"""What was planned for the months that are over, against what was validated of periods that are."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.period import Period
from services.finance.domain.ledger import PostedAmounts, State
from services.finance.domain.savings import Amounts
from services.finance.domain.scheme import PlannedPeriod
from services.finance.domain.slippage import Progress, progress

D = Decimal
PLAN = (
    PlannedPeriod(Period.parse("2017/18 Q1"), D(300), D(600)),
    PlannedPeriod(Period.parse("2017/18"), D("100.01"), D("200.01")),
)


def posted(period: str, amount: str, state: State = State.VALIDATED) -> PostedAmounts:
    found = Period.parse(period)
    return PostedAmounts(state, found, Period.quarter_of(found.end), Amounts(D(amount), D(0)))


@pytest.mark.parametrize(
    ("day", "low", "high", "delivered"),
    [
        ("2017-03-31", "0", "0", "0"),
        ("2017-04-29", "0", "0", "0"),  # the month is not over
        ("2017-04-30", "108.33", "216.67", "40"),
        ("2017-05-30", "108.33", "216.67", "40"),
        ("2017-06-30", "325.00", "650.00", "40"),
        ("2018-03-31", "400.01", "800.01", "50"),
    ],
)
def test_a_plan_is_spread_over_its_months_and_counts_once_they_are_over(day: str, low: str, high: str, delivered: str):
    entries = [
        posted("2017-04", "40"),
        posted("2017/18 Q4", "10"),
        posted("2017-04", "7", State.INDICATED),
        posted("2017-04", "5", State.BANKED),
    ]
    found = progress(PLAN, entries, date.fromisoformat(day))
    assert (found.low, found.high, found.delivered) == (D(low), D(high), D(delivered))


def test_slippage_is_the_middle_of_the_plan_less_what_was_delivered_of_either_sign():
    assert progress(PLAN, [], date(2018, 3, 31)).slippage == D("600.01")
    assert progress(PLAN, [posted("2017/18 Q1", "700")], date(2018, 3, 31)).slippage == D("-99.99")


AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=2)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, st.integers(1, 12)), max_size=4))
def test_quarters_add_up_to_the_year_to_the_penny(parts: list[tuple[D, D, int]]):
    plan = [
        PlannedPeriod(Period.month(2017 if month > 3 else 2018, month), min(low, high), max(low, high))
        for low, high, month in parts
    ] + [PlannedPeriod(Period.parse("2017/18"), low, low + high) for low, high, _ in parts]
    ends = [date(2017, 3, 31), date(2017, 6, 30), date(2017, 9, 30), date(2017, 12, 31), date(2018, 3, 31)]
    until = [progress(plan, [], day) for day in ends]
    added = Progress()
    for before, after in pairwise(until):
        added = added.plus(after.minus(before))
    assert added == until[-1]
    assert added.low == sum((part.low for part in plan), D(0))
    assert added.high == sum((part.high for part in plan), D(0))

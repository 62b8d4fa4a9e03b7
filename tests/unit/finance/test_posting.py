"""Where in time a posting may fall, what it may cover, and how far banked money goes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.period import Period
from services.finance.domain.ledger import Entry, PostedAmounts, State, latest_posting_quarter, posting_quarter
from services.finance.domain.posting import (
    Posting,
    beyond_validated,
    correction_faults,
    is_same,
    overlapped,
    posting_faults,
)
from services.finance.domain.savings import Amounts

D = Decimal
P = Period.parse
YEAR = P("2017/18")
TODAY = date(2018, 2, 28)


def posting(period: str, posted_in: str | None = None, **changes: object) -> Posting:
    known: dict[str, object] = {
        "reference": "new",
        "state": State.VALIDATED,
        "period": P(period),
        "posted_in": None if posted_in is None else P(posted_in),
        "amount": D(5),
        "reason": "Invoices",
    }
    return Posting(**(known | changes))  # type: ignore[arg-type]


def entry(reference: str, period: str, state: State = State.VALIDATED, corrects: str | None = None) -> Entry:
    return posting(period, reference=reference, state=state, corrects=corrects).entry("a", ())


@pytest.mark.parametrize(
    ("period", "posted_in", "field"),
    [
        ("2017/18 Q4", "2030/31 Q1", "posted_in"),
        ("2017/18 Q4", "2018/19 Q1", "posted_in"),
        ("2017/18 Q4", None, None),  # a period still to come falls in its own quarter
        ("2017/18 Q1", "2017/18 Q4", None),  # the current quarter
        ("2017/18 Q1", "2018/19 Q1", "posted_in"),
        ("2017/18 Q2", "2017/18 Q1", "posted_in"),
        ("2017/18", "2017/18 Q3", "posted_in"),
        ("2016-12", None, "period"),
        ("2018/19 Q1", None, "period"),
    ],
)
def test_a_posting_falls_neither_before_its_period_ends_nor_later_than_it_may(
    period: str, posted_in: str | None, field: str | None
):
    found = [where for where, _ in posting_faults(posting(period, posted_in), YEAR, (), TODAY)]
    assert found == ([] if field is None else [field])


@pytest.mark.parametrize(
    ("today", "period", "latest"),
    [
        (date(2018, 2, 28), "2017-12", "2017/18 Q4"),
        (date(2018, 3, 31), "2017-12", "2017/18 Q4"),
        (date(2018, 4, 1), "2017-12", "2018/19 Q1"),
        (date(2017, 5, 1), "2017-12", "2017/18 Q3"),
        (date(2017, 5, 1), "2017/18", "2017/18 Q4"),
    ],
)
def test_the_last_quarter_is_the_current_one_or_the_periods_own(today: date, period: str, latest: str):
    assert latest_posting_quarter(P(period), today) == P(latest)


@given(st.dates(date(2017, 4, 1), date(2019, 3, 31)), st.integers(0, 11), st.sets(st.integers(0, 9)))
def test_where_only_ended_quarters_are_closed_an_entry_is_never_later_than_it_may(
    today: date, month: int, closed_numbers: set[int]
):
    period, quarters = Period.month(2017 + (month + 3) // 12, (month + 3) % 12 + 1), [P("2017/18 Q1")]
    while len(quarters) < 10:
        quarters.append(quarters[-1].next())
    closed = {quarters[n] for n in closed_numbers if quarters[n].end < today}
    quarter = posting_quarter(period, closed)
    assert quarter not in closed
    assert not latest_posting_quarter(period, today) < quarter


@pytest.mark.parametrize(
    ("period", "first"),
    [
        ("2017/18", "year"),
        ("2017/18 Q4", "year"),
        ("2018-01", "year"),
        ("2017/18 Q1 - 2017/18 Q3", "year"),
    ],
)
def test_no_two_originals_of_a_state_cover_the_same_month(period: str, first: str):
    there = [entry("year", "2017/18")]
    found = overlapped(posting(period), there)
    assert found is not None
    assert found.reference == first
    assert overlapped(posting(period, state=State.BANKED), there) is None


def test_neighbours_and_corrections_are_no_overlap():
    there = [entry("q3", "2017/18 Q3"), entry("again", "2017/18 Q3", corrects="q3")]
    assert overlapped(posting("2018-01"), there) is None
    assert overlapped(posting("2017-12"), there) is there[0]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"corrects": "q3"}, None),
        ({"corrects": "again"}, None),
        ({"corrects": "other"}, "corrects"),
        ({"corrects": "q3", "state": State.BANKED}, "state"),
        ({"corrects": "q3", "period": "2017-12"}, "period"),
        ({"corrects": "q3", "period": "2017/18"}, "period"),
    ],
)
def test_a_correction_names_an_entry_and_covers_its_period(changes: dict[str, Any], field: str | None):
    there = [entry("q3", "2017/18 Q3"), entry("again", "2017/18 Q3", corrects="q3")]
    found = [where for where, _ in correction_faults(posting(**({"period": "2017/18 Q3"} | changes)), there)]
    assert found == ([] if field is None else [field])


@pytest.mark.parametrize(
    ("banked", "validated", "beyond"),
    [
        ("9.95", "9.95", "0"),
        ("0", "9.95", "0"),
        ("9.96", "9.95", "0.01"),
        ("-0.01", "9.95", "-0.01"),
        ("-9.95", "-9.95", "0"),
        ("-9.96", "-9.95", "-0.01"),
        ("0.01", "-9.95", "0.01"),
        ("-9.95", "0", "-9.95"),
        ("100", "60", "40"),
    ],
)
def test_banked_lies_between_nought_and_validated_whichever_sign_that_has(banked: str, validated: str, beyond: str):
    assert beyond_validated(D(banked), D(validated)) == D(beyond)


money = st.decimals(min_value=-1000, max_value=1000, places=2)


@given(money, money)
def test_what_is_left_after_unbanking_lies_between(banked: Decimal, validated: Decimal):
    left = banked - beyond_validated(banked, validated)
    assert min(validated, 0) <= left <= max(validated, 0)
    assert beyond_validated(-banked, -validated) == -beyond_validated(banked, validated)


def test_the_same_is_said_again_whatever_quarter_was_open_then():
    sent = posting("2017-12")
    fell = sent.entry("a", {P("2017/18 Q3")})
    assert fell.posted == PostedAmounts(State.VALIDATED, P("2017-12"), P("2017/18 Q4"), Amounts(D(5), D(0)))
    assert fell.restates
    assert is_same(fell, sent)
    assert is_same(fell, posting("2017-12", "2017/18 Q4"))
    for other in (
        posting("2017-12", "2017/18 Q3"),
        posting("2017-12", amount=D(6)),
        posting("2017-12", corrects="x"),
        posting("2017-11"),
        posting("2017-12", reason="y"),
        posting("2017-12", state=State.BANKED),
    ):
        assert not is_same(fell, other)

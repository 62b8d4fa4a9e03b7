"""What is banked beyond a line's budget is held, and schemes, line and quarters add up to one another."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.period import Period
from services.finance.domain.capping import Banked, Capped, LineCap, cap_line

D = Decimal
P = Period.parse
QUARTERS = [P(f"2017/18 Q{n}") for n in (1, 2, 3, 4)] + [P("2018/19 Q1")]


def banked(*parts: tuple[str, str, str]) -> list[Banked]:
    return [Banked(scheme, P(quarter), D(amount)) for scheme, quarter, amount in parts]


def quarters(cap: LineCap) -> dict[str, Decimal]:
    return {quarter.label: amount for quarter, amount in cap.by_quarter.items()}


def test_two_schemes_of_80000_on_a_line_of_100000_count_50000_each():
    cap = cap_line(D(100_000), banked(("a", "2017/18 Q1", "80000"), ("b", "2017/18 Q2", "80000")))
    assert cap.total == Capped(D(100_000), D(60_000))
    assert quarters(cap) == {"2017/18 Q1": D(80_000), "2017/18 Q2": D(20_000)}
    assert cap.by_scheme == {"a": Capped(D(50_000), D(30_000)), "b": Capped(D(50_000), D(30_000))}


def test_the_running_total_is_capped_so_that_a_quarter_that_takes_back_from_the_excess_changes_nothing():
    parts = (("a", "2017/18 Q1", "130"), ("a", "2017/18 Q2", "-20"), ("a", "2017/18 Q3", "-20"))
    assert quarters(cap_line(D(100), banked(*parts))) == {
        "2017/18 Q1": D(100),
        "2017/18 Q2": D(0),
        "2017/18 Q3": D(-10),
    }


def test_a_scheme_that_took_back_gives_nothing_of_the_excess():
    parts = (("a", "2017/18 Q1", "100"), ("b", "2017/18 Q1", "50.01"), ("c", "2017/18 Q1", "-30"))
    cap = cap_line(D(100), banked(*parts))
    assert cap.total == Capped(D("100.00"), D("20.01"))
    assert cap.by_scheme["c"] == Capped(D(-30))
    assert [cap.by_scheme[code].excess for code in ("a", "b")] == [D("13.34"), D("6.67")]


@pytest.mark.parametrize(
    ("total", "budget", "counted"),
    [("99.99", "100", "99.99"), ("100", "100", "100"), ("130", "100", "100"), ("-50", "100", "-50"), ("10", "-5", "0")],
)
def test_a_line_counts_at_most_its_budget(total: str, budget: str, counted: str):
    cap = cap_line(D(budget), banked(("a", "2017/18 Q1", total)))
    assert cap.of("a") == cap.total == Capped(D(counted), D(total) - D(counted))
    assert cap.of("another") == Capped(D(0))


CLOSED = {"2017/18 Q2": "50"}
"""Of 80 banked in the second quarter 50 counted when it was closed: 50 of 100 were banked before."""


@pytest.mark.parametrize(
    ("budget", "parts", "closed", "counted"),
    [
        ("100", {"2017/18 Q1": "50", "2017/18 Q2": "80"}, CLOSED, {"2017/18 Q1": "50", "2017/18 Q2": "50"}),
        (
            "100",
            {"2017/18 Q1": "80", "2017/18 Q2": "80"},
            CLOSED,
            {"2017/18 Q1": "80", "2017/18 Q2": "50", "2017/18 Q3": "-30"},
        ),
        (
            "100",
            {"2017/18 Q1": "80", "2017/18 Q2": "80", "2017/18 Q4": "5"},
            CLOSED,
            {"2017/18 Q1": "80", "2017/18 Q2": "50", "2017/18 Q4": "-30"},
        ),
        (
            "130",
            {"2017/18 Q1": "50", "2017/18 Q2": "80"},
            CLOSED,
            {"2017/18 Q1": "50", "2017/18 Q2": "50", "2017/18 Q3": "30"},
        ),
        (
            "60",
            {"2017/18 Q1": "50", "2017/18 Q2": "80"},
            CLOSED | {"2017/18 Q1": "50", "2017/18 Q3": "0"},
            {"2017/18 Q1": "50", "2017/18 Q2": "50", "2017/18 Q4": "-40"},
        ),
    ],
    ids=["as it was closed", "more before", "more before, and after", "a larger budget", "a smaller budget"],
)
def test_what_a_closed_quarter_counted_stays_and_the_difference_falls_in_an_open_one(
    budget: str, parts: dict[str, str], closed: dict[str, str], counted: dict[str, str]
):
    made = banked(*(("a", quarter, amount) for quarter, amount in parts.items()))
    cap = cap_line(D(budget), made, {P(quarter): D(amount) for quarter, amount in closed.items()})
    assert quarters(cap) == {quarter: D(amount) for quarter, amount in counted.items()}
    assert cap.total.counted == sum(cap.by_quarter.values()) == min(D(budget), sum(map(D, parts.values())))


def test_a_line_without_postings_counts_nothing():
    assert cap_line(D(100), []) == LineCap()


pence = st.decimals(min_value=-(10**7), max_value=10**7, places=2)
postings = st.lists(st.builds(Banked, st.sampled_from("abcd"), st.sampled_from(QUARTERS), pence), max_size=14)


@given(postings, pence)
def test_schemes_and_quarters_add_up_to_the_line(parts: Sequence[Banked], budget: Decimal):
    cap, posted = cap_line(budget, parts), sum((part.amount for part in parts), D(0))
    assert sum(cap.by_quarter.values(), D(0)) == cap.total.counted == min(posted, max(budget, D(0)))
    assert sum((one.counted for one in cap.by_scheme.values()), D(0)) == cap.total.counted
    assert cap.total.counted + cap.total.excess == posted
    for code, one in cap.by_scheme.items():
        own = sum((part.amount for part in parts if part.scheme == code), D(0))
        assert one.counted + one.excess == own
        assert 0 <= one.excess <= max(own, D(0))


@given(postings, postings, pence, pence, st.sets(st.sampled_from(QUARTERS)))
def test_no_closed_quarter_moves_whatever_is_posted_or_budgeted_later(
    before: Sequence[Banked], later: Sequence[Banked], budget: Decimal, other: Decimal, closed: set[Period]
):
    first = cap_line(budget, before)
    counted = {quarter: first.by_quarter.get(quarter, D(0)) for quarter in closed}
    assert cap_line(budget, before, counted) == first, "closing alone moves nothing"
    parts = [*before, *(part for part in later if part.quarter not in closed)]
    cap = cap_line(other, parts, counted)
    assert {quarter: cap.by_quarter.get(quarter, D(0)) for quarter in closed} == counted
    assert sum(cap.by_quarter.values(), D(0)) == cap.total.counted
    assert cap.total.counted == min(sum((part.amount for part in parts), D(0)), max(other, D(0)))


@given(postings, pence, st.randoms(use_true_random=False))
def test_the_order_of_postings_does_not_matter(parts: list[Banked], budget: Decimal, shuffler: object):
    before = cap_line(budget, parts)
    shuffler.shuffle(parts)  # type: ignore[attr-defined]
    assert cap_line(budget, parts) == before

from datetime import date

import pytest

from contracts.period import Period
from services.finance.domain.ledger import has_ended, is_restatement, months_of, overlapping, posting_quarter, within

P = Period.parse


@pytest.mark.parametrize(
    ("period", "closed", "posted"),
    [
        ("2017-12", [], "2017/18 Q3"),
        ("2017-12", ["2017/18 Q2"], "2017/18 Q3"),
        ("2017-12", ["2017/18 Q3"], "2017/18 Q4"),
        ("2018-03", ["2017/18 Q3", "2017/18 Q4"], "2018/19 Q1"),
        ("2017-12", ["2017/18 Q3", "2017/18 Q4"], "2018/19 Q1"),
        ("2017-06", ["2017/18 Q1", "2017/18 Q2", "2017/18 Q3"], "2017/18 Q4"),
        ("2017/18", [], "2017/18 Q4"),
    ],
)
def test_an_entry_falls_in_its_own_quarter_or_the_first_open_one_after(period: str, closed: list[str], posted: str):
    assert posting_quarter(P(period), {P(q) for q in closed}) == P(posted)


@pytest.mark.parametrize(
    ("posted_in", "first", "says"),
    [
        ("2017/18 Q3", True, False),
        ("2017/18 Q3", False, True),
        ("2017/18 Q4", True, True),
        ("2017/18 Q4", False, True),
    ],
)
def test_a_restatement_or_a_late_entry_says_what_it_relates_to(posted_in: str, first: bool, says: bool):
    assert is_restatement(P("2017-12"), P(posted_in), first=first) is says


def test_a_quarter_has_ended_the_day_after_its_last():
    assert not has_ended(P("2017/18 Q3"), date(2017, 12, 31))
    assert has_ended(P("2017/18 Q3"), date(2018, 1, 1))


def test_months_tell_overlap_and_belonging():
    assert len(months_of(P("2017/18"))) == 12
    assert months_of(P("2017-12")) < months_of(P("2017/18 Q3"))
    assert overlapping([P("2017/18 Q1"), P("2017-07"), P("2017/18 Q2")]) == P("2017/18 Q2")
    assert overlapping([P("2017/18 Q1"), P("2017/18 Q2")]) is None
    assert within(P("2018-03"), P("2017/18"))
    assert not within(P("2018-04"), P("2017/18"))

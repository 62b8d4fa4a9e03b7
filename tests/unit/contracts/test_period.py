"""Every row of the table of periods, in every accepted form, and what is refused."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts.period import ACCEPTED_FORMS, Period, PeriodKind, UnknownPeriodError

K = PeriodKind


@pytest.mark.parametrize(
    ("kind", "label", "also", "start", "end"),
    [
        (
            K.MONTH,
            "2017-12",
            ("Dec-17", "Dec 2017", "December 2017", "dec 17", "DECEMBER-2017", "  Dec   2017 "),
            date(2017, 12, 1),
            date(2017, 12, 31),
        ),
        (K.MONTH, "2016-02", ("Feb-16", "February 2016"), date(2016, 2, 1), date(2016, 2, 29)),
        (
            K.QUARTER,
            "2017/18 Q3",
            ("2017/18 - Q3", "2017-18 Q3", "Q3 2017/18", "q3 2017-18", "2017-18 - Q3"),
            date(2017, 10, 1),
            date(2017, 12, 31),
        ),
        (K.QUARTER, "2017/18 Q4", ("Q4 2017/18",), date(2018, 1, 1), date(2018, 3, 31)),
        (K.QUARTER, "1999/00 Q1", ("Q1 1999-00",), date(1999, 4, 1), date(1999, 6, 30)),
        (K.FINANCIAL_YEAR, "2017/18", ("2017-18",), date(2017, 4, 1), date(2018, 3, 31)),
        (K.FINANCIAL_YEAR, "1999/00", ("1999-00",), date(1999, 4, 1), date(2000, 3, 31)),
        (K.CALENDAR_YEAR, "2017", (), date(2017, 1, 1), date(2017, 12, 31)),
        (K.POOLED_YEARS, "2015 - 17", (), date(2015, 1, 1), date(2017, 12, 31)),
        (K.POOLED_YEARS, "1999 - 01", (), date(1999, 1, 1), date(2001, 12, 31)),
        (
            K.CUMULATIVE_QUARTERS,
            "2021/22 Q1 - 2021/22 Q3",
            ("2021-22 Q1 - 2021-22 Q3",),
            date(2021, 4, 1),
            date(2021, 12, 31),
        ),
        (
            K.ROLLING_YEAR,
            "Apr 2017 - Mar 2018",
            ("April 2017 - March 2018", "apr 2017 - mar 2018"),
            date(2017, 4, 1),
            date(2018, 3, 31),
        ),
    ],
)
def test_every_accepted_form_is_the_same_period(kind: K, label: str, also: tuple[str, ...], start: date, end: date):
    period = Period(kind, start, end)
    assert period.label == str(period) == label
    for text in (label, *also):
        assert Period.parse(text) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2015-17",  # pooled years or a financial year?
        "2017-19",
        "2017-00",
        "2017-13",
        "2017/19",
        "2017/18 Q5",
        "2017/18 Q0",
        "2017/19 Q1",
        "Q3 2017",
        "2015 - 15",
        "17",
        "217-12",
        "2017-1",
        "Sept-17",
        "Smarch 2017",
        "2021/22 Q3 - 2021/22 Q1",
        "Apr 2017 - Apr 2018",
        "Apr 2017 - Feb 2018",
        "2017-12-01",
        "\uff12\uff10\uff11\uff17-12",
        "2017\u20132018",
        "2017-12" + " " * 60 + "x",
        "9" * 5000,
    ],
)
def test_text_that_is_no_period_is_quoted_and_the_forms_are_listed(text: str):
    with pytest.raises(UnknownPeriodError) as refused:
        Period.parse(text)
    assert repr(" ".join(text.split())[:40]) in str(refused.value)
    for form in ACCEPTED_FORMS:
        assert form in str(refused.value)


def test_years_that_could_be_two_things_say_how_to_write_them():
    with pytest.raises(UnknownPeriodError, match="as 2015 - 17"):
        Period.parse("2015-17")


@pytest.mark.parametrize(
    ("first", "second", "follows"),
    [
        ("2017-12", "2018-01", True),
        ("2017-11", "2018-01", False),
        ("2018-01", "2017-12", False),
        ("2017-12", "2017-12", False),
        ("2017/18 Q4", "2018/19 Q1", True),
        ("2017/18 Q3", "2018-01", False),  # another kind
        ("2016/17", "2017/18", True),
        ("2016", "2017", True),
        ("2016", "2016/17", False),
        ("2012 - 14", "2015 - 17", False),
        ("2021/22 Q1 - 2021/22 Q2", "2021/22 Q3 - 2021/22 Q4", False),
        ("Apr 2016 - Mar 2017", "Apr 2017 - Mar 2018", False),
    ],
)
def test_which_periods_follow_one_another(first: str, second: str, follows: bool):
    assert Period.parse(first).followed_by(Period.parse(second)) is follows


def test_periods_sort_by_end_then_start():
    labels = ["2017", "2017/18 Q3", "2017-12", "2018-01", "2017/18"]
    shuffled = [Period.parse(label) for label in reversed(labels)]
    assert [str(p) for p in sorted(shuffled)] == labels


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("2017/18 Q3", 20170300),
        ("2017-12", 20170012),
        ("2017/18", 20170000),
        ("2017/18 Q4", 20170400),
        ("2018-01", 20180001),
    ],
)
def test_profile_sort_keys_are_written_and_read(label: str, key: int):
    assert Period.parse(label).fingertips_key == key
    assert Period.from_fingertips(key) == Period.parse(label)


def test_a_year_key_is_calendar_where_that_is_said():
    assert Period.from_fingertips(20170000, year_kind=K.CALENDAR_YEAR) == Period.parse("2017")
    assert Period.parse("2017").fingertips_key == 20170000


@pytest.mark.parametrize("key", [0, 20170500, 20170013, 20170312, 17, -20170300, 201703000])
def test_other_numbers_are_no_sort_keys(key: int):
    with pytest.raises(UnknownPeriodError):
        Period.from_fingertips(key)


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2018, 1, 1), "2017/18 Q4"),
        (date(2018, 3, 31), "2017/18 Q4"),
        (date(2018, 4, 1), "2018/19 Q1"),
        (date(2018, 12, 31), "2018/19 Q3"),
    ],
)
def test_the_financial_quarter_of_a_day(day: date, label: str):
    assert str(Period.quarter_of(day)) == label


def _months() -> st.SearchStrategy[Period]:
    return st.builds(Period.month, st.integers(1950, 2098), st.integers(1, 12))


def _quarters() -> st.SearchStrategy[Period]:
    return st.builds(Period.quarter, st.integers(1950, 2097), st.integers(1, 4))


def _spans() -> st.SearchStrategy[Period]:
    def span(kind: K, month: int, months: int) -> st.SearchStrategy[Period]:
        return st.builds(lambda y: Period.span(kind, date(y, month, 1), months), st.integers(1950, 2080))

    rolling = st.integers(1, 12).flatmap(lambda month: span(K.ROLLING_YEAR, month, 12))
    pooled = st.integers(2, 9).flatmap(lambda years: span(K.POOLED_YEARS, 1, 12 * years))
    cumulative = st.integers(1, 4).flatmap(lambda quarters: span(K.CUMULATIVE_QUARTERS, 4, 3 * quarters))
    return st.one_of(rolling, pooled, cumulative, span(K.FINANCIAL_YEAR, 4, 12), span(K.CALENDAR_YEAR, 1, 12))


any_period = st.one_of(_months(), _quarters(), _spans())


@given(any_period)
def test_a_label_reads_back_as_its_period(period: Period):
    assert Period.parse(period.label) == period


@given(any_period)
def test_the_next_begins_the_day_after_and_leads_back(period: Period):
    following = period.next()
    assert following.start == period.end + timedelta(days=1)
    assert (following.kind, following.months) == (period.kind, period.months)
    assert following.previous() == period
    assert period.followed_by(following) is not period.overlaps
    assert period < following


@given(st.one_of(_months(), _quarters()))
def test_every_sort_key_reads_back(period: Period):
    assert Period.from_fingertips(period.fingertips_key) == period


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)))
def test_a_quarter_holds_its_day(day: date):
    quarter = Period.quarter_of(day)
    assert quarter.start <= day <= quarter.end
    assert quarter.months == 3


@given(st.text(max_size=50))
def test_any_text_is_a_period_or_refused(text: str):
    try:
        assert Period.parse(Period.parse(text).label) == Period.parse(text)
    except UnknownPeriodError as refused:
        assert "Accepted:" in str(refused)  # noqa: PT017  either way is right


def test_twelve_quarters_run_on_without_a_gap():
    quarters = [Period.quarter(2015 + n // 4, n % 4 + 1) for n in range(12)]
    assert all(before.followed_by(after) for before, after in pairwise(quarters))


class Body(BaseModel):
    period: Period
    anything: Any = None


def test_a_body_reads_text_and_writes_the_label():
    body = Body.model_validate({"period": "Dec-17"})
    assert body.period == Period.month(2017, 12)
    assert body.model_dump_json() == '{"period":"2017-12","anything":null}'
    assert TypeAdapter(Any).dump_json({"period": body.period}) == b'{"period":"2017-12"}'
    assert Body.model_json_schema()["properties"]["period"]["type"] == "string"


@pytest.mark.parametrize("sent", [2017, None, 1.5, ["2017"], {"kind": "month"}, "soon"])
def test_a_body_refuses_what_is_no_period(sent: object):
    with pytest.raises(ValidationError) as refused:
        Body.model_validate({"period": sent})
    assert refused.value.errors()[0]["type"] == "period"

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
        (
            K.MONTH,
            "2017-09",
            ("Sept 2017", "Sept-17", "Sep 2017", "September 2017"),
            date(2017, 9, 1),
            date(2017, 9, 30),
        ),
        (K.MONTH, "1999-12", ("Dec-99",), date(1999, 12, 1), date(1999, 12, 31)),
        (K.MONTH, "1998-04", ("Apr-98",), date(1998, 4, 1), date(1998, 4, 30)),
        (K.MONTH, "1969-01", ("Jan-69",), date(1969, 1, 1), date(1969, 1, 31)),
        (K.MONTH, "2068-12", ("Dec-68",), date(2068, 12, 1), date(2068, 12, 31)),
        (K.MONTH, "2016-02", ("Feb-16", "February 2016"), date(2016, 2, 1), date(2016, 2, 29)),
        (
            K.QUARTER,
            "2017/18 Q3",
            ("2017/18 - Q3", "2017-18 Q3", "Q3 2017/18", "q3 2017-18", "2017-18 - Q3", "2017-18-Q3"),
            date(2017, 10, 1),
            date(2017, 12, 31),
        ),
        (K.QUARTER, "2017/18 Q4", ("Q4 2017/18",), date(2018, 1, 1), date(2018, 3, 31)),
        (K.QUARTER, "1999/00 Q1", ("Q1 1999-00",), date(1999, 4, 1), date(1999, 6, 30)),
        (K.FINANCIAL_YEAR, "2017/18", ("2017-18",), date(2017, 4, 1), date(2018, 3, 31)),
        (K.FINANCIAL_YEAR, "1999/00", ("1999-00",), date(1999, 4, 1), date(2000, 3, 31)),
        (K.CALENDAR_YEAR, "2017", (), date(2017, 1, 1), date(2017, 12, 31)),
        (K.CALENDAR_QUARTER, "2018 Q1", ("Q1 2018", "q1 2018"), date(2018, 1, 1), date(2018, 3, 31)),
        (K.CALENDAR_QUARTER, "2017 Q4", ("Q4 2017",), date(2017, 10, 1), date(2017, 12, 31)),
        (
            K.ACADEMIC_YEAR,
            "2017/18 academic",
            ("AY 2017/18", "ay 2017-18", "2017-18 Academic"),
            date(2017, 9, 1),
            date(2018, 8, 31),
        ),
        (K.POOLED_YEARS, "2015 - 17", ("2015 - 2017",), date(2015, 1, 1), date(2017, 12, 31)),
        (K.POOLED_YEARS, "1999 - 01", ("1999 - 2001",), date(1999, 1, 1), date(2001, 12, 31)),
        (
            K.POOLED_FINANCIAL_YEARS,
            "2013/14 - 2015/16",
            ("2013/14 - 15/16", "2013-14 - 2015-16"),
            date(2013, 4, 1),
            date(2016, 3, 31),
        ),
        (K.POOLED_FINANCIAL_YEARS, "2016/17 - 2020/21", ("2016/17 - 20/21",), date(2016, 4, 1), date(2021, 3, 31)),
        (K.POOLED_FINANCIAL_YEARS, "1998/99 - 2000/01", ("1998/99 - 00/01",), date(1998, 4, 1), date(2001, 3, 31)),
        (
            K.CUMULATIVE_QUARTERS,
            "2021/22 Q1 - 2021/22 Q3",
            ("2021-22 Q1 - 2021-22 Q3", "2021/22 Q1-Q3", "2021/22 Q1 - Q3"),
            date(2021, 4, 1),
            date(2021, 12, 31),
        ),
        (K.CUMULATIVE_QUARTERS, "2021/22 Q1 - 2025/26 Q3", (), date(2021, 4, 1), date(2025, 12, 31)),
        (K.CUMULATIVE_QUARTERS, "2021/22 Q1 - 2021/22 Q1", ("2021/22 Q1-Q1",), date(2021, 4, 1), date(2021, 6, 30)),
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
        "2017 Q5",
        "Q0 2017",
        "2015 - 15",
        "2015 - 14",
        "2015 - 2014",
        "2015 - 2015",
        "2017 - 15",
        "2015 - 2017/18",
        "2015/16 - 2013/14",
        "2015/16 - 14/15",
        "2015/16 - 15/16",
        "2013/14 - 15/17",
        "2013/15 - 15/16",
        "2013/14 - 2015",
        "2017/18  academics",
        "AY 2017",
        "2017/19 academic",
        "2021/22 Q3-Q1",
        "2021/22 Q1-Q5",
        "20170300",  # a sort key, without an indicator
        "17",
        "217-12",
        "2017-1",
        "Septe-17",
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
        ("2012/13 - 2014/15", "2015/16 - 2017/18", False),
        ("2017 Q4", "2018 Q1", True),
        ("2017 Q4", "2018 Q2", False),
        ("2017 Q4", "2017/18 Q4", False),  # another kind
        ("2016/17 academic", "2017/18 academic", True),
        ("2016/17", "2017/18 academic", False),
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
        ("2017", 20170000),
        ("2018 Q1", 20180100),
        ("2017/18 academic", 20170000),
        ("Apr 2017 - Mar 2018", 20170004),
        ("2021/22 Q1 - 2021/22 Q3", 20210300),
        ("2013/14 Q1 - 2017/18 Q2", 20131800),
    ],
)
def test_profile_sort_keys_are_written_and_read_by_the_kind_of_the_indicator(label: str, key: int):
    period = Period.parse(label)
    assert period.fingertips_key == key
    assert Period.from_fingertips(key, period.kind) == Period.parse(str(key), period.kind) == period


@pytest.mark.parametrize("label", ["2015 - 17", "2015/16 - 2017/18"])
def test_a_key_of_pooled_years_is_written_but_does_not_say_how_many(label: str):
    period = Period.parse(label)
    assert period.fingertips_key == 20150000
    with pytest.raises(UnknownPeriodError, match="write the label"):
        Period.parse("20150000", period.kind)


def test_a_cumulation_from_the_middle_of_a_year_has_no_key():
    assert Period.parse("2021/22 Q2 - 2021/22 Q3").fingertips_key is None


@pytest.mark.parametrize("key", [0, 20170500, 20170013, 20170312, 17, -20170300, 201703000, 18990000, 21000000])
@pytest.mark.parametrize("kind", [K.MONTH, K.QUARTER, K.CALENDAR_QUARTER, K.FINANCIAL_YEAR, K.CALENDAR_YEAR])
def test_other_numbers_are_no_sort_keys(key: int, kind: K):
    with pytest.raises(UnknownPeriodError):
        Period.from_fingertips(key, kind)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("20170300", K.MONTH),
        ("20170012", K.QUARTER),
        ("20170012", K.FINANCIAL_YEAR),
        ("20170000", K.MONTH),
        ("20170000", K.ROLLING_YEAR),
        ("20170000", K.CUMULATIVE_QUARTERS),
    ],
)
def test_a_key_of_another_kind_is_refused_and_quoted(key: str, kind: K):
    with pytest.raises(UnknownPeriodError, match=f"'{key}'"):
        Period.parse(key, kind)


def test_a_key_without_an_indicator_says_nothing():
    with pytest.raises(UnknownPeriodError, match="without the indicator"):
        Period.parse("20170300")


@pytest.mark.parametrize("text", ["2021/22 Q1", "Q1 2021/22", "2021-22-Q1"])
def test_a_lone_quarter_is_cumulative_for_an_indicator_of_that_kind(text: str):
    assert Period.parse(text, K.CUMULATIVE_QUARTERS) == Period.parse("2021/22 Q1-Q1")
    assert Period.parse(text).kind is Period.parse(text, K.MONTH).kind is K.QUARTER


def test_a_year_that_looks_like_a_month_is_a_year_for_a_yearly_indicator():
    assert Period.parse("2011-12", K.FINANCIAL_YEAR) == Period.parse("2011/12")
    assert Period.parse("2011-11", K.FINANCIAL_YEAR) == Period.parse("2011-11", K.MONTH) == Period.month(2011, 11)
    assert Period.parse("2011-12") == Period.month(2011, 12)


@given(st.sampled_from(list(K)), st.sampled_from(["2017-12", "2017/18", "2017", "2015 - 17", "2018 Q1", "Dec-17"]))
def test_what_says_by_itself_what_it_is_stands_whatever_the_indicator(kind: K, text: str):
    assert Period.parse(text, kind) == Period.parse(text)


def test_links_write_a_quarter_without_its_slash():
    assert Period.parse("2017/18 Q3").path == "2017-18-Q3"
    assert Period.parse("2017-12").path == "2017-12"


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
    pooled_financial = st.integers(2, 9).flatmap(lambda years: span(K.POOLED_FINANCIAL_YEARS, 4, 12 * years))
    calendar = st.integers(1, 4).flatmap(lambda quarter: span(K.CALENDAR_QUARTER, 3 * quarter - 2, 3))
    academic = span(K.ACADEMIC_YEAR, 9, 12)
    cumulative = st.integers(1, 20).flatmap(lambda quarters: span(K.CUMULATIVE_QUARTERS, 4, 3 * quarters))
    years = span(K.FINANCIAL_YEAR, 4, 12), span(K.CALENDAR_YEAR, 1, 12)
    return st.one_of(rolling, pooled, pooled_financial, calendar, academic, cumulative, *years)


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
    kinds = {K.POOLED_YEARS, K.POOLED_FINANCIAL_YEARS, K.CUMULATIVE_QUARTERS, K.ROLLING_YEAR}
    assert period.overlaps is (period.kind in kinds)
    assert period < following


@given(any_period.filter(lambda period: period.kind not in {K.POOLED_YEARS, K.POOLED_FINANCIAL_YEARS}))
def test_every_sort_key_reads_back(period: Period):
    assert Period.from_fingertips(period.fingertips_key, period.kind) == period


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

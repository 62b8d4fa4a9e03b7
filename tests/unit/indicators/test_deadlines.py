"""Deadlines of service standards: golden cases, cases by hand, and the table of bank holidays."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.indicators.domain.bank_holidays import OutsideCalendar, WorkingCalendar
from services.indicators.domain.deadlines import Deadline, NoDeadline, Receipt, deadline
from services.indicators.domain.standards import ServiceStandard, StandardLimit, StandardUnit
from services.indicators.repository.bank_holidays import get_bank_holidays

GOLDENS = Path(__file__).parents[2] / "fixtures/standards/deadlines.csv"
UK, ENGLAND_AND_WALES = WorkingCalendar.UNITED_KINGDOM, WorkingCalendar.ENGLAND_AND_WALES
WORKING, MONTHS = StandardUnit.WORKING_DAYS, StandardUnit.MONTHS


def limit(
    number: int, unit: StandardUnit, calendar: WorkingCalendar | None = None, *, from_next_day: bool = False
) -> StandardLimit:
    return StandardLimit(number, unit, calendar, None, None, from_next_day)


LIMITS = {
    "foi": limit(20, WORKING, UK),
    "eir_extended": limit(40, WORKING, UK),
    "eir_review": limit(40, WORKING, UK),
    "subject_access": limit(1, MONTHS, ENGLAND_AND_WALES),
    "subject_access_paused": limit(1, MONTHS, ENGLAND_AND_WALES),
    "complaint_stage_1_acknowledge": limit(5, WORKING, ENGLAND_AND_WALES),
    "complaint_stage_1_answer": limit(10, WORKING, ENGLAND_AND_WALES),
    "breach": limit(72, StandardUnit.HOURS),
}


def receipt(text: str) -> Receipt:
    """As the golden cases write it: a day or a moment, after words, before the days of a pause."""
    first, *paused = (part.rsplit(" ", 1)[-1] for part in text.split("; "))
    found = Receipt.at(datetime.fromisoformat(first)) if "T" in first else Receipt(date.fromisoformat(first))
    days = [date.fromisoformat(each) for each in paused]
    return Receipt(found.day, found.moment, (days[0], days[1]) if days else None)


def due(one: StandardLimit, received: str) -> Deadline:
    return deadline(ServiceStandard("s", "S", "S", (one,)), receipt(received), get_bank_holidays())


def goldens() -> list[dict[str, str]]:
    with GOLDENS.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", goldens(), ids=lambda case: case["case"])
def test_the_golden_cases(case: dict[str, str]) -> None:
    found = due(LIMITS[case["kind"]], case["received"])
    if "T" in case["due"]:
        assert found.due_at == datetime.fromisoformat(case["due"])
    else:
        assert found.last_day.isoformat() == case["due"]
        assert found.due.isoformat() == (case["due_if_rolled"] or case["due"])


@pytest.mark.parametrize(
    ("one", "received", "expected"),
    [
        (limit(40, StandardUnit.CALENDAR_DAYS), "2018-02-28", "2018-04-09"),
        (limit(28, StandardUnit.CALENDAR_DAYS), "2017-12-01", "2017-12-29"),
        (limit(2, StandardUnit.CALENDAR_DAYS), "2018-03-30", "2018-04-01"),
        (limit(6, MONTHS), "2017-08-31", "2018-02-28"),
        (limit(12, MONTHS), "2016-02-29", "2017-02-28"),
        (limit(1, WORKING, ENGLAND_AND_WALES), "2018-03-29", "2018-04-03"),
        (limit(1, WORKING, ENGLAND_AND_WALES), "2018-03-30", "2018-04-03"),
        (limit(5, WORKING, ENGLAND_AND_WALES), "2017-12-22", "2018-01-03"),
        (limit(3, WORKING, ENGLAND_AND_WALES), "2018-02-28", "2018-03-05"),
        (limit(20, WORKING, ENGLAND_AND_WALES), "2018-02-28", "2018-03-28"),
        (limit(65, WORKING, ENGLAND_AND_WALES), "2018-02-28", "2018-06-05"),
        (limit(45, WORKING, ENGLAND_AND_WALES), "2018-01-02", "2018-03-06"),
        (limit(20, WORKING, UK), "2018-02-28", "2018-03-29"),
        (limit(20, WORKING, UK), "2017-12-22", "2018-01-25"),
        (limit(0, WORKING, UK), "2018-03-03", "2018-03-03"),
        (limit(1, MONTHS, ENGLAND_AND_WALES, from_next_day=True), "2018-08-01", "2018-09-03"),
        (limit(1, MONTHS, ENGLAND_AND_WALES), "2018-08-01", "2018-09-03"),
        (limit(1, MONTHS, ENGLAND_AND_WALES, from_next_day=True), "2019-08-01", "2019-09-02"),
        (limit(1, MONTHS, ENGLAND_AND_WALES, from_next_day=True), "2018-09-04", "2018-10-05"),
        (limit(1, MONTHS, ENGLAND_AND_WALES), "2018-11-25", "2018-12-27"),
        (limit(1, MONTHS), "2018-11-25", "2018-12-25"),
    ],
)
def test_by_hand(one: StandardLimit, received: str, expected: str) -> None:
    assert due(one, received).due.isoformat() == expected


def test_hours_run_through_the_change_of_the_clocks_and_need_a_moment() -> None:
    found = due(LIMITS["breach"], "2018-03-24T12:00Z")
    assert (found.due_at, found.due) == (datetime(2018, 3, 27, 12, tzinfo=UTC), date(2018, 3, 27))
    with pytest.raises(NoDeadline, match="run from a moment"):
        due(LIMITS["breach"], "2018-03-24")


def test_the_limit_in_force_on_the_day_of_receipt_decides() -> None:
    limits = (
        StandardLimit(40, StandardUnit.CALENDAR_DAYS, None, None, date(2018, 5, 24)),
        StandardLimit(1, MONTHS, ENGLAND_AND_WALES, date(2018, 5, 25), date(2019, 8, 14), from_next_day=True),
        StandardLimit(1, MONTHS, ENGLAND_AND_WALES, date(2019, 8, 15), None),
    )
    standard = ServiceStandard("subject-access", "Records", "Own data supplied", limits)
    found = {
        day: deadline(standard, receipt(day), get_bank_holidays()).due.isoformat()
        for day in ("2018-05-24", "2018-05-25", "2019-08-14", "2019-08-15")
    }
    assert found == {
        "2018-05-24": "2018-07-03",
        "2018-05-25": "2018-06-26",
        "2019-08-14": "2019-09-16",
        "2019-08-15": "2019-09-16",
    }


def test_what_has_no_deadline_says_why() -> None:
    ended = StandardLimit(1, MONTHS, None, None, date(2018, 1, 1))
    for standard, field in (
        (ServiceStandard("q", "Q", "As the contract says", ()), "code"),
        (ServiceStandard("e", "E", "E", (ended,)), "received"),
    ):
        with pytest.raises(NoDeadline) as none:
            deadline(standard, receipt("2018-02-28"), get_bank_holidays())
        assert none.value.field == field
    with pytest.raises(OutsideCalendar):
        due(LIMITS["foi"], "2028-12-20")


@pytest.mark.parametrize(
    ("kind", "received", "field"),
    [
        ("foi", "2026-03-01; from 2026-03-01; to 2026-03-02", "paused_to"),
        ("breach", "2026-03-01T09:00Z; from 2026-03-01; to 2026-03-02", "paused_to"),
        ("subject_access", "2026-02-28; from 2026-02-27; to 2026-03-02", "paused_from"),
        ("subject_access", "2026-02-28; from 2026-03-02; to 2026-03-01", "paused_to"),
        ("subject_access", "2018-02-28; from 2018-03-01; to 2018-03-02", "paused_from"),
        ("subject_access", "2026-02-04; from 2026-02-05; to 2026-02-06", "paused_from"),
        ("subject_access", "2026-02-05; from 2026-02-05; to 2026-02-06", None),
    ],
)
def test_a_pause_counts_only_where_it_holds_in_law(kind: str, received: str, field: str | None) -> None:
    if field is None:
        assert due(LIMITS[kind], received).due == date(2026, 3, 9)  # the fifth of March and two days, a Saturday
        return
    with pytest.raises(NoDeadline) as none:
        due(LIMITS[kind], received)
    assert none.value.field == field


def test_the_bank_holidays_that_did_not_count_are_named() -> None:
    found = due(LIMITS["foi"], "2026-05-26T09:00Z")
    assert [(each.day.isoformat(), sorted(each.parts)) for each in found.holidays] == [("2026-06-15", ["scotland"])]


@pytest.mark.parametrize(
    ("day", "parts"),
    [
        ("2011-04-29", 4),
        ("2012-06-05", 4),
        ("2020-05-04", 0),
        ("2020-05-08", 4),
        ("2022-06-03", 4),
        ("2023-05-08", 4),
        ("2006-11-30", 0),
        ("2007-11-30", 1),
        ("2018-04-02", 3),
        ("2018-01-02", 1),
    ],
)
def test_the_table_has_the_days_that_are_easily_missed(day: str, parts: int) -> None:
    found = get_bank_holidays().days.get(date.fromisoformat(day))
    assert len(found.parts if found else ()) == parts


def test_every_year_of_the_table_is_whole() -> None:
    table = get_bank_holidays()
    assert (table.first, table.last) == (2005, 2028)
    for year in range(table.first, table.last + 1):
        england = [each for day, each in table.days.items() if day.year == year and "england" in each.parts]
        assert len(england) in {8, 9, 10}, year
    assert all(day.weekday() < 5 for day in table.days)


days = st.dates(date(2005, 1, 1), date(2028, 6, 1))


@settings(max_examples=50)
@given(days, st.integers(1, 60), st.sampled_from(WorkingCalendar))
def test_so_many_working_days_lie_up_to_the_due_day(day: date, count: int, calendar: WorkingCalendar) -> None:
    table = get_bank_holidays()
    found = due(limit(count, WORKING, calendar), day.isoformat()).due
    between = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
    assert sum(table.is_working(each, calendar) for each in between) == count
    assert table.is_working(found, calendar)

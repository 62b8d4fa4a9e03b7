from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.colours import Polarity
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.definitions import BenchmarkMethod, Indicator, Unit
from services.indicators.domain.observations import Observation
from services.indicators.domain.recording import Outcome, observation_faults, outcome
from services.indicators.domain.standards import (
    StandardLimit,
    StandardUnit,
    WorkingCalendar,
    standard_faults,
)

FINAL, PROVISIONAL, WITHDRAWN = ObservationStatus.FINAL, ObservationStatus.PROVISIONAL, ObservationStatus.WITHDRAWN
TODAY = date(2018, 2, 28)
SENT = Observation(Period.parse("2018-01"), Decimal("81.6"), FINAL)
WITHDRAWAL = replace(SENT, value=None, status=WITHDRAWN, reason="counted twice")


def indicator(unit: Unit = Unit.PERCENTAGE, frequency: str = "month") -> Indicator:
    return Indicator("m", "M", unit, 1, Polarity.HIGH_IS_GOOD, frequency, (), BenchmarkMethod.FIFTEEN_PERCENT)


@pytest.mark.parametrize(
    ("current", "new", "expected"),
    [
        (None, SENT, Outcome.RECORDED),
        (None, replace(SENT, value=None, status=WITHDRAWN, reason="x"), Outcome.NOTHING_TO_WITHDRAW),
        (SENT, SENT, Outcome.SAME),
        (SENT, replace(SENT, value=Decimal("81.60")), Outcome.SAME),
        (SENT, replace(SENT, reason="said again"), Outcome.SAME),
        (SENT, replace(SENT, value=Decimal(82)), Outcome.NEEDS_REASON),
        (SENT, replace(SENT, value=Decimal(82), reason=" \t"), Outcome.NEEDS_REASON),
        (SENT, replace(SENT, value=Decimal(82), reason="late returns"), Outcome.RECORDED),
        (SENT, replace(SENT, status=PROVISIONAL), Outcome.NEEDS_REASON),
        (SENT, replace(SENT, count=Decimal(1)), Outcome.NEEDS_REASON),
        (SENT, replace(SENT, missing=Missing.SUPPRESSED, value=None), Outcome.NEEDS_REASON),
        (replace(SENT, missing=Missing.SUPPRESSED, value=None), SENT, Outcome.NEEDS_REASON),
        (SENT, replace(SENT, marks=(Mark.BREAK,)), Outcome.NEEDS_REASON),
        (SENT, replace(SENT, value=None, status=WITHDRAWN), Outcome.NEEDS_REASON),
        (SENT, replace(SENT, value=None, status=WITHDRAWN, reason="x"), Outcome.RECORDED),
        (replace(SENT, status=PROVISIONAL), replace(SENT, value=None, status=WITHDRAWN), Outcome.RECORDED),
        (SENT, replace(SENT, note="4,580 patients waiting"), Outcome.RECORDED),
        (replace(SENT, status=PROVISIONAL), replace(SENT, value=Decimal(82)), Outcome.RECORDED),
        (replace(SENT, status=PROVISIONAL), replace(SENT, value=Decimal(82), status=PROVISIONAL), Outcome.RECORDED),
        (replace(SENT, value=None, status=WITHDRAWN), SENT, Outcome.RECORDED),
        (WITHDRAWAL, WITHDRAWAL, Outcome.SAME),
    ],
)
def test_what_an_observation_does_to_the_current_one(current: Observation | None, new: Observation, expected: Outcome):
    assert outcome(current, new) is expected


@pytest.mark.parametrize(
    ("current", "new", "expected"),
    [  # once final, 81.6; each step after it
        (WITHDRAWAL, SENT, Outcome.RECORDED),
        (WITHDRAWAL, replace(SENT, status=PROVISIONAL), Outcome.RECORDED),
        (WITHDRAWAL, replace(SENT, value=Decimal(82)), Outcome.NEEDS_REASON),
        (WITHDRAWAL, replace(SENT, value=Decimal(82), status=PROVISIONAL), Outcome.NEEDS_REASON),
        (WITHDRAWAL, replace(SENT, value=Decimal(82), reason="late returns"), Outcome.RECORDED),
        (replace(SENT, status=PROVISIONAL), replace(SENT, value=Decimal(82)), Outcome.NEEDS_REASON),
        (replace(SENT, value=Decimal(82), status=PROVISIONAL), replace(SENT, value=Decimal(83)), Outcome.NEEDS_REASON),
        (replace(SENT, value=Decimal(82), status=PROVISIONAL), SENT, Outcome.RECORDED),
    ],
)
def test_what_was_once_final_and_comes_back_different_says_why(
    current: Observation, new: Observation, expected: Outcome
):
    assert outcome(current, new, final=SENT) is expected


@pytest.mark.parametrize(
    ("change", "unit", "fields"),
    [
        ({}, Unit.PERCENTAGE, []),
        ({"value": Decimal(0)}, Unit.PERCENTAGE, []),
        ({"value": Decimal(100)}, Unit.PERCENTAGE, []),
        ({"value": Decimal("100.01")}, Unit.PERCENTAGE, ["value"]),
        ({"value": Decimal("-0.01")}, Unit.PERCENTAGE, ["value"]),
        ({"value": Decimal(-1)}, Unit.COUNT, ["value"]),
        ({"value": Decimal(-1)}, Unit.DAYS, ["value"]),
        ({"value": Decimal(-1)}, Unit.RATE_PER_10000, ["value"]),
        ({"value": Decimal(-1)}, Unit.CURRENCY, []),
        ({"value": Decimal(-1)}, Unit.SCORE, []),
        ({"value": Decimal(1000)}, Unit.RATE_PER_100000, []),
        ({"value": None}, Unit.PERCENTAGE, ["value"]),
        ({"count": Decimal(11), "denominator": Decimal(10)}, Unit.PERCENTAGE, ["count"]),
        ({"count": Decimal(11), "denominator": Decimal(10)}, Unit.RATE_PER_100000, ["value"]),
        ({"count": Decimal(11), "denominator": Decimal(10)}, Unit.SCORE, []),
        ({"lower": Decimal(82), "upper": Decimal(81)}, Unit.PERCENTAGE, ["lower", "upper"]),
        ({"lower": Decimal("81.6"), "upper": Decimal("81.6")}, Unit.PERCENTAGE, []),
        ({"status": WITHDRAWN}, Unit.PERCENTAGE, ["value"]),
        ({"missing": Missing.SUPPRESSED}, Unit.PERCENTAGE, ["value"]),
        ({"missing": Missing.SUPPRESSED, "value": None}, Unit.PERCENTAGE, []),
        ({"missing": Missing.SUPPRESSED, "value": None, "denominator": Decimal(100)}, Unit.PERCENTAGE, []),
        (
            {"missing": Missing.SUPPRESSED, "value": None, "count": Decimal(3), "marks": (Mark.ESTIMATED,)},
            Unit.PERCENTAGE,
            ["marks", "count"],
        ),
        ({"marks": (Mark.ESTIMATED, Mark.BREAK)}, Unit.PERCENTAGE, []),
        ({"value": Decimal(-1)}, Unit.YEARS, ["value"]),
        ({"value": Decimal(-1)}, Unit.RATE_PER_1000, ["value"]),
        ({"value": Decimal(-1)}, Unit.RATIO, []),
        ({"status": WITHDRAWN, "value": None, "reason": "miscounted"}, Unit.PERCENTAGE, []),
        ({"period": Period.parse("2017/18 Q3")}, Unit.PERCENTAGE, ["period"]),
        ({"period": Period.parse("2018-02")}, Unit.PERCENTAGE, ["status"]),  # its last day is today
        ({"period": Period.parse("2018-02"), "status": PROVISIONAL}, Unit.PERCENTAGE, []),
        ({"period": Period.parse("2018-03"), "status": PROVISIONAL}, Unit.PERCENTAGE, ["period"]),
        ({"period": Period.parse("2018-03"), "value": Decimal(101)}, Unit.PERCENTAGE, ["status", "period", "value"]),
    ],
)
def test_every_fault_is_named_at_once(change: dict[str, Any], unit: Any, fields: list[str]):
    assert [field for field, _ in observation_faults(replace(SENT, **change), indicator(unit), TODAY)] == fields


def test_the_message_names_both_kinds_of_period():
    faults = observation_faults(
        replace(SENT, period=Period.parse("2017")), indicator(frequency="financial_year"), TODAY
    )
    assert faults == [("period", "2017 is a calendar year, but m is recorded by financial year")]


def test_a_limit_that_was_sent_encloses_the_value_with_the_computed_other():
    rounded = replace(indicator(), rounded_to=5)
    sent = replace(SENT, value=Decimal(71), count=Decimal(10), denominator=Decimal(20), lower=Decimal(40))
    assert observation_faults(sent, rounded, TODAY) == [("lower", "lower and upper enclose the value")]


def limit(
    unit: Any = StandardUnit.CALENDAR_DAYS,
    calendar: WorkingCalendar | None = None,
    first: date | None = None,
    last: date | None = None,
) -> StandardLimit:
    return StandardLimit(40, unit, calendar, first, last)


def test_limits_of_a_standard_follow_one_another():
    may_24, may_25 = date(2018, 5, 24), date(2018, 5, 25)
    assert standard_faults([limit(last=may_24), limit(StandardUnit.MONTHS, first=may_25)]) == []
    faults = standard_faults([limit(last=may_25), limit(StandardUnit.MONTHS, first=may_25)])
    assert faults == [("limits.1.valid_from", "overlaps a limit before it")]


def test_working_days_need_a_calendar_and_dates_their_order():
    assert [f for f, _ in standard_faults([limit(StandardUnit.WORKING_DAYS)])] == ["limits.0.calendar"]
    uk = WorkingCalendar.UNITED_KINGDOM
    assert standard_faults([limit(StandardUnit.WORKING_DAYS, uk)]) == []
    assert [f for f, _ in standard_faults([limit(StandardUnit.HOURS, uk)])] == ["limits.0.calendar"]
    moved = replace(limit(StandardUnit.HOURS), from_next_day=True)
    assert [f for f, _ in standard_faults([moved])] == ["limits.0.from_next_day"]
    assert standard_faults([replace(limit(StandardUnit.MONTHS), from_next_day=True)]) == []
    wrong = limit(first=date(2018, 1, 2), last=date(2018, 1, 1))
    assert [f for f, _ in standard_faults([wrong])] == ["limits.0.valid_to"]
